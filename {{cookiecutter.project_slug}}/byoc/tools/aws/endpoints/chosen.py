"""The endpoint that a command line means."""

from byoc.tools.aws.config.model import Config
from byoc.tools.aws.errors import UsageError, suggestion


def chosen(config: Config, name: str | None) -> str:
    """The one of this name, or the only one that there is. Raises UsageError."""
    known = list(config.endpoint)
    if not known:
        raise UsageError("sagemaker.toml has no endpoint; write one, such as [endpoint.main], with its kind")
    if name is None and len(known) == 1:
        return known[0]
    if name is None:
        raise UsageError(f"which endpoint? There are: {', '.join(known)}")
    if name not in known:
        raise UsageError(f"sagemaker.toml has no [endpoint.{name}]; {suggestion(name, known)}")
    return name
