"""What can be set from outside, by environment variables: the only way SageMaker offers (S-24).

The names are those that SageMaker and its toolkits use, where they have one.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from byoc import cpus
from byoc.errors import SettingError

# Set by `serve` for its workers on a multi-model endpoint: the folder of all models' sockets, and their host's in it.
MODELS_FOLDER = "BYOC_MODELS"
MODELS_HOST = "host"
# The answer to its routes on any other endpoint.
MULTI_MODEL_OFF = "this is no multi-model endpoint; SAGEMAKER_MULTI_MODEL=true makes it one"


def _setting(variable: str, default: Any, meaning: str, least: int = 1, choices: tuple[str, ...] = ()) -> Any:
    """`default` is a value, or a function of the settings above this one."""
    return field(
        metadata={"variable": variable, "default": default, "meaning": meaning, "least": least, "choices": choices}
    )


@dataclass(frozen=True)
class Settings:
    port: int = _setting("SAGEMAKER_BIND_TO_PORT", 8080, "the port to listen on (S-60)")
    workers: int = _setting(
        "SAGEMAKER_MODEL_SERVER_WORKERS",
        lambda above: cpus.available(),
        "worker processes; by default one a CPU of the quota (S-28)",
    )
    micro_batch_ms: int = _setting(
        "BYOC_MICRO_BATCH_MS",
        0,
        "milliseconds that a request may wait, so that those of many clients become one call of the model; 0 is never; "
        "for models that take little longer for many rows than for one",
        least=0,
    )
    micro_batch_rows: int = _setting(
        "BYOC_MICRO_BATCH_ROWS", 32, "rows that such a call has at most; a request with more goes alone"
    )
    threads: int = _setting(
        "SAGEMAKER_MODEL_SERVER_THREADS",
        # While a batch is at the model, the next one gathers.
        lambda above: min(2 * above["micro_batch_rows"], 64) if above["micro_batch_ms"] else 1,
        "threads of each worker, on a multi-model endpoint of each model; more than one suits handlers that wait; "
        "by default 1, with BYOC_MICRO_BATCH_MS two for each of its rows, 64 at most",
    )
    multi_model: bool = _setting(
        "SAGEMAKER_MULTI_MODEL", False, "true on a multi-model endpoint; SageMaker sets it (M-02)"
    )
    batch: bool = _setting("SAGEMAKER_BATCH", False, "true in a batch transform job; SageMaker sets it (B-02)")
    timeout: int = _setting(
        "SAGEMAKER_MODEL_SERVER_TIMEOUT",
        lambda above: 3600 if above["batch"] else 60,
        "seconds after which a request is given up; by default 60, in a batch transform job 3600 (S-45, B-08)",
    )
    queue: int = _setting(
        "SAGEMAKER_MODEL_JOB_QUEUE_SIZE",
        lambda above: 100 * above["workers"],
        "requests that may wait for a worker; any more get 503 at once; by default 100 a worker (S-49)",
    )
    accept: str = _setting(
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "", "the answer's type if a client names none; else the request's"
    )
    output: str = _setting(
        "SAGEMAKER_INFERENCE_OUTPUT",
        "predicted_label",
        "what a classifier, and nothing else, tells: a list of predicted_label, probability, probabilities, labels",
    )
    bad_records: str = _setting(
        "BYOC_BAD_RECORDS",
        lambda above: "mark" if above["batch"] else "refuse",
        "what becomes of a bad record: the request gets 400, or that line an error in its place; "
        "by default a batch transform job marks, because a refusal fails the whole file (B-11)",
        choices=("refuse", "mark"),
    )
    batch_strategy: str = _setting(
        "SAGEMAKER_BATCH_STRATEGY",
        "MULTI_RECORD",
        "told to SageMaker by /execution-parameters (B-04)",
        choices=("MULTI_RECORD", "SINGLE_RECORD"),
    )
    max_payload: int = _setting(
        "SAGEMAKER_MAX_PAYLOAD_IN_MB",
        6,
        "megabytes, told to SageMaker by /execution-parameters; 0 is no limit",
        least=0,
    )
    max_concurrent: int = _setting(
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS",
        lambda above: above["workers"] * above["threads"],
        "requests at a time, told to SageMaker by /execution-parameters; by default as many as there are threads",
    )
    playground: bool = _setting(
        "BYOC_PLAYGROUND", False, "true shows a page at / on which to try the model, as serve_local.sh does"
    )

    @property
    def worker_threads(self) -> int:
        """Threads of each of the server's workers; on a multi-model endpoint they only wait for the models."""
        return 32 if self.multi_model else self.threads

    @property
    def places(self) -> int:
        """How many requests a worker takes on at a time, where nothing before it sends fewer."""
        return self.worker_threads + 2

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read every setting; raises SettingError for a value that breaks its rule."""
        values: dict[str, Any] = {}
        for setting in fields(cls):
            values[setting.name] = _read(setting, environment, values)
        return cls(**values)


def _read(setting: Any, environment: Mapping[str, str], above: dict[str, Any]) -> Any:
    known = setting.metadata
    text = environment.get(known["variable"], "").strip()
    if not text:
        return known["default"](above) if callable(known["default"]) else known["default"]
    if setting.type is int:
        if text.isdecimal() and text.isascii() and int(text) >= known["least"]:
            return int(text)
        rule = f"a whole number above {known['least'] - 1}"
    else:
        choices = ("true", "false") if setting.type is bool else known["choices"]
        if not choices:
            return text
        for choice in choices:
            if text.lower() == choice.lower():  # SageMaker says true, its local mode True (B-02)
                return choice == "true" if setting.type is bool else choice
        rule = " or ".join(choices)
    raise SettingError(f"{known['variable']}={text!r} cannot be used: it must be {rule}, or unset")


def markdown_table() -> str:
    """Every setting, as `serve --help` prints them and settings.md has them."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for setting in fields(Settings):
        known = setting.metadata
        default = "" if callable(known["default"]) or known["default"] == "" else f"`{known['default']}`"
        choices = f"{' or '.join(f'`{choice}`' for choice in known['choices'])}: " if known["choices"] else ""
        lines.append(f"| `{known['variable']}` | {default} | {choices}{known['meaning']} |")
    return "\n".join(lines) + "\n"
