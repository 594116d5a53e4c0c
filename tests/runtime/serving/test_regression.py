"""A model that gives a number a row: its ONNX has no labels and no probabilities, nor has its signature."""

import io
import json

import numpy as np
import pytest
from onnx import TensorProto, helper

from byoc.errors import SettingError
from byoc.serving.onnx_model import OnnxModel
from byoc.serving.predictor import Predictor
from byoc.settings import Settings
from byoc.signature import Feature, Signature


@pytest.fixture(params=[(None, 1), (None,)], ids=["column", "vector"])
def folder(request, tmp_path):
    """A model that adds up its two features, and answers in one of the two shapes that converters leave."""
    keep = int(len(request.param) == 2)
    nodes = [helper.make_node("ReduceSum", ["features", "axis"], ["sums"], keepdims=keep)]
    taken = [helper.make_tensor_value_info("features", TensorProto.FLOAT, (None, 2))]
    given = [helper.make_tensor_value_info("sums", TensorProto.FLOAT, request.param)]
    axis = helper.make_tensor("axis", TensorProto.INT64, (1,), [1])
    graph = helper.make_graph(nodes, "sums", taken, given, [axis])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())
    features = (Feature("width", "float32", 1.0), Feature("height", "float32", 2.0))
    (tmp_path / "signature.json").write_bytes(Signature(features).to_json())
    return tmp_path


@pytest.fixture
def respond(folder):
    def respond(body=b"1,2\n3,-4.5\n", content_type="text/csv", accept="", **environment):
        return Predictor(folder, Settings.from_environment(environment)).respond(body, content_type, accept)

    return respond


def test_a_row_is_a_number_and_no_label_is_known(folder):
    model = OnnxModel(folder)
    assert model.signature.labels == ()
    assert model.predict(np.array([[1, 2], [3, -4.5]], np.float32)).tolist() == [3.0, -1.5]


def test_csv_has_a_line_a_row_and_json_a_number(respond):
    assert respond().body == b"3.0\n-1.5\n"
    answer = respond(b'[{"height": 2, "width": 1}]', "application/json")
    assert json.loads(answer.body) == {"predictions": [3.0]}
    assert [json.loads(line) for line in respond(b"[1, 2]\n[3, 4]", "application/jsonlines").body.splitlines()] == [
        {"predictions": 3.0},
        {"predictions": 7.0},
    ]
    array = np.load(io.BytesIO(respond(accept="application/x-npy").body), allow_pickle=False)
    assert array.tolist() == [3.0, -1.5]


def test_batches_of_lines_are_answered_line_for_line(respond):
    assert respond(b"1,2\nx,1\n3,4\n", BYOC_BAD_RECORDS="mark").body == b"3.0\nERROR\n7.0\n"


@pytest.mark.parametrize("asked", ["probabilities", "predicted_label,probability", "labels"])
def test_what_only_classifiers_tell_is_refused(respond, asked):
    answer = respond(accept=f'text/csv; output="{asked}"')
    assert answer.status == 406
    shown = asked.replace(",", ", ")
    assert answer.body.decode() == (
        f"there is no output {shown!r}, because this model is no classifier; leave `output` out of Accept, "
        "and SAGEMAKER_INFERENCE_OUTPUT unset\n"
    )


def test_what_only_classifiers_tell_cannot_be_set(respond):
    told = "^SAGEMAKER_INFERENCE_OUTPUT='score,labels' cannot be used: this model is no classifier; unset it, or"
    with pytest.raises(SettingError, match=told):
        respond(SAGEMAKER_INFERENCE_OUTPUT="score,labels")
    assert respond(SAGEMAKER_INFERENCE_OUTPUT="labels", SAGEMAKER_MULTI_MODEL="true").status == 406


def test_what_sagemaker_calls_a_number_may_be_asked_for(respond):
    assert respond(accept="text/csv; output=predicted_label").body == b"3.0\n-1.5\n"
    both = [{"predicted_label": 3.0, "score": 3.0}, {"predicted_label": -1.5, "score": -1.5}]
    answer = respond(accept="application/json", SAGEMAKER_INFERENCE_OUTPUT="predicted_label,score")
    assert json.loads(answer.body) == {"predictions": both}
    answer = respond(accept="application/json; output=score")
    assert json.loads(answer.body) == {"predictions": [{"score": 3.0}, {"score": -1.5}]}
