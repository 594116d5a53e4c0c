"""A request against AWS's model of the API: what botocore lets pass, and AWS refuses."""

import re
from datetime import UTC, datetime

import botocore.session
import pytest

from byoc.tools.aws.patterns import compiled
from byoc.tools.aws.validation import InvalidRequest, validate

SERVICES = [
    "application-autoscaling", "cloudformation", "cloudwatch", "ec2", "ecr", "iam", "kms", "logs", "pricing", "s3",
    "sagemaker", "sagemaker-runtime", "scheduler", "service-quotas", "sts",
]  # fmt: skip
JOB = {
    "TrainingJobName": "my-job",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "RoleArn": "arn:aws:iam::123456789012:role/name",
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/prefix"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    "HyperParameters": {"depth": "5"},
    "Tags": [{"Key": "byoc:project", "Value": "Größe 5"}],
}
INVOCATION = {"EndpointName": "my-endpoint", "Body": b"1,2"}
SCHEDULE = {
    "Name": "my-schedule",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "ScheduleExpression": "at(2030-01-01T00:00:00)",
    "Target": {"Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint", "RoleArn": JOB["RoleArn"]},
}


def faults(**changes) -> list[str]:
    with pytest.raises(InvalidRequest) as refused:
        validate("sagemaker", "CreateTrainingJob", {**JOB, **changes})
    return [line.removeprefix("sagemaker:CreateTrainingJob ") for line in str(refused.value).splitlines()]


def test_a_right_request_passes():
    validate("sagemaker", "CreateTrainingJob", JOB)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"TrainingJobName": "my_job"}, "TrainingJobName = 'my_job' must match [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"),
        ({"TrainingJobName": "a" * 64}, "TrainingJobName has 64 characters, and the most is 63"),
        ({"TrainingJobNmae": "a"}, "TrainingJobNmae = 'a' is no member; the nearest is TrainingJobName"),
        ({"RoleArn": 5}, "RoleArn = '5' must be a string"),
        ({"HyperParameters": {"a": 1}}, "HyperParameters.a = '1' must be a string"),
        ({"HyperParameters": {"a" * 257: "1"}}, "and the most is 256"),
        ({"HyperParameters": []}, "HyperParameters = '[]' must be a table"),
        ({"Tags": {}}, "Tags = '{}' must be a list"),
        ({"Tags": [{"Key": "a"}]}, "Tags[0].Value is missing; it is required"),
        ({"Tags": [{"Key": "a#", "Value": ""}]}, "Tags[0].Key = 'a#' must match"),
        ({"Tags": [{"Key": "a", "Value": ""}] * 51}, "Tags has 51 items, and the most is 50"),
        ({"EnableNetworkIsolation": 1}, "EnableNetworkIsolation = '1' must be true or false"),
        ({"ResourceConfig": {"InstanceType": "ml.m5.huge", "VolumeSizeInGB": 1}}, "is none of AWS's values"),
        ({"ResourceConfig": {"InstanceCount": -1, "VolumeSizeInGB": 1}}, "InstanceCount is -1, and the least is 0"),
        (
            {"ResourceConfig": {"InstanceCount": True, "VolumeSizeInGB": 1}},
            "InstanceCount = 'True' must be a whole number",
        ),
        ({"StoppingCondition": {"MaxRuntimeInSeconds": 1.5}}, "MaxRuntimeInSeconds = '1.5' must be a whole number"),
    ],
)
def test_each_rule_of_the_model_is_kept(changes, told):
    assert any(told in fault for fault in faults(**changes)), faults(**changes)


def test_every_fault_is_told_with_its_path():
    found = faults(TrainingJobName="", Tags=[{"Key": "a", "Value": "b"}, {"Value": "c"}])
    assert [fault.split(" ")[0] for fault in found] == ["TrainingJobName", "TrainingJobName", "Tags[1].Key"]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "told"),
    [
        ("sts", "GetCallerIdentity", {"Name": "a"}, "Name = 'a' is no member; there are none"),
        ("cloudwatch", "PutMetricAlarm", {"AlarmName": "a", "EvaluationPeriods": 1, "ComparisonOperator": "Above",
         "Threshold": "5"}, "Threshold = '5' must be a number"),
        ("scheduler", "DeleteSchedule", {"Name": "a b"}, "Name = 'a b' must match"),
        ("scheduler", "CreateSchedule", {**SCHEDULE, "StartDate": True}, "StartDate = 'True' must be a time"),
        ("sagemaker-runtime", "InvokeEndpoint", {**INVOCATION, "Body": 5}, "Body = 'int' must be bytes, or a file"),
        ("sagemaker-runtime", "InvokeEndpoint", {**INVOCATION, "Accept": "ü"}, "Accept = 'ü' must match"),
    ],
)  # fmt: skip
def test_of_other_services(service, operation, parameters, told):
    with pytest.raises(InvalidRequest) as refused:
        validate(service, operation, parameters)
    assert told in str(refused.value)


def test_a_token_that_botocore_makes_up_may_be_left_out():
    validate("scheduler", "CreateSchedule", {**SCHEDULE, "StartDate": datetime.now(UTC)})


@pytest.mark.parametrize("service", SERVICES)
def test_every_pattern_of_the_services_we_call_can_be_read(service):
    model = botocore.session.get_session().get_service_model(service)
    patterns = {model.shape_for(name).metadata.get("pattern") for name in model.shape_names} - {None}
    for pattern in patterns:
        compiled(pattern)


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        (r"[\p{L}\p{Z}_]*", "Größe 日本_", "5"),
        (r"\p{Print}+", "a~", "a\n"),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "a\U0001f600\t", "a\x00"),
        (r"[\w-_]*", "a-_", "a."),
        (r"\A\S[\p{Print}]*\z", "ab c", " a"),
    ],
)
def test_javas_patterns_are_pythons(pattern, fits, does_not):
    assert compiled(pattern).fullmatch(fits)
    assert not compiled(pattern).fullmatch(does_not)
    assert isinstance(compiled(pattern), re.Pattern)
