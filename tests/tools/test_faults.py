"""What benchmarks/README.md tells of hosts that fail, against what benchmarks/faults.py tries (`make bench-faults`)."""

import re
import subprocess
import sys

from template import ROOT

NAMES = "import faults; print(*(fault.name for fault in faults.FAULTS), sep='\\n')"


def test_the_readme_tells_of_every_fault():
    path = {"PYTHONPATH": str(ROOT / "tests/support"), "PYTHONDONTWRITEBYTECODE": "1"}
    tried = subprocess.check_output([sys.executable, "-c", NAMES], cwd=ROOT / "benchmarks", env=path, text=True)
    text = (ROOT / "benchmarks/README.md").read_text(encoding="utf-8")
    part = text.partition("`make bench-faults` has seen")[2].partition("<!-- The end")[0]
    assert re.findall(r"^\| (?!fault|-)(.*?) \|", part, re.MULTILINE) == tried.splitlines()
