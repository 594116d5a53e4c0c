"""Writes the sample requests in local_test/, of rows that the model was trained on or judged by, and what it answers.

The tests in tests/ compare with these; after other data have taken the example's place, they hold again.
"""

import csv
import io
import json
import os
import sys
from pathlib import Path

import numpy as np

import algorithm
import predictor
from byoc.errors import InputError, ModelError
from byoc.paths import Paths
from byoc.serving.predictor import Predictor
from byoc.settings import Settings
from byoc.signature import Feature, Signature
from byoc.training import hyperparameters
from byoc.training.job import Job

LOCAL_TEST = Path("local_test")
ROWS = 10  # in payload.csv
TRAIN = "train it with: make train"
Row = list[float | str | None]


def main() -> None:
    paths = Paths(Path(os.environ.get("TEST_DIR", LOCAL_TEST / "test_dir")).resolve())
    signature = Signature.load(paths.model)
    channel, rows = read(paths, signature)
    body = lines(rows)
    answer = Predictor(paths.model, Settings.from_environment({}), predictor).respond(body, "text/csv", "text/csv")
    content = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
    if answer.status != 200:
        raise ModelError(f"the model answers the rows with status {answer.status}: {content.decode().strip()}; {TRAIN}")
    write("payload.csv", body)
    write("payload.json", (json.dumps({"instances": rows}, ensure_ascii=False, indent=2) + "\n").encode())
    write("expected.csv", content)
    print(f"{LOCAL_TEST}: payload.csv, payload.json and expected.csv have {len(rows)} rows of the channel {channel}")


def read(paths: Paths, signature: Signature) -> tuple[str, list[Row]]:
    """The channel, `validation` if there is one, and rows spread evenly over it, of the signature's columns.

    Raises InputError for data that cannot be read, or that lack a column.
    """
    job = Job(paths)
    settings = hyperparameters.read(paths.config, algorithm.Hyperparameters)
    job.choose_columns(settings)
    name = "validation" if "validation" in job.channels else "training"
    texts = [feature.name for feature in signature.features if feature.is_text]
    named = getattr(settings, "feature_names", None)
    _, records = job.channel(name).read_records(None if named else texts)
    columns = records.dtype.names
    if not named and (lacking := {feature.name for feature in signature.features} - {*columns}):
        raise InputError(f"channel {name!r} lacks the column {min(lacking)!r} of the trained model; {TRAIN}")
    if len(columns) != len(signature.features):
        raise InputError(
            f"channel {name!r} has {len(columns)} features, the trained model {len(signature.features)}; {TRAIN}"
        )
    chosen = records[np.unique(np.linspace(0, len(records) - 1, ROWS).astype(int))]
    sources = columns if named else [feature.name for feature in signature.features]
    return name, [
        [cell(record[source], feature) for source, feature in zip(sources, signature.features, strict=True)]
        for record in chosen
    ]


def cell(value: np.float32 | str, feature: Feature) -> float | str | None:
    """As JSON has it, in as few digits as give the same float32; None where it is missing."""
    if feature.is_text:
        return str(value) or None
    if np.isnan(value):
        return None
    number = float(str(value))
    return int(number) if number.is_integer() else number


def lines(rows: list[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def write(name: str, content: bytes) -> None:
    (LOCAL_TEST / name).write_bytes(content)


if __name__ == "__main__":
    try:
        main()
    except (InputError, ModelError) as error:
        sys.exit(f"make samples: {error}")
