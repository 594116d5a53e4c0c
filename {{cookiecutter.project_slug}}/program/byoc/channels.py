"""The input channels: which there are, and the rows in their files (T-14, T-15, T-18, T-20)."""

import csv
import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np

from byoc.errors import InputError
from byoc.paths import Paths

MODES = ("File", "FastFile")
GZIP = b"\x1f\x8b"  # how every gzip file begins, whatever its name


@dataclass(frozen=True)
class Channel:
    """One channel's folder, `/opt/ml/input/data/<name>`. It is read-only (T-21)."""

    name: str
    folder: Path
    sharded: bool = False  # whether each host has only its share of the files, which may be none (D-07, T-25)

    def files(self) -> list[Path]:
        """Every data file below the folder, in a stable order. S3 prefixes arrive as sub-folders (T-20)."""
        return sorted(file for file in self.folder.rglob("*") if file.is_file() and not file.name.startswith("."))

    def read_labelled_csv(self) -> tuple[np.ndarray, np.ndarray]:
        """Read CSV files without header: the label first, then numbers.

        Returns the labels (n, int64 if all are plain whole numbers, else str) and the features (n × m, float64).
        Raises InputError, naming file and line, for a row that does not fit or if there are no rows.
        """
        labels: list[str] = []
        features: list[list[float]] = []
        for where, cells in self._csv_rows():
            row = _numbers(cells[1:], where)
            if features and len(row) != len(features[0]):
                raise InputError(f"{where}: {len(row)} features, but the rows before it have {len(features[0])}")
            labels.append(_label(cells[0], where))
            features.append(row)
        if not features:
            why = "; with S3DistributionType=ShardedByS3Key a host may get no files" if self.sharded else ""
            raise InputError(f"channel {self.name!r} holds no rows: looked for CSV files in {self.folder}{why}")
        return _labels(labels), np.array(features)

    def _csv_rows(self) -> Iterator[tuple[str, list[str]]]:
        for file in self.files():
            with _open_text(file) as lines:
                reader = csv.reader(lines, skipinitialspace=True)
                try:
                    for cells in reader:
                        if cells:
                            yield f"{file}, line {reader.line_num}", cells
                except (csv.Error, UnicodeDecodeError, gzip.BadGzipFile, EOFError, zlib.error) as error:
                    raise InputError(f"{file}, after line {reader.line_num}: not CSV in UTF-8: {error}") from None


def discover(paths: Paths) -> dict[str, Channel]:
    """The job's channels by name: those that inputdataconfig.json declares.

    Without that file, as in the classic `test_dir`, every folder in `/opt/ml/input/data` is one. Files beside
    the folders, such as manifests, never are (T-18). Raises InputError if the file is not what SageMaker writes, or
    names an input mode that is not read here, such as Pipe (T-24).
    """
    declaration = paths.config / "inputdataconfig.json"
    if declaration.exists():
        return {name: _declared(name, paths, settings) for name, settings in _declarations(declaration).items()}
    folders = sorted(paths.data.iterdir()) if paths.data.is_dir() else []
    return {folder.name: Channel(folder.name, folder) for folder in folders if folder.is_dir()}


def _declarations(file: Path) -> dict[str, dict[str, str]]:
    try:
        return {name: dict(settings) for name, settings in json.loads(file.read_text(encoding="utf-8")).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"inputdataconfig.json must hold an object of channels: {file}: {error}") from None


def _declared(name: str, paths: Paths, settings: dict[str, str]) -> Channel:
    mode = settings.get("TrainingInputMode", "File")
    if mode not in MODES:
        known = " or ".join(MODES)
        raise InputError(f"channel {name!r} has TrainingInputMode={mode}, which is not read here: use {known}")
    return Channel(name, paths.data / name, sharded=settings.get("S3DistributionType") == "ShardedByS3Key")


def _open_text(file: Path) -> TextIO:
    with file.open("rb") as opened:
        zipped = opened.read(len(GZIP)) == GZIP
    return (gzip.open if zipped else open)(file, "rt", newline="", encoding="utf-8-sig")


def _numbers(cells: list[str], where: str) -> list[float]:
    try:
        row = [float(cell) for cell in cells]
    except ValueError:
        column, cell = next((n, cell) for n, cell in enumerate(cells, start=2) if not _is_number(cell))
        raise InputError(
            f"{where}, column {column}: {cell!r} is not a number; a row is a label and then numbers, without header"
        ) from None
    if not row:
        raise InputError(f"{where}: a row needs a label and at least one feature")
    if not np.isfinite(row).all():
        raise InputError(f"{where}: {', '.join(cells)}: every feature must be a finite number")
    return row


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _label(cell: str, where: str) -> str:
    if not cell.strip():
        raise InputError(f"{where}, column 1: the label is missing")
    return cell.strip()


def _labels(labels: list[str]) -> np.ndarray:
    try:
        numbers = np.array([int(label) for label in labels], dtype=np.int64)
    except (ValueError, OverflowError):
        return np.array(labels)
    return numbers if numbers.astype(str).tolist() == labels else np.array(labels)  # int() would take 007 for 7
