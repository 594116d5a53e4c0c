"""A local file or folder in the bucket, below a prefix that a hash of its content names.

So what is there already is known by its name, and what a job has read stays as it was.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from byoc.tools.aws.account import Account
from byoc.tools.aws.calls import Call, pages
from byoc.tools.aws.errors import UsageError
from byoc.tools.aws.owned.names import Names, content_hash
from byoc.tools.aws.plan import Step

USES = frozenset({"s3:ListObjectsV2", "s3:PutObject"})
LARGEST = 5 * 1000**3  # bytes; of one PutObject, AWS's limit is 5 GiB


class Body(io.RawIOBase):
    """A file's content, open only while it is read: a channel may have more files than may be open at once."""

    def __init__(self, path: Path):
        self._path, self._size, self._place = path, path.stat().st_size, 0

    def __str__(self) -> str:
        return str(self._path)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        with self._path.open("rb", buffering=0) as file:
            file.seek(self._place)
            count = file.readinto(buffer)
        self._place += count
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        return self._place

    def tell(self) -> int:
        return self._place


@dataclass(frozen=True)
class Upload:
    """What is to be in the bucket. `source` is the local path as sagemaker.toml or the command line has it."""

    source: str
    uri: str  # of the prefix; it ends with a slash
    files: dict[str, Path]  # by their names below the prefix

    @classmethod
    def of(cls, names: Names, purpose: str, source: str, root: Path) -> "Upload":
        """Of a file or folder, relative to `root`; reads all of it. Raises UsageError if nothing can be uploaded."""
        path = root / source
        files = {each.relative_to(path if path.is_dir() else path.parent).as_posix(): each for each in _files(path)}
        if not files:
            raise UsageError(f"{source} holds no file; put the data there, or correct the path")
        for each in files.values():
            if each.stat().st_size > LARGEST:
                raise UsageError(
                    f"{each} has {each.stat().st_size / 1000**3:.1f} GB, and one upload takes 5; upload it with "
                    "`aws s3 cp`, and name its s3:// URI instead"
                )
        digests = {name: _digest(each) for name, each in files.items()}
        return cls(source, f"{names.uri(purpose, content_hash(digests, 16))}/", files)

    def step(self, account: Account) -> Step:
        """The calls for those of the files that are not there yet."""
        bucket, _, prefix = self.uri.removeprefix("s3://").partition("/")
        listing = Call("s3", "ListObjectsV2", {"Bucket": bucket, "Prefix": prefix}, f"what is there of {self.source}")
        there = {each["Key"] for each in pages(account, listing, "Contents")}
        missing = {name: path for name, path in self.files.items() if f"{prefix}{name}" not in there}
        if not missing:
            return Step("keep", "data", self.uri, f"{self.source} is there already")
        calls = [
            Call("s3", "PutObject", {"Bucket": bucket, "Key": f"{prefix}{name}", "Body": Body(path)}, name)
            for name, path in missing.items()
        ]
        size = sum(path.stat().st_size for path in missing.values())
        count = f"{len(missing)} of {len(self.files)} files, {size / 1000**2:.1f} MB"
        return Step("upload", "data", self.uri, f"{count}, from {self.source}", tuple(calls))


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    yield from sorted(each for each in path.rglob("*") if each.is_file())


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
