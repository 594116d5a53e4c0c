"""Asynchronous and multi-model endpoints: deployed, scaled down to zero and up again, asked; and the calls made."""

import pytest
from moto.sagemakerruntime.models import sagemakerruntime_backends

from aws import REGION
from byoc.tools.aws.arguments import uses

ACCOUNT = "123456789012"
LATER = """[endpoint.later]
kind = "async"
instance_type = "ml.m5.large"
max_concurrent = 4
[endpoint.later.scaling]
min = 0
max = 2
backlog = 5
"""
MANY = '[endpoint.many]\nkind = "multi-model"\ninstance_type = "ml.m5.large"\n'


@pytest.fixture
def answers(aws) -> list[tuple[bool, str]]:
    """What asynchronous requests come to, in order: whether it is a failure, and the object."""
    return sagemakerruntime_backends[ACCOUNT][REGION].async_results_queue


def test_async_scales_down_to_zero_and_up_again(sagemaker, trained, aws, add, answers):
    add(LATER)
    answers.append((False, "setosa\n"))
    made = sagemaker("deploy", "later", "--json")
    assert (made.status, made.document["example"]["as_expected"]) == (0, True), made.err
    scaling = aws.client("application-autoscaling")
    [target] = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (0, 2)
    policies = {
        each["PolicyType"]: each
        for each in scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    }
    metric = policies["TargetTrackingScaling"]["TargetTrackingScalingPolicyConfiguration"]
    assert metric["CustomizedMetricSpecification"]["MetricName"] == "ApproximateBacklogSizePerInstance"
    [alarm] = aws.client("cloudwatch").describe_alarms(AlarmNames=["my-model-later-backlog"])["MetricAlarms"]
    assert alarm["MetricName"] == "HasBacklogWithoutCapacity"
    assert alarm["AlarmActions"] == [policies["StepScaling"]["PolicyARN"]]
    again = sagemaker("deploy", "later", "--plan", "--exit-code")
    assert (again.status, again.out.splitlines()[-1]) == (0, "nothing to do")
    client = aws.client("sagemaker")
    config = client.describe_endpoint(EndpointName="my-model-later")["EndpointConfigName"]
    asynchronous = client.describe_endpoint_config(EndpointConfigName=config)["AsyncInferenceConfig"]
    start = f"s3://sagemaker-my-model-{ACCOUNT}-{REGION}/my-model/async/later"
    assert asynchronous["OutputConfig"] == {"S3OutputPath": f"{start}/output", "S3FailurePath": f"{start}/failures"}


def test_an_async_failure_is_told_with_the_containers_words(sagemaker, trained, add, answers):
    add(LATER)
    answers.append((True, "row 1 has 3 columns"))
    ended = sagemaker("deploy", "later")
    assert (ended.status, "the endpoint refused it: row 1 has 3 columns (s3://" in ended.err) == (1, True), ended.err


def test_a_multi_model_endpoint_has_a_prefix_and_no_example(sagemaker, trained, aws, add):
    add(MANY)
    made = sagemaker("deploy", "many", "--json")
    assert (made.status, made.document["example"]) == (0, {"asked": False}), made.err
    [model] = [each["ModelName"] for each in aws.client("sagemaker").list_models()["Models"]]
    container = aws.client("sagemaker").describe_model(ModelName=model)["PrimaryContainer"]
    assert container["Mode"] == "MultiModel"
    assert container["ModelDataUrl"] == f"s3://sagemaker-my-model-{ACCOUNT}-{REGION}/my-model/models/many/"
    refused = sagemaker("deploy", "many", "--model", trained.uri)
    assert (refused.status, "--model is not for [endpoint.many]" in refused.err) == (2, True)


def test_deploy_calls_what_it_says_and_no_more(sagemaker, trained, aws, add, answers, backend):
    answers.append((False, "setosa\n"))
    add(LATER)
    ended = [sagemaker("deploy", "main"), sagemaker("deploy", "later")]
    add(LATER.replace("[endpoint.later.scaling]\nmin = 0\nmax = 2\nbacklog = 5\n", "").replace("large", "xlarge"))
    answers.append((False, "setosa\n"))
    ended.append(sagemaker("deploy", "later"))
    assert [each.status for each in ended] == [0, 0, 0]
    for endpoint in backend().endpoints.values():
        endpoint.fails, endpoint.endpoint_status = "no", "InService"
    aws.client("logs").create_log_group(logGroupName="/aws/sagemaker/Endpoints/my-model-main")
    aws.client("logs").create_log_stream(logGroupName="/aws/sagemaker/Endpoints/my-model-main", logStreamName="a")
    trained.train("my-model-second")
    ended.append(sagemaker("deploy", "main"))
    backend().endpoints["my-model-later"].endpoint_status = "Failed"
    ended.append(sagemaker("deploy", "later", "--yes", "--no-example"))
    assert {name for each in ended for name in each.made} == uses()["deploy"]
