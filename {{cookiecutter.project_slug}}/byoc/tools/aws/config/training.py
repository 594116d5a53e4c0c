"""[train] and [tune]."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from byoc.tools.aws.config.types import Count, Extended, InstanceType, Number, Seconds, Text, Texts


class Channel(Extended):
    """[train.channels.NAME]. `extra` goes into this channel's entry of InputDataConfig."""

    source: str  # s3://…, or a local file or folder, relative to sagemaker.toml, which is uploaded
    input_mode: Literal["File", "FastFile", "Pipe"] = "File"
    distribution: Literal["FullyReplicated", "ShardedByS3Key"] = "FullyReplicated"
    content_type: str | None = None

    @property
    def is_local(self) -> bool:
        return not self.source.startswith("s3://")


class Train(Extended):
    """[train]. `extra` goes into CreateTrainingJob. Times are in seconds."""

    instance_type: InstanceType
    instance_count: Count = 1
    volume_gb: Annotated[int, Field(ge=1, le=16384)] = 30
    max_run: Annotated[Seconds, Field(ge=1, le=28 * 86400)] = 86400
    spot: bool = False
    max_wait: Seconds | None = None  # spot: how long to wait and to run together; None is twice max_run
    checkpoints: bool | None = None  # kept in the bucket; None: with spot, and not without
    keep_alive: Annotated[Seconds, Field(ge=0, le=3600)] = 0  # warm pool
    channels: dict[str, Channel] = Field(default_factory=dict)
    hyperparameters: Texts
    environment: Texts
    metrics: dict[str, str] | None = None  # name → regular expression; None: those of `train --describe`

    @property
    def keeps_checkpoints(self) -> bool:
        return self.spot if self.checkpoints is None else self.checkpoints

    @property
    def waits(self) -> int:
        """MaxWaitTimeInSeconds of a spot job."""
        return 2 * self.max_run if self.max_wait is None else self.max_wait


def _as_values(value: Any) -> Any:
    return {"values": value} if isinstance(value, list) else value


class Range(Extended):
    """[tune.ranges.NAME]: from `min` to `max`, or one of `values`, which the file has as a list.

    `extra` goes into this range of ParameterRanges.
    """

    min: Number | None = None
    max: Number | None = None
    scale: Literal["Auto", "Linear", "Logarithmic", "ReverseLogarithmic"] = "Auto"
    values: list[Text] = Field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether it is a range of whole numbers."""
        return isinstance(self.min, int) and isinstance(self.max, int)


class Tune(Extended):
    """[tune]. The jobs are [train]'s. `extra` goes into CreateHyperParameterTuningJob."""

    objective: str | None = None  # a metric's name; None: the one that `train --describe` names first
    goal: Literal["Minimize", "Maximize"] | None = None  # None: as `train --describe` says
    jobs: Annotated[int, Field(ge=1, le=750)] = 10
    parallel: Annotated[int, Field(ge=1, le=100)] = 2
    strategy: Literal["Bayesian", "Random", "Hyperband", "Grid"] = "Bayesian"
    early_stopping: bool = False
    ranges: dict[str, Annotated[Range, BeforeValidator(_as_values)]] = Field(default_factory=dict)


class Batch(Extended):
    """[batch]. `extra` goes into CreateTransformJob."""

    instance_type: InstanceType
    instance_count: Count = 1
    content_type: str = "text/csv"
    accept: str = "text/csv"
    split: Literal["None", "Line", "RecordIO", "TFRecord"] = "Line"
    strategy: Literal["MultiRecord", "SingleRecord"] = "MultiRecord"
    max_payload_mb: Annotated[int, Field(ge=0, le=100)] = 6
    max_concurrent: Annotated[int, Field(ge=0)] = 0  # requests at once on an instance; 0: as the container says
    environment: Texts
