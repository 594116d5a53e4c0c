"""Names and tags of what the project owns."""

import re
from datetime import UTC, datetime

import pytest

from byoc.tools.aws.account import Identity
from byoc.tools.aws.calls import Call, perform
from byoc.tools.aws.config.model import Config
from byoc.tools.aws.owned.names import KEPT, LONGEST_TUNING, Names, content_hash
from byoc.tools.aws.owned.tags import MODEL, TAG, owned, tags

IDENTITY = Identity("123456789012", "arn:aws-cn:sts::123456789012:assumed-role/me/session")
NOW = datetime(2026, 11, 30, 7, 5, 9, tzinfo=UTC)
LONG = "a-project-with-a-name-as-long-as-a-name-may-be-in-this-template"


def names(name: str = "my-model", **fields) -> Names:
    return Names(Config(name=name, region="eu-west-1", **fields), IDENTITY, "eu-west-1")


def test_they_are_made_of_project_and_content():
    found = names()
    assert found.endpoint("main") == "my-model-main"
    assert found.job({"a": 1}, NOW) == f"my-model-1130-070509-{content_hash({'a': 1}, 4)}"
    assert found.role_arn == "arn:aws-cn:iam::123456789012:role/sagemaker-my-model-eu-west-1"
    assert found.bucket == "sagemaker-my-model-123456789012-eu-west-1"
    assert found.uri("train", "x") == "s3://sagemaker-my-model-123456789012-eu-west-1/my-model/train/x"
    assert found.model({"a": 1, "b": 2}) == found.model({"b": 2, "a": 1}) != found.model({"a": 1, "b": 3})


def test_what_the_file_names_goes_before():
    found = names(role="arn:aws:iam::1:role/own", bucket="own")
    assert (found.role_arn, found.uri("x")) == ("arn:aws:iam::1:role/own", "s3://own/my-model/x")


def test_long_names_fit_and_keep_the_projects_beginning():
    assert len(LONG) == 63
    found = names(LONG)
    made = [found.endpoint("main"), found.model({}), found.endpoint_config("b" * 20, {}), found.bucket, found.role]
    assert max(map(len, made)) <= 64
    tuning = found.job({}, NOW, LONGEST_TUNING)
    assert len(tuning) <= LONGEST_TUNING
    for name in [*made[:3], tuning]:
        assert name.startswith(LONG[:KEPT])
        assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name)
    assert names(LONG[:-1] + "x").model({}) != found.model({})


@pytest.mark.parametrize(
    ("image", "repository", "found"),
    [
        (None, "my-model", ("123456789012", "latest")),
        ("team/other:1.0", "team/other", ("123456789012", "1.0")),
        ("other@sha256:0123", "other", ("123456789012", "sha256:0123")),
        ("999999999999.dkr.ecr.eu-west-1.amazonaws.com/team/other:2", "team/other", ("999999999999", "2")),
    ],
)
def test_the_image(image, repository, found):
    given = names(image=image)
    assert (given.repository, given.image) == (repository, found)


def test_only_what_carries_the_tag_is_owned(aws):
    config = names().config
    image = {"Image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/my-model:latest"}
    role = "arn:aws:iam::123456789012:role/name"
    for name, carried in {"my-model-1": tags(config), "my-model-2": [], "other": tags(config)}.items():
        request = {"ModelName": name, "PrimaryContainer": image, "ExecutionRoleArn": role, "Tags": carried}
        perform(aws, Call("sagemaker", "CreateModel", request))
    found = list(owned(aws, config, MODEL))
    assert [(each.name, each.tags) for each in found if each.name != "other"] == [("my-model-1", {TAG: "my-model"})]
