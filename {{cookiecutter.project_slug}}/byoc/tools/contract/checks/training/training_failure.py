"""How a training job fails: exit code and failure reason."""

from contextlib import suppress
from pathlib import Path

from ...kit import JOB, Kit, once
from ...ml_folder import MlFolder
from ...outcome import NotChecked, must
from ...started import Run
from ...targets.program import wait_until

OWN_REASON = "the disk of the third host is full"


def without_data(kit: Kit) -> MlFolder:
    """A job whose declared channels are not there."""
    kit.good_run()
    ml = kit.ml()
    if not ml.files():
        raise NotChecked("the test_dir holds no data whose lack could make training fail")
    ml.remove_data()
    return ml


@once
def failed_run(kit: Kit) -> Run:
    return kit.train(without_data(kit))


def failing_exits_non_zero(kit: Kit) -> str:
    """T-08: a job without its data is not Completed."""
    run = failed_run(kit)
    must(run.code != 0, "exit code 0, though the channels' folders were missing")
    return f"exit code {run.code} without the channels' data"


def failure_file_says_why_first(kit: Kit) -> str:
    """T-09: only 1,024 characters become the FailureReason, so the message comes before the traceback."""
    run = failed_run(kit)
    if run.code == 0:
        raise NotChecked("the job that should fail does not, see T-08")
    reason = run.failure[:1024]
    must(reason.strip(), "/opt/ml/output/failure is empty")
    first = reason.strip().splitlines()[0]
    must(not first.startswith("Traceback") and len(first) > 10, f"the failure begins with {first!r}")
    must(len(run.failure) <= 1024, f"the failure has {len(run.failure)} characters: what lies beyond 1,024 is lost")
    must("�" not in reason, "the failure is not UTF-8")
    return repr(first[:120])


def failure_that_user_code_wrote_is_kept(kit: Kit) -> str:
    """T-09a: whoever may have written it; here the kit does, for as long as there is none while the job runs."""
    ml = without_data(kit)
    with kit.target.start("train", folder=ml.path, environment=JOB) as program:
        wait_until(lambda: put(ml.failure) or not program.running, kit.limits["train"], 0.002)
        code = program.wait(5)
    if code == 0:
        raise NotChecked("the job that should fail does not, see T-08")
    kept = ml.failure.read_bytes().decode(errors="replace")
    must(OWN_REASON in kept, f"exit code {code}, and in its place stands {kept[:120]!r}")
    return f"exit code {code}, and the file still says {OWN_REASON!r}"


def put(failure: Path) -> None:
    with suppress(OSError), failure.open("x") as file:
        file.write(OWN_REASON)
