"""byoc/tools/image/pin_base_image.sh: the digest of the base image's tag, asked of a real registry."""

import hashlib
import subprocess
from collections.abc import Iterator

import pytest

from aws import PASSWORD, USER, Project, running_ecr

pytestmark = pytest.mark.docker


@pytest.fixture
def project(tmp_path) -> Iterator[Project]:
    """A project whose base image is in the registry."""
    with running_ecr(tmp_path) as ecr:
        project = Project.make(tmp_path, ecr)
        base = f"{ecr.registry}/{project.name}:stable"
        login = ["docker", "login", "--username", USER, "--password-stdin", ecr.registry]
        subprocess.run(login, input=PASSWORD, text=True, env=project.environment, check=True, capture_output=True)
        push(project, base)
        (project.folder / "base_image.txt").write_text(f"{base}\n")
        yield project
        project.remove_images()


def push(project: Project, image: str, content: str = "") -> None:
    source = f"FROM scratch\nCOPY Dockerfile /\nLABEL push-test={project.name} content={content!r}\n"
    (project.folder / "Dockerfile").write_text(source)
    assert project.run("build.sh", image).returncode == 0
    subprocess.run(["docker", "push", "--quiet", image], env=project.environment, check=True, capture_output=True)


def test_a_tag_is_pinned_and_followed(project):
    file = project.folder / "base_image.txt"
    base = file.read_text().strip()
    result = project.run("pin_base_image.sh")
    assert result.returncode == 0, result.stderr
    pinned = file.read_text()
    raw = subprocess.check_output(["docker", "buildx", "imagetools", "inspect", "--raw", base], env=project.environment)
    assert pinned == f"{base}@sha256:{hashlib.sha256(raw).hexdigest()}\n"

    assert "still" in project.run("pin_base_image.sh").stdout
    assert file.read_text() == pinned

    push(project, base, content="newer")
    assert project.run("pin_base_image.sh").returncode == 0
    assert file.read_text() != pinned
    assert file.read_text().partition("@")[0] == base


def test_what_cannot_be_resolved_stays_as_it_is(project):
    file = project.folder / "base_image.txt"
    file.write_text(before := file.read_text().replace(":stable", ":none"))
    result = project.run("pin_base_image.sh")
    assert (result.returncode, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert ":none stays as it is" in result.stderr and "not found" in result.stderr
    assert file.read_text() == before
    assert sorted(path.name for path in project.folder.iterdir()) == ["Dockerfile", "base_image.txt", "byoc", "deploy"]


@pytest.mark.parametrize("content", ["\n", None])
def test_a_project_that_names_no_base_image_is_told(project, content):
    file = project.folder / "base_image.txt"
    file.unlink() if content is None else file.write_text(content)
    result = project.run("pin_base_image.sh")
    assert result.returncode == 1 and len(result.stderr.splitlines()) == 1
    assert "base_image.txt names no image" in result.stderr


def test_a_generated_project_names_one(bake):
    assert (bake() / "base_image.txt").read_text() == "python:3.13-slim-trixie\n"
