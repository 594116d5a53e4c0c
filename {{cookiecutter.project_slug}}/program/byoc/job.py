"""One training job from start to exit code: reads what SageMaker gives, runs the algorithm, reports how it ended."""

import signal
import sys
import traceback
from collections.abc import Callable
from types import FrameType, ModuleType

from byoc import channels, hyperparameters
from byoc.errors import InputError
from byoc.files import write_atomically
from byoc.paths import Paths
from byoc.signature import FILE_NAME as SIGNATURE
from byoc.signature import Signature

MODEL = "model.onnx"

# SageMaker shows this many characters of the failure file as the job's FailureReason (T-09).
FAILURE_REASON_LENGTH = 1024


class Stopped(BaseException):
    """SageMaker asked the job to end (SIGTERM, T-05). Not an Exception, so that no algorithm swallows it."""


class Job:
    """What an algorithm's `train(job, hyperparameters)` works with."""

    def __init__(self, paths: Paths):
        self.paths = paths
        self.channels = channels.discover(paths)
        self.metrics: dict[str, float] = {}
        self.saved = False

    def channel(self, name: str) -> channels.Channel:
        """The channel of that name; raises InputError if the job was not given one."""
        if name not in self.channels:
            given = ", ".join(self.channels) or "none"
            raise InputError(f"channel {name!r} is missing: the job has {given}; its data belongs in {self.paths.data}")
        return self.channels[name]

    def metric(self, name: str, value: float) -> None:
        """Print `name=value` on a line of its own, which a regex such as `name=([0-9.]+)` finds (T-47)."""
        self.metrics[name] = value
        print(f"{name}={value:.6f}", flush=True)

    def save(self, model: bytes, signature: Signature) -> None:
        """Put the ONNX model and its signature into `/opt/ml/model`, each whole or not at all (T-40, T-42)."""
        write_atomically(self.paths.model / SIGNATURE, signature.to_json(), staging=self.paths.base)
        write_atomically(self.paths.model / MODEL, model, staging=self.paths.base)
        self.saved = True

    def write_output(self, name: str, content: str) -> None:
        """Put a file for people to look at into `/opt/ml/output/data`, which becomes output.tar.gz (T-43)."""
        write_atomically(self.paths.output_data / name, content.encode(), staging=self.paths.base)


def run(load_algorithm: Callable[[], ModuleType]) -> int:
    """Run the algorithm's `train` and return the exit code (T-08): 0, 1 after an error, 143 if stopped without a model.

    Whatever goes wrong ends in `/opt/ml/output/failure`, its message first (T-09). An algorithm that calls `sys.exit`
    keeps its exit code.
    """
    signal.signal(signal.SIGTERM, _stop)
    paths = Paths.from_environment()
    paths.failure.unlink(missing_ok=True)  # left by an earlier run over the same folder; a success has none (T-09)
    job = None
    try:
        algorithm = load_algorithm()
        job = Job(paths)
        algorithm.train(job, hyperparameters.read(paths.config, algorithm.Hyperparameters))
    except Stopped:
        if job and job.saved:
            print("stopped by SIGTERM after the model was saved", flush=True)
            return 0
        return _fail(paths, "stopped by SIGTERM before there was a model to save", 128 + signal.SIGTERM)
    except InputError as error:
        return _fail(paths, str(error), 1)
    except SystemExit as end:
        exit_code = end.code if isinstance(end.code, int) else int(end.code is not None)
        return _fail(paths, f"the algorithm ended with sys.exit({end.code!r})", exit_code) if exit_code else 0
    except Exception as error:
        return _fail(paths, f"{type(error).__name__}: {error}", 1)
    return 0


def _stop(signal_number: int, frame: FrameType | None) -> None:
    raise Stopped


def _fail(paths: Paths, reason: str, exit_code: int) -> int:
    message = f"Exception during training: {reason}"
    trace = traceback.format_exc()
    print(f"{message}\n{trace}", file=sys.stderr, flush=True)
    if not paths.failure.exists():  # the algorithm may have written a better one (T-09a)
        paths.failure.parent.mkdir(parents=True, exist_ok=True)
        paths.failure.write_text(failure_reason(message, trace), encoding="utf-8", errors="backslashreplace")
    return exit_code


def failure_reason(message: str, trace: str) -> str:
    """The message and as much of the traceback's end, where the fault is, as SageMaker shows (T-09)."""
    message = message[:FAILURE_REASON_LENGTH]
    room = FAILURE_REASON_LENGTH - len(message) - 1
    return f"{message}\n{trace[-room:]}" if room > 0 else message
