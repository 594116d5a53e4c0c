"""The images that are compared, each with a model of its own, and what all of them are asked."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from byoc.tools.benchmark.outcome import BenchmarkError
from byoc.tools.benchmark.sample import Sample
from byoc.tools.benchmark.targets import engine
from byoc.tools.benchmark.targets.target_image import Image

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE.parent
CLASSIC = HERE / "classic"
BUILD_LIMIT, TRAINING_LIMIT = 1800, 300  # seconds


def prepare(folder: Path, tell: Callable[[str], None]) -> tuple[list[Image], Sample]:
    """Build and train the classic image and one for every server stack; raises BenchmarkError.

    Of the default stack there is also the image that only serves.
    """
    engine.require()
    base = re.search(r"^FROM (\S+)", (CLASSIC / "Dockerfile").read_text(), re.MULTILINE)[1]
    stacks = json.loads((TEMPLATE / "cookiecutter.json").read_text())["server_stack"]
    names = {"classic": "byoc-classic", **{stack: f"byoc-{stack}" for stack in stacks}}
    for stack in stacks:
        tell(f"building {names[stack]}")
        answers = (f"server_stack={stack}", f"project_slug={names[stack]}")
        run(sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "--output-dir", folder, *answers)
        run(folder / names[stack] / "deploy/build.sh", names[stack])
    tell(f"building {names['classic']}")
    engine.build(names["classic"], CLASSIC)

    default = folder / names[stacks[0]]
    only_serves = f"{names[stacks[0]]}-serve"
    tell(f"building {only_serves}")
    run(default / "deploy/build.sh", only_serves, TARGET="serve")

    local_test = default / "local_test"
    images = []
    for name, image in names.items():
        tell(f"training {image}")
        ml = folder / f"ml-{name}"
        train(image, base, local_test / "test_dir", ml)
        images.append(Image(image, ml / "model", base, name))
        if name == stacks[0]:
            images.append(Image(only_serves, ml / "model", base, f"{name}, serve only"))
    return images, Sample.read(local_test / "payload.csv", expected=local_test / "expected.csv")


def run(*command: str | Path, **environment: str) -> None:
    # A session of its own: see engine.docker.
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", timeout=BUILD_LIMIT, start_new_session=True,
        env={**os.environ, **environment},
    )  # fmt: skip
    if done.returncode:
        words = " ".join(map(str, command))
        raise BenchmarkError(f"`{words}` ended with exit code {done.returncode}.\n{engine.last_lines(done.stdout)}")


def train(image: str, base: str, test_dir: Path, ml: Path) -> None:
    """Make the folder `ml` a /opt/ml with the input of `test_dir`, and let `image` train in it."""
    shutil.copytree(test_dir / "input", ml / "input")
    for name in ("model", "output"):
        (ml / name).mkdir()
    isolated = ("--network", "none", "--volume", f"{ml}:/opt/ml")
    try:
        engine.run(image, "train", options=isolated, limit=TRAINING_LIMIT)
    finally:
        # Training runs as root: without this nobody else could remove the temporary folder.
        engine.run(base, "chmod", "-R", "a+rwX", "/opt/ml", options=isolated)
