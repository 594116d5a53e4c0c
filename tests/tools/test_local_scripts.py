"""The scripts in local_test/, as a person runs them: from anywhere, and with what is missing on their machine."""

import csv
import os
import shlex
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from jobs import ALGORITHM
from local_scripts import assert_one_line, command, free_port, run

TOOLS = ["bash", "env", "dirname", "id", "mkdir", "grep", "python3"]


def path_without(folder: Path, *left_out: str) -> str:
    """A PATH that holds the few tools which the scripts need, but for some."""
    folder.mkdir()
    for tool in set(TOOLS) - set(left_out):
        (folder / tool).symlink_to(shutil.which(tool))
    return str(folder)


def test_training_works_from_any_directory_and_keeps_what_it_did_not_make(project, tmp_path):
    notes = [project / "local_test/test_dir" / name for name in ("model/notes.txt", "output/notes.txt")]
    for note in notes:
        note.parent.mkdir(parents=True)
        note.write_text("mine")
    result = run(project, "train_local.sh", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert (project / "local_test/test_dir/model/model.onnx").exists()
    assert [note.read_text() for note in notes] == ["mine", "mine"]


def test_another_test_dir_is_trained_on_and_this_one_left_alone(project, tmp_path):
    other = shutil.copytree(project / "local_test/test_dir", tmp_path / "an other dir")
    result = run(project, "train_local.sh", TEST_DIR=str(other))
    assert result.returncode == 0
    assert (other / "model/model.onnx").exists()
    assert not (project / "local_test/test_dir/model/model.onnx").exists()


@pytest.mark.parametrize("report", ["", "/output/data/report.html"])
def test_after_training_it_is_said_where_the_model_and_the_report_are(project, tmp_path, report):
    (tmp_path / "an other dir/output/data").mkdir(parents=True)
    if report:
        (tmp_path / f"an other dir{report}").write_text("<html>")
    environment = os.environ | {"TEST_DIR": str(tmp_path / "an other dir")}
    told = subprocess.check_output([project / "byoc/tools/local/trained.sh"], cwd=tmp_path, env=environment, text=True)
    assert told == f"the model is in an other dir/model{report and f', the report in an other dir{report}'}\n"


def test_a_signal_ends_the_training_and_not_a_shell_in_its_place(project):
    algorithm = project / "program/algorithm.py"
    algorithm.write_text(ALGORITHM + "def train(job, hyperparameters): wait()\n")
    words, environment = command(project, "train_local.sh")
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
        assert run.stdout.readline() == "waiting\n"
        run.terminate()
    assert run.returncode == 143
    assert "stopped by SIGTERM" in (project / "local_test/test_dir/output/failure").read_text()


def test_a_failed_training_is_a_failure_of_the_script(project):
    (project / "local_test/test_dir/input/config/hyperparameters.json").unlink()
    result = run(project, "train_local.sh")
    assert result.returncode == 1
    first = (project / "local_test/test_dir/output/failure").read_text().splitlines()[0]
    assert "hyperparameters.json is missing" in first
    assert str(project / "local_test/test_dir/input/config") in first


@pytest.mark.parametrize("script", ["train_local.sh", "serve_local.sh"])
def test_without_docker_the_way_out_is_said(project, tmp_path, script):
    result = run(project, script, "my-image", PATH=path_without(tmp_path / "bin"), PORT=free_port())
    assert_one_line(result, "docker is not on the PATH", "leave out the image")


@pytest.mark.parametrize("script", ["train_local.sh", "serve_local.sh"])
def test_an_engine_that_does_not_answer_is_told_apart(project, tmp_path, script):
    folder = path_without(tmp_path / "bin")
    (Path(folder) / "docker").symlink_to(shutil.which("false"))
    result = run(project, script, "my-image", PATH=folder, PORT=free_port())
    assert_one_line(result, "does not answer", "leave out the image")


def test_an_image_that_is_not_there_can_be_built(project, tmp_path):
    folder = path_without(tmp_path / "bin")
    docker = Path(folder) / "docker"
    docker.write_text('#!/bin/sh\n[ "$1" = info ]\n')
    docker.chmod(0o755)
    assert_one_line(run(project, "train_local.sh", "no-such-image", PATH=folder), "make build IMAGE=no-such-image")


@pytest.mark.parametrize("script", ["train_local.sh", "serve_local.sh"])
def test_without_a_virtual_environment_make_install_is_named(project, script):
    shutil.rmtree(project / ".venv")
    assert_one_line(run(project, script, PORT=free_port()), "no virtual environment", "make install")


@pytest.mark.parametrize("script", ["train_local.sh", "serve_local.sh"])
def test_a_test_dir_that_is_none_is_named(project, tmp_path, script):
    assert_one_line(run(project, script, TEST_DIR=str(tmp_path / "nowhere")), "nowhere", "TEST_DIR")


def test_a_taken_port_is_named_with_another_to_try(project):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_one_line(run(project, "serve_local.sh", PORT=str(port)), f"port {port} is taken", f"PORT={port + 1}")


def test_a_port_that_is_no_number_is_refused(project):
    for port in ("http", "0", "65536", "080", "123456789012345678901234567890"):
        assert_one_line(run(project, "serve_local.sh", PORT=port), f"PORT='{port}' is no port", "1 to 65535", "8080")


def test_serving_says_where_the_model_can_be_tried(project):
    port = free_port()
    (project / "program/serve").write_text('#!/bin/sh\necho "playground: $BYOC_PLAYGROUND"\n')
    result = run(project, "serve_local.sh", PORT=port)
    assert result.stdout == f"open http://127.0.0.1:{port}/ in a browser to try the model\nplayground: true\n"


DOCKER = """#!/bin/sh
case "$*" in
  "info --format {{.SecurityOptions}}") SECURITY ;;
  "info --format {{.Host.Security.Rootless}}") ROOTLESS ;;
esac
"""


# What each engine says; podman, which may be what `docker` is, does not know Docker's word, nor Docker podman's.
ENGINES = {
    "docker": ("echo '[name=seccomp,profile=builtin]'", "exit 1", f"{os.getuid()}:{os.getgid()}"),
    "rootless docker": ("echo '[name=seccomp,profile=builtin name=rootless]'", "exit 1", "0:0"),
    "podman": ("exit 125", "echo false", f"{os.getuid()}:{os.getgid()}"),
    "rootless podman": ("exit 125", "echo true", "0:0"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("folder", ["plain", "a:colon", "a,comma", 'a"quote', "a blank"])
def test_the_container_writes_as_who_owns_the_folder_whatever_its_name_and_the_engine(
    project, tmp_path, engine, folder
):
    security, rootless, user = ENGINES[engine]
    tools = path_without(tmp_path / "bin")
    docker = Path(tools) / "docker"
    docker.write_text(DOCKER.replace("SECURITY", security).replace("ROOTLESS", rootless))
    docker.chmod(0o755)
    other = shutil.copytree(project / "local_test/test_dir", tmp_path / folder)
    result = run(project, "train_local.sh", "image", PATH=tools, TEST_DIR=str(other), DRY_RUN="true")
    words = shlex.split(result.stdout)
    assert words[words.index("--user") + 1] == user
    (mount,) = csv.reader([words[words.index("--mount") + 1]])
    assert mount == ["type=bind", f"source={other}", "target=/opt/ml"]


@pytest.mark.parametrize(("asked", "address"), [({}, "127.0.0.1"), ({"BYOC_BIND_ADDRESS": "0.0.0.0"}, "0.0.0.0")])
def test_serving_listens_on_this_machine_alone_unless_asked(project, tmp_path, asked, address):
    (project / "program/serve").write_text('#!/bin/sh\necho "address: $BYOC_BIND_ADDRESS"\n')
    port = free_port()
    assert f"address: {address}\n" in run(project, "serve_local.sh", PORT=port, **asked).stdout
    tools = path_without(tmp_path / "bin")
    docker = Path(tools) / "docker"
    docker.write_text("#!/bin/sh\n")
    docker.chmod(0o755)
    result = run(project, "serve_local.sh", "image", PATH=tools, PORT=port, DRY_RUN="true", **asked)
    assert f" -p {address}:{port}:8080 " in result.stdout


@pytest.mark.parametrize(
    ("script", "arguments"),
    [
        ("train_local.sh", ["a", "b"]),
        ("train_cluster.sh", []),
        ("train_cluster.sh", ["a", "b", "c"]),
        ("serve_local.sh", ["a", "b"]),
        ("predict.sh", []),
        ("predict.sh", ["a"] * 4),
    ],
)
def test_wrong_arguments_show_the_usage(project, script, arguments):
    result = run(project, script, *arguments)
    assert_one_line(result, f"usage: {script}")
    assert result.returncode == 2
