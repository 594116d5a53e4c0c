"""One training job as its algorithm sees it: channels, hosts, checkpoints, metrics, and where the model goes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from byoc import status
from byoc.channels import discovery
from byoc.channels.channel import Channel
from byoc.channels.chosen import ChosenColumns
from byoc.errors import InputError
from byoc.files import write_atomically
from byoc.hosts.resource_config import Cluster
from byoc.paths import Paths
from byoc.signature import FILE_NAME as SIGNATURE
from byoc.signature import Signature
from byoc.training import checkpoints, metrics
from byoc.training.stopping import Stop

MODEL = "model.onnx"
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


def _files(folder: Path) -> dict[Path, int]:
    """When each file was last written. A folder on your own machine may hold the model of an earlier run."""
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}
