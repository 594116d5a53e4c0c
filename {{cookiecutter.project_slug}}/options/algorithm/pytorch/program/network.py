"""The network, and its export to ONNX."""

import contextlib
import io
import logging
import warnings

import torch
from torch import Tensor, nn

from byoc.tabular.dataset import Data
from byoc.tabular.encoding import Encoding
from byoc.tabular.onnx_export import complete

WIDEST = 50  # numbers that stand for a category


class Network(nn.Module):
    """Embeddings of the categories, beside the numbers, go through hidden layers."""

    def __init__(self, encoding: Encoding, outputs: int, hidden_size: int, hidden_layers: int, dropout: float):
        super().__init__()
        self.quantities = encoding.quantities
        known = [len(categories) for categories in encoding.categories.values()]
        # What training never saw, code 0, stays a vector of zeros: it speaks neither for nor against anything.
        self.embeddings = nn.ModuleList(nn.Embedding(n + 1, min(WIDEST, 1 + n // 2), padding_idx=0) for n in known)
        width = self.quantities + sum(embedding.embedding_dim for embedding in self.embeddings)
        layers: list[nn.Module] = []
        for _ in range(hidden_layers):
            layers += [nn.Linear(width, hidden_size), nn.ReLU(), nn.Dropout(dropout)]
            width = hidden_size
        self.layers = nn.Sequential(*layers, nn.Linear(width, outputs))

    def forward(self, encoded: Tensor) -> Tensor:
        """`encoded` is the matrix (rows, width) of byoc/tabular.py; gives the outputs (rows, outputs)."""
        codes = encoded[:, self.quantities :].long()
        embedded = [embedding(codes[:, place]) for place, embedding in enumerate(self.embeddings)]
        return self.layers(torch.cat([encoded[:, : self.quantities], *embedded], dim=1))


def export(network: Network, data: Data) -> bytes:
    """The network, with all that comes before and after it (byoc/tabular_onnx.py), as ONNX."""
    example = torch.zeros(2, data.training.encoded.shape[1])  # of a single row, ONNX would take only one
    rows = {0: torch.export.Dim("rows")}
    # The exporter tells of its steps, and of packages that it does not need here.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    network.cpu().eval()
    with warnings.catch_warnings(action="ignore"), contextlib.redirect_stdout(io.StringIO()):
        exported = torch.onnx.export(network, (example,), dynamo=True, dynamic_shapes=(rows,), verbose=False)
    return complete(exported.model_proto, data.encoding, data.target)
