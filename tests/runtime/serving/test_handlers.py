"""The handlers that predictor.py may define take over, one by one or together; algorithm.py is never imported."""

import json
import os
import re
import subprocess
import sys
from types import ModuleType

import pytest

import laid
from byoc.errors import ModelError, SettingError
from byoc.serving import handlers
from byoc.serving.predictor import Predictor
from byoc.settings import Settings

MODEL = """
import numpy

class Model:
    def predict(self, rows):
        return rows.sum(axis=1)

def model_fn(model_dir):
    return Model()
"""
# As wsgi.py and asgi.py do.
SERVE = """
import predictor
from byoc.serving.predictor import Predictor
answer = Predictor.from_environment(predictor).respond(b"2,1", "text/csv", "")
print(answer.status, answer.body)
"""


@pytest.fixture
def predictor_with(tmp_path, predictor_py):
    """A predictor whose predictor.py is the source given."""

    def load(source: str, **environment: str) -> Predictor:
        return Predictor(tmp_path, Settings.from_environment(environment), predictor_py(source))

    return load


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def model_fn(model_dir): ...", {"model_fn"}),
        ("predict_fn = output_fn = print", {"predict_fn", "output_fn"}),
        ("from builtins import print as input_fn", {"input_fn"}),
        ("def transform_fn(): ...\ndef train(): ...", {"transform_fn"}),
        ("class Other:\n    def model_fn(self): ...", set()),
        ("def train():\n    def model_fn(model_dir): ...", set()),
        ("# model_fn\nNAME = 'model_fn'", set()),
    ],
)
def test_handlers_are_found_at_the_top_level_only(predictor_py, source, found):
    assert set(handlers.of(predictor_py(source))) == found


def test_an_algorithm_is_never_imported_to_serve(tmp_path, laid_byoc, onnx_folder):
    """Its framework may not even be installed; of an ONNX model, predictor.py has no handlers."""
    own = laid.PROJECT / "options/algorithm/_onnx/program/predictor.py"
    sources = {"predictor": own.read_text(encoding="utf-8"), "algorithm": "raise RuntimeError('imported')\n"}
    program = laid.program(tmp_path, laid_byoc, **sources)
    (tmp_path / "ml").mkdir()
    (tmp_path / "ml/model").symlink_to(onnx_folder)
    environment = os.environ | {"SAGEMAKER_BASE_DIR": str(tmp_path / "ml"), "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", SERVE]
    run = subprocess.run(command, cwd=program, env=environment, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout) == (0, "200 b'left\\n'\n"), run.stderr


def test_model_fn_alone_gets_the_model_folder_and_numbers_in_every_form(predictor_with, tmp_path):
    predictor = predictor_with(MODEL + f"    assert str(model_dir) == {str(tmp_path)!r}")
    assert predictor.respond(b"1,2\n3,4.5\n", "text/csv", "").body == b"3.0\n7.5\n"
    assert json.loads(predictor.respond(b"[[1, 2, 3]]", "application/json", "").body) == {"predictions": [6.0]}
    assert predictor.respond(b"1,2\n3\n", "text/csv", "").status == 400


