"""deploy/build_and_push.sh, against a real engine, a real registry and the real AWS CLI."""

import moto.settings
import pytest
from refusal import assert_refused

from aws import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, REGION

OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"

pytestmark = pytest.mark.docker


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


@pytest.mark.parametrize(("tool", "way_out"), [("aws", "install the AWS CLI"), ("docker", "install it")])
def test_a_missing_tool_is_named_and_nothing_is_made(project, ecr, tools, tool, way_out):
    (tools / tool).unlink()
    result = project.run("build_and_push.sh", project.name, PATH=str(tools))
    assert_refused(result, f"{tool} is not on the PATH", way_out)
    assert len(result.stderr.splitlines()) == 1
    assert project.name not in ecr.repositories()
