"""The training loop over epochs, with checkpoints; a resumed job ends with the same model."""

import io
import json

import keras
import numpy as np
import tensorflow as tf
from pydantic import BaseModel

from byoc.tabular.dataset import Data, Rows, scores
from byoc.tabular.epochs import Epochs, refuse_another
from byoc.training.job import Job
from network import network

MOST_ROWS = 8192  # whose outputs are worked out at a time

Values = list[np.ndarray]


class Trainer:
    """A network that learns, and all that decides how it goes on."""

    def __init__(self, hyperparameters: BaseModel, data: Data):
        shape = hyperparameters.model_dump(include={"units", "hidden_layers", "rate"})
        self.network = network(data.encoding, data.target.outputs, **shape)
        self._batch_size = hyperparameters.batch_size
        self._seed = hyperparameters.seed
        steps = -(-len(data.training.labels) // self._batch_size)
        rate = keras.optimizers.schedules.CosineDecay(hyperparameters.learning_rate, steps * hyperparameters.epochs)
        self.network.compile(
            keras.optimizers.AdamW(rate, weight_decay=hyperparameters.weight_decay),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            if data.target.labels
            else keras.losses.MeanSquaredError(),
        )
        self.network.optimizer.build(self.network.trainable_variables)

    def epoch(self, number: int, rows: Rows) -> float:
        """Learn from every row once, in an order of this epoch's own; the mean loss meanwhile."""
        order = np.random.default_rng((self._seed, number)).permutation(len(rows.learnt))
        total = 0.0
        for first in range(0, len(order), self._batch_size):
            chosen = order[first : first + self._batch_size]
            total += len(chosen) * float(self.network.train_on_batch(rows.encoded[chosen], rows.learnt[chosen]))
        return total / len(order)

    def outputs(self, encoded: np.ndarray) -> np.ndarray:
        """What the network gives, (rows, outputs), for a matrix (rows, width)."""
        parts = [encoded[first : first + MOST_ROWS] for first in range(0, len(encoded), MOST_ROWS)]
        return np.concatenate([self.network.predict_on_batch(part) for part in parts])

    def weights(self) -> Values:
        return _values(self.network.variables)

    def optimizer(self) -> Values:
        return _values(self.network.optimizer.variables)

    def restore(self, weights: Values, optimizer: Values) -> None:
        _assign(self.network.variables, weights)
        _assign(self.network.optimizer.variables, optimizer)


def fit(job: Job, hyperparameters: BaseModel, data: Data) -> tuple[Trainer, Epochs]:
    """A trainer with the network of the best epoch by the channel `validation`, or of the last where there is none.

    All that is random is the seed's and the epoch's, or a variable of the network, as Dropout's state is: so what a
    checkpoint holds decides all that follows (C-04).
    """
    keras.utils.set_random_seed(hyperparameters.seed)
    tf.config.experimental.enable_op_determinism()
    trainer = Trainer(hyperparameters, data)
    identity = data.identity | {"network": hyperparameters.model_dump_json(include={"units", "hidden_layers"})}
    best, history = trainer.weights(), {}
    _, content = job.checkpoints.latest() or (0, b"")
    if content:
        told, values = _opened(content)
        refuse_another(told["identity"], identity, job)
        trainer.restore(values["weights"], values["optimizer"])
        best, history = values["best"], told["history"]
    epochs = Epochs(job, hyperparameters.epochs, hyperparameters.patience, history)
    for epoch in epochs:
        metrics = {"train:loss": trainer.epoch(epoch, data.training)}
        metrics |= scores(job, "validation", data.validation, data.target, trainer.outputs)
        if epochs.tell(metrics):
            best = trainer.weights()
        told = {"identity": identity, "history": epochs.history}
        values = {"weights": trainer.weights(), "optimizer": trainer.optimizer(), "best": best}
        job.checkpoints.save(epoch, _closed(told, values))
    trainer.restore(best, trainer.optimizer())
    return trainer, epochs


def _closed(told: dict, values: dict[str, Values]) -> bytes:
    """A checkpoint: what is told as JSON, and the values, by their place in each list."""
    arrays = {f"{name}/{place}": value for name, each in values.items() for place, value in enumerate(each)}
    content = io.BytesIO()
    np.savez(content, told=np.array(json.dumps(told)), **arrays)
    return content.getvalue()


def _opened(content: bytes) -> tuple[dict, dict[str, Values]]:
    values: dict[str, Values] = {}
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        for key in arrays.files:
            if key != "told":
                values.setdefault(key.split("/")[0], []).append(arrays[key])
        return json.loads(str(arrays["told"])), values


def _values(variables: list[keras.Variable]) -> Values:
    return [keras.ops.convert_to_numpy(variable).copy() for variable in variables]


def _assign(variables: list[keras.Variable], values: Values) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
