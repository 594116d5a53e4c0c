"""The same server with an empty prediction: what it reaches shows what the server costs without the model.

A request then goes the very way that a prediction goes, from the socket to the model and back. Handlers that do nothing
would not show it, for a server may keep handlers, whose pace nobody knows, apart from its own quick predictions; nor
would GET /ping, which servers answer on a way of its own, without a body.
"""

from .outcome import LeftOut

PROGRAM = "predictor.py"
ANSWER = b"nothing\n"
EMPTY = f'\n\nPredictor.respond = lambda *request: Response(200, {ANSWER!r}, "text/plain")\n'


def emptied(source: str) -> str:
    """A project's predictor.py that loads its model as ever, and answers whatever is asked with ANSWER.

    Raises LeftOut if `source` is a program of another kind, or "", if there is none.
    """
    if "\nclass Predictor:" not in source:
        raise LeftOut(f"it has no program/{PROGRAM} of this template's, whose prediction could be an empty one")
    return source + EMPTY
