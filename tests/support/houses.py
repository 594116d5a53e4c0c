"""The CSV that stands for an owner's in docs/bring-your-own.md: a header, an index, numbers, categories, a price."""

import random
from pathlib import Path

WORTH = {"north": 1.0, "centre": 2.1, "harbour": 1.6}


def write(file: Path, count: int = 400) -> None:
    numbers = random.Random(0)
    lines = ["id,area,rooms,district,price"]
    for number in range(1, count + 1):
        area = numbers.randint(40, 200)
        rooms = max(1, area // 30 + numbers.randint(-1, 1))
        district = numbers.choice(list(WORTH))
        price = 1000 * area * WORTH[district] + 5000 * rooms + numbers.gauss(0, 9000)
        lines.append(f"{number},{area},{rooms},{district},{price:.2f}")
    file.write_text("".join(f"{line}\n" for line in lines))
