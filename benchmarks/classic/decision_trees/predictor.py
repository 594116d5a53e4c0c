"""Flask application: CSV in, labels as CSV out."""

import io
import os
import pickle

import flask
import pandas as pd

MODEL_DIR = "/opt/ml/model"


class ScoringService:
    """Holds one copy of the model per process, read from disk on first use."""

    model = None

    @classmethod
    def get_model(cls):
        if cls.model is None:
            with open(os.path.join(MODEL_DIR, "decision-tree-model.pkl"), "rb") as file:
                cls.model = pickle.load(file)
        return cls.model

    @classmethod
    def predict(cls, rows):
        return cls.get_model().predict(rows)


app = flask.Flask(__name__)


@app.route("/ping", methods=["GET"])
def ping():
    status = 200 if ScoringService.get_model() is not None else 404
    return flask.Response(response="\n", status=status, mimetype="application/json")


@app.route("/invocations", methods=["POST"])
def invocations():
    if flask.request.content_type != "text/csv":
        return flask.Response(response="Only CSV is supported here.", status=415, mimetype="text/plain")

    rows = pd.read_csv(io.StringIO(flask.request.data.decode("utf-8")), header=None)
    print(f"Scoring {len(rows)} rows")
    labels = ScoringService.predict(rows)

    out = io.StringIO()
    pd.DataFrame({"label": labels}).to_csv(out, header=False, index=False)
    return flask.Response(response=out.getvalue(), status=200, mimetype="text/csv")
