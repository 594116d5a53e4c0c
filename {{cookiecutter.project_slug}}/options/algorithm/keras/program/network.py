"""The network, and its export to ONNX."""

import tempfile
from pathlib import Path

import keras
import onnx
from keras import layers, ops

from byoc.tabular.dataset import Data
from byoc.tabular.encoding import Encoding
from byoc.tabular.onnx_export import complete

WIDEST = 50  # numbers that stand for a category


def network(encoding: Encoding, outputs: int, units: int, hidden_layers: int, rate: float) -> keras.Model:
    """Embeddings of the categories, beside the numbers, go through hidden layers.

    It takes the matrix (rows, width) of byoc/tabular.py and gives the outputs (rows, outputs).
    """
    known = [len(categories) for categories in encoding.categories.values()]
    encoded = keras.Input((encoding.quantities + len(known),))
    codes = ops.cast(encoded[:, encoding.quantities :], "int32")
    embeddings = [layers.Embedding(n + 1, min(WIDEST, 1 + n // 2)) for n in known]
    embedded = [embedding(codes[:, place]) for place, embedding in enumerate(embeddings)]
    told = layers.Concatenate()([encoded[:, : encoding.quantities], *embedded]) if embedded else encoded
    for _ in range(hidden_layers):
        told = layers.Dropout(rate)(layers.Dense(units, activation="relu")(told))
    for embedding in embeddings:
        # What training never saw, code 0, stays a vector of zeros: it speaks neither for nor against anything.
        (vectors,) = embedding.get_weights()
        vectors[0] = 0
        embedding.set_weights([vectors])
    return keras.Model(encoded, layers.Dense(outputs)(told))


def export(model: keras.Model, data: Data) -> bytes:
    """The network, with all that comes before and after it (byoc/tabular_onnx.py), as ONNX."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.onnx"
        model.export(file, format="onnx", verbose=False)
        return complete(onnx.load(file), data.encoding, data.target)
