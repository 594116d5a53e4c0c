"""A server's application in the tests' own process, from source, without a server around it."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from stacks import TEMPLATE


@contextmanager
def imported(stack: str, name: str, base: Path) -> Iterator[ModuleType]:
    """The stack's program/NAME.py, with the model in `base`, an /opt/ml, and a predictor.py without handlers."""
    file = TEMPLATE.project / "options/server_stack" / stack / "program" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as here:
        here.setenv("SAGEMAKER_BASE_DIR", str(base))
        here.setitem(sys.modules, "predictor", ModuleType("predictor"))
        here.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        yield module
