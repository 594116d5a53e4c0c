"""Mirrors and credentials that a build is given reach pip and apt, and nothing of the image."""

import gzip
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

import private_packages
from private_packages import PASSWORD, USER

IMAGE = "byoc-template-secrets"

pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture(scope="module")
def private() -> Iterator[private_packages.Private]:
    with private_packages.running() as running:
        yield running


@pytest.fixture(scope="module")
def project(bake, private) -> Path:
    """The default project, which wants nothing but the two private packages."""
    project = bake.anew()
    for file in project.glob("requirements/*"):
        if file.suffix in (".apt", ".modules", ".txt"):
            file.write_text("")
    (project / "requirements/algorithm.txt").write_text(f"private-demo==1.0 --hash=sha256:{private.wheel_hash}\n")
    (project / "requirements/algorithm.modules").write_text("private_demo\n")
    (project / "requirements/algorithm.apt").write_text(
        f"# {uuid.uuid4()}, so that nothing comes from the cache\nprivate-tool\n"
    )
    return project


@pytest.fixture(scope="module")
def secrets(private, tmp_path_factory) -> dict[str, str]:
    """Files as a user has them, and the variables that name them."""
    folder = tmp_path_factory.mktemp("secret files")
    sources = f"Types: deb\nURIs: http://{private.host}/debian\nSuites: ./\nTrusted: yes\n"
    files = {
        "BUILD_PIP_CONF": f"[global]\nindex-url = http://{private.host}/simple\ntrusted-host = {private.host}\n",
        "BUILD_NETRC": f"machine {private.host.partition(':')[0]} login {USER} password {PASSWORD}\n",
        "BUILD_APT_SOURCES": sources,
        "BUILD_APT_AUTH": f"machine http://{private.host}/ login {USER} password {PASSWORD}\n",
    }
    for name, content in files.items():
        (folder / name).write_text(content)
    return {name: str(folder / name) for name in files}


@pytest.fixture(scope="module")
def image(project, private, secrets) -> Iterator[str]:
    result = build(project, secrets)
    assert result.returncode == 0, result.stdout
    assert PASSWORD not in result.stdout
    assert set(re.findall(r"(?:Get|Hit|Ign|Err):\d+ \w+:/*([^/ ]+)", result.stdout)) == {private.host}
    yield IMAGE
    subprocess.run(["docker", "image", "rm", IMAGE], capture_output=True, check=True)


def build(project: Path, environment: dict[str, str]) -> subprocess.CompletedProcess:
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.run([project / "deploy/build.sh", IMAGE], env=os.environ | environment, check=False, **streams)


def test_the_private_packages_are_installed(image):
    found = ["/opt/venv/bin/python", "-c", "import private_demo; print(open('/opt/private-tool').read())"]
    assert subprocess.check_output(["docker", "run", "--rm", image, *found], text=True).startswith("here")


def test_not_even_an_empty_file_is_left_where_they_were(image):
    places = ["/run/secrets/netrc", "/run/secrets/apt.sources", "/etc/apt/auth.conf.d/build.conf", "/tmp/apt.conf"]
    left = subprocess.run(["docker", "run", "--rm", image, "ls", *places], capture_output=True, text=True, check=False)
    assert left.stdout == ""


def test_nothing_of_the_secrets_is_in_the_image(image, private, secrets, tmp_path):
    subprocess.run(["docker", "image", "save", "--output", tmp_path / "saved.tar", image], check=True)
    shutil.unpack_archive(tmp_path / "saved.tar", tmp_path / "saved")
    traces = (PASSWORD.encode(), private.host.encode())
    saved = [file for file in (tmp_path / "saved").rglob("*") if file.is_file()]
    assert len(saved) > 3
    assert [file.name for file in saved if any(trace in unpacked(file) for trace in traces)] == []
    history = subprocess.check_output(["docker", "image", "history", "--no-trunc", image])
    assert [trace for trace in traces if trace in history] == []


def unpacked(layer: Path) -> bytes:
    """What a file of a saved image holds: some engines compress layers."""
    content = layer.read_bytes()
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
