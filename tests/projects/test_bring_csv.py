"""docs/bring-your-own.md of each algorithm that learns from a table, word for word, as its owner follows it."""

from pathlib import Path

import pytest

import houses
from console import Session, commands
from shared_environment import SharedEnvironment
from template import ROOT, Template

pytestmark = pytest.mark.slow

TEMPLATE = Template(ROOT)
TABULAR = [name for name in TEMPLATE.choices()["algorithm"] if "_tabular" in TEMPLATE.bases("algorithm", name)]
SAMPLES = ("payload.csv", "payload.json", "expected.csv")


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> SharedEnvironment:
    return SharedEnvironment(tmp_path_factory.mktemp("shared") / "venv")


@pytest.mark.parametrize("algorithm", TABULAR)
def test_the_walk_with_a_csv_of_ones_own(bake, shared, algorithm):
    project: Path = bake.anew(algorithm=algorithm)
    shared.give(project)
    houses.write(project.parent / "houses.csv")
    before = [(project / "local_test" / name).read_bytes() for name in SAMPLES]
    walk = commands((project / "docs/bring-your-own.md").read_text())
    assert [command.line for command in walk][-2:] == ["make predict | head -n 3", "make test"]
    with Session(project) as session:
        session.run(*walk)
    assert not {*before} & {(project / "local_test" / name).read_bytes() for name in SAMPLES}
