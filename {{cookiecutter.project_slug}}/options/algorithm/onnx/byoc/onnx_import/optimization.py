"""Optimises a model so that it loads and answers faster: graph rewriting, and int8 weights if asked for."""

import logging
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic

from byoc.errors import InputError
from byoc.onnx_import import source_model
from byoc.onnx_import.served import HeldOut, Served
from byoc.training.job import Job


def optimised(model: onnx.ModelProto) -> bytes:
    """The graph as ONNX Runtime would rewrite it at every start, but for what holds for one kind of CPU only."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(file)
        options.log_severity_level = 3
        onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return file.read_bytes()


def quantised(job: Job, model: onnx.ModelProto, served: Served, held_out: HeldOut, max_loss: float) -> Served:
    """`model` with weights of eight bits; or what is `served`, if that loses more than it may, or saves nothing."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        logging.disable(logging.WARNING)  # of a preparation that makes no difference here
        try:
            quantize_dynamic(model, file, weight_type=QuantType.QInt8)
        except Exception as error:  # of whatever an operator or an opset is that it does not know
            reason = source_model.line(error)
            raise InputError(f"hyperparameter quantize = 'int8' is not possible for this model: {reason}") from None
        finally:
            logging.disable(logging.NOTSET)
        smaller = Served(optimised(onnx.load(file)), served.signature)
    if len(smaller.content) >= len(served.content):
        print("int8 makes this model no smaller, so it is served as it is", flush=True)
        return served
    loss = held_out.loss(served, smaller)
    job.metric("int8:loss", loss)
    if loss > max_loss:
        print(f"int8 costs more than max_loss = {max_loss:g}, so the model is served as it is", flush=True)
        return served
    return smaller
