"""The failure file: the message first, as much as SageMaker shows, and never in the way (T-09, T-09a)."""

import pytest

from byoc import failure


def test_a_long_message_and_its_traceback_are_cut_to_what_sagemaker_shows():
    trace = "Traceback\n" + "".join(f"  frame {number}\n" for number in range(200)) + "ValueError: the end\n"
    reason = failure.shown("the message", trace)
    assert len(reason) == 1024
    assert reason.startswith("the message\n")
    assert reason.endswith("ValueError: the end\n")
    assert failure.shown("x" * 5000, trace) == "x" * 1024


@pytest.mark.parametrize(("length", "rest"), [(1021, "\nce"), (1022, "\ne"), (1023, ""), (1024, ""), (1025, "")])
def test_the_traceback_has_the_room_that_the_message_leaves(length, rest):
    assert failure.shown("x" * length, "trace") == "x" * min(length, 1024) + rest


def test_what_utf8_cannot_hold_is_spelled_out_within_the_same_length(tmp_path):
    failure.report(tmp_path / "failure", "\ud800" * 400, "trace")
    text = (tmp_path / "failure").read_text(encoding="utf-8")
    assert len(text) == 1024
    assert text.startswith("Exception during training: \\ud800\\ud800")


def test_a_failure_file_that_is_there_stays(tmp_path):
    (tmp_path / "failure").write_text("what the user should know")
    failure.report(tmp_path / "failure", "low-level noise", "trace")
    assert (tmp_path / "failure").read_text() == "what the user should know"


def test_where_no_file_can_be_written_the_log_has_it_all(tmp_path, capsys):
    (tmp_path / "output").write_text("no folder")
    failure.report(tmp_path / "output" / "failure", "the reason", "trace")
    log = capsys.readouterr().err
    assert log.startswith("Exception during training: the reason\ntrace\n")
    assert "the failure file cannot be written: " in log
