#!/usr/bin/env python3
"""Count each algorithm's project: files outside byoc/, in program/ and in tests/. Run it with the tests' environment.

PYTHONPATH=tests/support:tests/template .venv/bin/python -B scripts/counts.py
"""

import tempfile
from pathlib import Path

from bakery import Bakery
from template import ROOT, Template, export
from test_owned import MOST, counts

with tempfile.TemporaryDirectory() as folder:
    bake = Bakery(export(Path(folder, "byoc-template")), Path(folder))
    print("| algorithm |", " | ".join(MOST), "|")
    print("|---|" + "---:|" * len(MOST))
    for algorithm in Template(ROOT).choices()["algorithm"]:
        print(f"| `{algorithm}` |", " | ".join(map(str, counts(bake(algorithm=algorithm)).values())), "|")
