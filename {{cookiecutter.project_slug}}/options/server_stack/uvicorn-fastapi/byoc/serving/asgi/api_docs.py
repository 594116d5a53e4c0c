"""The API's documentation, as OpenAPI and as a page that needs no network.

https://spec.openapis.org/oas/v3.1.0
"""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from byoc.reports.page import Part, Section, Table
from byoc.reports.page import page as html_page
from byoc.serving import codecs
from byoc.signature import Feature, Signature

REFUSALS = {
    "400": "a row cannot be used; the body names it",
    "406": "there is no answer of the type asked for",
    "415": "the request's content type is not known",
    "500": "the model failed",
    "503": "too many requests are waiting, or it took too long",
}
TEXT = {"text/plain": {"schema": {"type": "string"}}}
STRING = {"type": "string"}


def invocations(signature: Signature | None, output: str) -> dict[str, Any]:
    """`POST /invocations` as an OpenAPI operation; without a signature, any bytes in and any out.

    `output` is SAGEMAKER_INFERENCE_OUTPUT.
    """
    taken, given = _content(signature, output) if signature else ({"*/*": {}}, {"*/*": {}})
    refusals = {status: {"description": reason, "content": TEXT} for status, reason in REFUSALS.items()}
    return {
        "requestBody": {"required": True, "content": taken},
        "responses": {"200": {"description": "a prediction for each row", "content": given}, **refusals},
    }


def _content(signature: Signature, output: str) -> tuple[dict[str, Any], dict[str, Any]]:
    features = signature.features
    example = {feature.name: feature.example for feature in features}
    properties = {feature.name: _value(feature) for feature in features}
    in_order = {"type": "array", "prefixItems": list(properties.values()), "minItems": len(features)}
    by_name = {"type": "object", "properties": properties, "required": list(properties)}
    row = {"anyOf": [by_name, in_order | {"maxItems": len(features)}]}
    told = {"enum": list(signature.labels)} if signature.labels else {"type": "number"}
    label = told if output == "predicted_label" else {}
    taken = {
        codecs.CSV: {"schema": STRING, "example": codecs.csv_text.line(example.values())},
        codecs.JSON: {"schema": _rows("instances", row), "example": {"instances": [example]}},
        codecs.JSON_LINES: {"schema": STRING, "example": json.dumps(example) + "\n"},
    }
    if not any(feature.is_text for feature in features):
        taken[codecs.NPY] = {"schema": {}}
    given = {name: {"schema": STRING} for name in taken} | {codecs.NPY: {"schema": {}}}
    return taken, given | {codecs.JSON: {"schema": _rows("predictions", label)}}


def _rows(name: str, row: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "array", "items": row}}, "required": [name]}


def _value(feature: Feature) -> dict[str, Any]:
    kind = "string" if feature.is_text else "integer" if "int" in feature.dtype else "number"
    examples = {"examples": list(feature.categories)} if feature.categories else {}  # no enum: others may come
    return {"type": [kind, "null"] if feature.missing else kind, **examples}


def page(api: dict[str, Any], signature: Signature | None) -> str:
    """An OpenAPI document for people, with the lines that try each example."""
    sections: list[Part] = []
    if signature:
        rows = [(feature.name, _words(feature), feature.example) for feature in signature.features]
        sections.append(Table("What a row holds", ("feature", "type", "example"), rows))
    for path, operations in api["paths"].items():
        for method, operation in operations.items():
            sections.append(Section(f"{method.upper()} {path}", "".join(_operation(path, method, operation))))
    sections.append(Section("For programs", '<p><a href="openapi.json">openapi.json</a></p>'))
    return html_page(api["info"]["title"], sections)


def _words(feature: Feature) -> str:
    return f"{feature.dtype}, may be missing" if feature.missing else feature.dtype


def _operation(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<p>{escape(operation['summary'])}. {escape(operation.get('description', ''))}</p>"
    for name, content in operation.get("requestBody", {}).get("content", {}).items():
        if "example" in content:
            example = content["example"]
            body = example if isinstance(example, str) else json.dumps(example)
            yield f"<p>{escape(name)}</p><pre>{escape(_curl(path, name, body))}</pre>"
    for status, answer in operation["responses"].items():
        yield f"<p>{status}: {escape(answer['description'])}</p>"


def _curl(path: str, content_type: str, body: str) -> str:
    quoted = body.replace("'", "'\\''")
    return f"curl --header 'Content-Type: {content_type}' --data-binary '{quoted}' http://localhost:8080{path}"
