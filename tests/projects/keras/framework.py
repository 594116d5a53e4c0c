"""What the tests of networks need to know of Keras: its hyperparameters' names, and where its embeddings are."""

import keras
import numpy as np

from training import Trainer

QUICK = {"batch_size": "8", "learning_rate": "0.02"}  # a small training that learns something
DROPPING = {"rate": "0.4"}  # much is left out at random
WIDE = {"units": "100"}
STILL = {"learning_rate": "1e-9"}  # next to nothing is learnt


def embeddings(network: keras.Model) -> list[np.ndarray]:
    """The vectors of each column's categories, (categories, numbers)."""
    return [layer.get_weights()[0] for layer in network.layers if isinstance(layer, keras.layers.Embedding)]


def optimizer(trainer: Trainer) -> tuple[float, float]:
    """The learning rate that it has come to, and its decay of the weights."""
    optimizer = trainer.network.optimizer
    return float(optimizer.learning_rate), float(optimizer.weight_decay)
