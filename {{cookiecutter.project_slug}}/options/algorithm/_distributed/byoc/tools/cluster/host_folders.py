"""Lays out a folder for each host, as SageMaker would fill its /opt/ml."""

import json
import os
import shutil
from pathlib import Path


def fill(test_dir: Path, hosts: list[str], interface: str, sharded: bool) -> list[Path]:
    """A folder for each host, new, in test_dir/hosts, with what test_dir holds; `sharded` deals every channel out.

    Raises OSError or ValueError if something in test_dir is missing or is no JSON.
    """
    shutil.rmtree(test_dir / "hosts", ignore_errors=True)
    (test_dir / "output/failure").unlink(missing_ok=True)  # an earlier job's
    channels = _channels(test_dir / "input", sharded)
    folders = [test_dir / "hosts" / host for host in hosts]
    for rank, folder in enumerate(folders):
        config = shutil.copytree(test_dir / "input/config", folder / "input/config")
        _change(config / "resourceconfig.json", _resources(hosts, rank, interface))
        if channels:
            (config / "inputdataconfig.json").write_text(json.dumps(channels, indent=2), encoding="utf-8")
        for entry in sorted((test_dir / "input/data").iterdir()):
            dealt = channels.get(entry.name, {}).get("S3DistributionType") == "ShardedByS3Key"
            _give(entry, folder / "input/data" / entry.name, *((rank, len(hosts)) if dealt else (0, 1)))
        if (test_dir / "checkpoints").is_dir():
            shutil.copytree(test_dir / "checkpoints", folder / "checkpoints")
    return folders


def _channels(given: Path, sharded: bool) -> dict:
    """What inputdataconfig.json declares; without that file, the folders there are if they are to be dealt out."""
    file = given / "config/inputdataconfig.json"
    channels = _read(file)
    if sharded:
        names = channels or [folder.name for folder in (given / "data").iterdir() if folder.is_dir()]
        channels = {name: {**channels.get(name, {}), "S3DistributionType": "ShardedByS3Key"} for name in names}
    return channels


def _resources(hosts: list[str], rank: int, interface: str) -> dict:
    """What of resourceconfig.json depends on the hosts (T-16)."""
    group = {"instance_group_name": "homogeneousCluster", "instance_type": "local", "hosts": hosts}
    return {
        "current_host": hosts[rank],
        "current_instance_type": "local",
        "current_group_name": "homogeneousCluster",
        "hosts": hosts,
        "instance_groups": [group],
        "network_interface_name": interface,
    }


def _change(file: Path, content: dict) -> None:
    file.write_text(json.dumps({**_read(file), **content}, indent=2), encoding="utf-8")


def _read(file: Path) -> dict:
    """What the JSON file holds, nothing if there is none; raises ValueError with its name if it is no JSON."""
    try:
        return json.loads(file.read_bytes()) if file.exists() else {}
    except ValueError as error:
        raise ValueError(f"{file} is no JSON: {error}") from None


def _give(source: Path, target: Path, rank: int, count: int) -> None:
    """A file, or every n-th of those below a folder; links take no room."""
    if source.is_dir():
        target.mkdir(parents=True)  # a host may have no file at all (D-07)
    files = sorted(file for file in source.rglob("*") if file.is_file()) if source.is_dir() else [source]
    for file in files[rank::count]:
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file.resolve(), place)
        except OSError:  # the file is another user's, or on another disk
            shutil.copy(file, place)
