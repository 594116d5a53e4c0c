"""Base images that are no choice: any of the Debian family will do, and one that cannot is refused before the rest."""

import re
import subprocess

import pytest

from template import ROOT, Template

# Says that it is 3.10.
OLD_PYTHON = " && ".join(
    [
        "mkdir /old",
        "echo 'import sys; sys.version = \"3.10.12\"' >/old/sitecustomize.py",
        "rm -f /usr/local/bin/python3",
        "printf '#!/bin/sh\\nPYTHONPATH=/old exec python3.13 \"$@\"' >/usr/local/bin/python3",
        "chmod 755 /usr/local/bin/python3",
    ]
)

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def test_one_of_the_debian_family_with_an_older_python_trains_and_only_serves(bake):
    image, project = "byoc-template-other-base", bake.anew()  # no other test builds this image
    make = ["make", "-C", str(project), f"IMAGE={image}", "BASE_IMAGE=python:3.11-slim-bookworm"]
    try:
        subprocess.run([*make, "build", "build-serve"], check=True)
        trained = subprocess.check_output([project / "local_test/train_local.sh", image], text=True)
        assert "train:accuracy=" in trained
        shown = ["python3", "-c", "import sys, onnxruntime; print(sys.version)"]
        command = ["docker", "run", "--rm", f"{image}-serve", *shown]
        assert subprocess.check_output(command, text=True).startswith("3.11.")
    finally:
        subprocess.run(["docker", "image", "rm", "--force", image, f"{image}-serve"], capture_output=True, check=True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            "rm /usr/bin/apt-get && echo 'PRETTY_NAME=\"Alpine Linux v3.22\"' >/etc/os-release",
            "Alpine Linux v3.22, is not",
        ),
        (
            OLD_PYTHON,
            "has Python 3.10.12, and 3.11 to 3.14 is needed",
        ),
    ],
    ids=["another family", "old Python"],
)
def test_a_base_that_cannot_work_ends_the_build_and_says_why_and_what_to_do(bake, change, reason):
    base = "byoc-template-bad-base"  # no other test builds this image
    default = Template(ROOT).questions["__base_images"]["python-slim"]
    subprocess.run(
        ["docker", "build", "--tag", base, "-"], input=f"FROM {default}\nRUN {change}\n", text=True, check=True
    )
    try:
        command = ["make", "-C", str(bake()), "build", f"IMAGE={base}-on-it", f"BASE_IMAGE={base}"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode
        said = [line for line in result.stderr.splitlines() if re.match(r"#\d+ [\d.]+ The base image, ", line)]
        assert len(said) == 1 and reason in said[0] and "make build BASE_IMAGE=python:3.13-slim-trixie" in said[0]
    finally:
        subprocess.run(["docker", "image", "rm", "--force", base], capture_output=True, check=True)
