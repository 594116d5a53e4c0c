"""The files of a channel that are data, and not what tools leave beside it."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from byoc.errors import InputError

# Hidden files, S3 manifests and folders, checksums, Athena's metadata, and what Spark and Delta Lake tell themselves.
NO_DATA = re.compile(
    r"\..*|.*\.(manifest|metadata|crc)|.*_\$folder\$"
    r"|_SUCCESS|_FAILURE|_(committed|started)_.*|_(common_)?metadata|_temporary|_spark_metadata|_delta_log"
)


def find(folder: Path, manifest: str) -> list[Path]:
    """All below the folder, links followed, in order; `manifest` is the name of one more file that is none.

    Raises InputError for a link to nothing.
    """
    return sorted(file for file in _files(folder, {folder.resolve()}) if file.name != manifest)


def _files(folder: Path, seen: set[Path]) -> Iterator[Path]:
    """`seen` are the folders that were read: links can lead to one again, or round in a circle."""
    for found in sorted(folder.iterdir()) if folder.is_dir() else []:
        if NO_DATA.fullmatch(found.name):
            continue
        if found.is_dir():
            real = found.resolve()
            if real not in seen:
                seen.add(real)
                yield from _files(found, seen)
        elif found.is_file():
            yield found
        elif found.is_symlink():
            raise InputError(f"{found}: a link to {os.readlink(found)}, which is not there; mend or remove it")
