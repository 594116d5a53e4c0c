"""The paths to which POST is a prediction, and the routes of an owner's that may match one."""

INVOCATIONS = "/invocations"
MODEL, INVOKE = "/models/", "/invoke"


def predicts(path: str, multi_model: bool) -> bool:
    """Whether the path is a prediction's. A model's name may have slashes, but not be empty (M-13)."""
    return path == INVOCATIONS or (
        multi_model and path.startswith(MODEL) and path.endswith(INVOKE) and len(path) > len(MODEL + INVOKE)
    )


def may_match(route: str, opening: str, multi_model: bool) -> bool:
    """Whether a route, whose parameters begin with `opening`, may match a prediction: rather once too often."""
    literal, parameter, _ = route.partition(opening)
    if not parameter:
        return predicts(route, multi_model)
    of_model = literal.startswith(MODEL) or MODEL.startswith(literal)
    return INVOCATIONS.startswith(literal) or (multi_model and of_model)
