"""The CloudFormation template of what SageMaker needs before the first job: the execution role and the bucket."""

from typing import Any

from byoc.tools.aws.config.endpoints import Async
from byoc.tools.aws.config.model import Config
from byoc.tools.aws.owned.names import Names
from byoc.tools.aws.owned.tags import tags
from byoc.tools.aws.stack.policy import execution_statements

VERSION = "2010-09-09"


def template(config: Config, names: Names) -> dict[str, Any]:
    """Without what sagemaker.toml names itself: a `role`, a `bucket`. "Resources" may be empty."""
    resources: dict[str, Any] = {}
    if not config.bucket:
        resources |= {"Bucket": _bucket(config, names), "BucketPolicy": _only_tls(names)}
    if not config.role:
        resources["Role"] = _role(config, names)
    return {
        "AWSTemplateFormatVersion": VERSION,
        "Description": f"SageMaker execution role and bucket of {config.name}",
        "Resources": resources,
    }


def trust(names: Names) -> dict[str, Any]:
    """SageMaker may take the role on, and for this account's own jobs and endpoints only."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": names.identity.account}},
            }
        ],
    }


def topics(config: Config) -> list[str]:
    """The SNS topics that asynchronous endpoints tell."""
    endpoints = [each for each in config.endpoint.values() if isinstance(each, Async)]
    named = {topic for each in endpoints for topic in (each.success_topic, each.error_topic) if topic}
    return sorted(named)


def _role(config: Config, names: Names) -> dict[str, Any]:
    policy = {"Version": "2012-10-17", "Statement": execution_statements(config, names, topics(config))}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": names.role,
            "Description": f"What SageMaker may do for {config.name}",
            "AssumeRolePolicyDocument": trust(names),
            "Policies": [{"PolicyName": "execution", "PolicyDocument": policy}],
            "Tags": tags(config),
        },
    }


def _bucket(config: Config, names: Names) -> dict[str, Any]:
    # One bucket key for many objects: KMS bills by request.
    key = (
        {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": config.kms_key} if config.kms_key else {"SSEAlgorithm": "AES256"}
    )
    encryption = {"ServerSideEncryptionByDefault": key, "BucketKeyEnabled": bool(config.kms_key)}
    everything = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    return {
        "Type": "AWS::S3::Bucket",
        # Models are not lost with the stack.
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "BucketName": names.bucket,
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
            "PublicAccessBlockConfiguration": dict.fromkeys(everything, True),
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "LifecycleConfiguration": {
                "Rules": [
                    {
                        "Id": "unfinished-uploads",
                        "Status": "Enabled",
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                    }
                ]
            },
            "Tags": tags(config),
        },
    }


def _only_tls(names: Names) -> dict[str, Any]:
    arn = f"arn:{names.identity.partition}:s3:::{names.bucket}"
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "Bucket"},
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        },
    }
