"""How a training job ends when SIGTERM comes, at any moment."""

import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from ...kit import JOB, Kit, once
from ...ml_folder import contents
from ...outcome import NotChecked, NotHeld, early, must
from ...started import Run
from ...targets.program import Program, wait_until

GRACE = 120  # seconds from SIGTERM to SIGKILL
SLOW = ("--cpus", "0.1")


@dataclass
class LongJobs:
    """Two equal jobs, slowed if possible. One was sent SIGTERM; the other shows how long it would have lasted."""

    stopped: Run
    control: Run
    sent_after: float
    control_lines: list[tuple[float, str]]
    model_seen_at: float | None = None
    half_written: set[str] = field(default_factory=set)


@once
def long_jobs(kit: Kit) -> LongJobs:
    plain = kit.good_run()
    slow = SLOW if kit.target.kind == "image" else ()
    first, second = kit.ml(), kit.ml()
    for ml in (first, second):
        ml.multiply(500 // max(1, len(ml.files())))
    how = {"environment": JOB, "options": slow}
    with (
        kit.target.start("train", folder=first.path, **how) as stopped,
        kit.target.start("train", folder=second.path, **how) as control,
    ):
        watch = Watch(second.model, control)
        patience = min(60, 4 * plain.seconds) if slow else plain.seconds / 2
        wait_until(lambda: stopped.lines or not stopped.running, patience)
        time.sleep(0.1)
        sent_after = time.monotonic() - stopped.started
        with suppress(NotHeld):  # it may have ended a moment ago
            stopped.send(signal.SIGTERM)
        ended = end(stopped, time.monotonic() + GRACE), end(control, control.started + kit.limits["train"])
        runs = [
            Run(code, program.output, program.last_line(), ml, seconds)
            for (code, seconds), program, ml in zip(ended, (stopped, control), (first, second), strict=True)
        ]
        watch.thread.join(5)
    return LongJobs(*runs, sent_after, control.lines, watch.first, watch.half_written(contents(second.model)))


def end(program: Program, deadline: float) -> tuple[int | None, float]:
    """Exit code, None if it has to be killed, and the seconds since the start."""
    ended = wait_until(lambda: not program.running, deadline - time.monotonic())
    return (program.wait(5) if ended else None), time.monotonic() - program.started


class Watch:
    """Looks into a model folder until the program ends, and notes every file and size that it sees."""

    def __init__(self, folder, program: Program):
        self.seen: set[tuple[str, int]] = set()
        self.first: float | None = None
        self.folder, self.program = folder, program
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        while self.program.running:
            now = set(contents(self.folder).items())
            if now and self.first is None:
                self.first = time.monotonic()
            self.seen |= now
            time.sleep(0.002)

    def half_written(self, final: dict[str, int]) -> set[str]:
        return {name for name, size in self.seen if final.get(name) != size}


@early
def sigterm_ends_the_job(kit: Kit) -> str:
    """T-05, T-07, C-09: the process that trains hears of it, and is done before SIGKILL."""
    jobs = long_jobs(kit)
    stopped, control = jobs.stopped, jobs.control
    must(stopped.code is not None, f"still running {GRACE} s after SIGTERM")
    must(stopped.code != 137, "ended by SIGKILL")
    beside = f"SIGTERM after {jobs.sent_after:.0f} s, the end after {stopped.seconds:.0f} s, exit code {stopped.code}"
    beside = f"{beside}; an equal job without it took {control.seconds:.0f} s"
    must(not went_on(kit), f"it went on: {beside}")
    return beside


def went_on(kit: Kit) -> bool:
    """Whether the job took no notice: outside a container SIGTERM ends whatever does not handle it.

    Raises NotChecked where that cannot be told, as it was all but over.
    """
    jobs = long_jobs(kit)
    stopped, control = jobs.stopped, jobs.control
    if stopped.code == control.code and jobs.sent_after > 0.7 * control.seconds:
        raise NotChecked("the job ends too soon to be stopped half way; give one that lasts: --test-dir")
    return kit.target.kind == "image" and stopped.code == control.code and stopped.seconds > 0.8 * control.seconds


@early
def stopped_job_is_honest(kit: Kit) -> str:
    """T-06, T-08: exit code 0 with a whole model, or another with the reason and no half model."""
    must(not went_on(kit), "SIGTERM changed nothing, see T-05")
    stopped = long_jobs(kit).stopped
    names, whole = set(contents(stopped.folder.model)), set(contents(kit.good_run().folder.model))
    if stopped.code == 0:
        must(names == whole, f"exit code 0 after SIGTERM, but the model holds {sorted(names)}, not {sorted(whole)}")
        return "exit code 0 and a whole model"
    must(names in (set(), whole), f"half a model after SIGTERM: {sorted(names)} of {sorted(whole)}")
    must(stopped.folder.failure.is_file(), f"exit code {stopped.code} after SIGTERM, and no failure file")
    return f"exit code {stopped.code}: {stopped.failure.splitlines()[0][:100]}"


@early
def model_is_never_half_written(kit: Kit) -> str:
    """T-42, C-05: a stop takes what lies in /opt/ml/model at that moment."""
    jobs = long_jobs(kit)
    must(not jobs.half_written, f"seen half written or under a passing name: {', '.join(sorted(jobs.half_written))}")
    return "every file appeared whole, under its last name"


@early
def log_lines_leave_at_once(kit: Kit) -> str:
    """T-46: logs are read while the job runs."""
    jobs = long_jobs(kit)
    must(jobs.control_lines, "the job printed nothing")
    if jobs.model_seen_at is None:
        raise NotChecked("no model appeared in the job that was watched")
    ahead = jobs.model_seen_at - jobs.control_lines[0][0]
    must(ahead > 0.05, "nothing was printed before the model was written: the output is held back, or there is none")
    return f"the first line came {ahead:.1f} s before the model"
