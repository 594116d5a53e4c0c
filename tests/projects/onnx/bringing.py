"""What the tests share: models written by hand in the shapes that exporters leave, and how they are brought."""

import json

import onnx.parser

import algorithm
from byoc.paths import Paths
from byoc.serving.predictor import Predictor
from byoc.settings import Settings
from byoc.training import runner

OPSETS = '<ir_version: 10, opset_import: ["": 17, "ai.onnx.ml": 3]>'


def model(text: str, opsets: str = OPSETS) -> bytes:
    return onnx.parser.parse_model(f"{opsets} brought {text}").SerializeToString()


def bring(paths: Paths, brought: str | bytes, validation: str = "", **hyperparameters: object) -> Predictor | str:
    """Bring a model, as text or whole; gives what serves it, or in the place of that the first line of the failure."""
    (paths.config / "hyperparameters.json").write_text(json.dumps(hyperparameters))
    (paths.data / "model").mkdir()
    (paths.data / "model/model.onnx").write_bytes(model(brought) if isinstance(brought, str) else brought)
    if validation:
        (paths.data / "validation").mkdir()
        (paths.data / "validation/rows.csv").write_text(validation, encoding="utf-8")
    if runner.run(lambda: algorithm) == 0:
        return Predictor(paths.model, Settings.from_environment({}))
    assert list(paths.model.iterdir()) == []
    return paths.failure.read_text(encoding="utf-8").splitlines()[0].removeprefix("Exception during training: ")


def answer(served: Predictor, rows: list, output: str = "predicted_label") -> list:
    """What the model answers to rows, each a list or an object."""
    assert isinstance(served, Predictor), served
    response = served.respond(json.dumps(rows).encode(), "application/json", f'application/json; output="{output}"')
    assert response.status == 200, response.body
    return json.loads(response.body)["predictions"]
