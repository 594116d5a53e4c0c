"""`deploy/sagemaker deploy`: what is made, what is kept, what an update is."""

import time

import pytest

from aws_sagemaker import ANSWERS

LIVE = '[endpoint.live]\nkind = "realtime"\ninstance_type = "{}"\ninstance_count = 2\n'
SCALED = f"{LIVE.format('ml.m5.large')}[endpoint.live.scaling]\nmax = 4\ninvocations = 100\n"


def test_it_makes_what_the_plan_says(sagemaker, trained, aws):
    planned = sagemaker("deploy", "--plan", "--exit-code")
    assert planned.status == 3, planned.err
    lines = [line for line in planned.out.splitlines() if not line.startswith("    ")]
    assert [line.split(" my-model")[0] for line in lines[:3]] == [
        "+ create model", "+ create endpoint config", "+ create endpoint",
    ]  # fmt: skip
    assert lines[3] == f"note: the model is {trained.uri} (training job my-model-first)"
    assert aws.client("sagemaker").list_endpoints()["Endpoints"] == []
    made = sagemaker("deploy")
    assert made.status == 0, made.err
    assert made.out.splitlines()[-2:] == [
        "the example payload is answered as local_test/expected.csv says",
        "endpoint  my-model-main",
    ]
    client = aws.client("sagemaker")
    endpoint = client.describe_endpoint(EndpointName="my-model-main")
    config = client.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
    [variant] = config["ProductionVariants"]
    assert variant["ServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    container = client.describe_model(ModelName=variant["ModelName"])["PrimaryContainer"]
    assert container["Image"] == f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/my-model@{trained.digest}"
    assert container["ModelDataUrl"] == trained.uri
    tags = {tag["Key"]: tag["Value"] for tag in client.list_tags(ResourceArn=endpoint["EndpointArn"])["Tags"]}
    assert tags == {"byoc:project": "my-model", "byoc:endpoint": "main"}


def test_again_there_is_nothing_to_do(sagemaker, trained, aws):
    assert sagemaker("deploy").status == 0
    again = sagemaker("deploy", "--plan", "--exit-code")
    assert (again.status, again.out.splitlines()[-1]) == (0, "nothing to do"), again.err
    kept = sagemaker("deploy", "--json")
    assert (kept.status, kept.document) == (0, {"endpoint": "my-model-main", "changed": False})
    assert not [name for name in kept.made if "Create" in name or "Update" in name or "Invoke" in name]


@pytest.mark.parametrize("change", ["training", "image", "artifact", "file"])
def test_what_changes_is_an_update_and_the_config_before_is_remembered(sagemaker, trained, aws, pushed, add, change):
    assert sagemaker("deploy").status == 0
    client = aws.client("sagemaker")
    before = client.describe_endpoint(EndpointName="my-model-main")["EndpointConfigName"]
    match change:
        case "training":
            trained.train("my-model-second")
        case "image":
            pushed("second")
        case "artifact":  # other content at the same place
            aws.client("s3").put_object(
                Bucket=trained.uri.split("/")[2], Key=trained.uri.split("/", 3)[3], Body=b"another model"
            )
        case "file":
            add("[endpoint.main.environment]\nA = 1")
    updated = sagemaker("deploy")
    assert updated.status == 0, updated.err
    after = client.describe_endpoint(EndpointName="my-model-main")
    assert after["EndpointConfigName"] != before
    assert {"Key": "byoc:before", "Value": before} in client.list_tags(ResourceArn=after["EndpointArn"])["Tags"]
    assert sagemaker("deploy", "--plan", "--exit-code").status == 0


def test_an_update_that_is_rolled_back_is_a_failure_that_says_why(sagemaker, trained, aws, backend):
    assert sagemaker("deploy").status == 0
    before = aws.client("sagemaker").describe_endpoint(EndpointName="my-model-main")["EndpointConfigName"]
    backend().endpoints["my-model-main"].fails = "The primary container did not pass the ping health check."
    logs, group = aws.client("logs"), "/aws/sagemaker/Endpoints/my-model-main"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="main/i-1")
    event = {"timestamp": int(time.time() * 1000), "message": "no model"}
    logs.put_log_events(logGroupName=group, logStreamName="main/i-1", logEvents=[event])
    trained.train("my-model-second")
    ended = sagemaker("deploy", "--json")
    assert ended.status == 1
    first, *rest = ended.document["error"].splitlines()
    assert first.startswith("the update of my-model-main was rolled back: it runs " + before)
    assert first.endswith("The primary container did not pass the ping health check.")
    assert rest == [f"the last lines of {group}, main/i-1:", "    no model"]
    arn = aws.client("sagemaker").describe_endpoint(EndpointName="my-model-main")["EndpointArn"]
    assert "byoc:before" not in {tag["Key"] for tag in aws.client("sagemaker").list_tags(ResourceArn=arn)["Tags"]}


def test_an_endpoint_that_failed_is_made_anew_where_someone_says_yes(sagemaker, trained, aws, backend):
    assert sagemaker("deploy").status == 0
    backend().endpoints["my-model-main"].endpoint_status = "Failed"
    refused = sagemaker("deploy")
    assert (refused.status, "give --yes" in refused.err) == (2, True)
    assert sagemaker("deploy", "--yes").status == 0
    assert aws.client("sagemaker").describe_endpoint(EndpointName="my-model-main")["EndpointStatus"] == "InService"


