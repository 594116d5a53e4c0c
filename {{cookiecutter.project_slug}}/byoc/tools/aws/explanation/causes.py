"""Known causes of failures: by what AWS or the log says, what is likely and the way out."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """`sign` is a regular expression, found in a failure's reason or in its log lines, in any case."""

    sign: str
    likely: str  # may name groups of the sign


DENIED = "(?:AccessDenied|access denied|not authorized|forbidden|403)"
BUCKET = "(?:s3|bucket)"
QUOTAS = "https://console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas"

# The first that fits is told, so the particular ones stand before the general ones.
CAUSES = [
    Cause(
        "exec format error",
        "the image is built for another processor than the instance's; build and push it anew with "
        "PLATFORM=linux/amd64, or linux/arm64 for Graviton",
    ),
    Cause(
        "no space left on device|disk (?:is )?full",
        'the disk is full; raise volume_gb in sagemaker.toml, or set input_mode = "FastFile" for the large channel',
    ),
    Cause(
        r"ResourceLimitExceeded.*?'(?P<quota>[^']+)'|ResourceLimitExceeded",
        f"the account's quota {{quota}} is used up, or is 0 as in new accounts; ask for more at {QUOTAS}, or take "
        "another instance_type",
    ),
    Cause(
        "CapacityError|InsufficientInstanceCapacity|insufficient capacity|unable to provision requested",
        "AWS has no such instances free at the moment; try again later, or take another instance_type or region",
    ),
    Cause(
        "MaxWaitTimeInSeconds[^\n]*MaxRuntimeInSeconds",
        "max_wait has the run in it; make it at least max_run in sagemaker.toml",
    ),
    Cause(
        "MaxWaitTimeExceeded",
        "no spot capacity came within max_wait; raise it in sagemaker.toml, or set spot = false",
    ),
    Cause(
        "MaxRuntimeExceeded",
        "the job ran for max_run and was stopped; raise it in sagemaker.toml",
    ),
    Cause(
        "image[^\n]*size[^\n]*(?:exceeds|greater|larger|limit)|image[^\n]*(?:exceeds|greater|larger)[^\n]*size",
        "a serverless endpoint takes an image of at most 10 GB; push the one that only serves, `make push-serve`, or "
        'set kind = "realtime"',
    ),
    Cause(
        "ping health check|did not pass the ping",
        "the container did not answer GET /ping in time; if its log lines do not say why, start it here: `make serve`",
    ),
    Cause(
        "CannotStartContainerError",
        "the image has no program `train` or `serve` that can be started; look with `docker run IMAGE train --help`",
    ),
    Cause(
        f"{DENIED}[^\n]*kms|kms[^\n]*{DENIED}",
        "the execution role may not use the KMS key; name it in sagemaker.toml, kms_key = …, run "
        "`deploy/sagemaker role`, and see that the key's own policy lets the role in",
    ),
    Cause(
        f"{DENIED}[^\n]*iam:PassRole",
        "you may not hand SageMaker the execution role; whoever administers the account must allow you iam:PassRole",
    ),
    Cause(
        "cannot assume|could not assume role|sts:AssumeRole",
        "SageMaker cannot take the execution role on; run `deploy/sagemaker role`, or correct the trust of the role "
        "that sagemaker.toml names",
    ),
    Cause(
        f"{DENIED}[^\n]*{BUCKET}|{BUCKET}[^\n]*{DENIED}",
        "the bucket is not open to the execution role; `deploy/sagemaker role` gives it those that sagemaker.toml "
        "names; see that the bucket's own policy lets it in, too",
    ),
    Cause(
        "NoSuchBucket",
        "the bucket is not there yet; make it with `deploy/sagemaker role`, or name yours in sagemaker.toml",
    ),
    Cause(
        "no S3 objects found|NoSuchKey",
        "there is nothing at the S3 URI; correct the channel's source in sagemaker.toml",
    ),
    Cause(
        "Exception during training: (?P<told>[^\n]+)",
        "the training program says it itself: {told}",
    ),
    Cause(
        "out of memory|OutOfMemory|exit code:? 137",
        "the memory ran out; take a larger instance_type",
    ),
    Cause(
        "AlgorithmError",
        "the training program failed, and its last log lines say why; `make train` runs it here",
    ),
]


def likely(*texts: str) -> str | None:
    """What is likely, with the way out; None if it is not known.

    Texts are looked at in order: a failure's reason goes before log lines.
    """
    for text in texts:
        for cause in CAUSES:
            if found := re.search(cause.sign, text, re.IGNORECASE):
                groups = {name: value or "" for name, value in found.groupdict().items()}
                return " ".join(cause.likely.format(**groups).split())
    return None
