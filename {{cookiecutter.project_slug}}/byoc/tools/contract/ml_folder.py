"""Folders laid out like /opt/ml, filled from a test_dir as the platform would."""

import json
import os
import shutil
from pathlib import Path

# What the platform also writes, as seen in real jobs (T-18).
EXTRA_CONFIG = (
    "init-config.json",
    "trainingjobconfig.json",
    "metric-definition-regex.json",
    "upstreamoutputdataconfig.json",
    "debughookconfig.json",
    "profilerconfig.json",
)


class MlFolder:
    """One job's /opt/ml in `path`, with the data and the hyperparameters of `test_dir`."""

    def __init__(self, path: Path, test_dir: Path):
        self.path = path
        for name in ("input/config", "model", "output/data"):
            (path / name).mkdir(parents=True)
        self.data = path / "input" / "data"
        self.model = path / "model"
        self.failure = path / "output" / "failure"
        shutil.copytree(test_dir / "input" / "data", self.data)
        config = test_dir / "input" / "config"
        self.hyperparameters: dict[str, str] = read_json(config / "hyperparameters.json", {})
        folders = sorted(entry.name for entry in self.data.iterdir() if entry.is_dir())
        file_mode = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
        self.channels: dict[str, dict] = read_json(config / "inputdataconfig.json", dict.fromkeys(folders, file_mode))
        self.write("hyperparameters.json", self.hyperparameters)
        self.write("inputdataconfig.json", self.channels)
        self.write("resourceconfig.json", resources(["algo-1"]))

    def config(self, name: str) -> Path:
        return self.path / "input" / "config" / name

    def write(self, name: str, content: object) -> None:
        self.config(name).write_text(json.dumps(content), encoding="utf-8")

    def files(self) -> list[Path]:
        """The data files, of all channels."""
        return sorted(path for path in self.data.rglob("*") if path.is_file())

    def remove_data(self) -> None:
        """Leave no channel's folder."""
        for path in sorted(self.data.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()

    def multiply(self, copies: int) -> None:
        """Give every data file so many copies, none of which takes room."""
        for file in self.files():
            for number in range(copies):
                os.link(file, file.with_name(f"copy-{number:04}-{file.name}"))

    def tree(self) -> set[str]:
        return {path.relative_to(self.path).as_posix() for path in self.path.rglob("*")}


def resources(
    hosts: list[str], current: int = 0, groups: dict[str, list[str]] | None = None, **more: object
) -> dict[str, object]:
    """resourceconfig.json as jobs on SageMaker have it today (T-16); `groups` are hosts by instance group (D-11)."""
    groups = groups or {"homogeneousCluster": hosts}
    return {
        "current_host": hosts[current],
        "current_instance_type": "ml.m5.xlarge",
        "current_group_name": next(name for name, members in groups.items() if hosts[current] in members),
        "hosts": hosts,
        "instance_groups": [
            {"instance_group_name": name, "instance_type": "ml.m5.xlarge", "hosts": members}
            for name, members in groups.items()
        ],
        "network_interface_name": "eth0",
        "topology": None,
        **more,
    }


def read_json(file: Path, default: object) -> object:
    return json.loads(file.read_bytes()) if file.exists() else default


def contents(folder: Path) -> dict[str, int]:
    """The files below a folder and their sizes; one that goes while we look is left out."""
    found = {}
    for path in folder.rglob("*"):
        try:
            if path.is_file():
                found[path.relative_to(folder).as_posix()] = path.stat().st_size
        except OSError:
            continue
    return found
