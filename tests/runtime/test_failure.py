"""The failure file: the message first, as much as SageMaker shows, and never in the way (T-09, T-09a)."""

import pytest

from byoc import failure


def test_a_long_message_and_its_traceback_are_cut_to_what_sagemaker_shows():
    trace = "Traceback\n" + "".join(f"  frame {number}\n" for number in range(200)) + "ValueError: the end\n"
    reason = failure.shown("the message", trace)
    assert len(reason) == 1024
    assert reason.startswith(b"the message\n")
    assert reason.endswith(b"ValueError: the end\n")
    assert failure.shown("x" * 5000, trace) == b"x" * 1024


@pytest.mark.parametrize(("length", "rest"), [(1021, b"\nce"), (1022, b"\ne"), (1023, b""), (1024, b""), (1025, b"")])
def test_the_traceback_has_the_room_that_the_message_leaves(length, rest):
    assert failure.shown("x" * length, "trace") == b"x" * min(length, 1024) + rest


@pytest.mark.parametrize(("message", "trace"), [("ä" * 600, ""), ("xä" * 400, ""), ("x", "ä" * 600), ("", "ä" * 600)])
def test_a_cut_leaves_no_half_of_a_character(message, trace):
    """Else SageMaker would fail a Processing job for its ExitMessage (X-62)."""
    shown = failure.shown(message, trace)
    assert 1022 <= len(shown) <= 1024
    assert set(shown.decode()) <= set("xä\n")


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