@pytest.mark.parametrize(
    ("handler", "answer"),
    [
        ("def input_fn(body, content_type): return numpy.array([[len(body), len(content_type)]])", b"11\n"),
        ("def predict_fn(data, model): return model.predict(data) * 10", b"30.0\n"),
        ("def predict_fn(data, model): return [[1, 2.5, 'x', None]]", b"1,2.5,x,\n"),
        ("def output_fn(prediction, accept): return f'{prediction[0]} as {accept}'", b"3.0 as text/csv"),
        ("def output_fn(prediction, accept): return b'\\x00\\xff'", b"\x00\xff"),
        ("def transform_fn(model, body, content_type, accept): return f'{body} {content_type} {accept}'",
         b"b'1,2' text/csv text/csv"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("wait", ["0", "2"])
def test_each_handler_takes_over_alone(predictor_with, handler, answer, wait):
    response = predictor_with(f"{MODEL}\n{handler}", BYOC_MICRO_BATCH_MS=wait).respond(b"1,2", "text/csv", "")
    assert (response.status, response.body) == (200, answer)


@pytest.mark.parametrize(
    "handler",
    ["def predict_fn(data, model):\n    yield from ('a', 'b')", "def predict_fn(data, model): return iter('ab')"],
)
def test_what_streams_does_so_with_micro_batches_set_too(predictor_with, handler):
    response = predictor_with(f"{MODEL}\n{handler}", BYOC_MICRO_BATCH_MS="2").respond(b"1,2", "text/csv", "")
    assert list(response.body) == [b"a", b"b"]


def test_all_handlers_take_over_together(predictor_with):
    source = """
import base64
def model_fn(model_dir): return 3
def input_fn(body, content_type): return base64.b64decode(body)
def predict_fn(data, model): return data * model
def output_fn(prediction, accept): return prediction, "application/octet-stream"
"""
    response = predictor_with(source).respond(b"/w==", "image/png", "image/png")
    assert (response.status, response.body) == (200, b"\xff\xff\xff")
    assert response.content_type == "application/octet-stream"


def test_a_content_type_that_only_input_fn_knows_is_answered_in_json(predictor_with):
    predictor = predictor_with(MODEL + "\ndef input_fn(body, content_type): return numpy.ones((1, 2))")
    response = predictor.respond(b"\x89PNG", "image/png", "")
    assert (response.status, response.content_type) == (200, "application/json")


def test_a_fault_of_a_handler_is_told_in_one_line_and_remarked_whole(predictor_with):
    predictor = predictor_with(MODEL + "\ndef predict_fn(data, model):\n    return {}['tokenizer']\n")
    response = predictor.respond(b"1,2", "text/csv", "")
    assert response.status == 500
    assert response.body == b"the model failed on this request: KeyError: 'tokenizer'\n"
    assert "line 12, in predict_fn\n    return {}['tokenizer']" in response.remark


@pytest.mark.parametrize(
    ("handler", "fault"),
    [
        ("def transform_fn(*request): return {}", "transform_fn returned dict as the answer's body"),
        ("def transform_fn(*request): pass", "transform_fn returned NoneType as the answer's body"),
        ("def output_fn(prediction, accept): return 1, accept", "output_fn returned int as the answer's body"),
        ("def predict_fn(data, model): pass", "predict_fn returned None; it must return the prediction"),
        ("def predict_fn(data, model): return bytearray(b'a')", "predict_fn returned bytearray; it must return one"),
        ("def predict_fn(data, model): yield 1", "predict_fn returned int as the answer's body"),
        ("def output_fn(prediction, accept): return iter([None])", "output_fn returned NoneType as the answer's body"),
        (
            "def output_fn(prediction, accept): return (b'1',)",
            "output_fn returned a tuple of 1; it must return the body",
        ),
        ("def output_fn(prediction, accept): return b'1', None", "output_fn returned None as content type; it must be"),
        ("def output_fn(*_): return b'1', 'a/b\\r\\nX: y'", "output_fn returned 'a/b\\r\\nX: y' as content type"),
    ],
)
@pytest.mark.parametrize("accept", ["text/csv", "application/json"])
def test_a_handler_that_returns_no_answer_is_a_fault_and_no_answer(predictor_with, handler, fault, accept):
    response = predictor_with(f"{MODEL}\n{handler}\n").respond(b"1,2", "text/csv", accept)
    assert response.status == 500
    assert response.body.startswith(f"the model failed on this request: TypeError: {fault}".encode())
    assert len(response.body.splitlines()) == 1


def test_in_a_batch_job_an_iterator_is_no_prediction_for_each_row(predictor_with):
    source = f"{MODEL}\ndef predict_fn(data, model): return map(str, data)\n"
    response = predictor_with(source, SAGEMAKER_BATCH="true").respond(b"1,2\n3,4\n", "text/csv", "")
    fault = b"the model failed on this request: TypeError: predict_fn returned map; it must return one prediction for"
    assert (response.status, response.body[: len(fault)]) == (500, fault)


@pytest.mark.parametrize("accept", ["text/csv", "application/json", "application/jsonlines", "application/x-npy"])
@pytest.mark.parametrize("values", ["data[:, 0].astype(numpy.longdouble)", "list(data[:, 0].astype(numpy.longdouble))"])
def test_a_long_double_is_a_number(predictor_with, accept, values):
    predictor = predictor_with(f"{MODEL}\ndef predict_fn(data, model): return {values}")
    plain = predictor_with(f"{MODEL}\ndef predict_fn(data, model): return data[:, 0].astype(float)")
    assert predictor.respond(b"1.5,2", "text/csv", accept) == plain.respond(b"1.5,2", "text/csv", accept)


@pytest.mark.parametrize("status", [200, 204, 999, "400", None])
def test_a_refusal_by_a_status_that_refuses_nothing_is_a_fault(predictor_with, status):
    """No server could send it, or the client would take it for an answer."""
    source = f"from byoc.errors import RequestError\n{MODEL}\ndef predict_fn(*_): raise RequestError({status!r}, 'no')"
    response = predictor_with(source).respond(b"1,2", "text/csv", "")
    assert response.status == 500
    fault = f"ValueError: RequestError was given the status {status!r}; it must be one of HTTP's errors"
    assert fault.encode() in response.body


def test_an_error_whose_text_cannot_be_had_is_told_by_its_name(predictor_with):
    source = "class Odd(Exception):\n    def __str__(self): raise ValueError\n"
    response = predictor_with(f"{MODEL}{source}\ndef predict_fn(*_): raise Odd").respond(b"1,2", "text/csv", "")
    assert (response.status, response.body) == (500, b"the model failed on this request: Odd\n")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            "import no_such_package",
            "ModuleNotFoundError: No module named 'no_such_package'; a package for serving belongs in "
            "requirements/handlers.in; then run: make lock install",
        ),
        ("def predict_fn(:", "SyntaxError: invalid syntax (predictor.py, line 1)"),
    ],
)
def test_a_predictor_py_that_cannot_be_imported_is_told_in_one_line(tmp_path, monkeypatch, source, reason, capsys):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "predictor.py").write_text(source)
    sys.modules.pop("predictor", None)
    with pytest.raises(ModelError) as error:
        handlers.load("predictor")
    assert str(error.value) == f"predictor.py cannot be imported: {reason}"
    assert "Traceback" in capsys.readouterr().err


