"""byoc/tools/image/pin_base_image.sh: the digest of the base image's tag, asked of a real registry."""

import hashlib
import subprocess
from collections.abc import Iterator

import pytest

from aws import PASSWORD, USER, Project, running_ecr

pytestmark = pytest.mark.docker


@pytest.fixture
def project(tmp_path) -> Iterator[Project]:
    """A project whose Dockerfile builds on an image in the registry."""
    with running_ecr(tmp_path) as ecr:
        project = Project.make(tmp_path, ecr)
        base = f"{ecr.registry}/{project.name}:stable"
        login = ["docker", "login", "--username", USER, "--password-stdin", ecr.registry]
        subprocess.run(login, input=PASSWORD, text=True, env=project.environment, check=True, capture_output=True)
        push(project, base)
        (project.folder / "Dockerfile").write_text(f'# First\nARG BASE_IMAGE="{base}"\nFROM ${{BASE_IMAGE}}\n')
        yield project
        project.remove_images()


def push(project: Project, image: str, content: str = "") -> None:
    source = f"FROM scratch\nCOPY Dockerfile /\nLABEL push-test={project.name} content={content!r}\n"
    (project.folder / "Dockerfile").write_text(source)
    assert project.run("build.sh", image).returncode == 0
    subprocess.run(["docker", "push", "--quiet", image], env=project.environment, check=True, capture_output=True)


def test_a_tag_is_pinned_and_followed(project):
    dockerfile = project.folder / "Dockerfile"
    unpinned = dockerfile.read_text()
    result = project.run("pin_base_image.sh")
    assert result.returncode == 0, result.stderr
    pinned = dockerfile.read_text()
    digest = pinned.split("@")[1].split('"')[0]
    assert pinned == unpinned.replace(":stable", f":stable@{digest}")
    base = unpinned.split('"')[1]
    raw = subprocess.check_output(["docker", "buildx", "imagetools", "inspect", "--raw", base], env=project.environment)
    assert digest == f"sha256:{hashlib.sha256(raw).hexdigest()}"

    assert "still" in project.run("pin_base_image.sh").stdout
    assert dockerfile.read_text() == pinned

    push(project, base, content="newer")
    dockerfile.write_text(pinned)
    assert project.run("pin_base_image.sh").returncode == 0
    assert dockerfile.read_text() not in (pinned, unpinned)
    assert dockerfile.read_text().partition("@")[0] == pinned.partition("@")[0]


def test_what_cannot_be_resolved_stays_as_it_is(project):
    dockerfile = project.folder / "Dockerfile"
    dockerfile.write_text(before := dockerfile.read_text().replace(":stable", ":none"))
    result = project.run("pin_base_image.sh")
    assert (result.returncode, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert ":none stays as it is" in result.stderr and "not found" in result.stderr
    assert dockerfile.read_text() == before
    assert sorted(path.name for path in project.folder.iterdir()) == ["Dockerfile", "byoc", "deploy"]


def test_a_dockerfile_of_another_form_is_told(project):
    (project.folder / "Dockerfile").write_text("FROM scratch\n")
    result = project.run("pin_base_image.sh")
    assert result.returncode == 1
    assert 'no line like this: ARG BASE_IMAGE="' in result.stderr


def test_the_generated_dockerfile_is_of_that_form(bake):
    dockerfile = (bake() / "Dockerfile").read_text()
    assert dockerfile.count('\nARG BASE_IMAGE="python:3.13-slim-trixie"\n') == 1
