"""The conformance kit's report: what a person sees in the end, and what machines read."""

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from byoc.tools.contract import catalogue, report, terminal
from byoc.tools.contract.outcome import BROKEN, HELD, NOT_CHECKED, NOT_HELD, Result
from byoc.tools.contract.runner import Verdict

DUTIES = {duty.id: duty for duty in catalogue.duties()}


def verdicts(**outcomes: str) -> list[Verdict]:
    """`T_01=HELD` is a verdict on T-01."""
    return [Verdict(DUTIES[id.replace("_", "-")], outcome, "it <was> seen") for id, outcome in outcomes.items()]


@pytest.mark.parametrize(
    ("found", "holds", "sentence"),
    [
        (verdicts(T_01=HELD, T_02=HELD, T_03=NOT_HELD), True, "All 2 MUSTs that could be checked hold."),
        (
            verdicts(T_01=HELD, T_02=NOT_HELD, T_04=NOT_CHECKED),
            False,
            "Not held: 1 of the 2 MUSTs that could be checked.",
        ),
        (verdicts(T_01=NOT_CHECKED, T_03=NOT_CHECKED), False, "Nothing could be checked; the reasons are above."),
        (verdicts(T_01=HELD, T_02=BROKEN), False, "The kit itself failed over 1 of the duties; please report it."),
    ],
)
def test_the_conclusion_counts_the_musts(found, holds, sentence):
    assert (report.all_musts_hold(found), report.conclusion(found)) == (holds, sentence)


def test_what_is_not_held_comes_after_the_rest_and_musts_before_all_else(capsys):
    terminal.show(verdicts(T_03=NOT_HELD, T_08=NOT_HELD, T_01=HELD, T_52=NOT_CHECKED), 1, Path("report.md"))
    shown = capsys.readouterr().out
    places = [shown.index(text) for text in ("NOT CHECKED (1)", "NOT HELD (2)", "T-08", DUTIES["T-08"].page, "T-03")]
    assert places == sorted(places)
    assert "T-01" not in shown
    assert shown.endswith("\n4 duties in 1 s; what each id means, and what was seen, is in report.md\n")


def test_duties_that_lack_a_check_for_the_same_reason_share_a_line(capsys):
    terminal.show(verdicts(T_52=NOT_CHECKED, T_54=NOT_CHECKED), 1, Path("report.md"))
    assert "  2 it <was> seen: T-52 T-54\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("is_terminal", "no_color", "coloured"), [(True, "", True), (True, "1", False), (False, "", False)]
)
def test_there_are_colours_on_a_terminal_only(monkeypatch, capsys, is_terminal, no_color, coloured):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    monkeypatch.setenv("NO_COLOR", no_color)
    terminal.Progress(10).tell("training.exits_0_with_a_model", Result(NOT_HELD, "exit code 1", 2.5))
    shown = capsys.readouterr().out
    assert ("\x1b[" in shown) is coloured
    assert coloured or shown == " 1/10 ✗ exits 0 with a model (2.5 s): exit code 1\n"


def test_the_three_files_agree(tmp_path):
    found = verdicts(T_01=HELD, T_02=NOT_HELD, T_03=NOT_HELD, T_52=NOT_CHECKED)
    report.write(tmp_path, "an image", found, {}, 1)
    told = json.loads((tmp_path / "report.json").read_text())
    assert {duty["id"]: duty["outcome"] for duty in told["duties"]} == {v.duty.id: v.outcome for v in found}
    assert told["all_musts_hold"] is False
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert suite.attrib == {"name": "contract", "tests": "4", "failures": "1", "errors": "0", "skipped": "2"}
    text = (tmp_path / "report.md").read_text()
    assert f"| [T-02]({DUTIES['T-02'].page}) | MUST | {DUTIES['T-02'].duty} | it &lt;was> seen |" in text
    assert f'- it &lt;was> seen: [T-52]({DUTIES["T-52"].page} "{DUTIES["T-52"].duty}")' in text
    assert "1 of the 2 MUSTs" in text
