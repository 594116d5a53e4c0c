"""The input channels that a job was given, and the mode in which each comes (T-14, T-15, T-18, T-24)."""

import json
from pathlib import Path
from typing import Any

from byoc.channels.channel import Channel
from byoc.errors import InputError
from byoc.paths import Paths

MODES = ("File", "FastFile", "Pipe")


def discover(paths: Paths) -> dict[str, Channel]:
    """The job's channels by name: those that inputdataconfig.json declares.

    Without that file, as in the classic `test_dir`, every folder in `/opt/ml/input/data` is one. Files beside
    the folders, such as manifests, never are (T-18). Raises InputError if the file is not what SageMaker writes, or
    names a mode that is not known here (T-24).
    """
    declaration = paths.config / "inputdataconfig.json"
    if declaration.exists():
        try:
            declared = {name: dict(one) for name, one in json.loads(declaration.read_bytes()).items()}
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise InputError(f"inputdataconfig.json must hold an object of channels: {declaration}: {error}") from None
    elif paths.data.is_dir():
        declared = {folder.name: {} for folder in sorted(paths.data.iterdir()) if folder.is_dir()}
    else:
        declared = {}
    source = declaration if declaration.exists() else None
    return {name: _channel(name, paths.data / name, settings, source) for name, settings in declared.items()}


def _channel(name: str, folder: Path, settings: dict[str, Any], source: Path | None) -> Channel:
    mode = settings.get("TrainingInputMode") or "File"
    if mode not in MODES:
        known = ", ".join(MODES)
        raise InputError(
            f"channel {name!r} has TrainingInputMode={mode}, which cannot be read here: use one of {known}"
        )
    sharded = settings.get("S3DistributionType") == "ShardedByS3Key"
    wrapped = settings.get("RecordWrapperType") == "RecordIO"
    return Channel(name, folder, sharded, piped=mode == "Pipe", wrapped=wrapped, declared=source)
