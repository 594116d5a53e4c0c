"""The functions that turn a request into a response: ours for an ONNX model, or those that algorithm.py defines.

Names and signatures are SageMaker's own: `model_fn(model_dir)`, `input_fn(request_body, content_type)`,
`predict_fn(data, model)`, `output_fn(prediction, accept)`, and `transform_fn(model, request_body, content_type,
accept)` in the place of the last three. One that yields, or gives an iterator of text or bytes, streams its answer.

Ours, because SageMaker has no name for it: `converse_fn(model, messages)` is given an iterator of text and bytes, which
ends when the client does, and yields what to answer: bidirectional streaming (X-10), where the server stack has it.
https://github.com/aws/sagemaker-inference-toolkit
"""

import ast
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

NAMES = ("model_fn", "input_fn", "predict_fn", "output_fn", "transform_fn", "converse_fn")


def find(source: Path) -> dict[str, Callable[..., Any]]:
    """The handlers that `source`, algorithm.py, defines or imports at its top level.

    The file is read before it is imported: without handlers it is never imported, so that the server does not pay
    for the training framework (about a second and 100 MB for scikit-learn).
    """
    defined = set(NAMES) & _top_level_names(ast.parse(source.read_bytes(), filename=str(source)))
    if not defined:
        return {}
    module = _import(source)
    return {name: getattr(module, name) for name in defined}


def _top_level_names(module: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return names


def _import(source: Path) -> Any:
    spec = importlib.util.spec_from_file_location(source.stem, source)
    module = importlib.util.module_from_spec(spec)
    sys.modules[source.stem] = module
    spec.loader.exec_module(module)
    return module
