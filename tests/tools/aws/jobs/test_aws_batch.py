"""`deploy/sagemaker batch`: a local file or a prefix is answered, and what was not is named."""

import pytest

from aws_jobs import BUCKET, scripted, write_log
from byoc.tools.aws.arguments import uses


@pytest.fixture
def rows(sagemaker, aws, digest, sagemaker_toml):
    """A file of requests; there is a model, too."""
    (sagemaker_toml.parent / "local_test/test_dir/input/data/training/iris.csv").write_text("1,2\n")
    assert sagemaker("train", "--detach").status == 0
    file = sagemaker_toml.parent / "rows.csv"
    file.write_text("1,2\n3,4\n")
    return file


def answering(aws, *names: str):
    """A scene in which the job answers these files."""

    def scene(transform_job_name):
        for name in names:
            key = f"my-model/batch/output/{transform_job_name}/{name}.out"
            aws.client("s3").put_object(Bucket=BUCKET, Key=key, Body=b"0\n")

    return scene


def requested(ended, operation: str) -> dict:
    [call] = [call for call in ended.calls if call.operation == operation]
    return call.parameters


def test_a_local_file_is_uploaded_and_answered_by_the_newest_model(sagemaker, aws, rows, digest, monkeypatch):
    planned = sagemaker("batch", str(rows), "--plan", "--exit-code")
    assert planned.status == 3
    kinds = [line.split(" my-model")[0].split(" s3:")[0] for line in planned.out.splitlines()]
    assert [kind for kind in kinds if kind.startswith("+")] == [
        "+ upload data", "+ create model", "+ start transform job",
    ]  # fmt: skip
    scripted(monkeypatch, [answering(aws, "rows.csv")], "describe_transform_job")
    ended = sagemaker("batch", str(rows), "--json")
    assert ended.status == 0, ended.err
    job, model = requested(ended, "CreateTransformJob"), requested(ended, "CreateModel")
    source = job["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    name = job["TransformJobName"]
    assert ended.document == {
        "job": name,
        "status": "Completed",
        "output": f"s3://{BUCKET}/my-model/batch/output/{name}",
        "files": 1,
        "unanswered": [],
    }
    assert aws.client("s3").get_object(Bucket=BUCKET, Key=f"{source}rows.csv".removeprefix(f"s3://{BUCKET}/"))
    assert job == {
        "TransformJobName": name,
        "ModelName": model["ModelName"],
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": source}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": f"s3://{BUCKET}/my-model/batch/output/{name}",
            "Accept": "text/csv",
            "AssembleWith": "Line",
        },
        "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        "MaxPayloadInMB": 6,
        "Tags": [{"Key": "byoc:project", "Value": "my-model"}],
        "BatchStrategy": "MultiRecord",
    }
    trained = aws.client("sagemaker").list_training_jobs()["TrainingJobSummaries"][0]["TrainingJobName"]
    artifact = f"s3://{BUCKET}/my-model/jobs/{trained}/output/model.tar.gz"
    container = model["PrimaryContainer"]
    assert container["ModelDataUrl"] == artifact
    assert container["Image"].endswith(f"/my-model@{digest}")
    again = sagemaker("batch", str(rows))
    assert [name for name in again.made if name in ("s3:PutObject", "sagemaker:CreateModel")] == []
    assert {*planned.made, *ended.made} == uses()["batch"] - {"logs:GetLogEvents"}  # there is no log here


def test_what_was_not_answered_is_named(sagemaker, aws, rows, monkeypatch):
    for name in ("a.csv", "b/c.csv"):
        aws.client("s3").put_object(Bucket=BUCKET, Key=f"my-model/requests/{name}", Body=b"1,2\n")

    def fail(transform_job_name):
        answering(aws, "a.csv")(transform_job_name)
        write_log(aws, f"{transform_job_name}/i-1/data-log", ["b/c.csv: 400 row 1"], "/aws/sagemaker/TransformJobs")
        return {"TransformJobStatus": "Failed", "FailureReason": "ClientError: See job logs for more information"}

    scripted(monkeypatch, [fail, {"TransformJobStatus": "Failed", "FailureReason": "x"}], "describe_transform_job")
    ended = sagemaker("batch", f"s3://{BUCKET}/my-model/requests/", "--model", "s3://mine/model.tar.gz")
    assert ended.status == 1
    assert "s3:PutObject" not in ended.made
    assert requested(ended, "CreateModel")["PrimaryContainer"]["ModelDataUrl"] == "s3://mine/model.tar.gz"
    lines = ended.out.splitlines()
    assert {"answered  1 of 2 files", "not answered: b/c.csv", "    b/c.csv: 400 row 1"} <= {*lines}


def test_without_a_model_or_a_file_nothing_is_called_but_to_look(sagemaker, digest, sagemaker_toml):
    missing = sagemaker("batch", "nowhere.csv")
    assert missing.status == 2
    assert missing.err.startswith("sagemaker batch: there is no file or folder nowhere.csv; correct the path")
    untrained = sagemaker("batch", str(sagemaker_toml))
    assert untrained.status == 1
    assert untrained.err.startswith("sagemaker batch: no training job of my-model has completed; run `deploy/sagemaker")