WITHOUT_ONNX_RUNTIME = """
import sys
from pathlib import Path
from types import SimpleNamespace

sys.modules["onnxruntime"] = None  # as if it were not installed
from byoc.errors import ModelError
from byoc.serving.predictor import Predictor
from byoc.settings import Settings

model = SimpleNamespace(predict=lambda rows: rows.sum(axis=1))
own = SimpleNamespace(model_fn=lambda folder: model)
print(Predictor(Path("."), Settings.from_environment({}), own).respond(b"1,2", "text/csv", "").body)
try:
    Predictor(Path("."), Settings.from_environment({}), SimpleNamespace())
except ModelError as error:
    print(error)
"""


def test_who_loads_the_model_himself_needs_no_onnx_runtime_and_who_does_not_is_told():
    command = [sys.executable, "-c", WITHOUT_ONNX_RUNTIME]
    ran = subprocess.run(command, cwd=laid.PROJECT, capture_output=True, encoding="utf-8", timeout=60, check=False)
    answer, refusal = ran.stdout.splitlines()
    assert answer == r"b'3.0\n'"
    assert refusal.startswith("predictor.py has no model_fn, and models are ONNX then: ModuleNotFoundError: ")
    assert refusal.endswith("a package for serving belongs in requirements/handlers.in; then run: make lock install")


def test_a_package_that_a_handler_misses_at_a_request_is_told_with_its_file(predictor_with):
    source = f"{MODEL}\ndef predict_fn(data, model): import no_such_package"
    response = predictor_with(source).respond(b"1,2", "text/csv", "")
    assert response.status == 500
    assert response.body.endswith(f"; {handlers.NO_PACKAGE}\n".encode())