def test_an_example_that_is_answered_otherwise_is_told(sagemaker, trained):
    ANSWERS["my-model-main"] = b"virginica\n"
    ended = sagemaker("deploy", "--json")
    assert (ended.status, ended.document["example"]["as_expected"]) == (0, False)
    assert ended.document["example"]["difference"] == "row 1 is 'virginica', and 'setosa' is expected"


def test_an_endpoint_of_somebody_else_is_left_alone(sagemaker, trained, aws):
    assert sagemaker("deploy").status == 0
    client = aws.client("sagemaker")
    arn = client.describe_endpoint(EndpointName="my-model-main")["EndpointArn"]
    client.delete_tags(ResourceArn=arn, TagKeys=["byoc:project"])
    ended = sagemaker("deploy")
    assert (ended.status, "exists, and is not this project's" in ended.err) == (1, True)


def test_another_kind_needs_another_endpoint(sagemaker, trained, sagemaker_toml):
    assert sagemaker("deploy").status == 0
    lines = sagemaker_toml.read_text().split("[endpoint.main]")[0]
    sagemaker_toml.write_text(lines + LIVE.format("ml.m5.large").replace("live", "main"))
    ended = sagemaker("deploy")
    assert ended.status == 1
    assert "my-model-main is serverless, and cannot become realtime; give it another name" in ended.err


def test_instances_are_scaled_watched_and_updated_blue_green(sagemaker, trained, aws, add, backend):
    add(SCALED)
    made = sagemaker("deploy", "live")
    assert made.status == 0, made.err
    assert scaling(aws) == (1, 4, "ml.m5.large")
    assert sagemaker("deploy", "live", "--plan", "--exit-code").out.splitlines()[-1] == "nothing to do"
    alarm = aws.client("cloudwatch").describe_alarms()["MetricAlarms"][0]
    assert (alarm["AlarmName"], alarm["Threshold"]) == ("my-model-live-5xx", 5)
    backend().endpoints["my-model-live"].production_variants[0]["CurrentInstanceCount"] = 3
    add(SCALED.replace("ml.m5.large", "ml.m5.xlarge") + "[endpoint.live.update]\nlatency_ms = 20\nalarms = ['mine']\n")
    planned = sagemaker("deploy", "live", "--plan", "--json").document
    told = [f"{step['action']} {step['kind']}" for step in planned["steps"]]
    assert told == [
        "keep model", "create endpoint config", "keep alarm", "create alarm", "update scaling", "update endpoint",
        "create scaling",
    ]  # fmt: skip
    assert sagemaker("deploy", "live").status == 0
    assert scaling(aws) == (1, 4, "ml.m5.xlarge")
    asked = backend().endpoints["my-model-live"].asked
    assert asked["RetainAllVariantProperties"] is True
    assert asked["DeploymentConfig"] == {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
            "TerminationWaitInSeconds": 300,
            "MaximumExecutionTimeoutInSeconds": 3900,
        },
        "AutoRollbackConfiguration": {
            "Alarms": [{"AlarmName": each} for each in ("my-model-live-5xx", "my-model-live-latency", "mine")]
        },
    }
    live = aws.client("sagemaker").describe_endpoint(EndpointName="my-model-live")
    assert live["ProductionVariants"][0]["CurrentInstanceCount"] == 3


def test_scaling_follows_the_file_and_goes_with_its_table(sagemaker, trained, aws, add, backend):
    add(SCALED)
    assert sagemaker("deploy", "live").status == 0
    add(SCALED.replace("max = 4", "max = 6"))
    ended = sagemaker("deploy", "live")
    assert (ended.status, scaling(aws)[:2]) == (0, (1, 6)), ended.err
    assert not hasattr(backend().endpoints["my-model-live"], "asked")
    add(LIVE.format("ml.m5.large"))
    assert sagemaker("deploy", "live").status == 0
    targets = aws.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="sagemaker")
    assert targets["ScalableTargets"] == []


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["nowhere"], 2, "sagemaker.toml has no [endpoint.nowhere]; there are: main"),
        (["--model", "model.tar.gz"], 2, "'model.tar.gz' is no S3 URI of an object; write s3://BUCKET/KEY"),
        (["--model", "s3://nowhere-at-all/model.tar.gz"], 1, "there is no model at s3://nowhere-at-all/model.tar.gz"),
    ],
)
def test_what_cannot_be_deployed(sagemaker, trained, arguments, status, told):
    ended = sagemaker("deploy", *arguments)
    assert (ended.status, told in ended.err) == (status, True), ended.err


def test_without_an_image_or_a_model_it_says_what_to_run(sagemaker, aws, pushed):
    assert "ECR has no image my-model:latest" in sagemaker("deploy").err
    pushed("first")
    ended = sagemaker("deploy")
    assert (ended.status, "run `deploy/sagemaker train`, or give --model" in ended.err) == (1, True), ended.err


def scaling(aws) -> tuple[int, int, str]:
    [target] = aws.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="sagemaker")[
        "ScalableTargets"
    ]
    client = aws.client("sagemaker")
    config = client.describe_endpoint(EndpointName="my-model-live")["EndpointConfigName"]
    [variant] = client.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
    return target["MinCapacity"], target["MaxCapacity"], variant["InstanceType"]
