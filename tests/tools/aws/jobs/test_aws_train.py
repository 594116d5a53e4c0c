"""`deploy/sagemaker train`: what is uploaded, the job that is asked for, how it is followed, what its end says."""

from datetime import UTC, datetime

import pytest

from aws_jobs import BUCKET, scripted, write_log
from byoc.tools.aws.arguments import uses
from byoc.tools.aws.errors import CallError, CredentialsError
from byoc.tools.aws.jobs import follow, training
from byoc.tools.aws.jobs.describe import described
from byoc.tools.aws.validation import operation_model

NOW = datetime(2026, 11, 30, tzinfo=UTC)
METRICS = [{"Name": "train:accuracy", "Regex": "train:accuracy=([0-9.eE+-]+)"}]
REASON = "AlgorithmError: Exception during training: channel training: row 3 has 5 columns, exit code: 1"


@pytest.fixture(autouse=True)
def _described(monkeypatch):
    """The project of these tests has no program: test_aws_describe asks a real one."""
    monkeypatch.setattr(training, "described", lambda root: {"MetricDefinitions": METRICS})


@pytest.fixture
def data(sagemaker_toml):
    folder = sagemaker_toml.parent / "local_test/test_dir/input/data/training"
    (folder / "more").mkdir()
    (folder / "iris.csv").write_text("1,2\n")
    (folder / "more/iris.csv").write_text("3,4\n")
    return folder


def job(aws, ended) -> dict:
    [call] = [call for call in ended.calls if call.operation == "CreateTrainingJob"]
    return call.parameters


def transition(status: str, message: str = "") -> dict:
    return {"Status": status, "StartTime": NOW.timestamp(), "StatusMessage": message}


def test_a_plan_says_what_would_be_done_and_does_nothing(sagemaker, aws, digest, data):
    planned = sagemaker("train", "--plan", "--exit-code")
    assert planned.status == 3
    lines = planned.out.splitlines()
    assert lines[0].startswith(f"+ upload data s3://{BUCKET}/my-model/data/training/")
    assert lines[0].endswith("/: 2 of 2 files, 0.0 MB, from local_test/test_dir/input/data/training")
    assert lines[1:3] == ["    s3:PutObject  iris.csv", "    s3:PutObject  more/iris.csv"]
    assert lines[3].startswith("+ start training job my-model-")
    assert lines[3].endswith(": 1 x ml.m5.xlarge, at most 7200 s")
    assert lines[4:] == [
        "    sagemaker:CreateTrainingJob",
        "costs an hour of 1 x ml.m5.xlarge (training): unknown",
    ]
    assert aws.client("s3").list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
    assert aws.client("sagemaker").list_training_jobs()["TrainingJobSummaries"] == []


def test_the_job_has_the_image_by_digest_and_the_uploaded_data(sagemaker, aws, digest, data):
    ended = sagemaker("train", "--json")
    assert ended.status == 0, ended.err
    made = aws.client("sagemaker").describe_training_job(TrainingJobName=ended.document["job"])
    assert made["AlgorithmSpecification"]["TrainingImage"] == (
        f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/my-model@{digest}"
    )
    [channel] = made["InputDataConfig"]
    uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
    objects = aws.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [f"s3://{BUCKET}/{each['Key']}" for each in objects] == [f"{uri}iris.csv", f"{uri}more/iris.csv"]
    content = aws.client("s3").get_object(Bucket=BUCKET, Key=objects[1]["Key"])["Body"].read()
    assert content == b"3,4\n"
    assert job(aws, ended)["AlgorithmSpecification"]["MetricDefinitions"] == METRICS
    assert ended.document["artifact"] == f"s3://{BUCKET}/my-model/jobs/{ended.document['job']}/output/model.tar.gz"


def test_what_is_there_already_is_not_uploaded_again(sagemaker, digest, data):
    assert sagemaker("train").made.count("s3:PutObject") == 2
    again = sagemaker("train")
    assert (again.status, again.made.count("s3:PutObject")) == (0, 0)
    (data / "iris.csv").write_text("5,6\n")  # as long as before
    changed = sagemaker("train")
    assert changed.made.count("s3:PutObject") == 2  # other content has another prefix, all of it


def test_an_upload_that_was_interrupted_goes_on(sagemaker, aws, digest, data):
    sagemaker("train")
    objects = aws.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    aws.client("s3").delete_object(Bucket=BUCKET, Key=objects[0]["Key"])
    assert sagemaker("train").made.count("s3:PutObject") == 1


def test_a_large_file_arrives_whole(sagemaker, aws, digest, data):
    content = bytes(range(256)) * 40_000
    (data / "iris.csv").write_bytes(content)
    assert sagemaker("train").status == 0
    keys = [each["Key"] for each in aws.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]]
    [key] = [key for key in keys if key.endswith("iris.csv") and "more" not in key]
    assert aws.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read() == content


