"""Checkpoints: saved state from which a job resumes after its instance was taken away (C-01 … C-13)."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from byoc.files import write_and_rename
from byoc.paths import Paths

OPT_ML = "/opt/ml"  # what SageMaker's files call `paths.base`
KEEP = 5  # more, or huge ones, slow down SageMaker's copying (C-07)
NAME = re.compile(r"step-([0-9]{12,})\.checkpoint")
UNFINISHED = "unfinished.sagemaker-ignore"  # SageMaker copies no file with this ending (C-05)
UPLOADING = ".sagemaker-uploading"  # SageMaker puts a file of this ending beside one that it copies (C-06)


class Checkpoints:
    """A folder of checkpoints, each of them bytes that only the algorithm understands.

    What an algorithm saves must hold all that decides the result, the state of its random numbers too (C-04). It
    saves now and then, not just when `job.stopping`: the warning before a machine is taken away is not certain (C-09).

    SageMaker copies the folder to S3, and what was there into it before a job starts (C-02, C-03). All hosts share
    that place, so only the first one saves, and hosts that train together resume from what that one finds (C-08).
    """

    def __init__(self, folder: Path | None, saves: bool, postponed: Callable[[], AbstractContextManager]):
        self.folder = folder
        self._saves = saves
        self._postponed = postponed
        self.collectives: Any = None  # byoc.hosts.collectives.Collectives, of a job on several hosts

    def save(self, step: int, content: bytes) -> None:
        """Save what is there after `step` steps, whole or not at all, even if SIGTERM comes meanwhile.

        Older checkpoints go, but for the newest few, and so do those of later steps: whoever saves step 3 is not
        going on from step 9. Does nothing on other hosts than the first, and in a job without checkpoints.
        """
        if step < 0:
            raise ValueError(f"checkpoint of step {step}: a step is 0 or more")
        if not self.folder or not self._saves:
            return
        with self._postponed():
            self.folder.mkdir(parents=True, exist_ok=True)
            target = self.folder / f"step-{step:012d}.checkpoint"
            write_and_rename(self.folder / UNFINISHED, target, _checksum(content), content)
            self._remove_all_but_the_newest(step)

    def latest(self) -> tuple[int, bytes] | None:
        """The newest checkpoint that is whole: its step and content; None if there is none. The log says which."""
        if self.collectives is None or self.collectives.size == 1:
            return self._latest()
        found = self._latest() if self._saves else None
        step = self.collectives.gather(found and found[0])[0]
        return None if step is None else (step, self.collectives.broadcast(found[1] if found else b""))

    def _latest(self) -> tuple[int, bytes] | None:
        if not self.folder:
            print("no checkpoints are kept: the job has no CheckpointConfig", flush=True)
            return None
        for step, file in self._newest_first():
            try:
                checksum, separator, content = file.read_bytes().partition(b"\n")
                whole = checksum + separator == _checksum(content)
            except OSError as error:
                print(f"warning: checkpoint {file} cannot be read and is passed over: {error}", flush=True)
                continue
            if whole:
                print(f"resuming from the checkpoint of step {step}: {file}", flush=True)
                return step, content
            print(f"warning: checkpoint {file} is damaged or incomplete and is passed over", flush=True)
        return None

    def _newest_first(self) -> Iterator[tuple[int, Path]]:
        files = self.folder.iterdir() if self.folder.is_dir() else ()
        found = [(int(name[1]), file) for file in files if (name := NAME.fullmatch(file.name)) and file.is_file()]
        return iter(sorted(found, reverse=True))

    def _remove_all_but_the_newest(self, saved: int) -> None:
        found = list(self._newest_first())
        later = [file for step, file in found if step > saved]
        for file in later + [file for step, file in found if step <= saved][KEEP:]:
            if not file.with_name(file.name + UPLOADING).exists():  # else it goes another time (C-06)
                file.unlink(missing_ok=True)


def discover(paths: Paths, saves: bool, postponed: Callable[[], AbstractContextManager]) -> Checkpoints:
    """The job's checkpoints: in the LocalPath of checkpointconfig.json, else in `/opt/ml/checkpoints` if that exists.

    A job without either was given no place for them (C-01, C-13). Then nothing would copy them off the machine; and in
    a folder on your own machine, the next run, perhaps with other data, would quietly go on from what this one left.
    """
    configured = _local_path(paths.config / "checkpointconfig.json")
    if configured:
        below = Path(configured).relative_to(OPT_ML) if Path(configured).is_relative_to(OPT_ML) else configured
        return Checkpoints(paths.base / below, saves, postponed)
    return Checkpoints(paths.checkpoints if paths.checkpoints.is_dir() else None, saves, postponed)


def _local_path(file: Path) -> str | None:
    try:
        path = json.loads(file.read_bytes()).get("LocalPath")
        return path if isinstance(path, str) else None
    except FileNotFoundError:
        return None
    except (
        OSError,
        ValueError,
        AttributeError,
        RecursionError,
    ) as error:  # AWS does not document the file, so it ends no job (T-18)
        print(f"warning: {file} is not understood and is passed over: {error}", flush=True)
        return None


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode() + b"\n"
