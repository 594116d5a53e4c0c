"""`deploy/sagemaker role`: the execution role and the bucket, as a stack."""

import json

import pytest
from botocore.stub import Stubber

from aws_project import written
from byoc.tools.aws.account import Identity
from byoc.tools.aws.arguments import uses
from byoc.tools.aws.config.file import load
from byoc.tools.aws.console import Console
from byoc.tools.aws.errors import AwsError
from byoc.tools.aws.owned.names import Names
from byoc.tools.aws.stack import apply
from byoc.tools.aws.stack.execution import template

ACCOUNT = "123456789012"
TOPIC = f"eu-west-1:{ACCOUNT}:failed"
IDENTITY = Identity(ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/me/session")


def statements(tmp_path, content: str = "") -> dict[str, dict]:
    config = load(written(tmp_path, content))
    role = template(config, Names(config, IDENTITY, "eu-west-1"))["Resources"]["Role"]["Properties"]
    return {each["Sid"]: each for each in role["Policies"][0]["PolicyDocument"]["Statement"]}


def policy(aws, role: str) -> str:
    """Of a role that exists; of one made by a stack, moto gives it as text that is not quite JSON."""
    return str(aws.client("iam").get_role_policy(RoleName=role, PolicyName="execution")["PolicyDocument"])


def test_it_makes_what_the_plan_says(sagemaker, aws):
    planned = sagemaker("role", "--plan", "--exit-code")
    assert planned.status == 3
    assert planned.out.splitlines() == [
        "+ create stack sagemaker-my-model: of Bucket, BucketPolicy, Role",
        "    cloudformation:CreateStack",
    ]
    assert aws.client("cloudformation").list_stacks()["StackSummaries"] == []
    made = sagemaker("role")
    assert made.status == 0
    role, bucket = "sagemaker-my-model-eu-west-1", f"sagemaker-my-model-{ACCOUNT}-eu-west-1"
    assert made.out.splitlines()[-2:] == [f"role    arn:aws:iam::{ACCOUNT}:role/{role}", f"bucket  {bucket}"]
    found = aws.client("iam").get_role(RoleName=role)["Role"]
    assert found["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert "OwnObjects" in policy(aws, role)
    assert aws.client("s3").get_bucket_encryption(Bucket=bucket)
    assert {"Key": "byoc:project", "Value": "my-model"} in found["Tags"]


def test_again_there_is_nothing_to_do(sagemaker):
    sagemaker("role")
    again = sagemaker("role", "--plan", "--exit-code")
    assert (again.status, again.out.splitlines()) == (0, ["  keep stack sagemaker-my-model", "nothing to do"])
    kept = sagemaker("role", "--json")
    assert (kept.status, kept.document["changed"]) == (0, False)


def test_a_change_of_the_file_updates_it(sagemaker, sagemaker_toml, aws):
    sagemaker("role")
    topic = f"[endpoint.later]\nkind = 'async'\ninstance_type = 'ml.m5.large'\nerror_topic = 'arn:aws:sns:{TOPIC}'\n"
    sagemaker_toml.write_text(f"{sagemaker_toml.read_text()}\n{topic}")
    planned = sagemaker("role", "--plan", "--json", "--exit-code")
    assert (planned.status, planned.document["steps"][0]["detail"]) == (3, "changes Role")
    assert sagemaker("role").status == 0
    # moto's stacks do not change a role's policy, so the stack is asked.
    made = aws.client("cloudformation").get_template(StackName="sagemaker-my-model")["TemplateBody"]
    assert f"arn:aws:sns:{TOPIC}" in json.dumps(made)
    assert sagemaker("role", "--plan", "--exit-code").status == 0


def test_it_calls_what_it_says_and_no_more(sagemaker, sagemaker_toml):
    ended = [sagemaker("role"), sagemaker("role", "--plan")]
    sagemaker_toml.write_text(f"tags = {{ a = 'b' }}\n{sagemaker_toml.read_text()}")
    ended.append(sagemaker("role"))
    assert [each.status for each in ended] == [0, 0, 0]
    made = {name for each in ended for name in each.made}
    assert made == uses()["role"] - {"cloudformation:DescribeStackEvents"}  # asked of a failure alone, below


def test_what_the_file_names_itself_is_left_alone(sagemaker, sagemaker_toml):
    own = f'role = "arn:aws:iam::{ACCOUNT}:role/own"\nbucket = "own-bucket"\n'
    sagemaker_toml.write_text(own + sagemaker_toml.read_text())
    ended = sagemaker("role", "--json")
    assert ended.document == {"role": f"arn:aws:iam::{ACCOUNT}:role/own", "bucket": "own-bucket", "changed": False}
    assert ended.made == ["sts:GetCallerIdentity"]


def test_a_stack_that_failed_says_why(aws, monkeypatch):
    monkeypatch.setattr(apply, "INTERVAL", 0)
    failed = {"LogicalResourceId": "Role", "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "it exists"}
    cancelled = {"LogicalResourceId": "Bucket", "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "cancelled"}
    common = {"StackId": "a", "EventId": "b", "StackName": "x", "Timestamp": 0}
    with Stubber(aws.client("cloudformation")) as stub:
        for status in ("CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE"):
            stack = {"StackName": "x", "CreationTime": 0, "StackStatus": status}
            stub.add_response("describe_stacks", {"Stacks": [stack]})
        events = [{**common, **each} for each in (cancelled, failed)]
        stub.add_response("describe_stack_events", {"StackEvents": events})
        with pytest.raises(AwsError, match="stack x ended in ROLLBACK_COMPLETE: Role: it exists"):
            apply.wait(aws, "x", Console())


def test_a_stack_that_was_never_made_says_how_to_be_rid_of_it(aws):
    with Stubber(aws.client("cloudformation")) as stub:
        stack = {"StackName": "x", "CreationTime": 0, "StackStatus": "ROLLBACK_COMPLETE"}
        stub.add_response("describe_stacks", {"Stacks": [stack]})
        with pytest.raises(AwsError, match="aws cloudformation delete-stack --region eu-west-1 --stack-name x"):
            apply.step(aws, "x", {"Resources": {}}, [])


def test_the_role_may_only_what_the_project_needs(tmp_path):
    found = statements(tmp_path)
    assert set(found) == {
        "ListOwnPrefix", "LocateBucket", "OwnObjects", "PullImage", "LogInToRegistry", "WriteLogs", "PutMetrics",
    }  # fmt: skip
    anywhere = {sid for sid, each in found.items() if each["Resource"] == ["*"]}
    assert anywhere == {"LogInToRegistry", "PutMetrics"}
    assert all("*" not in action for each in found.values() for action in each["Action"])
    bucket = f"arn:aws:s3:::sagemaker-my-model-{ACCOUNT}-eu-west-1"
    assert found["OwnObjects"]["Resource"] == [f"{bucket}/my-model/*"]
    assert f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/my-model" in found["PullImage"]["Resource"]
    logs = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/sagemaker"
    assert f"{logs}/TrainingJobs:*" in found["WriteLogs"]["Resource"]


@pytest.mark.parametrize(
    ("content", "sid", "resource"),
    [
        ("kms_key = 'arn:aws:kms:eu-west-1:1:key/1'", "UseKey", "arn:aws:kms:eu-west-1:1:key/1"),
        (
            "[network]\nsubnets = ['subnet-1']\nsecurity_groups = ['sg-1']",
            "OwnInterfaces",
            f"arn:aws:ec2:eu-west-1:{ACCOUNT}:subnet/subnet-1",
        ),
        (
            "[train]\ninstance_type = 'ml.m5.large'\nchannels.a.source = 's3://data/a/b'",
            "ReadSources",
            "arn:aws:s3:::data/a/b*",
        ),
        (
            f"[endpoint.a]\nkind = 'async'\ninstance_type = 'ml.m5.large'\nerror_topic = 'arn:aws:sns:{TOPIC}'",
            "Notifications",
            f"arn:aws:sns:{TOPIC}",
        ),
    ],
)
def test_more_is_allowed_where_the_file_names_it_alone(tmp_path, content, sid, resource):
    assert sid not in statements(tmp_path)
    assert resource in statements(tmp_path, content)[sid]["Resource"]


def test_the_template_is_small_enough_and_every_part_is_jsons(tmp_path):
    config = load(written(tmp_path, "kms_key = 'arn:aws:kms:eu-west-1:1:key/1'"))
    made = template(config, Names(config, IDENTITY, "eu-west-1"))
    assert len(json.dumps(made, indent=1)) < 51200  # what CreateStack takes in a request
    encryption = made["Resources"]["Bucket"]["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
    assert encryption["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == config.kms_key
    assert made["Resources"]["Bucket"]["DeletionPolicy"] == "Retain"
