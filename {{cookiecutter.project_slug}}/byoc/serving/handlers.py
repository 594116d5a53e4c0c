"""SageMaker's handlers, as the project's predictor.py may define them: each takes the place of ours.

`model_fn(model_dir)`, `input_fn(request_body, content_type)`, `predict_fn(data, model)` and
`output_fn(prediction, accept)`, or `transform_fn(model, request_body, content_type, accept)` in the place of the last
three. One that yields, or returns an iterator of text or bytes, streams its answer.
https://github.com/aws/sagemaker-inference-toolkit

Ours, because SageMaker has no name for it: `converse_fn(model, messages)` is given an iterator of text and bytes, which
ends when the client does, and yields what to answer: bidirectional streaming (X-10), where the server stack has it.
"""

import importlib
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

from byoc.errors import ModelError

NAMES = ("model_fn", "input_fn", "predict_fn", "output_fn", "transform_fn", "converse_fn")


def load(name: str) -> ModuleType:
    """Import the project's predictor.py, by its name; raises ModelError if that fails, after printing the traceback."""
    try:
        return importlib.import_module(name)
    except Exception as error:
        traceback.print_exc()
        package = isinstance(error, ModuleNotFoundError)
        way = "; a package belongs in requirements/handlers.in, then run: make lock install" if package else ""
        raise ModelError(f"{name}.py cannot be imported: {type(error).__name__}: {error}{way}") from None


def of(module: ModuleType | None) -> dict[str, Callable[..., Any]]:
    """The handlers that the module defines or imports, by name."""
    return {name: getattr(module, name) for name in NAMES if hasattr(module, name)}