def test_every_setting_of_the_file_is_in_the_request(sagemaker, sagemaker_toml, aws, digest):
    (sagemaker_toml.parent / "tests/claims").write_text("checkpoints distributed")
    sagemaker_toml.write_text("""
name = "my-model"
region = "eu-west-1"
kms_key = "arn:aws:kms:eu-west-1:123456789012:key/1"
tags = { team = "research" }
network = { subnets = ["subnet-1"], security_groups = ["sg-1"] }
[train]
instance_type = "ml.m5.large"
instance_count = 2
volume_gb = 10
max_run = 60
spot = true
max_wait = 90
hyperparameters = { depth = 5 }
environment = { A = "1" }
metrics = { loss = "loss: ([0-9.]+)" }
extra = { EnableNetworkIsolation = true, ResourceConfig = { VolumeSizeInGB = 11 } }
[train.channels.training]
source = "s3://data/training"
input_mode = "FastFile"
distribution = "ShardedByS3Key"
content_type = "text/csv"
extra = { CompressionType = "Gzip" }
""")
    ended = sagemaker("train")
    assert ended.status == 0, ended.err
    made = job(aws, ended)
    key = "arn:aws:kms:eu-west-1:123456789012:key/1"
    name = made["TrainingJobName"]
    assert made == {
        "TrainingJobName": name,
        "AlgorithmSpecification": {
            "TrainingImage": f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/my-model@{digest}",
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "loss", "Regex": "loss: ([0-9.]+)"}],
        },
        "RoleArn": "arn:aws:iam::123456789012:role/sagemaker-my-model-eu-west-1",
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/my-model/jobs", "KmsKeyId": key},
        "ResourceConfig": {
            "InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 11, "VolumeKmsKeyId": key,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 90},
        "InputDataConfig": [
            {
                "ChannelName": "training",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": "s3://data/training",
                        "S3DataDistributionType": "ShardedByS3Key",
                    }
                },
                "InputMode": "FastFile",
                "ContentType": "text/csv",
                "CompressionType": "Gzip",
            }
        ],
        "Environment": {"A": "1"},
        "VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        "EnableManagedSpotTraining": True,
        "HyperParameters": {"depth": "5"},
        "Tags": [{"Key": "team", "Value": "research"}, {"Key": "byoc:project", "Value": "my-model"}],
        "CheckpointConfig": {"S3Uri": f"s3://{BUCKET}/my-model/checkpoints/{name}"},
        "EnableNetworkIsolation": True,
    }  # fmt: skip
    assert set(made) <= set(operation_model("sagemaker", "CreateTrainingJob").input_shape.members)


def test_it_is_followed_with_status_lines_and_metrics(sagemaker, aws, digest, data, monkeypatch):
    def speak(training_job_name):
        stream = f"{training_job_name}/algo-1-1"
        write_log(aws, stream, ["epoch 1", "train:accuracy=0.5"])
        states = [transition("Starting", "Preparing"), transition("Training", "Training image download completed")]
        return {"TrainingJobStatus": "InProgress", "SecondaryStatusTransitions": states}

    def end(training_job_name):
        write_log(aws, f"{training_job_name}/algo-1-1", ["train:accuracy=0.9"], begin=10)
        states = [transition(name) for name in ("Starting", "Training", "Completed")]
        metrics = [{"MetricName": "train:accuracy", "Value": 0.9, "Timestamp": NOW.timestamp()}]
        return {
            "SecondaryStatusTransitions": states,
            "FinalMetricDataList": metrics,
            "EnableManagedSpotTraining": True,
            "TrainingTimeInSeconds": 200,
            "BillableTimeInSeconds": 50,
        }

    scripted(monkeypatch, [speak, end], "describe_training_job")
    ended = sagemaker("train")
    assert ended.status == 0, ended.err
    lines = [line.partition("] ")[2] if line.startswith("[") else line for line in ended.out.splitlines()]
    name = job(aws, ended)["TrainingJobName"]
    assert lines[-12:] == [
        "Starting: Preparing",
        "Training: Training image download completed",
        "epoch 1",
        "train:accuracy=0.5",
        f"training job {name}: InProgress",
        "Completed",
        "train:accuracy=0.9",
        f"training job {name}: Completed",
        "metric          last value",
        "train:accuracy  0.9",
        "billable  50 s of each instance, of 200 s: spot saved 75 %",
        f"artifact  s3://{BUCKET}/my-model/jobs/{name}/output/model.tar.gz",
    ]


def test_a_failure_is_explained_with_the_stream_that_says_why(sagemaker, aws, digest, data, monkeypatch):
    def fail(training_job_name):
        own = [f"line {number}" for number in range(30)]
        write_log(aws, f"{training_job_name}/algo-1-1", [*own, "Exception during training: row 3 has 5 columns"])
        write_log(aws, f"{training_job_name}/algo-2-1", ["waits for algo-1"], begin=1000)
        return {"TrainingJobStatus": "Failed", "FailureReason": REASON}

    scripted(monkeypatch, [fail, {"TrainingJobStatus": "Failed", "FailureReason": REASON}], "describe_training_job")
    ended = sagemaker("train", "--json")
    assert ended.status == 1
    found = ended.document
    assert found["stream"].endswith("/algo-1-1")
    assert found["log"] == [
        *(f"line {number}" for number in range(11, 30)),
        "Exception during training: row 3 has 5 columns",
    ]
    assert found["likely"].startswith("the training program says it itself: channel training: row 3 has 5 columns")
    assert "artifact" not in found
    assert f"failure reason: {REASON}" in ended.err
    assert "algo-2  waits for algo-1" in ended.err


