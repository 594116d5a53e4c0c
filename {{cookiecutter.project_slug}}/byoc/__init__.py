"""The template's runtime: SageMaker's side of the container contract. README.md in this folder is the map."""

import json
import os
from pathlib import Path

# ONNX Runtime sends usage data to its makers, from a thread that breaks forked workers. The switch works only if it
# is set before the import. https://github.com/microsoft/onnxruntime/pull/27379
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

# Written when the project was generated.
TEMPLATE = Path(__file__).with_name("template.json")


def version() -> str:
    """What `--version` prints: the project, and the template's version that it is from, as far as that is known."""
    try:
        told = json.loads(TEMPLATE.read_text(encoding="utf-8"))
        commit = f" ({told['commit'][:7]})" if told["commit"] else ""
        return f"{told['answers']['project_slug']}, from template version {told['version']}{commit}"
    except (OSError, ValueError, LookupError, TypeError):
        return "template version unknown: byoc/template.json is missing or damaged; restore it, or update the project"
