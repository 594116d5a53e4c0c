"""Takes the place of algorithm.py to show what the server costs without the model: its handlers do nothing.

A request goes the whole way that a prediction goes, from the socket to the handlers and back, in any server that calls
SageMaker's handlers. GET /ping would not do: servers answer it on a way of its own, without a body.
"""


def model_fn(model_dir):
    return None


def transform_fn(model, request_body, content_type, accept):
    return "nothing\n", "text/plain"
