"""The algorithm: a PyTorch network on numbers and categories. This is the file to make your own, and network.py.

SageMaker's side of the work (channels, hyperparameters, checkpoints, failures, saving) is in `byoc/`. The model
leaves as ONNX, which `byoc/` serves. To serve something else, write SageMaker's handlers in `predictor.py`.
"""

from typing import Annotated, Literal

from pydantic import Field

from byoc.channels.chosen import ChosenColumns
from byoc.tabular import dataset, training_report
from byoc.training.hyperparameters import Tunable
from byoc.training.job import Job


class Hyperparameters(ChosenColumns):
    """What a training job can set. SageMaker hands every value over as text; the types say what becomes of it."""

    task: Literal["auto", "classification", "regression"] = Field(
        "auto", description="classification or regression: a label or a number; auto is classification"
    )
    categories: list[str] = Field(
        [], description="the columns that hold text; by default those whose first value is no number"
    )
    epochs: Annotated[int, Tunable(10, 500, "Logarithmic")] = Field(
        100, ge=1, description="maximum number of epochs, passes over all rows"
    )
    patience: int | None = Field(
        20,
        ge=1,
        description="early stopping after this many epochs without improvement; needs the channel validation",
    )
    batch_size: Annotated[int, Tunable(16, 1024, "Logarithmic")] = Field(
        32, ge=1, description="batch size: rows in a step of the optimizer, over all hosts"
    )
    lr: Annotated[float, Tunable(0.0001, 0.1, "Logarithmic")] = Field(
        0.001, gt=0, le=1, description="AdamW's learning rate, which falls to 0 over the epochs as a cosine does"
    )
    weight_decay: Annotated[float, Tunable(0.0001, 1.0, "Logarithmic")] = Field(
        0.01, ge=0, le=100, description="AdamW's decay of the weights"
    )
    hidden_size: Annotated[int, Tunable(8, 512, "Logarithmic")] = Field(
        64, ge=1, le=65_536, description="units in each hidden layer"
    )
    hidden_layers: Annotated[int, Tunable(1, 4)] = Field(2, ge=0, le=100, description="number of hidden layers")
    dropout: Annotated[float, Tunable(0.0, 0.5)] = Field(
        0.1, ge=0, lt=1, description="dropout rate of each hidden layer"
    )
    seed: int = Field(0, ge=0, lt=2**32, description="random seed: initial weights, order of rows, dropout")


# What `train` prints after each epoch (the losses, and all of them for validation) and of the model that it saves.
METRICS = tuple(f"{rows}:{name}" for rows in ("train", "validation") for name in ("loss", "accuracy", "rmse", "mae"))


DISTRIBUTED = True  # the hosts of a job train one network together


def train(job: Job, hyperparameters: Hyperparameters) -> None:
    """Train on the channel `training`, watch the channel `validation` if there is one, save the model and a report.

    Raises InputError for data from which the task cannot be learnt.
    """
    # Not above: PyTorch takes seconds to import, which `train --help` and your tests need not wait for.
    from network import export
    from training import fit

    data = dataset.read(job, hyperparameters.categories, hyperparameters.task)
    rows = sum(job.collectives.gather(len(data.training.labels)))
    print(f"training on {rows} rows of {len(data.signature.features)} features", flush=True)
    trainer, epochs = fit(job, hyperparameters, data)
    dataset.score(job, data, trainer.outputs)
    if job.leads:
        job.save(export(trainer.network, data), data.signature)
    training_report.write(job, "PyTorch network", hyperparameters, data, epochs, trainer.outputs)
