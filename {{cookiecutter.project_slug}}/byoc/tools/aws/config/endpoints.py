"""[endpoint.NAME]: a model of its own for each kind, as each has fields that another has not."""

from typing import Annotated, Literal

from pydantic import Field

from byoc.tools.aws.config.types import Count, Extended, InstanceType, S3Uri, Seconds, Texts


class Scaling(Extended):
    """[endpoint.NAME.scaling]. `extra` goes into the target tracking policy's configuration."""

    min: Annotated[int, Field(ge=0)] = 1  # 0 is for async alone
    max: Count
    invocations: Annotated[float, Field(gt=0)] | None = None  # a minute and instance, which it tracks
    backlog: Annotated[float, Field(gt=0)] | None = None  # async: waiting requests an instance, which it tracks
    scale_in: Annotated[Seconds, Field(ge=0)] = 300  # cooldown
    scale_out: Annotated[Seconds, Field(ge=0)] = 60  # cooldown


class Update(Extended):
    """[endpoint.NAME.update]: blue/green. `extra` goes into DeploymentConfig."""

    canary: Annotated[int, Field(ge=1, le=50)] | None = None  # per cent of the instances that come first
    canary_wait: Annotated[Seconds, Field(ge=0, le=3600)] = 300
    bake: Annotated[Seconds, Field(ge=0, le=3600)] = 300  # the old instances stay so long, watched by alarms
    errors_5xx: Annotated[int, Field(ge=1)] | None = 5  # in a minute: more of them roll back
    latency_ms: Annotated[float, Field(gt=0)] | None = None  # the model's, on average of a minute: more rolls back
    alarms: list[str] = Field(default_factory=list)  # of yours, by name


class Capture(Extended):
    """[endpoint.NAME.capture]. `extra` goes into DataCaptureConfig."""

    percent: Annotated[int, Field(ge=1, le=100)] = 100
    of: list[Literal["Input", "Output"]] = Field(default_factory=lambda: ["Input", "Output"])
    destination: S3Uri | None = None  # None: capture/ENDPOINT in the bucket


class Endpoint(Extended):
    """What all kinds have. `extra` goes into the ProductionVariant."""

    environment: Texts


class Serverless(Endpoint):
    kind: Literal["serverless"]
    memory_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144] = 2048
    max_concurrency: Annotated[int, Field(ge=1, le=200)] = 5
    provisioned_concurrency: Annotated[int, Field(ge=1, le=200)] | None = None


class OnInstances(Endpoint):
    instance_type: InstanceType
    instance_count: Count = 1
    volume_gb: Annotated[int, Field(ge=1, le=512)] | None = None
    startup: Annotated[Seconds, Field(ge=60, le=3600)] | None = None  # ContainerStartupHealthCheckTimeoutInSeconds
    scaling: Scaling | None = None
    update: Update = Update()


class Realtime(OnInstances):
    kind: Literal["realtime"]
    capture: Capture | None = None


class MultiModel(OnInstances):
    kind: Literal["multi-model"]
    models: S3Uri | None = None  # the prefix of the archives; None: models/ENDPOINT in the bucket
    cache: bool = True  # models stay loaded
    capture: Capture | None = None


class Async(OnInstances):
    kind: Literal["async"]
    output: S3Uri | None = None  # None: async/ENDPOINT/output in the bucket
    failures: S3Uri | None = None  # None: async/ENDPOINT/failures in the bucket
    success_topic: str | None = None  # ARNs of SNS topics
    error_topic: str | None = None
    max_concurrent: Annotated[int, Field(ge=1, le=1000)] | None = None  # requests at once on an instance


AnyEndpoint = Annotated[Serverless | Realtime | MultiModel | Async, Field(discriminator="kind")]
KINDS: dict[str, type[Endpoint]] = {
    "serverless": Serverless,
    "realtime": Realtime,
    "multi-model": MultiModel,
    "async": Async,
}
