"""One training job from start to exit code: reads its configuration, runs the algorithm, reports how it ended."""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from byoc import failure, status
from byoc.channels import discovery
from byoc.channels.channel import Channel
from byoc.channels.chosen import ChosenColumns
from byoc.errors import InputError
from byoc.files import write_atomically
from byoc.hosts.resource_config import Cluster
from byoc.paths import Paths
from byoc.signature import FILE_NAME as SIGNATURE
from byoc.signature import Signature
from byoc.training import checkpoints, environment, hyperparameters, metrics
from byoc.training.stopping import Stop, Stopped

MODEL = "model.onnx"
NO_PACKAGE = (
    "a package for training belongs in requirements/algorithm.in, or, if predictor.py imports it, too, in handlers.in; "
    "then run: make lock install"
)
NO_HOSTS = (
    "algorithm.py has DISTRIBUTED = True, but this project has no byoc/hosts/collectives.py: generate it with an "
    "algorithm that trains on several hosts, such as xgboost"
)


class Job:
    """What an algorithm's `train(job, hyperparameters)` works with."""

    def __init__(self, paths: Paths, stop: Stop | None = None):
        self.paths = paths
        self._stop = stop or Stop()
        self.cluster = Cluster.read(paths.config)
        self.channels = discovery.discover(paths)
        self.checkpoints = checkpoints.discover(paths, self.leads, self._stop.postponed)
        self.metrics: dict[str, float] = {}
        self._found = _files(paths.model)

    @cached_property
    def collectives(self) -> Any:
        """What hosts that train together exchange (byoc/hosts/collectives.py); this one alone, until `join_hosts`."""
        from byoc.hosts.collectives import Collectives  # not above: only algorithms that train on several hosts have it

        return Collectives()

    def make_folders(self) -> None:
        """Make the folders that an algorithm may write to, of which SageMaker makes only some (T-40, T-43)."""
        for folder in filter(None, (self.paths.model, self.paths.output_data, self.checkpoints.folder)):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                if folder != self.paths.output_data:
                    raise
                print(f"warning: {folder} cannot be made, so nothing is put there: {error}", flush=True)

    def join_hosts(self) -> None:
        """Connect to the job's other hosts, to train together; raises InputError if one does not come."""
        if not find_spec("byoc.hosts.sharding"):
            raise InputError(NO_HOSTS)
        from byoc.hosts import sharding

        status.update("waiting for the other hosts")
        self.collectives = self.checkpoints.collectives = sharding.join(self.cluster)
        self.channels = sharding.channels_of_all_hosts(self.channels, self.collectives, self.paths)
        status.update("starting")

    def choose_columns(self, hyperparameters: Any) -> None:
        """Have all channels know the hyperparameters `target`, `ignore` and `max_labels`, if the algorithm has them."""
        if isinstance(hyperparameters, ChosenColumns):
            chosen = ChosenColumns(**{name: getattr(hyperparameters, name) for name in ChosenColumns.model_fields})
            self.channels = {name: replace(channel, chosen=chosen) for name, channel in self.channels.items()}

    @property
    def leads(self) -> bool:
        """Whether this is the host that saves (D-06), and tells of the training: the first."""
        return self.cluster.rank == 0

    @property
    def saved(self) -> bool:
        """Whether the job may end. An algorithm that writes its own files into `/opt/ml/model`, or none, sets it."""
        return self._stop.saved

    @saved.setter
    def saved(self, saved: bool) -> None:
        self._stop.saved = saved

    @property
    def stopping(self) -> bool:
        """Whether SageMaker asked the job to end (T-05). Ask between steps, and when it is so, save and return.

        An algorithm that asks is not interrupted, but must be done within supervisor.GRACE seconds.
        """
        self._stop.awaited = True
        return self._stop.signal is not None

    @property
    def in_vain(self) -> bool:
        """Whether this is the host that saves, and it has saved nothing."""
        return self.leads and not self.saved and _files(self.paths.model) == self._found

    def channel(self, name: str) -> Channel:
        """The channel of that name; raises InputError if the job was not given one."""
        if name not in self.channels:
            given = ", ".join(self.channels) or "none"
            raise InputError(f"channel {name!r} is missing: the job has {given}; its data belongs in {self.paths.data}")
        return self.channels[name]

    def metric(self, name: str, value: float) -> None:
        """Print `name=value` on a line of its own, which the regex of `train --describe` finds (T-47).

        On the first host; all hosts' logs are searched.
        """
        self.metrics[name] = value
        if self.leads:
            print(metrics.line(name, value), flush=True)

    def save(self, model: bytes, signature: Signature, name: str = MODEL) -> None:
        """Put the model and its signature into `/opt/ml/model`, each whole or not at all (T-40, T-42).

        The model is ONNX, or else what the algorithm's `model_fn` reads, in a file of another name. Does nothing on
        other hosts than the first, as what all leave is put together (T-44).
        """
        if not self.leads:
            return
        status.update("saving the model")
        with self._stop.postponed():
            write_atomically(self.paths.model / SIGNATURE, signature.to_json(), staging=self.paths.base)
            write_atomically(self.paths.model / name, model, staging=self.paths.base)
            self.saved = True

    @contextmanager
    def expendable(self) -> Iterator[None]:
        """A block after which there is nothing to save: if it takes the process down with it, the job is a success."""
        self._stop.expendable = self.saved
        try:
            yield
        finally:
            self._stop.expendable = False

    def write_output(self, name: str, content: str) -> None:
        """Put a file for people to look at into `/opt/ml/output/data`, which becomes output.tar.gz (T-43, T-44)."""
        if not self.leads:
            return
        with self._stop.postponed():
            try:
                write_atomically(self.paths.output_data / name, content.encode(), staging=self.paths.base)
            except OSError as error:  # read-only, or full: the model matters more
                print(f"warning: {name} cannot be written, and is left out: {error}", flush=True)


