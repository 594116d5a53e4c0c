"""The algorithm: none, the model is trained already. It is imported as ONNX, checked, converted and saved.

SageMaker's side of the work (channels, hyperparameters, failures, saving) is in `byoc/`. The model
leaves as ONNX, which `byoc/` serves. To serve something else, write SageMaker's handlers in `predictor.py`.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
from pydantic import Field

from byoc import records
from byoc.channels.chosen import ChosenColumns
from byoc.errors import InputError
from byoc.onnx_import import (
    conversion,
    conversion_report,
    graph_inputs,
    graph_labels,
    graph_nodes,
    graph_outputs,
    optimization,
    source_model,
)
from byoc.onnx_import.original import Original
from byoc.onnx_import.served import HeldOut, Served
from byoc.signature import Feature, Signature
from byoc.training.job import Job


class Hyperparameters(ChosenColumns):
    """What a training job can set. SageMaker hands every value over as text; the types say what becomes of it."""

    feature_names: list[str] | None = Field(
        None, description="the columns; by default from the model: its metadata, its inputs, or feature_1, …"
    )
    missing: bool = Field(False, description="whether a row may lack values: the model is given NaN, or an empty text")
    outputs: list[str] | None = Field(None, description="the outputs to serve, if the model has more than it should")
    scores: graph_outputs.Kind = Field(
        "auto", description="what its scores are; auto: probabilities if they add up to 1, a number if there is one"
    )
    labels: list[str | int] | None = Field(
        None, description="the labels in the order of the scores; by default from the model, or 0, 1, …"
    )
    quantize: Literal["none", "int8"] = Field(
        "none", description="int8 makes the weights a quarter as large; needs the channel validation"
    )
    max_loss: float = Field(
        0.01, ge=0, description="the most that int8 may cost: accuracy, or the share by which the RMSE grows"
    )


METRICS = ("validation:accuracy", "validation:rmse", "int8:loss")  # what `train` prints, for a tuning job to find


def train(job: Job, hyperparameters: Hyperparameters) -> None:
    """Take the model in the channel `model`, score it on the channel `validation` if there is one, save and report it.

    Raises InputError for a model that cannot be served.
    """
    if hyperparameters.quantize == "int8" and "validation" not in job.channels:
        raise InputError("hyperparameter quantize = 'int8' needs the channel validation, to measure what it costs")
    with TemporaryDirectory() as folder:
        file = source_model.find(job.channel("model"), Path(folder))
        model = source_model.load(file)
        names = hyperparameters.feature_names or graph_labels.listed(model, "feature_names")
        inputs = graph_inputs.read(model.graph, names)
        original = Original(file, inputs, graph_labels.zipped(model.graph))
    columns = graph_inputs.columns(inputs, names)
    held_out = HeldOut.read(job, columns, hyperparameters.missing, graph_nodes.texts(model.graph))
    seen = graph_inputs.columns_of(held_out.rows) if held_out else [np.array([])] * len(columns)
    features = tuple(
        graph_inputs.feature(*column, hyperparameters.missing, values)
        for column, values in zip(columns.items(), seen, strict=True)
    )
    print(f"{file.name} takes {len(columns)} columns and has {len(model.graph.node)} operators", flush=True)

    rows = original.trial(held_out and held_out.rows, row_dtype(features))
    told = hyperparameters.outputs, hyperparameters.scores, hyperparameters.labels
    adapted, labels = conversion.fit(model, original, inputs, rows, *told)
    signature = Signature(features, tuple(labels))
    plain = Served(adapted.SerializeToString(), signature)
    served = Served(optimization.optimised(adapted), signature)
    if hyperparameters.quantize == "int8":
        served = optimization.quantised(job, adapted, served, held_out, hyperparameters.max_loss)
    if held_out:
        job.metric(*held_out.metric(served))
    job.save(served.content, signature)
    measured = held_out.rows if held_out else rows
    conversion_report.write(job, hyperparameters, model, original, plain, served, measured, held_out)


def row_dtype(features: tuple[Feature, ...]) -> np.dtype:
    """What rows are made of: numbers, or the records of codecs/records.py."""
    return records.dtype(features) if Signature(features).differs else np.dtype(np.float32)
