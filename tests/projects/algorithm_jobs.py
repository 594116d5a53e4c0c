"""What the tests of every algorithm share: rows in a channel, a job of it in this process, what that leaves."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import algorithm
import predictor
from byoc.paths import Paths
from byoc.serving.predictor import Predictor
from byoc.settings import Settings
from byoc.signature import Signature
from byoc.training import runner

PROJECT = Path(algorithm.__file__).resolve().parents[1]
LOCAL_TEST = PROJECT / "local_test"


def channel(paths: Paths, content: str, name: str = "training") -> None:
    """Let the channel hold a file of this content."""
    (paths.data / name).mkdir(exist_ok=True)
    (paths.data / name / "rows.csv").write_text(content, encoding="utf-8")


def train(paths: Paths, **hyperparameters: str) -> int:
    """Run a job with these hyperparameters, and give its exit code."""
    (paths.config / "hyperparameters.json").write_text(json.dumps(hyperparameters))
    return runner.run(lambda: algorithm)


def served(paths: Paths) -> Predictor:
    """What answers with the model that a job left."""
    return Predictor(paths.model, Settings.from_environment({}), predictor)


def answers_its_payloads(paths: Paths, *predictions: str) -> None:
    """The example's model answers payload.csv with expected.csv, and payload.json with these predictions."""
    model = served(paths)
    answer = model.respond((LOCAL_TEST / "payload.csv").read_bytes(), "text/csv", "")
    assert answer.body == (LOCAL_TEST / "expected.csv").read_bytes()
    answer = model.respond((LOCAL_TEST / "payload.json").read_bytes(), "application/json", "")
    assert json.loads(answer.body) == {"predictions": [*predictions]}


def left(paths: Paths) -> set[str]:
    """The files of a job, but for its input."""
    files = {file.relative_to(paths.base).as_posix() for file in paths.base.rglob("*") if file.is_file()}
    return {file for file in files if not file.startswith("input/")}


def model_and_report(*pictures: str) -> set[str]:
    """What is left of a job whose report has these pictures."""
    files = {f"output/data/{picture}.svg" for picture in pictures}
    return {"model/model.onnx", "model/signature.json", "output/data/report.html", *files}


def report(paths: Paths) -> str:
    """The report's page, after a look whether it stands on its own and holds every picture that is also a file."""
    page = (paths.output_data / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "the report is not complete" not in page
    assert set(re.findall(r"https?://[^\s\"'<>]+", page)) == {"http://www.w3.org/2000/svg"}
    for file in paths.output_data.glob("*.svg"):
        picture = file.read_text(encoding="utf-8")
        assert picture in page
        ElementTree.fromstring(picture)
    return page


def refused(paths: Paths, message: str, **hyperparameters: str) -> None:
    """A job ends with the message in its first line, and leaves no model."""
    assert train(paths, **hyperparameters) == 1
    first_line = paths.failure.read_text().splitlines()[0]
    assert first_line.startswith("Exception during training: ")
    assert message in first_line
    assert list(paths.model.iterdir()) == []


def learns_the_column_that_is_chosen(paths: Paths, **hyperparameters: str) -> None:
    """A job with `target` and `ignore` leaves a model of the other columns, which answers with the target's labels."""
    rows = [f"{n},{n % 2 + n / 100},{'ab'[n % 2]},{n % 5}" for n in range(60)]
    channel(paths, "\n".join(["row,width,kind,height", *rows, ""]))
    channel(paths, "\n".join(["kind,height,row,width", "a,1,7,0.25", "b,1,8,1.25", ""]), "validation")
    assert train(paths, target="kind", ignore="row", **hyperparameters) == 0, paths.failure.read_text()
    signature = Signature.load(paths.model)
    assert [feature.name for feature in signature.features] == ["width", "height"]
    assert signature.labels == ("a", "b")
    assert served(paths).respond(b"0.1,2\n1.3,2\n", "text/csv", "").body == b"a\nb\n"
