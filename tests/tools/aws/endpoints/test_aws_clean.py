"""`deploy/sagemaker status` and `clean`: what there is, and nothing left of it."""

from test_aws_deploy import SCALED
from test_aws_deploy_async import ACCOUNT

from aws_sagemaker import taking
from byoc.tools.aws.arguments import uses

BUCKET = f"sagemaker-my-model-{ACCOUNT}-eu-west-1"


def left(aws) -> list[str]:
    client = aws.client("sagemaker")
    lists = [client.list_endpoints()["Endpoints"], client.list_endpoint_configs()["EndpointConfigs"]]
    lists.append(client.list_models()["Models"])
    names = [value for each in lists for found in each for key, value in found.items() if key.endswith("Name")]
    targets = aws.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="sagemaker")
    alarms = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    groups = aws.client("logs").describe_log_groups()["logGroups"]
    return [*names, *targets["ScalableTargets"], *alarms, *groups]


def both(sagemaker, add, aws) -> None:
    """main and live are deployed, and live has a log."""
    add(SCALED)
    assert [sagemaker("deploy", name, "--no-example").status for name in ("main", "live")] == [0, 0]
    for name in ("live", "live-too"):
        aws.client("logs").create_log_group(logGroupName=f"/aws/sagemaker/Endpoints/my-model-{name}")


def test_status_says_what_costs_and_who_uses_it(sagemaker, trained, aws, add):
    both(sagemaker, add, aws)
    dimensions = [{"Name": "EndpointName", "Value": "my-model-main"}, {"Name": "VariantName", "Value": "main"}]
    data = {"MetricName": "Invocations", "Dimensions": dimensions, "Value": 3.0}
    aws.client("cloudwatch").put_metric_data(Namespace="AWS/SageMaker", MetricData=[data])
    ended = sagemaker("status")
    assert ended.status == 0, ended.err
    rows = {line.split()[1]: " ".join(line.split()) for line in ended.out.splitlines() if line.startswith("endpoint ")}
    assert "InService 0 USD 3 requests" in rows["my-model-main"]
    assert "InService 2 x ml.m5.large: unknown no" in rows["my-model-live"]
    assert "my-model-live costs money, and nobody used it this week: deploy/sagemaker clean NAME" in ended.out
    assert "training job" not in ended.out
    assert "training job" in sagemaker("status", "--all").out
    assert set(ended.made) == uses()["status"]


def test_status_of_nothing(sagemaker):
    assert sagemaker("status").out == "nothing in eu-west-1 carries the tag of my-model\n"


def test_clean_lists_asks_and_leaves_nothing_of_the_projects(sagemaker, trained, aws, add, backend):
    both(sagemaker, add, aws)
    client = aws.client("sagemaker")
    client.create_model(ModelName="my-model-of-somebody", ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/x")
    before = left(aws)
    planned = sagemaker("clean", "--plan", "--exit-code")
    assert (planned.status, left(aws)) == (3, before)
    refused = sagemaker("clean")
    assert (refused.status, "nothing was deleted: say yes" in refused.err, left(aws)) == (2, True, before)
    ended = sagemaker("clean", "--yes")
    assert ended.status == 0, ended.err
    assert [each for each in left(aws) if "Arn" not in str(each)] == ["my-model-of-somebody"]
    assert [each["logGroupName"] for each in aws.client("logs").describe_log_groups()["logGroups"]] == [
        "/aws/sagemaker/Endpoints/my-model-live-too"
    ]
    assert sagemaker("clean").out == "nothing to do\n"
    assert aws.client("s3").list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1
    assert aws.client("ecr").describe_images(repositoryName="my-model")["imageDetails"]


def test_clean_of_one_endpoint_leaves_the_others(sagemaker, trained, aws, add):
    both(sagemaker, add, aws)
    assert sagemaker("clean", "live", "--yes").status == 0
    names = [each for each in left(aws) if isinstance(each, str)]
    assert len(names) == 3
    assert all("live" not in name for name in names)
    assert sagemaker("deploy", "main", "--plan", "--exit-code").status == 0
    assert "the project has no endpoint lvie" in sagemaker("clean", "lvie").err


def test_interrupted_it_is_run_again(sagemaker, trained, aws, add, monkeypatch):
    both(sagemaker, add, aws)

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("byoc.tools.aws.endpoints.existing.settled", interrupt)
        assert sagemaker("clean", "--yes").status == 130
    assert left(aws)
    assert sagemaker("clean", "--yes").status == 0
    assert [each for each in left(aws) if isinstance(each, str)] == []


def test_what_is_named_goes_too_by_the_calls_that_it_says(sagemaker, trained, aws, add, backend):
    both(sagemaker, add, aws)
    for number, kind in enumerate(("training", "tuning", "transform")):
        taking(aws, kind, f"my-model-{number}", backend())
    topic = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'  # in the place of the role
    aws.client("cloudformation").create_stack(StackName="sagemaker-my-model", TemplateBody=topic)
    ended = [sagemaker("clean", "main", "--yes")]
    ended.append(sagemaker("clean", "--bucket", "--repository", "--role", "--yes"))
    assert [each.status for each in ended] == [0, 0], ended[-1].err
    assert aws.client("s3").list_buckets()["Buckets"] == []
    assert aws.client("ecr").describe_repositories()["repositories"] == []
    assert aws.client("sns").list_topics()["Topics"] == []
    running = aws.client("sagemaker").list_training_jobs(StatusEquals="InProgress")["TrainingJobSummaries"]
    assert running == []
    assert {name for each in ended for name in each.made} == uses()["clean"]
