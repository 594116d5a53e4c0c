"""Images of every server stack, base and target, as SageMaker and a strict cluster would run them."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import botocore.validate
import pytest

import environments
import test_walkthrough
from containers import ask, container, inspect, layers, run, wait_until_ready
from template import ROOT, Template

pytestmark = [pytest.mark.docker, pytest.mark.slow]

IMAGE = "byoc-template-test"  # no other test builds this image
SERVE = f"{IMAGE}-serve"  # and its smaller one
STRICT = ["--user", "4711:4711", "--read-only", "--tmpfs", "/tmp", "--network", "none", "--cap-drop", "ALL"]
STRICT += ["--security-opt", "no-new-privileges", "--ipc", "none"]
PAIRS = Template(ROOT).stacks_on_bases()
PROJECTS = PAIRS[-3:]  # what test_walkthrough.py does not have
LEFTOVERS = """
find / -xdev ( -path /proc -o -path /sys ) -prune -o -type f
( -path */sklearn/* -o -path */scipy/* -o -path */pandas/* -o -path */pip/* -o -path */ensurepip/* -o -name *.whl
  -o -path */bin/pip* -o -path */bin/*cc -o -path */bin/*gcc-* -o -path */bin/*++* -o -path */bin/clang*
  -o -name *.deb -o -path /var/lib/apt/lists/*_* -o -path */.cache/* -o -path /tmp/* )
-print
"""
FOUND = "import importlib.util as u; print([n for n in 'sklearn skl2onnx scipy pandas pip'.split() if u.find_spec(n)])"


@pytest.fixture(scope="module", params=PROJECTS, ids="+".join)
def project(request, bake, tmp_path_factory) -> Iterator[Path]:
    """A project of the default algorithm, its images built from a checkout that lost the mode bits and has CRLF."""
    stack, base = request.param
    project = bake.into(tmp_path_factory.mktemp("image"), server_stack=stack, base_image=base)
    environments.leave_out_libraries_for_gpus(project)
    spoilt = shutil.copytree(project, project.with_name("spoilt"))
    for file in [*spoilt.glob("program/**/*"), *spoilt.glob("requirements/*")]:
        if file.is_file():
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
            file.chmod(0o644)
    run("make", "-C", str(spoilt), "build", "build-serve", f"IMAGE={IMAGE}")
    yield project
    run("docker", "image", "rm", "--force", IMAGE, SERVE)


@pytest.fixture
def test_dir(project, tmp_path) -> Path:
    """A folder as the classic sample has it: no inputdataconfig.json, another hyperparameter or two, its own name."""
    folder = tmp_path / "a test_dir"
    data = folder / "input/data/training"
    config = folder / "input/config"
    data.mkdir(parents=True)
    config.mkdir(parents=True)
    shutil.copy(project / "local_test/test_dir/input/data/training/iris.csv", data)
    (config / "hyperparameters.json").write_text("{}")
    (config / "resourceConfig.json").write_text('{"current_host": "localhost", "hosts": ["localhost"]}')
    return folder


def test_every_stack_is_built_on_every_base_here_or_in_the_walkthrough():
    walked = [(stack, base) for _, stack, base in test_walkthrough.COVERING]
    assert {*PROJECTS, *walked} == set(PAIRS)


def test_a_sample_style_test_dir_trains_and_serves_unchanged(project, test_dir):
    scripts = project / "local_test"
    command = ["env", f"TEST_DIR={test_dir}", str(scripts / "train_local.sh"), IMAGE]
    assert "train:accuracy=1.000000" in run(*command).stdout
    signature = json.loads((test_dir / "model/signature.json").read_text())
    assert [feature["name"] for feature in signature["features"]] == [f"feature_{n}" for n in (1, 2, 3, 4)]
    with container("-v", f"{test_dir}:/opt/ml", program="serve", image=IMAGE) as name:
        wait_until_ready(name)
        assert ask(name, "/invocations", "5.1,3.5,1.4,0.2\n6.3,3.3,6.0,2.5\n") == "200 setosa\nvirginica\n"


@pytest.mark.parametrize("image", [IMAGE, SERVE])
def test_training_and_serving_as_any_user_on_a_read_only_root_without_network(project, test_dir, image):
    for folder in (test_dir, test_dir / "model", test_dir / "output"):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
    run("docker", "run", "--rm", *STRICT, "-v", f"{test_dir}:/opt/ml", IMAGE, "train")
    with container(*STRICT, "-v", f"{test_dir / 'model'}:/opt/ml/model:ro", program="serve", image=image) as name:
        wait_until_ready(name)
        assert ask(name, "/invocations", "5.1,3.5,1.4,0.2\n") == "200 setosa\n"
        run("docker", "stop", "--time", "30", name)
        state = json.loads(run("docker", "inspect", "--format", "{{json .State}}", name).stdout)
        assert state["ExitCode"] == 0, run("docker", "logs", name).stdout
        log = run("docker", "logs", name)
        assert "Traceback" not in log.stderr
        assert (log.stdout + log.stderr).count("CUDA") == ("nvidia" in (project / "base_image.txt").read_text())


@pytest.mark.parametrize(("cpus", "workers"), [("1", 1), ("1.5", 2)])
def test_there_is_one_worker_for_each_cpu_of_the_quota(test_dir, cpus, workers):
    run("docker", "run", "--rm", "-v", f"{test_dir}:/opt/ml", IMAGE, "train")
    with container("--cpus", cpus, "-v", f"{test_dir}:/opt/ml", program="serve", image=IMAGE) as name:
        wait_until_ready(name)
        log = run("docker", "logs", name)
        assert len(re.findall(r"Booting worker|worker \d+ started", log.stdout + log.stderr)) == workers  # S-28


@pytest.mark.parametrize("image", [IMAGE, SERVE])
def test_the_image_says_what_sagemaker_asks_of_it(project, image):
    config = inspect("Config", image)
    assert config["User"] == "0"  # S-03
    assert not config.get("Entrypoint") and config["Cmd"] == ["start"]  # T-01, L-04
    assert list(config["ExposedPorts"]) == ["8080/tcp"]  # L-05
    assert not config.get("Volumes")  # L-07
    assert config["Labels"]["com.amazonaws.sagemaker.capabilities.accept-bind-to-port"] == "true"  # S-61


def test_what_only_serves_has_nothing_to_train_install_or_compile_with_and_no_leftovers(project):
    assert run("docker", "run", "--rm", SERVE, *LEFTOVERS.split()).stdout == ""
    for python in ("/opt/venv/bin/python", "env PATH=/usr/local/bin:/usr/bin python3"):
        assert run("docker", "run", "--rm", SERVE, *python.split(), "-c", FOUND).stdout == "[]\n"


@pytest.mark.parametrize("image", [IMAGE, SERVE])
def test_the_program_need_not_be_compiled_at_the_start(project, image):
    importing = ["docker", "run", "--rm", image, "python3", "-v", "-c", "import predictor"]
    said = subprocess.run(importing, capture_output=True, text=True, check=True).stderr
    sources = set(re.findall(r"^# code object from (\S+)", said, re.MULTILINE))
    assert any(source.startswith("'/opt/program/") for source in sources)
    assert [source for source in sources if source.startswith("/opt/program/")] == []


def test_what_only_serves_says_so_when_it_is_to_train(test_dir):
    (test_dir / "output").mkdir()
    command = ["docker", "run", "--rm", "-v", f"{test_dir}:/opt/ml", SERVE, "train"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (1, "")
    reason = (test_dir / "output/failure").read_text()
    assert reason.startswith("this image only serves;") and result.stderr == f"train: {reason}\n"


def test_both_images_share_what_serves_and_each_megabyte_is_for_something(project):
    of = {}
    for image in (IMAGE, SERVE):
        table = run("make", "--silent", "-C", str(project), "sizes", f"IMAGE={image}").stdout
        of[image] = {what: float(size) for size, what in re.findall(r"^ *(-?[\d.]+)  (.*)", table, re.MULTILINE)}
        *each, total = of[image].values()
        assert sum(each) == pytest.approx(total, abs=0.05 * len(each) + 0.1)
        assert abs(next(size for what, size in of[image].items() if what.startswith("the rest"))) < 20, table
    shared = [one for one, other in zip(layers(SERVE), layers(IMAGE), strict=False) if one == other]
    base = layers((project / "base_image.txt").read_text().strip())
    assert len(shared) > len(base) and shared[: len(base)] == base
    assert any("scikit-learn" in what for what in of[IMAGE]) and not any("scikit-learn" in what for what in of[SERVE])


def test_what_it_tells_of_itself_is_what_sagemakers_apis_take(project):
    told = json.loads(run("docker", "run", "--rm", *STRICT, IMAGE, "train", "--describe").stdout)
    assert list(told) == ["HyperParameters", "ParameterRanges", "MetricDefinitions"]
    sagemaker = botocore.session.get_session().get_service_model("sagemaker")
    for name, content in told.items():
        shape = sagemaker.shape_for(name.replace("MetricDefinitions", "MetricDefinitionList"))
        problems = botocore.validate.ParamValidator().validate(content, shape)
        assert not problems.has_errors(), problems.generate_report()


def test_without_a_command_it_finds_out_what_it_is_for(test_dir):
    trained = run("docker", "run", "--rm", "-v", f"{test_dir}:/opt/ml", IMAGE).stdout
    assert trained.startswith("start: neither train nor serve was asked for, so this is train\n")
    for file in (test_dir / "model").iterdir():
        assert file.stat().st_mode & 0o666 == 0o666  # a user can remove what root has written (LM-10)
    assert (test_dir / "model").stat().st_mode & 0o777 == 0o777
    with container("-v", f"{test_dir / 'model'}:/opt/ml/model:ro", program="start", image=IMAGE) as name:
        wait_until_ready(name)


def test_a_training_killed_for_lack_of_memory_says_so(test_dir):
    limits = ["--memory", "64m", "--memory-swap", "64m"]
    command = ["docker", "run", "--rm", *limits, "-v", f"{test_dir}:/opt/ml", IMAGE, "train"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 137
    reason = (test_dir / "output/failure").read_text()
    assert "the training process was ended by SIGKILL, most likely for lack of memory" in reason


def test_a_command_that_there_is_not_fails_by_its_name(project):
    result = subprocess.run(["docker", "run", "--rm", IMAGE, "bogus"], capture_output=True, text=True, check=False)
    assert result.returncode == 127
    assert 'exec: "bogus": executable file not found' in result.stderr  # T-03


def test_a_change_of_the_program_rebuilds_nothing_else(project, tmp_path):
    changed = shutil.copytree(project.with_name("spoilt"), tmp_path / "changed")
    with (changed / "program/algorithm.py").open("a") as file:
        file.write("# changed\n")
    before = layers(IMAGE)
    run(str(changed / "deploy/build.sh"), IMAGE)
    after = layers(IMAGE)
    assert len(set(before) - set(after)) == 1
