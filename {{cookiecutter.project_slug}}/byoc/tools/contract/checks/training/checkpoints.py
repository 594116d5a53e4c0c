"""Checkpoints: a job that is killed half way resumes from the last one."""

from ...kit import JOB, Kit, once
from ...ml_folder import MlFolder, contents
from ...outcome import must
from ...started import Run
from ...targets.program import wait_until

MANY = 10


@once
def resumed(kit: Kit) -> tuple[dict[str, int], Run]:
    """What a job that was killed after its first checkpoint left there, and the run that went on from it."""
    kit.good_run()
    ml = kit.ml()
    folder = ml.path / "checkpoints"
    folder.mkdir()
    with kit.target.start("train", folder=ml.path, environment=JOB) as program:
        appeared = wait_until(lambda: contents(folder) or not program.running, kit.limits["train"])
    must(appeared and contents(folder), "no checkpoint appeared while it trained")
    left = contents(folder)
    return left, kit.train(ml)


def killed_job_resumes(kit: Kit) -> str:
    """C-04, C-09: SIGKILL after the first checkpoint, and again over the same folders."""
    left, run = resumed(kit)
    run.must_succeed("over the checkpoints of a killed job")
    said = [line for line in run.output.splitlines() if any(word in line.lower() for word in ("resum", "checkpoint"))]
    must(said, "it trains again, but says nothing of resuming")
    return f"{len(left)} files left by the killed job; {said[0][:100]!r}"


def few_checkpoints_are_kept(kit: Kit) -> str:
    """C-07."""
    _, run = resumed(kit)
    kept = contents(run.folder.path / "checkpoints")
    must(len(kept) <= MANY, f"{len(kept)} files in /opt/ml/checkpoints")
    return f"{len(kept)} files in /opt/ml/checkpoints"


def finished_job_may_start_again(kit: Kit) -> str:
    """C-11: at the last step there is nothing to train, and yet a model to write."""
    ml = again(kit)
    kit.train(ml).must_succeed("over the checkpoints of a finished job")
    return "a finished job's checkpoints give a model"


def corrupt_checkpoint_is_passed_over(kit: Kit) -> str:
    """C-12: the newest one cut in half."""
    ml = again(kit)
    files = [path for path in (ml.path / "checkpoints").rglob("*") if path.is_file()]
    must(files, "a finished job left no checkpoint")
    newest = max(files, key=lambda path: path.stat().st_mtime)
    newest.write_bytes(newest.read_bytes()[: newest.stat().st_size // 2])
    kit.train(ml).must_succeed(f"with {newest.name} cut in half")
    return f"exit code 0 with {newest.name} cut in half"


def again(kit: Kit) -> MlFolder:
    """The folder of a job that has finished, its model taken away."""
    kit.good_run()
    ml = kit.ml()
    (ml.path / "checkpoints").mkdir()
    kit.train(ml).must_succeed()
    for name in contents(ml.model):
        (ml.model / name).unlink()
    return ml