@pytest.mark.parametrize(
    ("source", "found", "meant"),
    [
        ("def predict_func(data, model): ...", "predict_func", "predict_fn"),
        ("def predict_fun(data, model): ...", "predict_fun", "predict_fn"),
        ("def predict_function(data, model): ...", "predict_function", "predict_fn"),
        ("predictFn = print", "predictFn", "predict_fn"),
        ("def predcit_fn(data, model): ...", "predcit_fn", "predict_fn"),
        ("def prediction_fn(data, model): ...", "prediction_fn", "predict_fn"),
        ("def inputs_fn(body, content_type): ...", "inputs_fn", "input_fn"),
        ("def ouput_fn(prediction, accept): ...", "ouput_fn", "output_fn"),
        ("async def output_handler(prediction, accept): ...", "output_handler", "output_fn"),
        ("def transfrom_fn(*request): ...", "transfrom_fn", "transform_fn"),
        ("def model_fun(model_dir): ...", "model_fun", "model_fn"),
        ("from builtins import print as converse_func", "converse_func", "converse_fn"),
    ],
)
def test_a_handler_that_is_misspelt_is_refused_with_the_nearest_name(tmp_path, monkeypatch, source, found, meant):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "predictor.py").write_text(source)
    sys.modules.pop("predictor", None)
    with pytest.raises(ModelError) as error:
        handlers.load("predictor")
    assert str(error.value).startswith(f"predictor.py defines {found}, which is no handler: did you mean {meant}? ")
    (tmp_path / "predictor.py").write_text(f"{source}\n{meant} = print")  # which then calls the other, it may be
    sys.modules.pop("predictor", None)
    assert handlers.of(handlers.load("predictor")).keys() == {meant}


@pytest.mark.parametrize(
    "name",
    ["predict", "predict_one", "score", "loss_fn", "collate_fn", "softmax_fn", "preprocess", "preprocess_fn",
     "load_model", "_predict_func", "post_output_fn", "tokenizer_fn", "model", "make_model"],
)  # fmt: skip
def test_functions_of_ones_own_are_no_misspelt_handlers(predictor_py, name):
    module = predictor_py(f"def {name}(*arguments): ...")
    assert handlers.of(handlers.load(module.__name__)) == {}


def test_no_option_has_a_misspelt_handler(tmp_path, monkeypatch):
    """Their functions are all found, in whatever they are imported from."""
    for file in laid.PROJECT.glob("options/algorithm/*/program/predictor.py"):
        names = re.findall(r"^def (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
        module = ModuleType("predictor")
        for name in names:
            setattr(module, name, print)
        monkeypatch.setitem(sys.modules, "predictor", module)
        assert handlers.load("predictor") is module


@pytest.mark.parametrize(
    ("accept", "handler", "hint"),
    [
        ("text/html", "", ", or define output_fn in predictor.py"),
        ("application/jsn", "", "; did you mean application/json?"),
        ("text/csv; output=probabilites", "", ""),
        ("text/html", "def predict_fn(data, model): return data", ", or define output_fn in predictor.py"),
    ],
)
def test_an_answers_type_that_nobody_gives_is_refused_at_the_start(predictor_with, accept, handler, hint):
    with pytest.raises(SettingError) as refusal:
        predictor_with(f"{MODEL}\n{handler}", SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT=accept)
    assert str(refusal.value).startswith(f"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT={accept!r} cannot be used: ")
    assert str(refusal.value).endswith(hint)


@pytest.mark.parametrize(
    "handler",
    ["def output_fn(prediction, accept): return '<p>'", "def transform_fn(*asked): return '<p>'",
     "def predict_fn(data, model):\n    yield '<p>'"],
)  # fmt: skip
def test_handlers_may_give_any_type(predictor_with, handler):
    predictor = predictor_with(f"{MODEL}\n{handler}", SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="text/html")
    assert predictor.respond(b"1,2", "text/csv", "").content_type == "text/html"


def test_a_handler_can_refuse_a_request(predictor_with):
    source = (
        MODEL
        + """
from byoc.errors import RequestError
def input_fn(body, content_type):
    raise RequestError(413, "the picture is larger than 10 megapixels")
"""
    )
    response = predictor_with(source).respond(b"x", "image/png", "")
    assert (response.status, response.body) == (413, b"the picture is larger than 10 megapixels\n")


def test_the_module_of_the_handlers_is_a_real_one_so_that_pickles_load(predictor_with):
    predictor = predictor_with(
        MODEL + "\nimport pickle\ndef predict_fn(data, model): return [len(pickle.dumps(model))]"
    )
    assert predictor.respond(b"1", "text/csv", "").status == 200
