"""The fine-tuning loop, on a GPU if there is one, with progress and checkpoints."""

import io
from collections.abc import Callable, Iterator, Sequence
from math import ceil
from typing import Any

import torch
from pydantic import BaseModel
from transformers import PreTrainedModel, get_linear_schedule_with_warmup

from byoc import cpus
from byoc.errors import InputError
from byoc.training.job import Job
from byoc.training.progress import Progress

Example = dict[str, Any]  # a text's tokens, and what is to be learnt of them
Batch = dict[str, torch.Tensor]
History = dict[str, list[float]]  # each metric after each epoch
SMALL = 1_000_000  # weights
# What no optimizer should shrink: https://github.com/google-research/bert/blob/master/optimization.py
NEVER_DECAYED = ("bias", "norm.weight", "ln_1.weight", "ln_2.weight", "ln_f.weight")


class FineTuning:
    """A network that learns from examples, and how far it is.

    `gather` makes a batch of examples, with their `labels`; `evaluate` gives the metrics that are told after each
    epoch beside the loss.
    """

    def __init__(
        self,
        job: Job,
        hyperparameters: BaseModel,
        network: PreTrainedModel,
        gather: Callable[[Sequence[Example]], Batch],
        evaluate: Callable[[], dict[str, float]],
    ):
        # Of a small network, threads would only wait for each other.
        torch.set_num_threads(cpus.available() if network.num_parameters() > SMALL else 1)
        self._job, self._chosen = job, hyperparameters
        self._gather, self._evaluate = gather, evaluate
        self._network = network.to(device())
        self._optimizer = torch.optim.AdamW(
            _groups(network, hyperparameters.weight_decay), lr=hyperparameters.learning_rate
        )
        self._loss = 0.0  # of the epoch's steps, summed
        self.history: History = {}

    def run(self, examples: Sequence[Example]) -> History:
        """Learn from the examples, num_train_epochs times, or until the job is stopped; returns the history.

        A job that goes on from a checkpoint takes the steps that an uninterrupted one would (C-04): the order of an
        epoch's examples depends on the seed and the epoch alone, all other random numbers on what is saved.
        """
        size = self._chosen.per_device_train_batch_size
        in_epoch = ceil(len(examples) / size)
        steps = in_epoch * self._chosen.num_train_epochs
        warmup = ceil(steps * self._chosen.warmup_ratio)
        self._schedule = get_linear_schedule_with_warmup(self._optimizer, warmup, steps)
        done = self._resumed(len(examples))
        progress = Progress("step", steps, done)
        # One step at least, so that a job which is stopped leaves a model that can be used.
        while done == 0 or (done < steps and not self._job.stopping):
            epoch, step = divmod(done, in_epoch)
            order = torch.randperm(len(examples), generator=torch.Generator().manual_seed(self._chosen.seed + epoch))
            self._learn([examples[place] for place in order[step * size : (step + 1) * size]])
            done, step = done + 1, step + 1
            if step == in_epoch or done % self._chosen.save_steps == 0:
                told = {"train:loss": self._loss / step}
                if step == in_epoch:
                    told |= self._evaluate()
                    self._loss = 0.0
                    for name, value in told.items():
                        self.history.setdefault(name, []).append(value)
                self._save(done, len(examples))
                progress.step(done, told)
        progress.end()
        return self.history

    def _learn(self, examples: Sequence[Example]) -> None:
        self._network.train()
        with precision():
            loss = self._network(**on_device(self._gather(examples))).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), self._chosen.max_grad_norm)
        self._optimizer.step()
        self._schedule.step()
        self._optimizer.zero_grad()
        self._loss += loss.item()

    def _save(self, done: int, examples: int) -> None:
        if not self._job.checkpoints.folder:
            return  # a large network's state takes a while to gather
        content = io.BytesIO()
        state = {name: part.state_dict() for name, part in self._parts().items()}
        state |= {"examples": examples, "loss": self._loss, "history": self.history, "random": torch.get_rng_state()}
        torch.save(state | {"random_gpu": torch.cuda.get_rng_state_all()}, content)
        self._job.checkpoints.save(done, content.getvalue())

    def _resumed(self, examples: int) -> int:
        """How many steps were done before; raises InputError for a checkpoint that cannot be one of this job."""
        done, content = self._job.checkpoints.latest() or (0, b"")
        if not content:
            return 0
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        try:
            if state["examples"] != examples:
                raise ValueError(f"it is of {state['examples']} examples, but there are {examples}")
            for name, part in self._parts().items():
                part.load_state_dict(state[name])
        except (ValueError, RuntimeError) as error:
            folder, reason = self._job.checkpoints.folder, str(error).partition("\n")[0]
            raise InputError(
                f"the checkpoint in {folder} is of another job: {reason}; give this one a folder of its own"
            ) from None
        self._loss, self.history = state["loss"], state["history"]
        torch.set_rng_state(state["random"])
        if len(state["random_gpu"]) == torch.cuda.device_count():  # else it goes on, on another kind of machine
            torch.cuda.set_rng_state_all(state["random_gpu"])
        return done

    def _parts(self) -> dict[str, Any]:
        return {"network": self._network, "optimizer": self._optimizer, "schedule": self._schedule}


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def on_device(batch: Batch) -> Batch:
    return {name: values.to(device()) for name, values in batch.items()}


def precision() -> torch.autocast:
    """bfloat16 on a GPU, where it needs no scaling of losses; float32 elsewhere."""
    return torch.autocast(device().type, torch.bfloat16, enabled=torch.cuda.is_available())


def outputs(network: torch.nn.Module, batches: Iterator[Batch]) -> Iterator[Any]:
    """What the network makes of each batch, in float32; nothing is learnt."""
    network.eval()
    for batch in batches:
        with torch.inference_mode():
            found = network(**on_device(batch))
        yield found


def _groups(network: torch.nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    decayed: dict[bool, list[torch.nn.Parameter]] = {True: [], False: []}
    for name, values in network.named_parameters():
        decayed[not name.lower().endswith(NEVER_DECAYED)].append(values)
    return [{"params": decayed[True], "weight_decay": weight_decay}, {"params": decayed[False], "weight_decay": 0.0}]
