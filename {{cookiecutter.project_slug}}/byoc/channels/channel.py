"""One input channel: its files or FIFOs, and the rows in them (T-20 to T-25)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from io import BufferedReader, BytesIO
from pathlib import Path

import numpy as np

from byoc import status
from byoc.channels.labelled import LabelledRows
from byoc.channels.labelled_records import NAME_IT, LabelledRecords
from byoc.channels.pipes import open_fifo
from byoc.channels.recordio import records
from byoc.errors import NoRowsError


@dataclass(frozen=True)
class Channel:
    """One channel: `/opt/ml/input/data/<name>`, a read-only folder (T-21), or in Pipe mode FIFOs beside its place."""

    name: str
    folder: Path
    sharded: bool = False  # whether each host has only its share of the files, which may be none (D-07, T-25)
    piped: bool = False
    wrapped: bool = False  # whether the FIFO holds a RecordIO record for each file (T-23)
    found: dict[str, int] = field(default_factory=dict, compare=False)  # the rows in each file that was read

    def files(self) -> list[Path]:
        """Every data file below the folder, in a stable order. S3 prefixes arrive as sub-folders (T-20).

        Neither hidden files, nor those in hidden folders, nor S3 manifests are data.
        """
        return sorted(file for file in self.folder.rglob("*") if file.is_file() and self._is_data(file))

    @property
    def here(self) -> bool:
        """Whether this host was given any of it; on others there may be more (D-07, D-11)."""
        return self.piped or bool(self.files())

    def fifo(self, epoch: int) -> Path:
        """Where SageMaker writes the epoch, which counts from 0, in Pipe mode (T-22)."""
        return self.folder.with_name(f"{self.name}_{epoch}")

    def read_labelled(self, epoch: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Read Parquet, or CSV without header, gzipped or not: the label first, then numbers.

        In Pipe mode each epoch can be read once, in turn; in the other modes all are the same.
        Returns the labels (n, int64 if all are plain whole numbers, else str) and the features (n × m, float64).
        Raises InputError, naming file and line or row, for a row that does not fit or if there are no rows.
        """
        return self._read(LabelledRows(), epoch)

    def read_records(
        self, categories: Collection[str] | None = None, epoch: int = 0, advice: str = NAME_IT
    ) -> tuple[np.ndarray, np.ndarray]:
        """Read Parquet, or CSV with a header or without, gzipped or not, whose columns differ: the label first.

        The columns named in `categories` hold text, the others numbers; without it, a column's first value says which
        of the two all of them must be. An empty cell or null is a missing value. A first line without a number and
        without an empty cell is a header; without one, the columns are feature_1 and so on. `advice` is what the
        refusal of a value that does not go with its column says to do about it.
        Returns the labels (as `read_labelled`) and the records (n), a structured array with a field for each column:
        float32, NaN where it is missing, or text, "" where it is missing. Raises InputError as `read_labelled` does.
        """
        return self._read(LabelledRecords(categories, advice), epoch)

    def _read(self, rows: LabelledRows, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        status.update(f"reading channel {self.name}")
        for name, content in self.streams(epoch):
            before = len(rows)
            rows.read(name, content)
            self.found[name] = len(rows) - before
        if not len(rows):
            raise NoRowsError(self._nothing(epoch))
        return rows.arrays()

    def streams(self, epoch: int = 0) -> Iterator[tuple[str, BufferedReader]]:
        """The name and the bytes of one file after the other; each is closed when the next is asked for.

        Pipe mode joins all files to one, unless RecordWrapperType is RecordIO. Then an augmented manifest comes as the
        attributes of one object after the other (T-23). Raises InputError if SageMaker does not provide the epoch's
        FIFO, or if it is not RecordIO where it ought to be.
        """
        if not self.piped:
            for file in self.files():
                with file.open("rb") as content:
                    yield str(file), content
            return
        with open_fifo(self.fifo(epoch)) as content:
            if self.wrapped:
                for name, record in records(str(self.fifo(epoch)), content):
                    yield name, BufferedReader(BytesIO(record))
            else:
                yield str(self.fifo(epoch)), content

    def _is_data(self, file: Path) -> bool:
        hidden = any(part.startswith(".") for part in file.relative_to(self.folder).parts)
        return not hidden and file.suffix != ".manifest" and file.name != f"{self.name}-manifest"

    def _nothing(self, epoch: int) -> str:
        place = self.fifo(epoch) if self.piped else self.folder
        if self.sharded and not self.here:
            return (
                f"channel {self.name!r} gave this host no files: with S3DistributionType=ShardedByS3Key there must be "
                f"at least as many files as hosts, else use FullyReplicated; looked in {place}"
            )
        return f"channel {self.name!r} holds no rows: looked for CSV and Parquet in {place}"
