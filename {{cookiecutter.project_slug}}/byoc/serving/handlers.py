"""SageMaker's handlers, as the project's predictor.py may define them: each takes the place of ours.

`model_fn(model_dir)`, `input_fn(request_body, content_type)`, `predict_fn(data, model)` and
`output_fn(prediction, accept)`, or `transform_fn(model, request_body, content_type, accept)` in the place of the last
three. One that yields, or returns an iterator of text or bytes, streams its answer.
https://github.com/aws/sagemaker-inference-toolkit

Ours, because SageMaker has no name for it: `converse_fn(model, messages)` is given an iterator of text and bytes, which
ends when the client does, and yields what to answer: bidirectional streaming (X-10), where the server stack has it.
"""

import difflib
import importlib
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from byoc.errors import ModelError

NAMES = ("model_fn", "input_fn", "predict_fn", "output_fn", "transform_fn", "converse_fn")
STEMS = [name.removesuffix("_fn") for name in NAMES]
# What people end a handler's name with, if not with `_fn`: predict_func, inputFn, output_function.
ENDINGS = re.compile(r"^(.+?)_?(?:f|fn|fns|fm|nf|fnc|func|fun|function|handler)$", re.IGNORECASE)
NO_PACKAGE = "a package for serving belongs in requirements/handlers.in; then run: make lock install"


def load(name: str) -> ModuleType:
    """Import the project's predictor.py, by its name; raises ModelError if that fails, after printing the traceback.

    Raises it for a handler that is misspelt, too, which nobody would call.
    """
    try:
        module = importlib.import_module(name)
    except Exception as error:
        traceback.print_exc()
        raise ModelError(f"{name}.py cannot be imported: {told(error)}") from None
    if misspelt := [(found, meant) for found in vars(module) if (meant := _meant(found, module))]:
        found, meant = misspelt[0]
        raise ModelError(
            f"{name}.py defines {found}, which is no handler: did you mean {meant}? "
            f"Handlers are {', '.join(NAMES)}; a function of your own needs another name, such as _{found}"
        )
    return module


def told(error: Exception) -> str:
    """The error in one line, with the way out if it is for want of a package."""
    way = f"; {NO_PACKAGE}" if isinstance(error, ModuleNotFoundError) else ""
    try:
        return f"{type(error).__name__}: {error}{way}"
    except Exception:  # of a class whose __str__ fails
        return type(error).__name__


def exited(end: SystemExit) -> str:
    """What to say of a handler that has called sys.exit; "" if the server ends its own worker, as gunicorn's signal
    handler does, which runs within whatever was at work.
    """
    frames = [frame for frame, _ in traceback.walk_tb(end.__traceback__)]
    if frames[-1].f_globals.get("__name__", "").startswith("gunicorn."):
        return ""
    handler = next((frame.f_code.co_name for frame in frames if frame.f_code.co_name in NAMES), "a handler")
    return f"{handler} called sys.exit({end.code!r}), which answers nobody; it must return, or raise an error"


def model_fn(module: ModuleType | None) -> Callable[[Path], Any]:
    """What loads a model: the project's own `model_fn`, or else ours, which imports ONNX Runtime."""
    own = of(module).get("model_fn")
    if own:
        return own
    try:
        from byoc.serving.onnx_model import OnnxModel  # not above: who has a model_fn need not have ONNX Runtime
    except ModuleNotFoundError as error:
        raise ModelError(f"predictor.py has no model_fn, and models are ONNX then: {told(error)}") from None
    return OnnxModel


def of(module: ModuleType | None) -> dict[str, Callable[..., Any]]:
    """The handlers that the module defines or imports, by name."""
    return {name: getattr(module, name) for name in NAMES if hasattr(module, name)}


def _meant(name: str, module: ModuleType) -> str | None:
    """The handler that a function's name is like, if the module does not define that one as well."""
    value = vars(module)[name]
    ending = ENDINGS.match(name)
    if name in NAMES or name.startswith("_") or not ending or not callable(value) or isinstance(value, type):
        return None
    stem = difflib.get_close_matches(ending[1].lower().rstrip("_"), STEMS, 1, cutoff=0.8)
    meant = f"{stem[0]}_fn" if stem else None
    return None if meant is None or hasattr(module, meant) else meant
