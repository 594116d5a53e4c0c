"""The SM_* variables of SageMaker's toolkits, for scripts that expect them. SageMaker itself sets none (T-32, T-33).

Left out are those that tell what the toolkit itself does: which script it runs and with which arguments
(SM_MODULE_NAME, SM_MODULE_DIR, SM_USER_ENTRY_POINT, SM_USER_ARGS, SM_FRAMEWORK_MODULE, SM_FRAMEWORK_PARAMS), how it
spreads that (SM_DISTRIBUTION_INSTANCE_GROUPS, SM_TOPOLOGY), which folder it uploads meanwhile
(SM_OUTPUT_INTERMEDIATE_DIR), and its own view of all this (SM_TRAINING_ENV). Only a
program of AWS could tell SM_NUM_NEURONS.
"""

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from byoc import cpus
from byoc.channels.channel import Channel
from byoc.hosts.resource_config import FILE_NAMES, Cluster
from byoc.paths import Paths
from byoc.training.hyperparameters import PLATFORM_PREFIXES

DEVICES = Path("/dev")
INFO = 20  # of the module logging: the toolkits' default
LONGEST = 128 * 1024 - 1  # bytes of one variable; with a longer one, Linux starts no program


def apply(paths: Paths, channels: Iterable[Channel], cluster: Cluster) -> None:
    """Put the variables into this process's environment, but for those that are there already."""
    for name, value in variables(paths, channels, cluster).items():
        try:
            if len(os.fsencode(f"{name}={value}")) > LONGEST:
                raise ValueError("longer than 128 KiB")
            os.environ.setdefault(name, value)
        except ValueError as error:  # also a NUL, a lone surrogate, or a name with =
            print(f"warning: no environment variable can hold {name[:100]!a}: {error}", flush=True)


def variables(paths: Paths, channels: Iterable[Channel], cluster: Cluster) -> dict[str, str]:
    """The variables by name. As in the toolkits, all but text is JSON, and null is empty."""
    given = {name: _decode(value) for name, value in _read(paths.config / "hyperparameters.json").items()}
    hyperparameters = {name: value for name, value in given.items() if not name.startswith(PLATFORM_PREFIXES)}
    folders = {channel.name: str(channel.folder) for channel in channels}
    resources = next((content for name in FILE_NAMES if (content := _read(paths.config / name))), {})
    groups = {group["instance_group_name"]: group for group in resources.get("instance_groups") or []}
    values = {
        "MODEL_DIR": str(paths.model),
        "INPUT_DIR": str(paths.config.parent),
        "INPUT_CONFIG_DIR": str(paths.config),
        "OUTPUT_DIR": str(paths.output_data.parent),
        "OUTPUT_DATA_DIR": str(paths.output_data),
        "CHANNELS": sorted(folders),
        "HPS": hyperparameters,
        "CURRENT_HOST": cluster.current_host,
        "HOSTS": cluster.hosts,
        "CURRENT_INSTANCE_TYPE": cluster.instance_type or "local",
        "CURRENT_INSTANCE_GROUP": cluster.group or "homogeneousCluster",
        "CURRENT_INSTANCE_GROUP_HOSTS": cluster.groups.get(cluster.group, ()),
        "INSTANCE_GROUPS": list(groups),
        "INSTANCE_GROUPS_DICT": groups,
        "IS_HETERO": len(groups) > 1,
        "NETWORK_INTERFACE_NAME": cluster.network_interface,
        "NUM_CPUS": cpus.available(),
        "NUM_GPUS": gpus(),
        "LOG_LEVEL": given.get("sagemaker_container_log_level", INFO),
        "RESOURCE_CONFIG": resources,
        "INPUT_DATA_CONFIG": _read(paths.config / "inputdataconfig.json"),
    }
    values |= _named("CHANNEL_", folders) | _named("HP_", hyperparameters)
    return {f"SM_{name}": _text(value) for name, value in values.items()}


def gpus() -> int:
    """How many of NVIDIA's GPUs there are, without a word to their driver."""
    return sum(bool(re.fullmatch("nvidia[0-9]+", device.name)) for device in DEVICES.iterdir())


def _named(prefix: str, values: dict[str, Any]) -> dict[str, Any]:
    """Each value under its name as it is, as the toolkits have it, and under one that a shell can read (T-35).

    SDK v3 has only the latter, and `learning_rate` itself comes before `learning-rate` for it.
    """
    plain = {re.sub("[^A-Z0-9_]", "_", name.upper()): value for name, value in values.items()}
    exact = {name.upper(): value for name, value in values.items()}
    return {prefix + name: value for name, value in (plain | exact).items()}


def _read(file: Path) -> dict[str, Any]:
    """The object in the file; an empty one without it. Who needs the file to be right has looked at it before."""
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _decode(value: Any) -> Any:
    try:
        return json.loads(value)
    except (ValueError, TypeError, RecursionError):
        return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
