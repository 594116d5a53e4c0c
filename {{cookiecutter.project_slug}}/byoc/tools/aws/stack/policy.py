"""What the execution role may do: what jobs and endpoints of this project need, and no more."""

from typing import Any

from byoc.tools.aws.config.model import Config
from byoc.tools.aws.owned.names import Names

Statement = dict[str, Any]
LOG_GROUPS = ("TrainingJobs", "TransformJobs", "Endpoints")
# https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html: the network interfaces of a job in a VPC
INTERFACES = [
    "CreateNetworkInterface",
    "CreateNetworkInterfacePermission",
    "DeleteNetworkInterface",
    "DeleteNetworkInterfacePermission",
]
NETWORK = [
    "DescribeDhcpOptions",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeSubnets",
    "DescribeVpcs",
]


def execution_statements(config: Config, names: Names, topics: list[str]) -> list[Statement]:
    """IAM statements; those of a key, a VPC, topics and further buckets only if sagemaker.toml names such."""
    statements = [*_bucket(names), *_other_sources(config, names), *_image(names), *_logs(names), _metrics()]
    if config.kms_key:
        statements += _key(config.kms_key)
    if config.network:
        statements += _network(config, names)
    if topics:
        statements.append(_allow("Notifications", ["sns:Publish"], topics))
    return statements


def _allow(sid: str, actions: list[str], resources: list[str], **condition: Any) -> Statement:
    found = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
    return {**found, "Condition": condition} if condition else found


def _bucket(names: Names) -> list[Statement]:
    arn, prefix = f"arn:{names.identity.partition}:s3:::{names.bucket}", names.config.name
    within = {"s3:prefix": [prefix, f"{prefix}/*"]}
    return [
        _allow("ListOwnPrefix", ["s3:ListBucket"], [arn], StringLike=within),
        _allow("LocateBucket", ["s3:GetBucketLocation"], [arn]),
        _allow("OwnObjects", ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], [f"{arn}/{prefix}/*"]),
    ]


def _other_sources(config: Config, names: Names) -> list[Statement]:
    """Channels that lie elsewhere are read and not written."""
    channels = config.train.channels.values() if config.train else ()
    places = sorted({each.source.removeprefix("s3://").rstrip("/") for each in channels if not each.is_local})
    own = f"{names.bucket}/{config.name}"
    arns = [f"arn:{names.identity.partition}:s3:::{place}" for place in places if not f"{place}/".startswith(f"{own}/")]
    if not arns:
        return []
    buckets = sorted({arn.partition("/")[0] for arn in arns})
    # A channel's source is a prefix, of any number of objects, or one object.
    return [
        _allow("ListSources", ["s3:GetBucketLocation", "s3:ListBucket"], buckets),
        _allow("ReadSources", ["s3:GetObject"], [f"{arn}*" if "/" in arn else f"{arn}/*" for arn in arns]),
    ]


def _image(names: Names) -> list[Statement]:
    account, _ = names.image
    # NAME-serve is the image that only serves: `make push-serve`.
    arns = [
        f"arn:{names.identity.partition}:ecr:{names.region}:{account}:repository/{repository}"
        for repository in (names.repository, f"{names.repository}-serve")
    ]
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return [
        _allow("PullImage", pull, arns),
        _allow("LogInToRegistry", ["ecr:GetAuthorizationToken"], ["*"]),  # it knows no resource
    ]


def _logs(names: Names) -> list[Statement]:
    start = f"arn:{names.identity.partition}:logs:{names.region}:{names.identity.account}:log-group:/aws/sagemaker"
    # The groups of jobs are the account's; of endpoints, each has its own.
    groups = [f"{start}/{group}" for group in LOG_GROUPS]
    arns = [f"{group}{suffix}" for group in groups for suffix in ("", ":*", "/*")]
    write = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    return [_allow("WriteLogs", write, [arn for arn in arns if ("Endpoints" in arn) == arn.endswith("/*")])]


def _metrics() -> Statement:
    namespaces = {"cloudwatch:namespace": ["/aws/sagemaker/*", "aws/sagemaker/*", "AWS/SageMaker"]}
    return _allow("PutMetrics", ["cloudwatch:PutMetricData"], ["*"], StringLike=namespaces)


def _key(key: str) -> list[Statement]:
    return [
        _allow("UseKey", ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"], [key]),
        # For the volumes of instances, on which EC2 uses the key for the job.
        _allow("GrantKey", ["kms:CreateGrant"], [key], Bool={"kms:GrantIsForAWSResource": "true"}),
    ]


def _network(config: Config, names: Names) -> list[Statement]:
    start = f"arn:{names.identity.partition}:ec2:{names.region}:{names.identity.account}"
    subnets = [f"{start}:subnet/{subnet}" for subnet in config.network.subnets]
    groups = [f"{start}:security-group/{group}" for group in config.network.security_groups]
    return [
        _allow(
            "OwnInterfaces",
            [f"ec2:{action}" for action in INTERFACES],
            [f"{start}:network-interface/*", *subnets, *groups],
        ),
        _allow("LookAtNetwork", [f"ec2:{action}" for action in NETWORK], ["*"]),  # they know no resource
    ]
