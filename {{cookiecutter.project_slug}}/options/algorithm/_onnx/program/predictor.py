"""How a request becomes an answer. The model is ONNX, and byoc/serving/ does all that it takes.

To change a step, define its handler here, by SageMaker's name. Each that is there takes the place of the default.

def model_fn(model_dir):
    # Load what training left in the folder, /opt/ml/model. Returns any object.

def input_fn(request_body, content_type):
    # From the body (bytes) to what predict_fn takes. By default an array of shape (rows, features).

def predict_fn(data, model):
    # One prediction for each row (array, list, dict of lists), from what input_fn and model_fn returned.

def output_fn(prediction, accept):
    # From the prediction to the answer: (body, content_type).

def transform_fn(model, request_body, content_type, accept):
    # In the place of the last three: (body, content_type).

For a request that cannot be used, raise byoc.errors.RequestError(400, "what is wrong with it"). A handler that yields
text or bytes streams its answer. The packages that handlers import belong in requirements/handlers.in.
"""
