"""The same server with an empty handler: what it reaches shows what the server costs without the model.

A request then goes the very way that a prediction goes, from the socket to the handler and back. The project's own
handlers would not show it, for a server may keep those, whose pace nobody knows, apart from its own quick predictions;
nor would GET /ping, which servers answer on a way of its own, without a body.
"""

from .outcome import LeftOut

ENGINE = "byoc/serving/predictor.py"  # whose class Predictor answers every request of this template's servers
ANSWER = b"nothing\n"
HANDLER = "self._transform_fn = "  # what Predictor.respond calls
EMPTY = f"""

class Predictor(Predictor):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        {HANDLER}lambda *request: ({ANSWER!r}, "text/plain")
"""


def emptied(source: str) -> str:
    """The source of an engine that loads its model as ever, and whose handler answers ANSWER to everything.

    Raises LeftOut if `source` is a program of another kind, or "", if there is none.
    """
    if "\nclass Predictor:" not in source or HANDLER not in source:
        raise LeftOut(f"it has no {ENGINE} of this template's, whose handler could be an empty one")
    return source + EMPTY
