"""What the tests of networks need to know of PyTorch: its hyperparameters' names, and where its embeddings are."""

import numpy as np

from network import Network
from training import Trainer

QUICK = {"batch_size": "8", "lr": "0.02"}  # a small training that learns something
DROPPING = {"dropout": "0.4"}  # much is left out at random
WIDE = {"hidden_size": "100"}
STILL = {"lr": "1e-9"}  # next to nothing is learnt


def embeddings(network: Network) -> list[np.ndarray]:
    """The vectors of each column's categories, (categories, numbers)."""
    return [embedding.weight.detach().cpu().numpy() for embedding in network.embeddings]


def optimizer(trainer: Trainer) -> tuple[float, float]:
    """The learning rate that it has come to, and its decay of the weights."""
    (group,) = trainer._optimizer.param_groups
    return group["lr"], group["weight_decay"]
