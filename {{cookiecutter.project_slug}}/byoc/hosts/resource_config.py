"""resourceconfig.json: the hosts that work on one training job, and which of them this is (T-16, D-01)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from byoc.errors import InputError

# SageMaker writes the first; the classic sample's test_dir has the second (T-17).
FILE_NAMES = ("resourceconfig.json", "resourceConfig.json")


@dataclass(frozen=True)
class Cluster:
    """The job's hosts, in SageMaker's order. Their names can be looked up only once they have started (D-03)."""

    current_host: str = "localhost"
    hosts: tuple[str, ...] = ("localhost",)
    network_interface: str = "eth0"
    instance_type: str = ""
    group: str = ""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # the hosts of each instance group (D-11)

    @property
    def rank(self) -> int:
        """This host's place among `hosts`. The host of rank 0 writes what all share (D-06)."""
        return self.hosts.index(self.current_host)

    @property
    def size(self) -> int:
        return len(self.hosts)

    @property
    def leader(self) -> str:
        """The host of rank 0, where all others meet."""
        return self.hosts[0]

    @classmethod
    def read(cls, folder: Path) -> "Cluster":
        """Read the file in `folder`; without one, this host is alone. Raises InputError if it contradicts itself.

        So is it if the file names no host at all: that of the classic sample is `{}`.

        Local mode, the documentation and real jobs each write other keys (T-16, LM-05): those that are missing take
        their defaults, those that are unknown are ignored.
        """
        file = next((folder / name for name in FILE_NAMES if (folder / name).exists()), None)
        if file is None:
            return cls()
        try:
            return cls._from(json.loads(file.read_bytes()))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise InputError(
                f"{file.name} must name hosts, and current_host as one of them: {file}: {type(error).__name__}: {error}"
            ) from None

    @classmethod
    def _from(cls, content: dict[str, Any]) -> "Cluster":
        if not content.keys() & {"hosts", "current_host"}:
            return cls()
        hosts = tuple(content["hosts"])
        if content["current_host"] not in hosts:
            raise ValueError(f"current_host is {content['current_host']!r}, hosts are {', '.join(hosts)}")
        groups = content.get("instance_groups") or []
        return cls(
            current_host=content["current_host"],
            hosts=hosts,
            network_interface=content.get("network_interface_name") or cls.network_interface,
            instance_type=content.get("current_instance_type") or "",
            group=content.get("current_group_name") or "",
            groups={group["instance_group_name"]: tuple(group["hosts"]) for group in groups},
        )
