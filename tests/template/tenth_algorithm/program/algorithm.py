"""The algorithm: Gaussian naive Bayes. It stands for any that somebody adds to the template (test_new_options.py)."""

from typing import Annotated

from pydantic import BaseModel, Field
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.naive_bayes import GaussianNB

from byoc.channels import columns, targets
from byoc.reports import classification, data_tables, report
from byoc.signature import Signature
from byoc.training.hyperparameters import Tunable
from byoc.training.job import Job


class Hyperparameters(BaseModel):
    """What a training job can set."""

    var_smoothing: Annotated[float, Tunable(1e-12, 1e-3, "Logarithmic")] = Field(
        1e-9, gt=0, description="the share of the largest variance that is added to all"
    )
    feature_names: list[str] | None = Field(None, description="the columns after the label; feature_1, … by default")


METRICS = ("train:accuracy",)


def train(job: Job, hyperparameters: Hyperparameters) -> None:
    """Train on the channel `training`, save the model and a report."""
    labels, features = job.channel("training").read_labelled()
    known = targets.classes(labels)
    names = columns.names(hyperparameters.feature_names, features.shape[1])
    model = GaussianNB(var_smoothing=hyperparameters.var_smoothing).fit(features, labels)
    job.metric("train:accuracy", model.score(features, labels))

    rows = FloatTensorType([None, len(names)])
    exported = to_onnx(model, initial_types=[("features", rows)], options={"zipmap": False})
    signature = Signature(columns.of_numbers(names, features), tuple(known.tolist()))
    job.save(exported.SerializeToString(), signature)
    parts = classification.judged("training", known, labels, model.predict_proba(features))
    parts += data_tables.about("training", labels, dict(zip(names, features.T, strict=True)))
    report.write(job, "Naive Bayes", hyperparameters, parts)
