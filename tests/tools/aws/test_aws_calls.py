"""A call to AWS: checked first, remembered, and told of in our words where it fails."""

import pytest
from botocore.stub import Stubber

from byoc.tools.aws.account import Account, region_of
from byoc.tools.aws.calls import Call, exists, pages, perform
from byoc.tools.aws.errors import AwsError, CallError, CredentialsError, UsageError
from byoc.tools.aws.validation import InvalidRequest

IDENTITY = Call("sts", "GetCallerIdentity")


def test_a_call_is_made_and_remembered(aws):
    assert perform(aws, IDENTITY)["Account"] == "123456789012"
    assert [call.name for call in aws.performed] == ["sts:GetCallerIdentity"]


def test_what_aws_would_refuse_is_not_sent(aws):
    with pytest.raises(InvalidRequest, match=r"^ecr:CreateRepository repositoryName = 'AB' must match"):
        perform(aws, Call("ecr", "CreateRepository", {"repositoryName": "AB"}))
    assert aws.performed == []


def test_a_refusal_is_told_with_awss_code_and_reason(aws):
    call = Call("sagemaker", "DescribeEndpoint", {"EndpointName": "nowhere"}, "is it there?")
    with pytest.raises(
        CallError, match=r"^sagemaker:DescribeEndpoint failed with Valid.*nowhere.*\(is it there\?\)$"
    ) as told:
        perform(aws, call)
    assert told.value.is_absence()


@pytest.mark.parametrize(
    "call",
    [
        Call("sagemaker", "DescribeEndpoint", {"EndpointName": "nowhere"}),
        Call("sagemaker", "DescribeModel", {"ModelName": "nowhere"}),
        Call("sagemaker", "DescribeTrainingJob", {"TrainingJobName": "nowhere"}),
        Call("cloudformation", "DescribeStacks", {"StackName": "nowhere"}),
        Call("iam", "GetRole", {"RoleName": "nowhere"}),
        Call("s3", "HeadBucket", {"Bucket": "nowhere-at-all"}),
        Call("ecr", "DescribeRepositories", {"repositoryNames": ["nowhere"]}),
        Call("logs", "DescribeLogStreams", {"logGroupName": "nowhere"}),
    ],
    ids=lambda call: call.name,
)
def test_what_does_not_exist_is_none(aws, call):
    assert exists(aws, call) is None


def test_a_refusal_for_another_reason_is_no_absence(aws):
    with Stubber(aws.client("sagemaker")) as stub:
        stub.add_client_error("describe_endpoint", "AccessDeniedException", "not you")
        with pytest.raises(CallError, match="AccessDeniedException: not you"):
            exists(aws, Call("sagemaker", "DescribeEndpoint", {"EndpointName": "a"}))


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException"])
def test_expired_credentials_are_told_with_the_way_out(aws, code):
    with Stubber(aws.client("sts")) as stub:
        stub.add_client_error("get_caller_identity", code, "The security token is expired")
        with pytest.raises(CredentialsError, match=rf"^AWS does not take the credentials \({code}: .*aws sso login"):
            perform(aws, IDENTITY)


def test_missing_credentials_are_told_with_the_way_out(aws, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(CredentialsError, match=r"^there are no AWS credentials; log in with"):
        perform(Account("eu-west-1"), IDENTITY)


def test_a_profile_that_does_not_exist(aws, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(UsageError, match="nobody"):
        Account("eu-west-1")


def test_an_endpoint_that_does_not_answer(aws, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
    account = Account("eu-west-1")
    with pytest.raises(
        AwsError, match=r"^sts:GetCallerIdentity failed: Could not connect.*check the network and the region"
    ):
        perform(account, IDENTITY)


def test_every_page_of_a_list_is_read(aws):
    client = aws.client("logs")
    client.create_log_group(logGroupName="group")
    for number in range(60):  # a page has 50
        client.create_log_stream(logGroupName="group", logStreamName=f"stream-{number:02}")
    streams = pages(aws, Call("logs", "DescribeLogStreams", {"logGroupName": "group"}), "logStreams")
    assert [each["logStreamName"] for each in streams] == [f"stream-{number:02}" for number in range(60)]


def test_the_region(monkeypatch):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    assert region_of(None, "file") == "file"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "default")
    assert region_of(None, "file") == "default"
    monkeypatch.setenv("AWS_REGION", "environment")
    assert region_of(None, "file") == "environment"
    assert region_of("option", "file") == "option"
