"""How a metric stands in the log, and the regular expression with which SageMaker finds it there (T-47)."""

SMALL = 1e-4  # below it, six decimals would keep fewer than three digits


def line(name: str, value: float) -> str:
    """`name=value`: six decimals, or of a small value all its digits, with an exponent, as 5e-07 is not 0."""
    told = repr(float(value)) if 0 < abs(value) < SMALL else f"{value:.6f}"
    return f"{name}={told}"


def definition(name: str) -> dict[str, str]:
    """One of MetricDefinitions, which finds what `line` wrote."""
    return {"Name": name, "Regex": f"{name}=([0-9.eE+-]+)"}
