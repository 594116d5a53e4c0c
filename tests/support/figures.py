"""What the conformance kit finds on three images, as README.md, the kit's README and CONTRACT.md say it.

.venv/bin/python tests/support/figures.py      run it on the classic image, and write all three (`make figures`)
"""

import csv
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path

from bakery import Bakery
from template import ROOT, export

PROJECT = ROOT / "{{cookiecutter.project_slug}}"
CATALOGUE = PROJECT / "byoc" / "tools" / "contract" / "catalogue.csv"
CLASSIC = ROOT / "benchmarks" / "classic"
FOUND = CLASSIC / "CONTRACT.md"
BREAKS = ROOT / "tests" / "images" / "bad_container" / "breaks.toml"
LEVELS = ("MUST", "SHOULD")
# What a run on the default image leaves unchecked, and the reason that it then gives.
UNCHECKED = {
    "L-02": "this engine keeps no manifest",
    "X-30": "takes many minutes",
    "X-31": "takes many minutes",
}

ABOUT_CLASSIC = """\
# The classic container against SageMaker's container contract

What the conformance kit finds in `byoc-classic`, whose faults are kept on purpose ([README](README.md)). `make figures`
wrote it; in a generated project the same is

    make contract IMAGE=byoc-classic OPTIONS="--expected local_test/expected.csv"

"""


def duties() -> list[dict[str, str]]:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def checked(claims: set[str] | None = None) -> Counter:
    """level → how many duties the kit checks on an image of these claims, or of all there are."""
    return Counter(
        duty["level"] for duty in duties() if duty["checks"] and (claims is None or duty["feature"] in {"", *claims})
    )


def held_by_default() -> Counter:
    """level → how many duties a run finds held on the default image: see tests/images/test_contract_kit_images.py."""
    unchecked = Counter(duty["level"] for duty in duties() if duty["id"] in UNCHECKED)
    return checked(default_claims()) - unchecked


def default_claims() -> set[str]:
    """What the Makefile claims for every project."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    return set(re.search(r"^CLAIMS \?= \$\(if \$\(OURS\),([\w -]*)", makefile, re.MULTILINE)[1].split())


def claims(project: Path) -> set[str]:
    """What a generated project's own image is held to."""
    more = project / "tests" / "claims"
    return default_claims() | set(more.read_text(encoding="utf-8").split() if more.exists() else ())


def broken_by_the_bad() -> Counter:
    """level → how many duties the bad containers break."""
    table = tomllib.loads(BREAKS.read_text(encoding="utf-8"))
    broken = {id for container in table["containers"].values() for id in container["breaks"].split()}
    return Counter(duty["level"] for duty in duties() if duty["id"] in broken)


def found_in_the_classic(text: str) -> dict[str, tuple[int, int]]:
    """level → held, not held, by CONTRACT.md's table."""
    rows = re.findall(r"^\W*(MUST|SHOULD)\W+(\d+)\W+(\d+)", text, re.MULTILINE)
    return {level: (int(held), int(failed)) for level, held, failed in rows}


def table() -> list[str]:
    """The rows for README.md."""
    ours, bad, everything = held_by_default(), broken_by_the_bad(), checked()
    classic = found_in_the_classic(FOUND.read_text(encoding="utf-8"))
    rows = [
        ("the default project", [f"0 of {ours[level]}" for level in LEVELS]),
        (
            "[the classic container](benchmarks/classic/CONTRACT.md)",
            [f"{classic[level][1]} of {sum(classic[level])}" for level in LEVELS],
        ),
        ("[bad on purpose](tests/images/bad_container)", [f"{bad[level]} of {everything[level]}" for level in LEVELS]),
    ]
    return [f"| {image} | {' | '.join(counts)} |" for image, counts in rows]


def sentence() -> str:
    """For the kit's README."""
    ours = held_by_default()
    return f"holds all {ours['MUST']} MUSTs and all {ours['SHOULD']} SHOULDs"


PLACES = {
    ROOT / "README.md": (r"\| the default project \| \d+ of .*\n.*\n.*", lambda: "\n".join(table())),
    PROJECT / "byoc/tools/contract/README.md": (r"holds all \d+ MUSTs and all \d+ SHOULDs", sentence),
}


def write() -> None:
    """Bring the two READMEs up to date."""
    for file, (pattern, new) in PLACES.items():
        text, times = re.subn(pattern, new(), file.read_text(encoding="utf-8"))
        assert times == 1, f"{file} has {times} places for the kit's figures, not one: {pattern}"
        file.write_text(text, encoding="utf-8")


def contract(project: Path, image: str, folder: Path, own: bool, options: str = "") -> None:
    """Run `make contract IMAGE=…` in a generated project, whose `own` image it is or not; leaves reports behind."""
    words = [f"IMAGE={image}", f"PYTHON={sys.executable}", f"OPTIONS=--ready-limit 300 --report '{folder}' {options}"]
    words += [f"NAME={image}"] if own else ["EXPECTED=--expected local_test/expected.csv"]
    subprocess.run(["make", "--no-print-directory", "contract", *words], cwd=project, check=False)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Bakery(export(Path(folder) / "template"), Path(folder))()
        subprocess.run(["docker", "build", "--quiet", "--tag", "byoc-classic", CLASSIC], check=True)
        contract(project, "byoc-classic", Path(folder), own=False)
        report = (Path(folder) / "report.md").read_text(encoding="utf-8").partition("\n\n")[2]
    FOUND.write_text(ABOUT_CLASSIC + report, encoding="utf-8")
    write()


if __name__ == "__main__":
    main()
