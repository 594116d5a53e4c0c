"""What is likely, for each way in which things fail on AWS, by what AWS says then."""

import re

import pytest

from byoc.tools.aws.explanation.causes import CAUSES, likely

SPEAKS = "AlgorithmError: Exception during training: channel training: row 3 has 5 columns, exit code: 1"
QUOTA = (
    "sagemaker:CreateTrainingJob failed with ResourceLimitExceeded: The account-level service limit 'ml.p3.2xlarge for "
    "training job usage' is 0 Instances, with current utilization of 0 Instances"
)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("The primary container for production variant main did not pass the ping health check.", "GET /ping in time"),
        ("exec /opt/program/train: exec format error", "built for another processor"),
        (
            "CannotStartContainerError. Please ensure the model container starts with 'docker run <image> serve'.",
            "serve",
        ),
        ("OSError: [Errno 28] No space left on device", "raise volume_gb"),
        ("ClientError: Access denied for bucket: data", "the bucket is not open to the execution role"),
        ("ClientError: Data download failed: AccessDenied (403): s3://data/x", "the bucket is not open"),
        ("AccessDeniedException: not authorized to perform: kms:Decrypt on arn:aws:kms:1", "may not use the KMS key"),
        (
            "AccessDeniedException: me is not authorized to perform: iam:PassRole on resource: r",
            "allow you iam:PassRole",
        ),
        ("ValidationException: Could not assume role arn:aws:iam::1:role/x", "cannot take the execution role on"),
        (QUOTA, "quota ml.p3.2xlarge for training job usage is used up, or is 0"),
        ("ResourceLimitExceeded", "the account's quota is used up"),
        ("Image size 10737418240 is greater than supported size 10240 MB", "at most 10 GB"),
        ("CapacityError: Unable to provision requested ML compute capacity.", "no such instances free"),
        ("MaxWaitTimeInSeconds must be greater than or equal to MaxRuntimeInSeconds", "max_wait has the run in it"),
        ("MaxRuntimeExceeded", "ran for max_run"),
        ("MaxWaitTimeExceeded", "no spot capacity came"),
        ("s3:ListObjectsV2 failed with NoSuchBucket: it does not exist", "make it with `deploy/sagemaker role`"),
        ("ClientError: No S3 objects found under S3 URL s3://a/b", "nothing at the S3 URI"),
        (SPEAKS, "the training program says it itself: channel training: row 3 has 5 columns"),
        ("AlgorithmError: , exit code: 137", "the memory ran out"),
        ("AlgorithmError: , exit code: 1", "its last log lines say why"),
    ],
)
def test_the_cause_is_known(reason, told):
    assert told in likely(reason)


def test_every_cause_has_its_case():
    cases = next(mark for mark in test_the_cause_is_known.pytestmark if mark.name == "parametrize").args[1]
    first = [next(cause for cause in CAUSES if re.search(cause.sign, reason, re.IGNORECASE)) for reason, _ in cases]
    assert set(first) == set(CAUSES)


def test_what_is_not_known_is_not_guessed():
    assert likely("InternalServerError: We encountered an internal error", "epoch 1\nepoch 2") is None


def test_the_reason_goes_before_the_log_and_the_log_is_looked_at():
    assert "volume_gb" in likely("something", "a\nNo space left on device")
    assert "GET /ping" in likely("did not pass the ping health check", "No space left on device")
