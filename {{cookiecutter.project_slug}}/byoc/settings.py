"""The server's settings, by environment variables: the only way that SageMaker offers (S-24).

The names are those that SageMaker and its toolkits use, where they have one.
"""

from dataclasses import dataclass

from byoc import cpus
from byoc.variables import Variables, setting

# Set by `serve` for its workers on a multi-model endpoint: the folder of all models' sockets, and their host's in it.
MODELS_FOLDER = "BYOC_MODELS"
MODELS_HOST = "host"
# The answer to its routes on any other endpoint.
MULTI_MODEL_OFF = "this is no multi-model endpoint; SAGEMAKER_MULTI_MODEL=true makes it one"


@dataclass(frozen=True)
class Settings(Variables):
    port: int = setting("SAGEMAKER_BIND_TO_PORT", 8080, "the port to listen on", most=65535)  # S-60
    address: str = setting(
        "BYOC_BIND_ADDRESS", "0.0.0.0", "the address to listen on, by default all; serve_local.sh sets 127.0.0.1"
    )
    workers: int = setting(
        "SAGEMAKER_MODEL_SERVER_WORKERS",
        lambda above: cpus.available(),
        "worker processes; by default one a CPU of the quota",  # S-28
    )
    micro_batch_ms: int = setting(
        "BYOC_MICRO_BATCH_MS",
        0,
        "milliseconds that a request may wait, so that requests of several clients become one call of the model; "
        "0 is off; for models that take little longer for many rows than for one",
        least=0,
    )
    micro_batch_rows: int = setting(
        "BYOC_MICRO_BATCH_ROWS", 32, "the most rows of such a call; a larger request is predicted alone"
    )
    threads: int = setting(
        "SAGEMAKER_MODEL_SERVER_THREADS",
        # While a batch is at the model, the next one gathers.
        lambda above: min(2 * above["micro_batch_rows"], 64) if above["micro_batch_ms"] else 1,
        "threads of each worker, on a multi-model endpoint of each model; more than one suits handlers that wait; "
        "by default 1, with BYOC_MICRO_BATCH_MS two for each of its rows, 64 at most",
    )
    multi_model: bool = setting(
        "SAGEMAKER_MULTI_MODEL",
        False,
        "true on a multi-model endpoint; SageMaker sets it",  # M-02
    )
    batch: bool = setting("SAGEMAKER_BATCH", False, "true in a batch transform job; SageMaker sets it")  # B-02
    timeout: int = setting(
        "SAGEMAKER_MODEL_SERVER_TIMEOUT",
        lambda above: 3600 if above["batch"] else 60,
        "seconds after which a request is given up; by default 60, in a batch transform job 3600",  # S-45, B-08
    )
    queue: int = setting(
        "SAGEMAKER_MODEL_JOB_QUEUE_SIZE",
        lambda above: 100 * above["workers"],
        "requests that may wait for a worker; further ones get 503 at once; by default 100 a worker",  # S-49
    )
    accept: str = setting(
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT",
        "",
        "the answer's content type if the request has no Accept header; by default the request's",
    )
    output: str = setting(
        "SAGEMAKER_INFERENCE_OUTPUT",
        "predicted_label",
        "what a classifier answers: one, or several with commas between",
        choices=("predicted_label", "probability", "probabilities", "labels", "score"),
        several=True,
    )
    bad_records: str = setting(
        "BYOC_BAD_RECORDS",
        lambda above: "mark" if above["batch"] else "refuse",
        "a bad record refuses the whole request with 400, or an error is put in the place of its line; "
        "by default a batch transform job marks, because a refusal fails the whole file",  # B-11
        choices=("refuse", "mark"),
    )
    batch_strategy: str = setting(
        "SAGEMAKER_BATCH_STRATEGY",
        "MULTI_RECORD",
        "told to SageMaker by /execution-parameters",  # B-04
        choices=("MULTI_RECORD", "SINGLE_RECORD"),
    )
    max_payload: int = setting(
        "SAGEMAKER_MAX_PAYLOAD_IN_MB",
        6,
        "megabytes, told to SageMaker by /execution-parameters; 0 is no limit",
        least=0,
    )
    max_concurrent: int = setting(
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS",
        lambda above: above["workers"] * above["threads"],
        "requests at a time, told to SageMaker by /execution-parameters; by default as many as there are threads",
    )
    playground: bool = setting(
        "BYOC_PLAYGROUND", False, "true shows a page at / on which to try the model, as serve_local.sh does"
    )

    @property
    def endpoint(self) -> tuple[str, int]:
        """Where to listen."""
        return self.address, self.port

    @property
    def outputs(self) -> list[str]:
        return self.output.split(",")

    @property
    def worker_threads(self) -> int:
        """Threads of each of the server's workers; on a multi-model endpoint they only wait for the models."""
        return 32 if self.multi_model else self.threads

    @property
    def places(self) -> int:
        """How many requests a worker takes on at a time, where nothing before it sends fewer."""
        return self.worker_threads + 2
