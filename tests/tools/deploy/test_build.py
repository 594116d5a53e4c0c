"""deploy/build.sh, against a real engine: what it builds, labels and refuses."""

import json
import os
import shutil
import subprocess
from unittest.mock import ANY

import pytest
from refusal import assert_refused

from aws import Project

OCI = "org.opencontainers.image."

pytestmark = pytest.mark.docker


@pytest.mark.parametrize("script", ["build.sh", "build_and_push.sh"])
@pytest.mark.parametrize("arguments", [(), ("one", "two")])
def test_wrong_arguments_show_the_usage(project, script, arguments):
    result = project.run(script, *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("usage: ") and len(result.stderr.splitlines()) == 1


def test_a_docker_without_buildx_is_told_apart(project, tools):
    (tools / "docker").unlink()
    (tools / "docker").symlink_to(shutil.which("false"))
    assert_refused(project.run("build.sh", project.name, PATH=str(tools)), "no buildx plugin", "install it")


def test_an_engine_that_does_not_answer_is_told_apart(project, tmp_path):
    result = project.run("build.sh", project.name, DOCKER_HOST=f"unix://{tmp_path}/no.sock")
    assert_refused(result, "engine does not answer", "start it", f"{tmp_path}/no.sock")


@pytest.mark.parametrize(("environment", "architecture"), [({}, "amd64"), ({"PLATFORM": "linux/arm64"}, "arm64")])
def test_build_loads_an_image_of_the_platform(project, environment, architecture):
    result = project.run("build.sh", project.name, **environment)
    assert result.returncode == 0, result.stderr
    inspect = ["docker", "image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", project.name]
    assert subprocess.check_output(inspect, text=True) == f"linux/{architecture}\n"


def test_build_passes_on_the_base_image_and_the_target(project):
    lines = ["ARG BASE_IMAGE=nowhere", "FROM ${BASE_IMAGE} AS first", f"LABEL push-test={project.name}"]
    lines += ["COPY Dockerfile /", "FROM first", "LABEL last=yes"]
    (project.folder / "Dockerfile").write_text("\n".join(lines))
    labels = image(project, BASE_IMAGE="scratch", TARGET="first")["Config"]["Labels"]
    assert labels.keys() == {"push-test", f"{OCI}created", f"{OCI}base.name"}
    (project.folder / "base_image.txt").write_text("scratch\n")
    assert image(project, TARGET="first")["Config"]["Labels"] == labels | {f"{OCI}created": ANY}


def test_labels_change_no_layer_and_none_is_about_what_is_not_known(project):
    first, second = (image(project, SOURCE_DATE_EPOCH=epoch) for epoch in ("0", "86400"))
    assert first["RootFS"]["Layers"] == second["RootFS"]["Layers"]
    for day, built in (("01", first), ("02", second)):
        told = {name: label for name, label in built["Config"]["Labels"].items() if OCI in name}
        assert told == {f"{OCI}created": f"1970-01-{day}T00:00:00Z"}


def test_the_same_inputs_at_the_same_time_give_the_same_image(project):
    assert image(project, SOURCE_DATE_EPOCH="0")["Id"] == image(project, SOURCE_DATE_EPOCH="0")["Id"]


def test_layers_are_kept_in_a_folder_that_holds_no_older_ones(project, tools, tmp_path):
    """By a stand-in for docker: the engine's own builder exports no layers."""
    cache = tmp_path / "layers"
    cache.mkdir()
    (cache / "older").touch()
    build = f'echo "$@" >{tmp_path}/said; mkdir {cache}.new; touch {cache}.new/newer'
    (tools / "docker").unlink()
    (tools / "docker").write_text(f'#!/bin/sh\n[ "$2" != build ] || {{ {build}; }}\n')
    (tools / "docker").chmod(0o755)
    result = project.run("build.sh", project.name, BUILD_CACHE=str(cache), PATH=f"{tools}:{os.environ['PATH']}")
    assert result.returncode == 0, result.stderr
    said = (tmp_path / "said").read_text()
    assert f"--cache-from type=local,src={cache} --cache-to type=local,dest={cache}.new,mode=max" in said
    assert [file.name for file in cache.iterdir()] == ["newer"]
    assert not cache.with_name("layers.new").exists()


@pytest.mark.parametrize("variable", ["BUILD_PIP_CONF", "BUILD_NETRC", "BUILD_APT_SOURCES", "BUILD_APT_AUTH"])
def test_a_secret_that_is_no_file_is_named(project, variable):
    assert_refused(project.run("build.sh", project.name, **{variable: "/no/file"}), variable, "'/no/file'")


def image(project: Project, **environment: str) -> dict:
    """What the engine tells of the image, which is built first."""
    result = project.run("build.sh", project.name, **environment)
    assert result.returncode == 0, result.stderr
    return json.loads(subprocess.check_output(["docker", "image", "inspect", project.name]))[0]
