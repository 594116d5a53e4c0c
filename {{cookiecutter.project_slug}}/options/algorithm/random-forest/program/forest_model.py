"""A pipeline of imputer, one-hot encoder and forest. forest_onnx.py exports it.

It takes records (see byoc/codecs/records.py): a missing number becomes the column's median. A missing category is one
of its own if training saw any, and like an unknown one otherwise: none of those that training saw.
"""

import warnings

import numpy as np
from sklearn.base import is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

import forest_hosts
from byoc.records import is_text
from byoc.training.job import Job

Forest = RandomForestClassifier | RandomForestRegressor
MANY = 64  # trees: each has drawn 63 % of the rows, so all of them a given row once in 6e12 times


def pipeline(forest: Forest, columns: np.dtype) -> Pipeline:
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


def known(forest: Forest) -> tuple[str, ...] | tuple[int, ...]:
    """The labels that it tells apart, if it does."""
    return tuple(forest.classes_.tolist()) if is_classifier(forest) else ()


def answers(model: Pipeline, rows: np.ndarray) -> np.ndarray:
    """Of records (n) the probabilities (n, labels), float64, or the numbers (n)."""
    return (model.predict_proba if is_classifier(model) else model.predict)(table(rows))


def predicted(forest: Forest, answers: np.ndarray) -> np.ndarray:
    """Of `answers` the labels (n), or the numbers themselves."""
    return forest.classes_[answers.argmax(axis=1)] if is_classifier(forest) else answers


def out_of_bag(forest: Forest, labels: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """As "oob", of the rows that some tree has not seen, the labels and what such trees answer; if there are any."""
    found = forest.oob_decision_function_ if is_classifier(forest) else forest.oob_prediction_
    unseen = np.full(len(labels), len(forest.estimators_) >= MANY)
    if not unseen.all():
        for drawn in forest.estimators_samples_:
            unseen |= np.bincount(drawn, minlength=len(labels)) == 0
    return {"oob": (labels[unseen], found[unseen])} if unseen.any() else {}


def table(rows: np.ndarray) -> np.ndarray:
    """The records as scikit-learn takes them: objects of shape (rows, columns)."""
    columns = np.empty((len(rows), len(rows.dtype)), dtype=object)
    for index, name in enumerate(rows.dtype.names):
        columns[:, index] = rows[name]
    return columns
