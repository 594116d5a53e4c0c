"""How the time that a function takes grows with its input."""

import gc
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

SIZES = 8_000, 64_000
# Thrice the growth that is linear, as caches hold less of what is large; what is quadratic grows eight times as much.
MOST = 3 * SIZES[1] / SIZES[0]
NOISE = 0.002  # seconds


def assert_linear(function: Callable[[Any], Any], body: Callable[[int], Any], *refused: type[Exception]) -> None:
    """Call the function with the inputs that `body` makes of sizes; it may refuse them by such exceptions."""
    small, large = (seconds(function, body(size), *refused) for size in SIZES)
    assert large < MOST * small + NOISE, f"{small:.4f} s for {SIZES[0]}, {large:.4f} s for {SIZES[1]}"


def seconds(function: Callable[[Any], Any], argument: Any, *refused: type[Exception]) -> float:
    """Of this thread's processor, the least of a few tries: others may keep the machine busy.

    Without the garbage collector, which would look at all that this process has, too.
    """
    tries = []
    gc.disable()
    for _ in range(2):
        began = time.thread_time()
        with suppress(*refused):
            function(argument)
        tries.append(time.thread_time() - began)
    gc.enable()
    return min(tries)
