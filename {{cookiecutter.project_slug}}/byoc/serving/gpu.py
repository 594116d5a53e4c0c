"""The model on a GPU, if ONNX Runtime is the CUDA build and the machine has one."""

import ctypes
import threading
from collections.abc import Callable
from typing import Any

import onnxruntime

from byoc import console

CUDA = "CUDAExecutionProvider"
DRIVER = "libcuda.so.1"  # the machine's, which lends it to the container (T-37)


def has_driver() -> bool:
    """Whether there is NVIDIA's driver. It is not asked for its GPUs: whoever has, cannot be forked any more."""
    try:
        ctypes.CDLL(DRIVER)
    except OSError:
        return False
    return True


def is_wanted() -> bool:
    """Whether models go on the GPU; says so, unless this ONNX Runtime is the usual one, which knows CPUs alone."""
    if CUDA not in onnxruntime.get_available_providers():
        return False
    found = has_driver()
    console.say(f"the model is on the {'GPU' if found else f'CPU: CUDA finds no GPU, as there is no {DRIVER}'}")
    return found


class OnFirstUse:
    """A session that is opened when it first runs: what was on a GPU does not survive a fork."""

    def __init__(self, open_session: Callable[[], onnxruntime.InferenceSession]):
        self._open = open_session
        self._session: onnxruntime.InferenceSession | None = None
        self._turn = threading.Lock()

    def run(self, *arguments: Any) -> list[Any]:
        with self._turn:
            if not self._session:
                onnxruntime.preload_dlls()  # CUDA's libraries that came as Python packages
                self._session = self._open()
                if CUDA not in self._session.get_providers():
                    console.say("the model is on the CPU after all: CUDA cannot use the GPU; see above")
        return self._session.run(*arguments)
