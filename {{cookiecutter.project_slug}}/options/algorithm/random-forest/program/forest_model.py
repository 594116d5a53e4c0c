"""A pipeline of imputer, one-hot encoder and forest, and its export to ONNX with an input for each column.

It takes records (see byoc/codecs/records.py): a missing number becomes the column's median. A missing category is one
of its own if training saw any, and like an unknown one otherwise: none of those that training saw.
"""

import warnings

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

import forest_hosts
from byoc.records import is_text
from byoc.training.job import Job


def pipeline(forest: RandomForestClassifier, columns: np.dtype) -> Pipeline:
    texts = [index for index, name in enumerate(columns.names) if is_text(columns[name])]
    numbers = [index for index in range(len(columns)) if index not in texts]
    steps = [
        ("numbers", SimpleImputer(strategy="median"), numbers),
        ("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), texts),
    ]
    return Pipeline([("columns", ColumnTransformer([step for step in steps if step[2]])), ("forest", forest)])


def fit(job: Job, model: Pipeline, rows: np.ndarray, labels: np.ndarray) -> None:
    inputs = np.ascontiguousarray(model[:-1].fit_transform(table(rows)), np.float32)  # what trees take
    with warnings.catch_warnings(), forest_hosts.growing(job, inputs):
        # With few trees some rows are in every tree's sample; `out_of_bag` leaves them out.
        warnings.filterwarnings("ignore", message="Some inputs do not have OOB scores")
        model[-1].fit(inputs, labels)


def out_of_bag(forest: RandomForestClassifier, labels: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """As "oob", of the rows that some tree has not seen, the labels and what such trees say (rows, labels); if any."""
    votes = forest.oob_decision_function_
    unseen = np.nan_to_num(votes).any(axis=1)
    return {"oob": (labels[unseen], votes[unseen])} if unseen.any() else {}


def export(model: Pipeline, columns: np.dtype) -> bytes:
    """As ONNX: an input (rows, 1) for each column gives `label` (rows) and `probabilities` (rows, labels).

    The inputs are numbered, as ONNX bears fewer names than columns do; byoc/onnx_model.py goes by their order.
    """
    inputs = []
    for number, name in enumerate(columns.names, 1):
        kind = StringTensorType if is_text(columns[name]) else FloatTensorType
        inputs.append((f"column_{number}", kind([None, 1])))
    exported = to_onnx(model, initial_types=inputs, options={"zipmap": False}, name="random_forest")
    exported.opset_import.sort(key=lambda each: each.domain)  # else their order, and the file's hash, is left to chance
    return exported.SerializeToString()


def table(rows: np.ndarray) -> np.ndarray:
    """The records as scikit-learn takes them: objects of shape (rows, columns)."""
    columns = np.empty((len(rows), len(rows.dtype)), dtype=object)
    for index, name in enumerate(rows.dtype.names):
        columns[:, index] = rows[name]
    return columns
