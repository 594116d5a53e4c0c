"""The training loop over epochs, on a GPU if there is one, with checkpoints; a resumed job ends with the same model."""

import io
from typing import Any

import numpy as np
import torch
from pydantic import BaseModel
from torch import Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR

from byoc import cpus
from byoc.hosts import devices, sharding
from byoc.tabular.dataset import Data, scores
from byoc.tabular.epochs import Epochs, refuse_another
from byoc.training.job import Job
from network import Network
from together import connected, joined, steps

THREAD = 10_000_000  # multiplications of a step that are worth a thread
MOST_ROWS = 65_536  # whose outputs are worked out at a time

Weights = dict[str, Tensor]


class Trainer:
    """A network that learns, and all that decides how it goes on."""

    def __init__(self, job: Job, hyperparameters: BaseModel, data: Data, device: torch.device):
        self._collectives, self._device = job.collectives, device
        shape = hyperparameters.model_dump(include={"hidden_size", "hidden_layers", "dropout"})
        self.network = Network(data.encoding, data.target.outputs, **shape).to(device)
        self._joined = joined(self.network)
        self._loss = (nn.CrossEntropyLoss if data.target.labels else nn.MSELoss)(reduction="sum")
        self._encoded, self._learnt = map(torch.from_numpy, (data.training.encoded, data.training.learnt))
        self._places = torch.from_numpy(sharding.places(job.channel("training"), job.collectives, len(self._learnt)))
        self._batch_size = hyperparameters.batch_size
        self._optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=hyperparameters.lr, weight_decay=hyperparameters.weight_decay
        )
        self._scheduler = CosineAnnealingLR(self._optimizer, hyperparameters.epochs)
        # On a GPU, float16 where that is enough; what would get lost in it is scaled up meanwhile.
        self._scaler = torch.amp.GradScaler(self._device.type, enabled=device.type == "cuda")

    @property
    def threads(self) -> int:
        """How many pay: where a step is but little work, threads spend far more time waiting for each other."""
        work = (
            self._batch_size * sum(weights.numel() for weights in self.network.parameters()) // self._collectives.size
        )
        return max(1, min(cpus.available(), work // THREAD))

    def epoch(self) -> float:
        """Learn from every row of all hosts once, in a new order; the mean loss meanwhile."""
        self.network.train()
        total = 0.0
        for chosen, count in steps(self._collectives, self._places, self._batch_size):
            rows, expected = self._encoded[chosen].to(self._device), self._learnt[chosen].to(self._device)
            with torch.autocast(self._device.type, torch.float16, enabled=self._scaler.is_enabled()):
                outputs = self._joined(rows)
                loss = self._loss(outputs if expected.dtype == torch.int64 else outputs[:, 0], expected) / count
            self._optimizer.zero_grad()
            with self._collectives.together(RuntimeError):
                # The mean over the hosts of so many times its own part is the gradient of the whole step.
                self._scaler.scale(loss * self._collectives.size).backward()
            self._scaler.step(self._optimizer)
            self._scaler.update()
            total += loss.item() * count
        self._scheduler.step()
        return sum(self._collectives.gather(total)) / len(self._places)

    def outputs(self, encoded: np.ndarray) -> np.ndarray:
        """What the network gives, (rows, outputs), for a matrix (rows, width); in float32 on a GPU, too."""
        self.network.to(self._device).eval()
        with torch.inference_mode():
            parts = torch.from_numpy(encoded).split(MOST_ROWS)
            return torch.cat([self.network(part.to(self._device)).cpu() for part in parts]).numpy()

    def weights(self) -> Weights:
        return {name: value.detach().cpu().clone() for name, value in self.network.state_dict().items()}

    def state(self) -> dict[str, Any]:
        """All of it, the random numbers too (C-04)."""
        parts = {name: part.state_dict() for name, part in self._parts().items()}
        return parts | {"random": torch.get_rng_state(), "random_gpu": torch.cuda.get_rng_state_all()}

    def restore(self, state: dict[str, Any]) -> None:
        for name, part in self._parts().items():
            part.load_state_dict(state[name])
        torch.set_rng_state(state["random"])
        if len(state["random_gpu"]) == torch.cuda.device_count():  # else it goes on, on another kind of machine
            torch.cuda.set_rng_state_all(state["random_gpu"])

    def _parts(self) -> dict[str, Any]:
        return {
            "network": self.network,
            "optimizer": self._optimizer,
            "scheduler": self._scheduler,
            "scaler": self._scaler,
        }


def fit(job: Job, hyperparameters: BaseModel, data: Data) -> tuple[Trainer, Epochs]:
    """A trainer with the network of the best epoch by the channel `validation`, or of the last where there is none."""
    torch.manual_seed(hyperparameters.seed)
    gpus = range(torch.cuda.device_count()) if torch.cuda.is_available() else ()
    device = torch.device(
        "cuda"
        if devices.on_gpu(job.collectives, job.cluster.current_host, [*map(torch.cuda.get_device_name, gpus)])
        else "cpu"
    )
    with connected(job, device):
        trainer = Trainer(job, hyperparameters, data, device)
        torch.set_num_threads(trainer.threads)
        return trainer, _learn(job, hyperparameters, data, trainer)


def _learn(job: Job, hyperparameters: BaseModel, data: Data, trainer: Trainer) -> Epochs:
    identity = data.identity | {"network": hyperparameters.model_dump_json(include={"hidden_size", "hidden_layers"})}
    best, history = trainer.weights(), {}
    _, content = job.checkpoints.latest() or (0, b"")
    if content:
        checkpoint = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        refuse_another(checkpoint["identity"], identity, job)
        trainer.restore(checkpoint["trainer"])
        best, history = checkpoint["best"], checkpoint["history"]
    epochs = Epochs(job, hyperparameters.epochs, hyperparameters.patience, history)
    for epoch in epochs:
        metrics = {"train:loss": trainer.epoch()}
        metrics |= scores(job, "validation", data.validation, data.target, trainer.outputs)
        if epochs.tell(metrics):
            best = trainer.weights()
        _save(job, epoch, identity=identity, trainer=trainer.state(), best=best, history=epochs.history)
    trainer.network.load_state_dict(best)
    return epochs


def _save(job: Job, epoch: int, **checkpoint: Any) -> None:
    content = io.BytesIO()
    torch.save(checkpoint, content)
    job.checkpoints.save(epoch, content.getvalue())
