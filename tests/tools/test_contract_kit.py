"""The conformance kit's catalogue: no duty is missing, and every check that it names exists."""

import inspect
import json
import re
import sys
from pathlib import Path

import pytest

from byoc.tools.contract import catalogue, outcome
from byoc.tools.contract.ml_folder import MlFolder
from byoc.tools.contract.runner import result_of
from template import ROOT

KIT = Path(catalogue.__file__).parent

# Every id of SageMaker's container contract, as this project counts it.
IDS = {
    "T": [*range(1, 10), "09a", *range(10, 28), *range(30, 39), *range(40, 55)],
    "D": range(1, 14),
    "C": range(1, 14),
    "S": [*range(1, 16), *range(20, 30), *range(40, 57), *range(60, 68)],
    "B": range(1, 18),
    "M": range(1, 20),
    "X": [*range(1, 7), *range(10, 18), *range(20, 25), *range(30, 35), *range(40, 44), *range(50, 55), *range(60, 63)],
    "L": range(1, 17),
    "LM": range(1, 12),
}
DUTIES = catalogue.duties()
CHECKS = sorted({name for duty in DUTIES for name in duty.checks})


def test_every_id_is_in_the_catalogue_once():
    expected = [f"{part}-{number:0>2}" for part, numbers in IDS.items() for number in numbers]
    assert sorted(duty.id for duty in DUTIES) == sorted(expected)


@pytest.mark.parametrize("duty", DUTIES, ids=lambda duty: duty.id)
def test_duty_names_checks_or_a_reason(duty):
    assert bool(duty.checks) != bool(duty.unchecked)
    assert duty.level in ("MUST", "SHOULD", "MAY", "FACT")
    assert duty.page.startswith("https://")


@pytest.mark.parametrize("name", CHECKS)
def test_check_exists_and_names_its_ids(name):
    documented = set(re.findall(r"\b[A-Z]+-\d+a?", inspect.getdoc(catalogue.find(name))))
    assert {duty.id for duty in DUTIES if name in duty.checks} <= documented


@pytest.mark.parametrize(
    "duty", [duty for duty in DUTIES if "the template" in duty.unchecked], ids=lambda duty: duty.id
)
def test_a_test_of_this_template_that_a_reason_names_exists(duty):
    file, name = re.search(r"the template tests it: (tests/[\w/]+\.py)::(test_\w+)$", duty.unchecked).groups()
    assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_the_kit_imports_nothing_but_the_standard_library_and_itself():
    sources = "\n".join(file.read_text(encoding="utf-8") for file in KIT.glob("*.py"))
    imported = {name.partition(".")[0] for name in re.findall(r"^ *(?:from|import) ([\w.]+)", sources, re.MULTILINE)}
    assert imported - {""} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (outcome.NotHeld("no"), outcome.NOT_HELD),
        (outcome.NotChecked("why"), outcome.NOT_CHECKED),
        (ConnectionRefusedError(), outcome.NOT_HELD),
        (KeyError("a fault of ours"), outcome.BROKEN),
    ],
)
def test_what_a_check_raises_is_told_apart(raised, expected):
    def check(kit):
        raise raised

    assert result_of(check, kit=None).outcome == expected


def test_a_byte_order_mark_in_an_owners_configuration_is_no_part_of_it(tmp_path):
    for name, content in {"hyperparameters": {"epochs": "2"}, "inputdataconfig": {"training": {}}}.items():
        file = tmp_path / f"test_dir/input/config/{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content), "utf-8-sig")
    (tmp_path / "test_dir/input/data").mkdir()
    ml = MlFolder(tmp_path / "ml", tmp_path / "test_dir")
    assert (ml.hyperparameters, ml.channels) == ({"epochs": "2"}, {"training": {}})
