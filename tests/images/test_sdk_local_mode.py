"""SageMaker's Python SDK, versions 2 and 3 as PyPI has them, in local mode with the default project's image.

What local mode does to a container (LM-01 to LM-09) it does in these runs: one that cannot bear it fails here.
"""

import json
import re
import subprocess
import tarfile
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sdk_user import SDK, User, install

pytestmark = [pytest.mark.docker, pytest.mark.slow]

IMAGE = f"byoc-template-sdk-{uuid.uuid4().hex[:8]}"
# Of payload.csv, with the three leaves that the scripts ask for; with four, the sixth would be virginica.
SETOSA, VERSICOLOR, VIRGINICA = "setosa", "versicolor", "virginica"
LABELS = [SETOSA] * 3 + [VERSICOLOR, VIRGINICA, VERSICOLOR, VIRGINICA, VERSICOLOR, VERSICOLOR, VIRGINICA]


@pytest.fixture(scope="module")
def project(bake) -> Iterator[Path]:
    """The default project, its image built."""
    project = bake()
    with built(project, IMAGE):
        yield project


@pytest.fixture(scope="module")
def spreading(bake) -> Iterator[tuple[str, Path]]:
    """The image of an algorithm that spreads over the hosts, and its example."""
    project = bake(algorithm="xgboost")
    with built(project, f"{IMAGE}-spreads") as image:
        yield image, project / "local_test/test_dir/input/data/training"


@pytest.fixture(scope="module", params=["v2", "v3"])
def sdk(request, tmp_path_factory) -> tuple[Path, Path]:
    """The folder of a version's scripts, and the Python that has this version."""
    return SDK / request.param, install(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture
def user(sdk) -> Iterator[User]:
    with tempfile.TemporaryDirectory(prefix="byoc-sdk-", ignore_cleanup_errors=True) as folder:
        yield User(sdk[1], Path(folder))


@contextmanager
def built(project: Path, image: str) -> Iterator[str]:
    """The project's image, removed in the end with whatever containers are left."""
    subprocess.run([project / "deploy/build.sh", image], check=True)
    yield image
    if left := containers(image, "--all"):
        subprocess.run(["docker", "rm", "--force", *left], check=True)
    subprocess.run(["docker", "image", "rm", image], check=True)


def containers(image: str, *options: str) -> list[str]:
    command = ["docker", "ps", "--quiet", "--filter", f"ancestor={image}", *options]
    return subprocess.check_output(command, text=True).split()


def test_sdk_trains_serves_predicts_and_transforms(sdk, project, user):
    data = project / "local_test"
    batch = user.folder / "batch"
    batch.mkdir()
    (batch / "payload.csv").write_bytes((data / "payload.csv").read_bytes())
    training = data / "test_dir/input/data/training"
    result = user.run(
        user.python, sdk[0] / "local_mode.py", IMAGE, training, batch / "payload.csv", data / "payload.json"
    )
    assert result.returncode == 0, result.stdout

    [model] = user.work.glob("*/model.tar.gz")
    with tarfile.open(model) as archive:
        assert {"model.onnx", "signature.json"} <= set(archive.getnames())
        signature = json.load(archive.extractfile("signature.json"))
    assert signature["features"][0]["name"] == "sepal_length"  # a list, in each version's own encoding (T-11)
    answers = json.loads((user.work / "answers.json").read_text())
    assert answers["csv"] in ("\n".join([*LABELS, ""]), [[label] for label in LABELS])
    assert answers["json"] == {"predictions": [LABELS[0], LABELS[3], LABELS[7]]}
    assert (user.work / "transformed/payload.csv.out").read_text().splitlines() == LABELS
    assert not containers(IMAGE)
    assert not user.internet.asked_for
    removal = user.run("rm", "-r", *user.work.iterdir())
    assert removal.returncode == 0, removal.stdout  # LM-10


def test_two_instances_train_together(sdk, spreading, user):
    result = user.run(user.python, sdk[0] / "two_hosts.py", *spreading)
    assert result.returncode == 0, result.stdout
    shares = re.findall(r"training on 455 rows of 30 features, (\d+) of them on this host", result.stdout)
    assert sorted(shares) == ["227", "228"], result.stdout
    [model] = user.work.glob("*/model.tar.gz")
    with tarfile.open(model) as archive:
        assert {"model.onnx", "signature.json"} <= set(archive.getnames())


@pytest.mark.parametrize("sdk", ["v3"], indirect=True)
def test_version_3_runs_a_script_of_the_users(sdk, project, user):
    training = project / "local_test/test_dir/input/data/training"
    result = user.run(user.python, sdk[0] / "own_script.py", IMAGE, training, sdk[0] / "code")  # T-36
    assert result.returncode == 0, result.stdout
    with tarfile.open(user.work / "compressed_artifacts/model.tar.gz") as archive:
        given = json.load(archive.extractfile("given.json"))
    assert given["rows"] == 150
    assert given["hyperparameters"] == {"criterion": "entropy", "max_leaf_nodes": 3, "max_depth": None}
    assert "training" in given["channels"]
    assert not containers(IMAGE)
    assert not user.internet.asked_for
