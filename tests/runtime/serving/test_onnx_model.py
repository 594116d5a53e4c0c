"""A model folder that cannot be served is refused with the file and the reason, in one line (S-07, S-13)."""

import json
import shutil

import numpy as np
import onnx.parser
import pytest

from byoc.errors import ModelError
from byoc.serving.default_handlers import reader
from byoc.serving.onnx_model import OnnxModel
from byoc.signature import Feature, Signature


@pytest.fixture
def folder(onnx_folder, tmp_path):
    return shutil.copytree(onnx_folder, tmp_path / "model")


def test_a_model_scores_rows_against_its_labels(folder):
    model = OnnxModel(folder)
    line = ",".join(str(feature.example) for feature in model.signature.features)
    scores = model.predict(reader(model)(f"{line}\n".encode() * 3, "text/csv"))
    assert scores["probabilities"].shape == (3, len(scores["labels"]))
    assert np.allclose(scores["probabilities"].sum(axis=1), 1)
    best = scores["probabilities"].argmax(axis=1)
    assert [scores["labels"][index] for index in best] == scores["predicted_label"].tolist()


MIXED = {
    "kind": ("float[n, 2] numbers, string[n, 1] texts", "Identity (numbers)"),
    "column": ("float[n, 1] a, string[n, 1] texts, float[n, 1] b", "Concat <axis = 1> (a, b)"),
}


@pytest.mark.parametrize("of_each", MIXED)
def test_what_differs_comes_by_an_input_for_each_kind_or_for_each_column(of_each, tmp_path):
    """The label is the text, the probabilities are the numbers, of columns that alternate."""
    inputs, numbers = MIXED[of_each]
    model = onnx.parser.parse_model(f"""
        <ir_version: 10, opset_import: ["": 18]>
        mixed ({inputs}) => (string[n] label, float[n, 2] probabilities)
        {{
            rows = Constant <value_ints = [-1]> ()
            label = Reshape (texts, rows)
            probabilities = {numbers}
        }}
    """)
    features = (Feature("a", "float32", 1.5), Feature("t", "str", "x"), Feature("b", "float32", 1.5))
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())
    (tmp_path / "signature.json").write_bytes(Signature(features, ("x", "y")).to_json())
    served = OnnxModel(tmp_path)
    scores = served.predict(reader(served)(b"1,x,2\n3,y,4\n", "text/csv"))
    assert scores["predicted_label"].tolist() == ["x", "y"]
    assert scores["probabilities"].tolist() == [[1, 2], [3, 4]]


def test_a_signature_is_read_back_as_it_was_written(tmp_path):
    category = Feature("k", "str", "ä", missing=True, categories=("ä", '"'))
    signature = Signature((Feature("wídth", "float32", 0.1), Feature('"', "float32", -3), category), (0, 1))
    (tmp_path / "signature.json").write_bytes(signature.to_json())
    assert Signature.load(tmp_path) == signature


def test_a_signature_of_numbers_alone_is_one_that_servers_of_before_read():
    written = json.loads(Signature((Feature("a", "float32", 1.5),), (0, 1)).to_json())
    assert written == {"features": [{"name": "a", "dtype": "float32", "example": 1.5}], "labels": [0, 1]}


def test_an_empty_folder_has_no_model(tmp_path):
    with pytest.raises(ModelError, match=r"^no model: .*/model.onnx is missing; train first"):
        OnnxModel(tmp_path)


def test_a_model_without_its_signature_is_told(folder):
    (folder / "signature.json").unlink()
    with pytest.raises(ModelError, match=r"^no signature: .*/signature.json is missing; training writes it"):
        OnnxModel(folder)


def test_a_folder_without_the_model_says_what_to_do(folder):
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"^no model: .*/model.onnx is missing; train first, or give the container"):
        OnnxModel(folder)


@pytest.mark.parametrize("content", [b"not a model", bytes(1000)])
def test_a_broken_model_is_refused_in_one_line(folder, content):
    (folder / "model.onnx").write_bytes(content)
    told = r"^the model cannot be loaded: .*/model.onnx, [0-9,]+ bytes, which may be cut off: [^\n]+$"
    with pytest.raises(ModelError, match=told):
        OnnxModel(folder)


@pytest.mark.parametrize(
    "content", [b"{}", b"[]", b'{"features": [{"nome": "x"}], "labels": []}', b"\xff", b"[" * 100_000]
)
def test_a_broken_signature_is_refused_in_one_line(folder, content):
    (folder / "signature.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"^the signature cannot be read: .*/signature.json: [^\n]+; train again$"):
        OnnxModel(folder)


def test_a_signature_of_another_training_is_refused_in_one_line(folder):
    signature = Signature.load(folder)
    changed = Signature((*signature.features, Feature("more", "str", "a")), signature.labels)
    (folder / "signature.json").write_bytes(changed.to_json())
    with pytest.raises(ModelError, match=r"^model.onnx and its signature are not of one training: it takes [^\n]+$"):
        OnnxModel(folder)


COUNTS = {
    "features": (lambda signature: Signature(signature.features[:1], signature.labels), "2 features, .* has 1"),
    "labels": (lambda signature: Signature(signature.features, ("x", "y", "z")), "2 labels, .* has 3"),
}


@pytest.mark.parametrize("what", COUNTS)
def test_so_is_one_with_other_counts(folder, what):
    changed, told = COUNTS[what]
    (folder / "signature.json").write_bytes(changed(Signature.load(folder)).to_json())
    with pytest.raises(ModelError, match=f"^model.onnx and its signature are not of one training: it takes {told}; "):
        OnnxModel(folder)


def test_of_a_network_that_gives_probabilities_alone_the_most_probable_label_is_served(folder):
    model = onnx.load(folder / "model.onnx")
    model.graph.output.remove(next(output for output in model.graph.output if output.name == "label"))
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    served = OnnxModel(folder)
    assert served.classifies
    scores = served.predict(reader(served)(b"1,2\n2,1\n", "text/csv"))
    assert scores["predicted_label"].tolist() == ["right", "left"]
    assert scores["probabilities"].shape == (2, 2)
