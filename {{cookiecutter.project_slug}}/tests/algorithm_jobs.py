"""What the tests of every algorithm share: rows in a channel, a job of it in this process, what that leaves."""

import json
import re
from xml.etree import ElementTree

import algorithm
from byoc import job
from byoc.paths import Paths
from byoc.settings import Settings
from predictor import Predictor


def channel(paths: Paths, content: str, name: str = "training") -> None:
    """Let the channel hold a file of this content."""
    (paths.data / name).mkdir(exist_ok=True)
    (paths.data / name / "rows.csv").write_text(content, encoding="utf-8")


def train(paths: Paths, **hyperparameters: str) -> int:
    """Run a job with these hyperparameters, and give its exit code."""
    (paths.config / "hyperparameters.json").write_text(json.dumps(hyperparameters))
    return job.run(lambda: algorithm)


def served(paths: Paths) -> Predictor:
    """What answers with the model that a job left."""
    return Predictor(paths.model, Settings.from_environment({}))


def left(paths: Paths) -> set[str]:
    """The files of a job, but for its input."""
    files = {file.relative_to(paths.base).as_posix() for file in paths.base.rglob("*") if file.is_file()}
    return {file for file in files if not file.startswith("input/")}


def report(paths: Paths) -> str:
    """The report's page, after a look whether it stands on its own and holds every picture that is also a file."""
    page = (paths.output_data / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
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
