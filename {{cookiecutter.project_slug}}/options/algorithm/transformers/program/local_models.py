"""Loads Hugging Face models from a folder, as `save_pretrained` writes it, and never from the network."""

import os
from pathlib import Path
from typing import Any

# Before transformers is imported: a container that may reach no network shall not wait for one.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # else it warns where a process forks after its first use
# Threads that wait do not spin: where others need the CPUs, too, spinning made small models ten times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import transformers

from byoc.errors import InputError
from byoc.training.job import Job

WANTED = (
    "a folder as save_pretrained writes it, with config.json, model.safetensors and the tokenizer's files, not packed"
)
transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()


def base(job: Job) -> Path:
    """The folder of the base model; raises InputError if the job has none."""
    if "model" not in job.channels:
        raise InputError(f"channel 'model' is missing: it brings the base model, {WANTED}")
    folder = job.channels["model"].folder
    if not (folder / "config.json").is_file():
        raise InputError(f"channel 'model' holds no config.json: {folder} must be {WANTED}")
    return folder


def tokenizer(folder: Path) -> Any:
    """The folder's tokenizer, with a token to fill up with; raises InputError."""
    found = _load(transformers.AutoTokenizer, folder)
    if getattr(found, "backend_tokenizer", None) is None:
        raise InputError(f"the tokenizer in {folder} has no tokenizer.json, which serving needs; save it as a fast one")
    if found.pad_token is None:
        if found.eos_token is None:
            raise InputError(f"the tokenizer in {folder} has neither pad_token nor eos_token; give it a pad_token")
        found.pad_token = found.eos_token  # as GPT's; what is filled up is masked
    return found


def network(kind: Any, folder: Path, **settings: Any) -> Any:
    """The folder's network, in float32, as `kind` of transformers' Auto classes makes it; raises InputError."""
    return _load(kind, folder, dtype="float32", **settings)


def longest(network: Any, chosen: int) -> int:
    """The most tokens that a text may have: `chosen`, or as many places as the network has, if that is less."""
    config = network.config
    places = getattr(config, "max_position_embeddings", None) or chosen
    # RoBERTa and its kin count places from behind the padding's.
    kept = (config.pad_token_id or 0) + 1 if "roberta" in config.model_type else 0
    return min(chosen, places - kept)


def _load(kind: Any, folder: Path, **settings: Any) -> Any:
    try:
        return kind.from_pretrained(folder, local_files_only=True, **settings)
    except Exception as error:  # it has many ways to say that a folder is not what it takes
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise InputError(f"the model in {folder} cannot be loaded by {kind.__name__}: {reason}") from None
