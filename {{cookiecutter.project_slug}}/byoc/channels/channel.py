"""One input channel: its files or FIFOs, and the rows in them (T-20 to T-25)."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from io import BufferedReader, BytesIO
from pathlib import Path

import numpy as np

from byoc import status
from byoc.channels import indexes
from byoc.channels.chosen import ChosenColumns
from byoc.channels.labelled import LabelledRows
from byoc.channels.labelled_records import LabelledRecords
from byoc.channels.streams import data_files
from byoc.channels.streams.pipes import open_fifo
from byoc.channels.streams.recordio import records
from byoc.channels.text_columns import NAME_IT
from byoc.errors import InputError, NoRowsError, listed
from byoc.records import category


@dataclass(frozen=True)
class Channel:
    """One channel: `/opt/ml/input/data/<name>`, a read-only folder (T-21), or in Pipe mode FIFOs beside its place."""

    name: str
    folder: Path
    sharded: bool = False  # whether each host has only its share of the files, which may be none (D-07, T-25)
    piped: bool = False
    wrapped: bool = False  # whether the FIFO holds a RecordIO record for each file (T-23)
    declared: Path | None = field(default=None, compare=False)  # the inputdataconfig.json that has it
    chosen: ChosenColumns = field(default_factory=ChosenColumns)
    found: dict[str, int] = field(default_factory=dict, compare=False)  # the rows in each file that was read

    def files(self) -> list[Path]:
        """Every data file below the folder, in a stable order. S3 prefixes arrive as sub-folders (T-20).

        Links are followed. Neither hidden files, nor those in hidden folders, nor S3 manifests are data, nor what
        Spark, Athena and the like leave beside it. Raises InputError for a link to nothing.
        """
        return data_files.find(self.folder, manifest=f"{self.name}-manifest")

    @property
    def here(self) -> bool:
        """Whether this host was given any of it; on others there may be more (D-07, D-11)."""
        return self.piped or bool(self.files())

    def fifo(self, epoch: int) -> Path:
        """Where SageMaker writes the epoch, which counts from 0, in Pipe mode (T-22)."""
        return self.folder.with_name(f"{self.name}_{epoch}")

    def read_labelled(
        self, epoch: int = 0, trained: int = 0, names: Sequence[str] = ()
    ) -> tuple[np.ndarray, np.ndarray]:
        """Read Parquet, or CSV without header, gzipped or not: the label first, or else `chosen`, then numbers.

        A header is read if columns are chosen. In Pipe mode each epoch can be read once, in turn; in the other modes
        all are the same. `trained` is how many features there must be, if training has said so, and `names` are theirs.
        Returns the labels (n, int64 if all are plain whole numbers, else str) and the features (n × m, float32), in the
        order of the `names`, where these rows have names, too.
        Raises InputError, naming file and line or row, for a row that does not fit or if there are no rows.
        """
        found, labels, features = self.read_named(epoch, trained)
        if names and found and found != [*names]:
            if sorted(found) != sorted(names):
                raise InputError(
                    f"channel {self.name!r} has the columns {listed(found)}, but training has {listed(names)}"
                )
            features = features[:, [found.index(name) for name in names]]
        return labels, features

    def read_named(self, epoch: int = 0, trained: int = 0) -> tuple[list[str], np.ndarray, np.ndarray]:
        """The same, and before it the names of the features (m), if Parquet or a header gives any; else none."""
        rows = LabelledRows(self.chosen, trained)
        labels, features = self._read(rows, epoch)
        return rows.names, labels, features

    def read_records(
        self,
        categories: Collection[str] | None = None,
        epoch: int = 0,
        advice: str = NAME_IT,
        trained: Collection[str] | None = None,
        meaning: Callable[[str], str] = category,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Read Parquet, or CSV with a header or without, gzipped or not, whose columns differ: the label first, or else
        `chosen`.

        The columns named in `categories` hold text, the others numbers; without it, a column's first value says which
        of the two all of them must be. An empty cell, null or what pandas takes for one is a missing value. A first
        line without a number and without an empty cell is a header, unless the rows below show it to be one of them;
        without one, the columns are feature_1 and so on.
        `advice` is what the refusal of a value that does not go with its column says to do about it. `trained` are the
        columns that there must be, if training has said so; `meaning` gives the one text of all that are equal,
        or `str` leaves each as it is.
        Returns the labels (as `read_labelled`) and the records (n), a structured array with a field for each column:
        float32, NaN where it is missing, or text, "" where it is missing. Raises InputError as `read_labelled` does.
        """
        return self._read(LabelledRecords(self.chosen, categories, advice, trained, meaning), epoch)

    def _read(self, rows: LabelledRows, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        status.update(f"reading channel {self.name}")
        starts = []
        for name, content in self.streams(epoch):
            starts.append((name, before := len(rows)))
            rows.read(name, content)
            self.found[name] = len(rows) - before
        if not len(rows):
            raise NoRowsError(self._nothing(epoch))
        labels, features = rows.arrays()
        for (name, start), end in zip(starts, [*(start for _, start in starts[1:]), len(rows)], strict=True):
            indexes.refuse_labels(labels[start:end], name, rows.target, self.chosen)
            if not rows.headed:
                indexes.warn_of_first(labels[start:end], name)
            indexes.warn_of_features(rows.columns(features[start:end]), name)
        return labels, features

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

    def _nothing(self, epoch: int) -> str:
        place = self.fifo(epoch) if self.piped else self.folder
        if self.sharded and not self.here:
            return (
                f"channel {self.name!r} gave this host no files: with S3DistributionType=ShardedByS3Key there must be "
                f"at least as many files as hosts, else use FullyReplicated; looked in {place}"
            )
        nothing = f"channel {self.name!r} holds no rows: looked for CSV and Parquet in {place}"
        if self.declared and not (self.piped or self.folder.exists()):
            return f"{nothing}, which is not there: put files into it, or take the channel out of {self.declared}"
        return nothing
