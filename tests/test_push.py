"""deploy/build.sh and deploy/build_and_push.sh, against a real engine, a real registry and the real AWS CLI."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import moto.settings
import pytest

from aws import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, REGION, Ecr, Project, running_ecr

OCI = "org.opencontainers.image."
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def ecr(tmp_path_factory) -> Iterator[Ecr]:
    with running_ecr(tmp_path_factory.mktemp("ecr")) as stand_in:
        yield stand_in


@pytest.fixture
def project(tmp_path, ecr) -> Iterator[Project]:
    project = Project.make(tmp_path, ecr)
    yield project
    project.remove_images()


def assert_refused(result: subprocess.CompletedProcess, *words: str) -> None:
    """The script failed, printed no URI, and its first own line holds all of `words`."""
    assert result.returncode == 1, result.stderr
    assert result.stdout == ""
    line = next(line for line in result.stderr.splitlines() if line.startswith("build"))
    assert all(word in line for word in words), result.stderr


def test_first_push_makes_the_repository_and_a_manifest_that_sagemaker_takes(project, ecr):
    result = project.run("build_and_push.sh", project.name)
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"{ecr.registry}/{project.name}:latest\n"
    assert project.name in ecr.repositories()
    media_type, manifest = ecr.manifest(project.name, "latest")
    assert media_type == manifest["mediaType"] == DOCKER_MANIFEST
    config = ecr.config(project.name, manifest)
    assert (config["os"], config["architecture"]) == ("linux", "amd64")
    assert f"manifest type: {DOCKER_MANIFEST}" in result.stderr


def test_second_push_finds_the_repository(project, ecr):
    first = project.run("build_and_push.sh", f"{project.name}:1.0")
    project.extend_dockerfile("LABEL push=second")
    second = project.run("build_and_push.sh", f"{project.name}:1.0")
    assert "made the ECR repository" in first.stderr
    assert "made the ECR repository" not in second.stderr
    assert first.stdout == second.stdout == f"{ecr.registry}/{project.name}:1.0\n"
    _, manifest = ecr.manifest(project.name, "1.0")
    assert ecr.config(project.name, manifest)["config"]["Labels"]["push"] == "second"


def test_a_failed_build_leaves_no_repository(project, ecr):
    project.extend_dockerfile("COPY missing /")
    result = project.run("build_and_push.sh", project.name)
    assert result.returncode != 0
    assert result.stdout == ""
    assert project.name not in ecr.repositories()


@pytest.mark.parametrize("kind", [OCI_MANIFEST, OCI_INDEX, DOCKER_LIST])
def test_a_manifest_that_sagemaker_rejects_is_refused(project, ecr, kind):
    assert project.run("build_and_push.sh", project.name).returncode == 0
    _, image = ecr.manifest(project.name, "latest")
    layers = [{**layer, "mediaType": OCI_LAYER} for layer in image["layers"]]
    content = {"config": {**image["config"], "mediaType": OCI_CONFIG}, "layers": layers}
    if kind != OCI_MANIFEST:
        child = ecr.put_manifest(project.name, "child", DOCKER_MANIFEST, image)
        content = {"manifests": [{**child, "platform": {"os": "linux", "architecture": "amd64"}}]}
    ecr.put_manifest(project.name, "other", kind, content)
    assert ecr.manifest(project.name, "other")[0] == kind
    assert_refused(project.call("check_manifest", f"{ecr.registry}/{project.name}:other"), kind, DOCKER_MANIFEST)


def test_a_manifest_that_cannot_be_read_is_an_error(project, ecr):
    assert_refused(project.call("check_manifest", f"{ecr.registry}/{project.name}:none"), "cannot read the manifest")


def test_without_the_right_nothing_is_made(project, ecr, monkeypatch):
    user = {"UserName": project.name.rpartition("/")[2]}
    ecr.client("iam").create_user(**user)
    key = ecr.client("iam").create_access_key(**user)["AccessKey"]
    keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    with monkeypatch.context() as patch:
        patch.setattr(moto.settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0)  # from here on moto checks who asks
        result = project.run("build_and_push.sh", project.name, **keys)
    assert_refused(result, "aws ecr describe-repositories", REGION)
    assert "AccessDenied" in result.stderr
    assert project.name not in ecr.repositories()


def test_without_credentials_nothing_is_made(project, ecr):
    result = project.run("build_and_push.sh", project.name, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert_refused(result, "aws ecr describe-repositories", "aws sts get-caller-identity")
    assert "Unable to locate credentials" in result.stderr
    assert project.name not in ecr.repositories()


def test_region_comes_from_either_variable_or_the_aws_configuration(project):
    configured = project.folder.parent / "aws-config"
    configured.write_text("[default]\nregion = eu-south-1\n")
    sources = {"AWS_CONFIG_FILE": str(configured), "AWS_DEFAULT_REGION": "eu-central-1", "AWS_REGION": "eu-north-1"}
    for expected in ("eu-north-1", "eu-central-1", "eu-south-1"):
        assert project.call("find_region", **{"AWS_REGION": "", **sources}).stdout == f"{expected}\n"
        sources.popitem()


def test_no_region_is_an_error_that_says_how_to_set_it(project):
    result = project.run("build_and_push.sh", project.name, AWS_REGION="")
    assert_refused(result, "AWS region", "export AWS_REGION=", "aws configure set region")
    assert len(result.stderr.splitlines()) == 1


BAD_NAMES = ["", "a", "My-Model", "my model", "my--model", "-model", "model/", "a" * 257, "ab:", "ab:c:d", "host:80/ab"]


@pytest.mark.parametrize("image", BAD_NAMES)
def test_an_image_name_that_ecr_refuses_is_an_error_with_an_example(project, image):
    result = project.run("build_and_push.sh", image)
    assert_refused(result, f"'{image}'", "for example my-model")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("image", ["ab", "my-model", "team/my_model.v2:1.0", "a" * 256, "model:A_b-c.1"])
def test_an_image_name_that_ecr_takes_is_taken(project, image):
    assert project.call("is_image_name", image).returncode == 0


@pytest.mark.parametrize("script", ["build.sh", "build_and_push.sh"])
@pytest.mark.parametrize("arguments", [(), ("one", "two")])
def test_wrong_arguments_show_the_usage(project, script, arguments):
    result = project.run(script, *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("usage: ") and len(result.stderr.splitlines()) == 1


@pytest.fixture
def tools(tmp_path, project) -> Path:
    """A folder that can be the whole PATH: it holds all that the scripts need."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for tool in ("bash", "cat", "date", "dirname", "env", "grep", "head", "mktemp", "rm", "sed", "tr", "aws", "docker"):
        (folder / tool).symlink_to(shutil.which(tool, path=project.environment["PATH"]))
    return folder


