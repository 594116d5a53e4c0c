"""Text generation: saves a base model as it is, or fine-tunes it on the texts of a channel first."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from math import exp
from pathlib import Path
from typing import Any

import local_models  # first, as it tells transformers to use no network  # isort: skip
import torch
import transformers
from pydantic import BaseModel

from byoc.errors import InputError
from byoc.reports import charts, report
from byoc.training.job import Job
from fine_tuning import Batch, Example, FineTuning, outputs
from training_texts import batches, read_plain


def train(job: Job, hyperparameters: BaseModel) -> None:
    base = local_models.base(job)
    tokenizer = local_models.tokenizer(base)
    network = local_models.network(transformers.AutoModelForCausalLM, base)
    losses: Mapping[str, Sequence[float]] = {}
    if "training" in job.channels:
        torch.manual_seed(hyperparameters.seed)
        losses = _fine_tune(job, hyperparameters, network, tokenizer)
    else:
        print("no channel 'training': the base model is saved as it is", flush=True)
    _save(job, network.cpu(), tokenizer)
    if losses:
        report.write(job, "Text generation", hyperparameters, _parts(losses))


def _parts(losses: Mapping[str, Sequence[float]]) -> Iterator[report.Part]:
    yield report.Picture("learning_curves", "Loss", charts.curves("Loss", "epoch", losses))


def _fine_tune(
    job: Job, hyperparameters: BaseModel, network: torch.nn.Module, tokenizer: Any
) -> Mapping[str, Sequence[float]]:
    """Returns the losses after each epoch, by channel."""
    size = local_models.longest(network, hyperparameters.max_length)
    examples = {"train": _blocks(job, "training", tokenizer, size)}
    if "validation" in job.channels:
        examples["validation"] = _blocks(job, "validation", tokenizer, size)
    print(f"training on {len(examples['train'])} blocks of at most {size} tokens", flush=True)

    def scores(name: str) -> dict[str, float]:
        loss = _loss(network, examples[name])
        return {f"{name}:loss": loss, f"{name}:perplexity": exp(min(loss, 700.0))}

    def evaluate() -> dict[str, float]:
        return scores("validation") if "validation" in examples else {}

    history = FineTuning(job, hyperparameters, network, _gather, evaluate).run(examples["train"])
    for name in examples:
        for metric, value in scores(name).items():
            job.metric(metric, value)
    return {metric: values for metric, values in history.items() if metric.endswith(":loss")}


def _blocks(job: Job, channel: str, tokenizer: Any, size: int) -> list[Example]:
    """The texts one after the other, each with its end, cut into blocks of so many tokens; the last may be shorter."""
    ends = [tokenizer.eos_token_id] if tokenizer.eos_token_id is not None else []
    ids = list(chain.from_iterable(tokenizer(text)["input_ids"] + ends for text in read_plain(job, channel)))
    if len(ids) < 2:
        raise InputError(f"channel {channel!r} has {len(ids)} tokens: there is nothing to go on with")
    return [{"input_ids": ids[start : start + size]} for start in range(0, len(ids) - 1, size)]


def _gather(examples: Sequence[Example]) -> Batch:
    """Blocks of one length but for the very last, whose place at the end is masked, and taught to nobody."""
    rows = [torch.tensor(example["input_ids"]) for example in examples]
    pad = torch.nn.utils.rnn.pad_sequence
    ones = [torch.ones_like(row) for row in rows]
    return {
        "input_ids": pad(rows, batch_first=True),
        "attention_mask": pad(ones, batch_first=True),
        "labels": pad(rows, batch_first=True, padding_value=-100),
    }


def _loss(network: torch.nn.Module, examples: Sequence[Example]) -> float:
    """The mean of all tokens."""
    total, tokens = 0.0, 0
    for batch, output in zip(batches(examples), outputs(network, map(_gather, batches(examples))), strict=True):
        count = sum(len(example["input_ids"]) - 1 for example in batch)
        total += output.loss.item() * count
        tokens += count
    return total / tokens


def _save(job: Job, network: Any, tokenizer: Any) -> None:
    """As `save_pretrained` writes it, in the type of numbers that the base model has; whole or not at all (T-42)."""
    staged = Path(tempfile.mkdtemp(dir=job.paths.model.parent, prefix="staged-"))
    try:
        network.save_pretrained(staged)
        tokenizer.save_pretrained(staged)
        for file in sorted(staged.iterdir(), key=lambda file: file.name == "config.json"):  # which makes it a model
            os.replace(file, job.paths.model / file.name)
        job.saved = True
    finally:
        shutil.rmtree(staged)
