"""The ways in which a measurement ends without a figure."""


class BenchmarkError(Exception):
    """Nothing can be measured: what went wrong and the way out; the first line says it all."""


class LeftOut(Exception):
    """One figure cannot be had, and why; the others can."""
