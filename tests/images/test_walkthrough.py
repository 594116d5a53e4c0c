"""The generated README and docs, word for word: every command is run, and its output compared with what is shown."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import environments
from aws import Ecr, running_ecr
from console import Command, Session, commands, matches, part
from template import ROOT, Template

SLUG = "readme-walkthrough"  # no other test builds images that begin so
TEMPLATE = Template(ROOT)
GIGABYTES = {"pytorch", "keras", "transformers"}  # of image, which would take longer to build than all the others
ALGORITHMS = [name for name in TEMPLATE.choices()["algorithm"] if name not in GIGABYTES]
# Each on another pair of a stack and a base image; test_image.py has the other pairs, test_algorithms.py all stacks.
COVERING = [(algorithm, *pair) for algorithm, pair in zip(ALGORITHMS, TEMPLATE.stacks_on_bases(), strict=False)]
HOSTS = "docs/hosts.md"  # where the algorithm trains on several; it cannot know the image's name, and says EXAMPLE
EXAMPLE = "my-model"
ACCOUNT = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture
def session(request, bake, tmp_path) -> Iterator[Session]:
    algorithm, stack, base = request.param
    slug = f"{SLUG}-{algorithm}"
    answers = {"project_slug": slug, "algorithm": algorithm, "server_stack": stack, "base_image": base}
    project = bake.into(tmp_path / "a folder", **answers)
    environments.leave_out_libraries_for_gpus(project)
    with Session(project, {"DOCKER_CONFIG": docker_config(tmp_path)}) as session:
        yield session
    subprocess.run(["docker", "image", "rm", slug, f"{slug}-serve"], capture_output=True, check=False)


def docker_config(folder: Path) -> str:
    """A folder of the test's own for what `docker login` remembers."""
    (folder / "docker").mkdir()
    with suppress(FileNotFoundError):
        (folder / "docker" / "cli-plugins").symlink_to(Path.home() / ".docker" / "cli-plugins")
    return str(folder / "docker")


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.parametrize("session", COVERING[:1], ids="+".join, indirect=True)
def test_the_way_with_docker_from_build_to_push(session, tmp_path):
    with running_ecr(tmp_path) as ecr:
        session.environment |= ecr.environment
        session.run(*with_docker(session))
        session.run(*commands(part(text(session, "README.md"), "Deploy").replace(ACCOUNT, ecr.registry)))
        assert session.folder.name in ecr.repositories()  # beside those of other tests: moto keeps one state a process
        assert_a_changed_program_is_a_small_push(session, ecr)
        session.run(Command("make push-serve", ["…", f"{ecr.registry}/{session.folder.name}-serve:latest"]))
        assert pushed_size(ecr, f"{session.folder.name}-serve") < pushed_size(ecr, session.folder.name)
    session.stop()
    assert {path.owner() for path in session.folder.rglob("*")} == {session.folder.owner()}


def text(session: Session, name: str) -> str:
    return (session.folder / name).read_text()


def with_docker(session: Session) -> list[Command]:
    """What the README says of Docker, and then the walkthrough."""
    return [*commands(part(text(session, "README.md"), "With Docker")), *commands(text(session, "docs/walkthrough.md"))]


def assert_a_changed_program_is_a_small_push(session: Session, ecr: Ecr) -> None:
    name = session.folder.name
    _, before = ecr.manifest(name, "latest")
    with (session.folder / "program/algorithm.py").open("a") as file:
        file.write("# changed\n")
    session.run(Command("make push", ["…"]))
    _, after = ecr.manifest(name, "latest")
    pushed = [layer["size"] for layer in after["layers"] if layer not in before["layers"]]
    assert len(pushed) == 1 and sum(pushed) < 100_000


def pushed_size(ecr: Ecr, name: str) -> int:
    return sum(layer["size"] for layer in ecr.manifest(name, "latest")[1]["layers"])


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.parametrize("session", COVERING[1:], ids="+".join, indirect=True)
def test_the_way_with_docker_for_other_algorithms_stacks_and_bases(session):
    session.run(*with_docker(session))
    if (session.folder / HOSTS).exists():
        first, *with_image = commands(text(session, HOSTS).replace(EXAMPLE, session.folder.name))
        assert "IMAGE" not in first.line  # test_algorithms.py runs it
        session.run(*with_image)


def test_there_is_no_command_that_no_test_runs(bake):
    algorithm = next(each for each in ALGORITHMS if (bake(algorithm=each) / HOSTS).exists())
    project = bake(algorithm=algorithm)
    readme = (project / "README.md").read_text()
    tested = [part(readme, heading) for heading in ("Quick start", "With Docker", "Deploy")]  # see test_demo.py too
    assert commands(readme) == [command for text in tested for command in commands(text)]
    # For the last two see test_bring_csv.py, test_bring_your_own.py and test_sbom.py.
    elsewhere = {"walkthrough.md", "hosts.md", "bring-your-own.md", "packages.md"}
    pages = [page for page in project.rglob("*.md") if page != project / "README.md"]
    assert {page.name for page in pages if commands(page.read_text())} == elsewhere
    assert len(commands(readme)) > 10 and len(commands((project / "docs/walkthrough.md").read_text())) > 10


@pytest.mark.parametrize(
    ("shown", "came", "same"),
    [
        (["a", "b"], "a\nb\n", True),
        (["a"], "a\nb\n", False),
        (["…", "b"], "a\n\nb\n", True),
        (["…", "b"], "b\n", True),
        (["took … s"], "took 1.2 s\n", True),
        (["took … s"], "took 1.2 s\nand more\n", False),
        ([], "", True),
        ([], "a\n", False),
    ],
)
def test_an_ellipsis_stands_for_anything_in_its_place_and_nothing_else_does(shown, came, same):
    assert matches(shown, came) is same