def test_a_failure_without_a_log(sagemaker, digest, data, monkeypatch):
    reason = "CapacityError: Unable to provision requested ML compute capacity"
    scripted(monkeypatch, [{"TrainingJobStatus": "Failed", "FailureReason": reason}], "describe_training_job")
    ended = sagemaker("train")
    assert ended.status == 1
    assert "there is no log in /aws/sagemaker/TrainingJobs: no container was started" in ended.out
    assert ended.out.splitlines()[-1].startswith("likely: AWS has no such instances free at the moment")


@pytest.mark.parametrize("error", [KeyboardInterrupt, "ExpiredTokenException"])
def test_whatever_ends_the_following_says_how_to_go_on(sagemaker, aws, digest, data, monkeypatch, error):
    original = follow.perform

    def interrupted(account, call):
        if call.operation == "DescribeTrainingJob":
            raise KeyboardInterrupt if error is KeyboardInterrupt else CredentialsError("AWS does not take them")
        return original(account, call)

    monkeypatch.setattr(follow, "perform", interrupted)
    ended = sagemaker("train")
    name = job(aws, ended)["TrainingJobName"]
    assert ended.status == (130 if error is KeyboardInterrupt else 1)
    assert ended.out.splitlines()[-3:] == [
        f"training job {name} goes on, and costs, until it ends",
        f"    follow it again:  deploy/sagemaker train --attach {name}",
        f"    stop it:          aws sagemaker stop-training-job --region eu-west-1 --training-job-name {name}",
    ]


def test_a_throttled_look_is_no_end(sagemaker, digest, data, monkeypatch):
    original, left = follow.perform, [1, 2]

    def throttled(account, call):
        if left:
            left.pop()
            raise CallError(call.name, "ThrottlingException", "Rate exceeded")
        return original(account, call)

    monkeypatch.setattr(follow, "perform", throttled)
    ended = sagemaker("train")
    assert (ended.status, ended.out.count("asked in vain, and goes on")) == (0, 2)
    left.extend(range(7))
    assert sagemaker("train").status == 1


def test_attach_follows_and_starts_nothing(sagemaker, digest, data):
    detached = sagemaker("train", "--detach", "--json")
    name = detached.document["job"]
    assert "sagemaker:DescribeTrainingJob" not in detached.made
    attached = sagemaker("train", "--attach", name, "--json")
    assert (attached.status, attached.document["job"]) == (0, name)
    assert "sagemaker:CreateTrainingJob" not in attached.made
    nowhere = sagemaker("train", "--attach", "nowhere")
    assert (nowhere.status, "goes on" in nowhere.out) == (1, False)


def test_an_image_that_was_not_pushed(sagemaker, aws):
    ended = sagemaker("train")
    assert ended.status == 1
    assert ended.err.startswith(
        "sagemaker train: ECR has no image my-model:latest in eu-west-1; push it with `make push`"
    )


def test_a_bucket_that_is_not_there(sagemaker, aws, digest, data):
    aws.client("s3").delete_bucket(Bucket=BUCKET)
    ended = sagemaker("train", "--plan")
    assert ended.status == 1
    assert ended.err.splitlines()[1].startswith(
        "likely: the bucket is not there yet; make it with `deploy/sagemaker role`"
    )


def test_a_channel_without_a_file(sagemaker, digest):
    ended = sagemaker("train")
    assert ended.status == 2
    assert ended.err.startswith("sagemaker train: local_test/test_dir/input/data/training holds no file; put the data")


def test_a_project_whose_program_cannot_be_asked_trains_without_metrics(sagemaker, aws, digest, data, monkeypatch):
    monkeypatch.setattr(training, "described", described)
    ended = sagemaker("train", "--detach")
    assert (ended.status, "note: SageMaker will show no metrics of the job: `program/train" in ended.out) == (0, True)
    assert "MetricDefinitions" not in job(aws, ended)["AlgorithmSpecification"]


def test_it_calls_what_it_says_and_no_more(sagemaker, aws, digest, data, monkeypatch):
    def fail(training_job_name):
        write_log(aws, f"{training_job_name}/algo-1-1", ["a line"])
        return {"TrainingJobStatus": "Failed", "FailureReason": "x"}

    scripted(monkeypatch, [fail], "describe_training_job")
    ended = [sagemaker("train", "--plan"), sagemaker("train")]
    assert [each.status for each in ended] == [0, 1]
    made = {name for each in ended for name in each.made}
    assert made == uses()["train"]