@pytest.mark.parametrize(("tool", "way_out"), [("aws", "install the AWS CLI"), ("docker", "install it")])
def test_a_missing_tool_is_named_and_nothing_is_made(project, ecr, tools, tool, way_out):
    (tools / tool).unlink()
    result = project.run("build_and_push.sh", project.name, PATH=str(tools))
    assert_refused(result, f"{tool} is not on the PATH", way_out)
    assert len(result.stderr.splitlines()) == 1
    assert project.name not in ecr.repositories()


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


def test_labels_change_no_layer_and_none_is_about_what_is_not_known(project):
    first, second = (image(project, SOURCE_DATE_EPOCH=epoch) for epoch in ("0", "86400"))
    assert first["RootFS"]["Layers"] == second["RootFS"]["Layers"]
    for day, built in (("01", first), ("02", second)):
        told = {name: label for name, label in built["Config"]["Labels"].items() if OCI in name}
        assert told == {f"{OCI}created": f"1970-01-{day}T00:00:00Z"}


def test_the_same_inputs_at_the_same_time_give_the_same_image(project):
    assert image(project, SOURCE_DATE_EPOCH="0")["Id"] == image(project, SOURCE_DATE_EPOCH="0")["Id"]


@pytest.mark.parametrize("variable", ["BUILD_PIP_CONF", "BUILD_NETRC", "BUILD_APT_SOURCES", "BUILD_APT_AUTH"])
def test_a_secret_that_is_no_file_is_named(project, variable):
    assert_refused(project.run("build.sh", project.name, **{variable: "/no/file"}), variable, "'/no/file'")


@pytest.mark.parametrize(
    ("architecture", "families"),
    [
        ("arm64", "c6g m7gd r8g c6gn t4g g5g im4gn x2gd c8gb p6e-gb200"),
        ("amd64", "m5 c7i r7a g4dn g5 g6e gr6 p4de p6-b200 trn1n inf2 x2iedn c7i-flex"),
    ],
)
def test_graviton_is_told_by_its_name(project, architecture, families):
    for family in families.split():
        told = project.call("architecture_of", f"ml.{family}.xlarge")
        assert (family, told.stdout) == (family, f"{architecture}\n")


@pytest.mark.parametrize("instance_type", ["c7g.xlarge", "ml.c7g", "ml.c7g.xlarge ", "local"])
def test_what_is_no_instance_type_is_refused_before_the_build(project, instance_type):
    result = project.run("build_and_push.sh", project.name, INSTANCE_TYPE=instance_type)
    assert_refused(result, f"'{instance_type}'", "ml.c7g.xlarge", "INSTANCE_TYPE")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("platform", "instance_type", "fix"),
    [("linux/amd64", "ml.c7g.xlarge", "linux/arm64"), ("linux/arm64", "ml.g5.xlarge", "linux/amd64")],
)
def test_an_image_for_other_processors_is_not_pushed(project, ecr, platform, instance_type, fix):
    result = project.run("build_and_push.sh", project.name, PLATFORM=platform, INSTANCE_TYPE=instance_type)
    assert_refused(result, project.name, platform.removeprefix("linux/"), instance_type, f"PLATFORM={fix} ")
    assert project.name not in ecr.repositories()


def test_an_image_for_the_instances_processors_is_pushed(project, ecr):
    result = project.run("build_and_push.sh", project.name, PLATFORM="linux/arm64", INSTANCE_TYPE="ml.c7g.xlarge")
    assert result.returncode == 0, result.stderr
    assert project.name in ecr.repositories()


def image(project: Project, **environment: str) -> dict:
    """What the engine tells of the image, which is built first."""
    result = project.run("build.sh", project.name, **environment)
    assert result.returncode == 0, result.stderr
    return json.loads(subprocess.check_output(["docker", "image", "inspect", project.name]))[0]
