"""What is wrong with the files of a model, and the command that mends it."""

import os
import stat
from itertools import islice
from pathlib import Path

from byoc.errors import ModelError

LFS = b"version https://git-lfs.github.com/spec/"
PAGES = b"<!doctype", b"<html", b"<?xml", b"<error"
ARCHIVES = {b"\x1f\x8b": "a gzip archive", b"PK\x03\x04": "a zip archive"}
ARE_ZIP = {".npz", ".zip", ".pt", ".keras"}  # models by their names


def check(file: Path) -> None:
    """Raise ModelError if the file is not where it must be, cannot be read, or plainly is something else."""
    try:
        with file.open("rb") as content:
            start = content.read(1024)
    except PermissionError:
        raise ModelError(f"{file} cannot be read: {_forbidden(file)}") from None
    except OSError:
        raise ModelError(_missing(file)) from None
    if (other := kind(start)) and not (file.suffix in ARE_ZIP and start.startswith(b"PK")):
        raise ModelError(f"{file} is {other}")


def kind(start: bytes) -> str:
    """What a file that begins so is, if plainly no model; "" if it may be one."""
    if not start:
        return "empty: copy it again"
    if start.startswith(LFS):
        return "a Git LFS pointer, not the model: run git lfs pull, and pack the model again"
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(PAGES):
        return "a page of HTML or XML, not the model: its download was refused or redirected; download it again"
    archive = next((name for magic, name in ARCHIVES.items() if start.startswith(magic)), "")
    return f"{archive}, not the model: unpack it, and pack what is in it" if archive else ""


def _missing(file: Path) -> str:
    found = next(islice(file.parent.glob(f"*/**/{file.name}"), 1), None)
    if found:
        return (
            f"no model: {file} is missing, but there is {found}: the archive has a folder too many; "
            f"pack what is in that folder, with: tar -czf model.tar.gz -C {found.parent.name} ."
        )
    return f"no model: {file} is missing; train first, or give the container the model's archive"


def _forbidden(file: Path) -> str:
    """The first of the folders on the way, or the file itself, that this user may not enter or read."""
    for path in (*reversed(file.parents), file):
        if not os.access(path, os.X_OK if path != file else os.R_OK, effective_ids=True):
            break
    known = path.stat()
    return (
        f"{path} has mode {stat.S_IMODE(known.st_mode):o} and belongs to user {known.st_uid}, this is user "
        f"{os.geteuid()}; before it is packed: chmod -R a+rX {path.name}"
    )