def run(load_algorithm: Callable[[], ModuleType], stop: Stop | None = None) -> int:
    """Run the algorithm's `train` and return the exit code (T-08): 0, 1 after an error, 143 if stopped without a model.

    Whatever goes wrong ends in `/opt/ml/output/failure`, its message first (T-09), and so does a job that leaves no
    model (P-17). An algorithm that calls `sys.exit` keeps its exit code. Of several hosts only the first trains, unless
    the algorithm says `DISTRIBUTED = True`; then the others save none (D-06).
    """
    stop = stop or Stop()
    paths = Paths.from_environment()
    job = None

    def report(reason: str, trace: str) -> None:
        failure.report(paths.failure, reason, trace)
        stop.told = True

    def stopped(trace: str) -> int:
        if job and not job.leads:
            print(f"stopped by {stop.signal.name}: the first host decides whether the job succeeded", flush=True)
            return 0
        if stop.saved:
            print(f"stopped by {stop.signal.name} after the model was saved", flush=True)
            return 0
        report(f"stopped by {stop.signal.name} before there was a model to save", trace)
        return 128 + stop.signal

    def failed(reason: str, exit_code: int = 1) -> int:
        report(reason, traceback.format_exc())
        return exit_code

    try:
        with stop.interrupting():
            job = Job(paths, stop)
            environment.apply(paths, job.channels.values(), job.cluster)
            algorithm = load_algorithm()  # which may read them already while it is imported
            values = hyperparameters.read(paths.config, algorithm.Hyperparameters)
            job.make_folders()
            job.choose_columns(values)
            if getattr(algorithm, "DISTRIBUTED", False):
                job.join_hosts()
                algorithm.train(job, values)
            elif _trains_alone(job):
                algorithm.train(job, values)
    except Stopped:
        return stopped(traceback.format_exc())
    except InputError as error:
        return failed(str(error))
    except SystemExit as end:
        exit_code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if exit_code:
            return failed(f"the algorithm ended with sys.exit({end.code!r})", exit_code)
    except ModuleNotFoundError as error:
        return failed(f"{type(error).__name__}: {error}; {NO_PACKAGE}")
    except Exception as error:
        return failed(f"{type(error).__name__}: {error}")
    if stop.signal:
        return stopped("")
    if job.in_vain:
        reason = f"no model was saved: train has to call job.save, or to write files of its own into {paths.model}"
        report(reason, "")
        return 1
    return 0


def _files(folder: Path) -> dict[Path, int]:
    """When each file was last written. A folder on your own machine may hold the model of an earlier run."""
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}


def _trains_alone(job: Job) -> bool:
    """Whether this is the host that trains, where the algorithm cannot spread over several: the first (D-06, T-44).

    Raises InputError if it would see only a part of the data (T-24).
    """
    cluster = job.cluster
    parts = [name for name, channel in job.channels.items() if channel.sharded]
    if len(cluster.hosts) > 1 and parts:
        raise InputError(
            f"S3DistributionType=ShardedByS3Key, of channel {', '.join(parts)}, gives each of the {len(cluster.hosts)} "
            "hosts a part of the data, but this algorithm trains on one host: use FullyReplicated, or InstanceCount=1"
        )
    if cluster.rank > 0:
        first, this = cluster.hosts[0], cluster.current_host
        print(f"this algorithm trains on one host, {first}: nothing to do on {this}", flush=True)
    return cluster.rank == 0
