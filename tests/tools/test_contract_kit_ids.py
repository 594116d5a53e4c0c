"""The kit's catalogue against the contract that this repository was written from, where that lies beside it."""

import csv
import re

import pytest

from template import ROOT

CONTRACT = ROOT.parent / "shared" / "contract.md"
CATALOGUE = ROOT / "{{cookiecutter.project_slug}}" / "byoc" / "tools" / "contract" / "catalogue.csv"


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is not beside this repository")
def test_catalogue_has_every_id_of_the_contract():
    ids = re.findall(r"^\| ((?:T|D|C|S|B|M|X|L|LM)-\d+a?) \|", CONTRACT.read_text(encoding="utf-8"), re.MULTILINE)
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == ids
