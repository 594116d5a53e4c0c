"""The same task as a plain PyTorch script does it, to compare with; see the README of the template's benchmarks."""

import csv
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

LABEL = "heart_disease"
CATEGORIES = ("gender", "chest_pain", "rest_ecg", "slope_peak_exercise_st", "thal")


class Net(nn.Module):
    def __init__(self, numbers: int, sizes: list[int]):
        super().__init__()
        self.embeddings = nn.ModuleList(nn.Embedding(size, size // 2 + 1) for size in sizes)
        width = numbers + sum(size // 2 + 1 for size in sizes)
        self.layers = nn.Sequential(
            nn.Linear(width, 64),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Linear(64, 64),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Linear(64, 2),
        )

    def forward(self, numbers, codes):
        return self.layers(torch.cat([numbers, *(e(codes[:, i]) for i, e in enumerate(self.embeddings))], dim=1))


class Script:
    def __init__(self, training: Path):
        torch.manual_seed(0)
        rows = read(training)
        self.names = [name for name in rows[0] if name not in (LABEL, *CATEGORIES)]
        self.known = {name: ["", *sorted({row[name] for row in rows} - {""})] for name in CATEGORIES}
        values = torch.tensor([[float(row[name] or "nan") for name in self.names] for row in rows])
        self.mean = values.nanmean(dim=0)
        self.std = (values - self.mean).square().nanmean(dim=0).sqrt()
        self.labels = sorted({row[LABEL] for row in rows})
        numbers, codes = self.tensors(rows)
        labels = torch.tensor([self.labels.index(row[LABEL]) for row in rows])
        self.net = Net(len(self.names), [len(known) for known in self.known.values()])
        optimizer = torch.optim.AdamW(self.net.parameters(), lr=0.001, weight_decay=0.01)
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 100)
        for _ in range(100):
            for chosen in torch.randperm(len(rows)).split(32):
                optimizer.zero_grad()
                nn.functional.cross_entropy(self.net(numbers[chosen], codes[chosen]), labels[chosen]).backward()
                optimizer.step()
            scheduler.step()
        self.net.eval()

    def tensors(self, rows: list[dict[str, str]]) -> tuple[torch.Tensor, torch.Tensor]:
        values = torch.tensor([[float(row[name] or "nan") for name in self.names] for row in rows])
        numbers = ((values - self.mean) / self.std).nan_to_num(0)
        places = {name: {category: place for place, category in enumerate(known)} for name, known in self.known.items()}
        codes = [[places[name].get(row[name], 0) for name in CATEGORIES] for row in rows]
        return numbers, torch.tensor(codes)

    def predict(self, rows: list[dict[str, str]]) -> list[str]:
        with torch.inference_mode():
            return [self.labels[place] for place in self.net(*self.tensors(rows)).argmax(dim=1).tolist()]


def read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def score(training: Path, held_out: Path) -> float:
    """The accuracy on the second file of a network that learnt the first."""
    rows = read(held_out)
    predicted = Script(training).predict(rows)
    return sum(row[LABEL] == guess for row, guess in zip(rows, predicted, strict=True)) / len(rows)


def one_row(training: Path) -> Callable[[], object]:
    """Predicts a row that is prepared already: the network alone."""
    script = Script(training)
    numbers, codes = script.tensors(read(training)[:1])

    def predict() -> object:
        with torch.inference_mode():
            return script.net(numbers, codes).softmax(dim=1).numpy()

    return predict
