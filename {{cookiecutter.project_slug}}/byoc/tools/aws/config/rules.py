"""Rules about several fields: what AWS, or this project's image, would refuse later, told before anything is called."""

from collections.abc import Iterator

from byoc.tools.aws.config.endpoints import Async, OnInstances, Realtime, Scaling, Serverless
from byoc.tools.aws.config.model import Config
from byoc.tools.aws.config.training import Train, Tune
from byoc.tools.aws.project import Project


def broken(config: Config, project: Project) -> Iterator[str]:
    """Each broken rule: the field, its value, the rule and the way out."""
    if config.train:
        yield from _train(config.train, project)
    yield from _tune(config.tune, config.train)
    for name, endpoint in config.endpoint.items():
        field = f"endpoint.{name}"
        if isinstance(endpoint, Serverless):
            yield from _serverless(field, endpoint, config, project)
        if isinstance(endpoint, OnInstances):
            yield from _instances(field, endpoint)
    if any(tag.startswith(("aws:", "byoc:")) for tag in config.tags):
        yield "tags: names that begin with aws: or byoc: are taken; name yours otherwise"


def _train(train: Train, project: Project) -> Iterator[str]:
    if train.spot and not train.keeps_checkpoints:
        yield "train.checkpoints = false, with spot = true: an interrupted job would start anew; remove one of them"
    elif train.spot and "checkpoints" not in project.claims:
        yield (
            "train.spot = true, and this algorithm keeps no checkpoints, so an interrupted job would start anew; "
            "set spot = false, or let it keep them and write the word checkpoints into tests/claims"
        )
    if train.max_wait is not None and not train.spot:
        yield f"train.max_wait = {train.max_wait} is for spot jobs alone; remove it, or set spot = true"
    elif train.waits < train.max_run:
        yield (
            f"train.max_wait = {train.max_wait} is below max_run = {train.max_run}: the wait has the run in it; "
            "make it at least as long"
        )
    if train.spot and train.keep_alive:
        yield f"train.keep_alive = {train.keep_alive}, with spot = true: spot jobs have no warm pool; remove one"
    if train.instance_count > 1 and "distributed" not in project.claims:
        yield (
            f"train.instance_count = {train.instance_count}, and this algorithm trains on one host; set it to 1, "
            "or write the word distributed into tests/claims once it does"
        )
    for name, channel in train.channels.items():
        if channel.is_local and not (project.root / channel.source).exists():
            yield (
                f"train.channels.{name}.source = '{channel.source}' is neither an S3 URI nor a file or folder in "
                f"{project.root}; correct the path"
            )


def _tune(tune: Tune, train: Train | None) -> Iterator[str]:
    if tune.parallel > tune.jobs:
        yield f"tune.parallel = {tune.parallel} is above jobs = {tune.jobs}; lower it"
    for name, values in tune.ranges.items():
        field = f"tune.ranges.{name}"
        if values.values and (values.min is not None or values.max is not None):
            yield f"{field} has both values and a min or max; remove one of them"
        elif values.values:
            pass
        elif values.min is None or values.max is None:
            yield f"{field} has nothing to choose from; write {{ min = 1, max = 10 }}, or a list of values"
        elif values.min >= values.max:
            yield f"{field}: min = {values.min} must be below max = {values.max}"
        elif "Logarithmic" in values.scale and values.min <= 0:
            yield f"{field}: min = {values.min} must be above 0 for the scale {values.scale}"
        if train and name in train.hyperparameters:
            yield f"{field} is fixed by train.hyperparameters.{name} = '{train.hyperparameters[name]}'; remove one"


def _serverless(field: str, endpoint: Serverless, config: Config, project: Project) -> Iterator[str]:
    if project.for_gpus:
        yield (
            f'{field}.kind = "serverless", and this image is built on CUDA: serverless endpoints have no GPU; use '
            'kind = "realtime", or another base image'
        )
    if config.network:
        yield f'{field}.kind = "serverless" cannot be in a VPC; remove [network], or use kind = "realtime"'
    most = endpoint.max_concurrency
    if endpoint.provisioned_concurrency and endpoint.provisioned_concurrency > most:
        yield (
            f"{field}.provisioned_concurrency = {endpoint.provisioned_concurrency} is above max_concurrency = {most}; "
            "lower it"
        )


def _instances(field: str, endpoint: OnInstances) -> Iterator[str]:
    if endpoint.scaling:
        yield from _scaling(f"{field}.scaling", endpoint.scaling, endpoint)
    count = endpoint.scaling.min if endpoint.scaling else endpoint.instance_count
    if endpoint.update.canary and count < 2:
        yield (
            f"{field}.update.canary = {endpoint.update.canary} with {count} instance: half of them at most can come "
            "first, so there must be 2 or more; remove it"
        )
    if isinstance(endpoint, Realtime) and endpoint.capture and not endpoint.capture.of:
        yield f'{field}.capture.of = [] captures nothing; name "Input" or "Output", or remove the table'


def _scaling(field: str, scaling: Scaling, endpoint: OnInstances) -> Iterator[str]:
    asynchronous = isinstance(endpoint, Async)
    if scaling.min > scaling.max:
        yield f"{field}.min = {scaling.min} is above max = {scaling.max}; lower it"
    if scaling.min == 0 and not asynchronous:
        yield f'{field}.min = 0 is for kind = "async" alone; set it to 1'
    wanted, other = ("backlog", "invocations") if asynchronous else ("invocations", "backlog")
    if getattr(scaling, wanted) is None:
        yield f"{field}.{wanted} is missing: scaling of this kind of endpoint tracks it; write {wanted} = 5"
    if getattr(scaling, other) is not None:
        yield f"{field}.{other} is not for this kind of endpoint; use {wanted}"
