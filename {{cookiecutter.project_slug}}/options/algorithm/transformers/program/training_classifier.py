"""Text classification: fine-tunes a base model with a classification head, and exports it to ONNX."""

import contextlib
import io
import logging
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import local_models  # first, as it tells transformers to use no network  # isort: skip
import numpy as np
import torch
import transformers
from pydantic import BaseModel

import training_report
from byoc.channels import objectives, targets
from byoc.files import write_atomically
from byoc.signature import Signature
from byoc.training.job import Job
from fine_tuning import Batch, Example, FineTuning, outputs
from serving_classifier import TOKENIZER, feature
from training_texts import batches, read

LABEL = "labels"  # what transformers' networks call what they are to learn


class Rows(NamedTuple):
    """A channel: each row's text, and its label as it came and as its place among those known."""

    texts: list[str]
    labels: np.ndarray
    places: np.ndarray


def train(job: Job, hyperparameters: BaseModel) -> None:
    base = local_models.base(job)
    labels, texts = read(job, "training")
    objectives.refuse_numbers(labels, "task text-classification", f"no numbers are learnt here, {objectives.OR_TEXT}")
    known = targets.classes(labels)
    data = {"train": Rows(texts, labels, targets.codes(labels, known, "training"))}
    if "validation" in job.channels:
        labels, texts = read(job, "validation")
        data["validation"] = Rows(texts, labels, targets.codes(labels, known, "validation"))
    print(f"training on {len(data['train'].texts)} texts of {len(known)} labels", flush=True)

    classifier = Classifier(base, known, hyperparameters)
    examples = {name: classifier.examples(rows) for name, rows in data.items()}

    def evaluate() -> dict[str, float]:
        watched = "validation" if "validation" in data else ""
        return classifier.metrics(watched, examples[watched])[0] if watched else {}

    history = FineTuning(job, hyperparameters, classifier.network, classifier.gather, evaluate).run(examples["train"])
    probabilities = {}
    for name in data:
        metrics, probabilities[name] = classifier.metrics(name, examples[name])
        for metric, value in metrics.items():
            job.metric(metric, value)
    write_atomically(job.paths.model / TOKENIZER, classifier.serving_tokenizer(), staging=job.paths.base)
    job.save(classifier.onnx(), Signature((feature(min(data["train"].texts, key=len)),), tuple(known.tolist())))
    judged = "validation" if "validation" in data else "train"
    lengths = [len(example["input_ids"]) for example in examples["train"]]
    training_report.write(job, hyperparameters, history, known, (judged, data[judged], probabilities[judged]), lengths)


class Classifier:
    """A network and its tokenizer."""

    def __init__(self, base: Any, known: np.ndarray, hyperparameters: BaseModel):
        self.tokenizer = local_models.tokenizer(base)
        torch.manual_seed(hyperparameters.seed)  # for the layer on top, which the base model lacks
        self.network = local_models.network(
            transformers.AutoModelForSequenceClassification,
            base,
            id2label=dict(enumerate(map(str, known))),
            label2id={str(label): place for place, label in enumerate(known)},
            ignore_mismatched_sizes=True,
        )
        self.network.config.pad_token_id = self.tokenizer.pad_token_id
        self._longest = local_models.longest(self.network, hyperparameters.max_length)

    def examples(self, rows: Rows) -> list[Example]:
        encoded = self.tokenizer(rows.texts, truncation=True, max_length=self._longest)
        names = self.tokenizer.model_input_names
        columns = zip(*(encoded[name] for name in names), rows.places.tolist(), strict=True)
        return [dict(zip((*names, LABEL), row, strict=True)) for row in columns]

    def gather(self, examples: Sequence[Example]) -> Batch:
        return dict(self.tokenizer.pad(list(examples), return_tensors="pt"))

    def metrics(self, name: str, examples: Sequence[Example]) -> tuple[dict[str, float], np.ndarray]:
        """Loss and accuracy, and the probabilities (texts, labels)."""
        found = outputs(self.network, (self.gather(batch) for batch in batches(examples)))
        logits = torch.cat([output.logits.float().cpu() for output in found])
        places = torch.tensor([example[LABEL] for example in examples])
        loss = torch.nn.functional.cross_entropy(logits, places).item()
        accuracy = (logits.argmax(dim=1) == places).float().mean().item()
        return {f"{name}:loss": loss, f"{name}:accuracy": accuracy}, logits.softmax(dim=1).numpy()

    def serving_tokenizer(self) -> bytes:
        """The tokenizer's file, which also says how texts are cut off and filled up."""
        backend = self.tokenizer.backend_tokenizer
        backend.enable_truncation(self._longest)
        backend.enable_padding(
            direction=self.tokenizer.padding_side,
            pad_id=self.tokenizer.pad_token_id,
            pad_type_id=self.tokenizer.pad_token_type_id,
            pad_token=self.tokenizer.pad_token,
        )
        return backend.to_str().encode()

    def onnx(self) -> bytes:
        """Takes what the tokenizer gives, int64 of (texts, tokens) each, and gives `logits` (texts, labels)."""
        example = self.tokenizer(["a", "b c"], padding=True, return_tensors="pt")
        sizes = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens")}
        names = list(self.tokenizer.model_input_names)
        # The exporter tells of its steps, and of packages that it does not need here.
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        with warnings.catch_warnings(action="ignore"), contextlib.redirect_stdout(io.StringIO()):
            exported = torch.onnx.export(
                _Logits(self.network.cpu().eval()).eval(),
                (),
                kwargs={"inputs": {name: example[name] for name in names}},
                dynamo=True,
                dynamic_shapes={"inputs": dict.fromkeys(names, sizes)},
                input_names=names,
                output_names=["logits"],
                verbose=False,
            )
        return exported.model_proto.SerializeToString()


class _Logits(torch.nn.Module):
    """Only that output of a network."""

    def __init__(self, network: torch.nn.Module):
        super().__init__()
        self._network = network

    def forward(self, inputs: Batch) -> torch.Tensor:
        return self._network(**inputs).logits
