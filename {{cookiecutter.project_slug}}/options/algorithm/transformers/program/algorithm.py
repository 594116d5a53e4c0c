"""The algorithm: a Hugging Face model, fine-tuned to classify texts or to go on with them. Make it your own.

SageMaker's side of the work (channels, hyperparameters, checkpoints, failures, saving) is in `byoc/`. What is trained
is in `training_*.py`. What answers is `predictor.py`, with `serving_*.py`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from byoc.training.hyperparameters import Tunable
from byoc.training.job import Job


class Hyperparameters(BaseModel):
    """What a training job can set, by the names of Hugging Face's TrainingArguments; the ranges are worth tuning."""

    task: Literal["text-classification", "text-generation"] = Field(
        "text-classification", description="what is learnt: one of several labels, or how texts go on"
    )
    learning_rate: Annotated[float, Tunable(0.000005, 0.005, "Logarithmic")] = Field(
        0.00002, gt=0, le=1, description="AdamW's, the highest; after the warmup it falls to 0"
    )
    num_train_epochs: Annotated[int, Tunable(1, 10)] = Field(
        3, ge=1, description="number of epochs, passes over all texts"
    )
    per_device_train_batch_size: Annotated[int, Tunable(8, 64, "Logarithmic")] = Field(
        16, ge=1, description="batch size: texts in a step"
    )
    weight_decay: Annotated[float, Tunable(0.0, 0.3)] = Field(0.01, ge=0, le=1, description="AdamW's")
    warmup_ratio: Annotated[float, Tunable(0.0, 0.3)] = Field(
        0.1, ge=0, le=1, description="the share of all steps in which the learning rate rises"
    )
    max_grad_norm: float = Field(1.0, gt=0, description="maximum norm of a step's gradients (gradient clipping)")
    max_length: int = Field(128, ge=4, description="tokens of a text, of which the rest is cut off, or of a block")
    save_steps: int = Field(500, ge=1, description="a checkpoint after so many steps, and after each epoch")
    seed: int = Field(42, ge=0, lt=2**32, description="random seed: new weights, order of texts, dropout")


METRICS = (
    "train:loss",
    "validation:loss",
    "train:accuracy",
    "validation:accuracy",
    "train:perplexity",
    "validation:perplexity",
)


def train(job: Job, hyperparameters: Hyperparameters) -> None:
    """Fine-tune the base model in the channel `model` on the channel `training`, watch the channel `validation`.

    For text generation the base model may be served as it is: without the channel `training`. Raises InputError for a
    base model or data that cannot be used.
    """
    # Not above: PyTorch takes seconds to import, which `train --help` need not wait for.
    if hyperparameters.task == "text-classification":
        import training_classifier as task
    else:
        import training_generator as task

    task.train(job, hyperparameters)
