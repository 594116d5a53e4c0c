"""What can be set from outside, by environment variables: the only way SageMaker offers (S-24).

The names are those that SageMaker and its toolkits use, where they have one.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from byoc import cpus
from byoc.errors import SettingError


def _setting(variable: str, default: Callable[[], Any], meaning: str) -> Any:
    return field(metadata={"variable": variable, "default": default, "meaning": meaning})


@dataclass(frozen=True)
class Settings:
    port: int = _setting("SAGEMAKER_BIND_TO_PORT", lambda: 8080, "the port to listen on (S-60)")
    workers: int = _setting(
        "SAGEMAKER_MODEL_SERVER_WORKERS", cpus.available, "worker processes; by default one a CPU of the quota (S-28)"
    )
    threads: int = _setting(
        "SAGEMAKER_MODEL_SERVER_THREADS", lambda: 1, "threads of each worker; more than one suits handlers that wait"
    )
    timeout: int = _setting(
        "SAGEMAKER_MODEL_SERVER_TIMEOUT", lambda: 60, "seconds after which a request is given up (S-45)"
    )
    accept: str = _setting(
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT",
        lambda: "",
        "the answer's type if a client names none; else the request's",
    )
    output: str = _setting(
        "SAGEMAKER_INFERENCE_OUTPUT",
        lambda: "predicted_label",
        "what a classifier tells, a list of predicted_label, probability, probabilities, labels",
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read every setting; raises SettingError for one that is not a positive whole number where it must be."""
        return cls(**{setting.name: _read(setting, environment) for setting in fields(cls)})


def _read(setting: Any, environment: Mapping[str, str]) -> Any:
    variable = setting.metadata["variable"]
    text = environment.get(variable, "").strip()
    if not text:
        return setting.metadata["default"]()
    if setting.type is not int:
        return text
    if not text.isdecimal() or int(text) < 1:
        raise SettingError(f"{variable}={text!r} cannot be used: it must be a whole number above 0, or unset")
    return int(text)
