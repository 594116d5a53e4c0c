"""predictor.py is imported for its handlers, and algorithm.py never; a misspelt handler ends the start."""

import os
import re
import subprocess
import sys
from types import ModuleType

import pytest

import laid
from byoc.errors import ModelError, SettingError
from byoc.serving import handlers
from handled import MODEL

# As wsgi.py and asgi.py do.
SERVE = """
import predictor
from byoc.serving.predictor import Predictor
answer = Predictor.from_environment(predictor).respond(b"2,1", "text/csv", "")
print(answer.status, answer.body)
"""


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


def test_the_module_of_the_handlers_is_a_real_one_so_that_pickles_load(predictor_with):
    predictor = predictor_with(
        MODEL + "\nimport pickle\ndef predict_fn(data, model): return [len(pickle.dumps(model))]"
    )
    assert predictor.respond(b"1", "text/csv", "").status == 200
