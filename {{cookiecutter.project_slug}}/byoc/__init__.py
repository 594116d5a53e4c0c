"""The template's runtime: SageMaker's side of the container contract. README.md in this folder is the map."""

import os

# ONNX Runtime sends usage data to its makers, from a thread that breaks forked workers. The switch works only if it
# is set before the import. https://github.com/microsoft/onnxruntime/pull/27379
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
