"""What the tests of networks need to know of Keras: its hyperparameters' names, and where its embeddings are."""

import keras
import numpy as np

QUICK = {"batch_size": "8", "learning_rate": "0.02"}  # a small training that learns something
DROPPING = {"rate": "0.4"}  # much is left out at random
WIDE = {"units": "100"}


def embeddings(network: keras.Model) -> list[np.ndarray]:
    """The vectors of each column's categories, (categories, numbers)."""
    return [layer.get_weights()[0] for layer in network.layers if isinstance(layer, keras.layers.Embedding)]
