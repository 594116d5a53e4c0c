"""What one would write with transformers alone, to compare the project with: it neither exports nor serves."""

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path

import torch
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Pipeline,
    get_linear_schedule_with_warmup,
    pipeline,
)

INPUT = Path(__file__).parents[1] / "local_test/test_dir/input"
CHOSEN = {name: float(text) for name, text in json.loads((INPUT / "config/hyperparameters.json").read_text()).items()}
BATCH_SIZE, WARMUP, LONGEST = 16, 0.1, 128


def score(training: Path, held_out: Path) -> float:
    """The accuracy on the texts of `held_out`, after training on those of `training`."""
    labels, texts = read(held_out)
    found = fitted(training)(texts)
    return sum(one["label"] == label for one, label in zip(found, labels, strict=True)) / len(labels)


def one_row(training: Path) -> Callable[[], object]:
    """A pipeline's own prediction of one text."""
    classify, (_, texts) = fitted(training), read(training)
    return lambda: classify(texts[0])


def fitted(training: Path) -> Pipeline:
    """As Hugging Face's course fine-tunes a model in PyTorch."""
    labels, texts = read(training)
    names = sorted(set(labels))
    torch.manual_seed(42)
    tokenizer = AutoTokenizer.from_pretrained(INPUT / "data/model")
    known = {"id2label": dict(enumerate(names)), "label2id": {name: place for place, name in enumerate(names)}}
    model = AutoModelForSequenceClassification.from_pretrained(INPUT / "data/model", dtype="float32", **known)
    rows = [
        {**tokenizer(text, truncation=True, max_length=LONGEST), "labels": names.index(label)}
        for text, label in zip(texts, labels, strict=True)
    ]
    collate = DataCollatorWithPadding(tokenizer)
    batches = torch.utils.data.DataLoader(rows, BATCH_SIZE, shuffle=True, collate_fn=collate)
    epochs = int(CHOSEN["num_train_epochs"])
    optimizer = torch.optim.AdamW(model.parameters(), lr=CHOSEN["learning_rate"], weight_decay=0.01)
    steps = epochs * len(batches)
    schedule = get_linear_schedule_with_warmup(optimizer, math.ceil(WARMUP * steps), steps)
    model.train()
    for _ in range(epochs):
        for batch in batches:
            model(**batch).loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
    return pipeline("text-classification", model=model.eval(), tokenizer=tokenizer, device="cpu")


def read(file: Path) -> tuple[list[str], list[str]]:
    """The labels and the texts."""
    _, *rows = csv.reader(file.read_text(encoding="utf-8").splitlines())
    return [label for label, _ in rows], [text for _, text in rows]
