"""JPEG pictures that stand for an owner's in docs/bring-your-own.md: bright ones of the day, dark ones of the night.

Run in an environment that has Pillow and NumPy: pictures.py FOLDER.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

BRIGHTNESS = {"day": 190, "night": 50}
EACH = 12


def write(folder: Path) -> None:
    numbers = np.random.default_rng(0)
    for label, mean in BRIGHTNESS.items():
        (folder / label).mkdir(parents=True)
        for number in range(1, EACH + 1):
            pixels = numbers.normal(mean, 20, (48, 64, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / label / f"{number}.jpg")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
