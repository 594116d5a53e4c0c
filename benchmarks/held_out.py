"""Which rows of an algorithm's example are trained on, and which are kept to judge by."""

import csv
import re
from pathlib import Path

NUMBER = re.compile(r"-?[0-9.]+(e-?[0-9]+)?")


def split(data: Path, folder: Path) -> tuple[Path, Path]:
    """The file to train on and the one that is held out: that of the channel `validation`, if `data` has one.

    Else every fourth row moves from the channel `training` to a file in `folder`, where no training finds it.
    """
    (training,) = (data / "training").iterdir()
    if (data / "validation").is_dir():
        (validation,) = (data / "validation").iterdir()
        return training, validation
    header, rows = read(training)
    held_out = folder / "held_out.csv"
    for file, chosen in ((training, lambda place: place % 4), (held_out, lambda place: place % 4 == 0)):
        with file.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerows(header + [row for place, row in enumerate(rows) if chosen(place)])
    return training, held_out


def read(file: Path) -> tuple[list[list[str]], list[list[str]]]:
    """The header, if the first line has no number, and the rows."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    header = 0 if any(map(NUMBER.fullmatch, rows[0])) else 1
    return rows[:header], rows[header:]
