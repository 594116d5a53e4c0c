"""`deploy/sagemaker rollback`: to the config before, scaling included."""

from test_aws_deploy import SCALED, scaling
from test_aws_deploy_async import LATER

from byoc.tools.aws.arguments import uses


def test_it_goes_back_and_forth(sagemaker, trained, aws, add, backend):
    add(SCALED)
    assert sagemaker("deploy", "live").status == 0
    first = aws.client("sagemaker").describe_endpoint(EndpointName="my-model-live")["EndpointConfigName"]
    never = sagemaker("rollback", "live")
    assert (never.status, "was never updated, so there is no config before" in never.err) == (1, True)
    add(SCALED.replace("ml.m5.large", "ml.m5.xlarge"))
    assert sagemaker("deploy", "live").status == 0
    planned = sagemaker("rollback", "live", "--plan", "--exit-code")
    assert (planned.status, scaling(aws)) == (3, (1, 4, "ml.m5.xlarge"))
    back = sagemaker("rollback", "live", "--json")
    assert (back.status, back.document["config"]) == (0, first), back.err
    assert scaling(aws) == (1, 4, "ml.m5.large")
    assert "AutoRollbackConfiguration" not in backend().endpoints["my-model-live"].asked["DeploymentConfig"]
    forth = sagemaker("rollback", "live")
    assert (forth.status, scaling(aws)) == (0, (1, 4, "ml.m5.xlarge"))
    backend().endpoints["my-model-live"].fails = "no capacity"
    aws.client("logs").create_log_group(logGroupName="/aws/sagemaker/Endpoints/my-model-live")
    aws.client("logs").create_log_stream(logGroupName="/aws/sagemaker/Endpoints/my-model-live", logStreamName="a")
    failed = sagemaker("rollback", "live")
    assert (failed.status, "was rolled back: it runs" in failed.err) == (1, True)
    backend().endpoints["my-model-live"].fails = None
    trained.train("my-model-second")
    assert sagemaker("deploy", "live").status == 0
    same_type = sagemaker("rollback", "live", "--plan")
    assert "keep scaling my-model-live" in same_type.out
    add(LATER)
    assert sagemaker("deploy", "later", "--no-example").status == 0
    add(LATER.replace("ml.m5.large", "ml.m5.xlarge"))
    assert sagemaker("deploy", "later", "--no-example").status == 0
    from_zero = sagemaker("rollback", "later")
    assert from_zero.status == 0, from_zero.err
    assert {name for each in (back, forth, failed, same_type, from_zero) for name in each.made} == uses()["rollback"]


def test_what_is_not_there_cannot_go_back(sagemaker, trained, aws):
    assert "there is no endpoint my-model-main; make it" in sagemaker("rollback").err
    assert sagemaker("deploy").status == 0
    first = aws.client("sagemaker").describe_endpoint(EndpointName="my-model-main")["EndpointConfigName"]
    trained.train("my-model-second")
    assert sagemaker("deploy").status == 0
    aws.client("sagemaker").delete_endpoint_config(EndpointConfigName=first)
    ended = sagemaker("rollback")
    assert (ended.status, f"{first}, which my-model-main ran before, was deleted" in ended.err) == (1, True)
