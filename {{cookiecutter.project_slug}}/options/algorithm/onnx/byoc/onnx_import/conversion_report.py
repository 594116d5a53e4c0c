"""The report on a converted model: what it takes and gives, what was changed, and its scores."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from statistics import median

import numpy as np
import onnx
from pydantic import BaseModel

from byoc.channels import targets
from byoc.onnx_import.graph_inputs import columns_of
from byoc.onnx_import.original import Original
from byoc.onnx_import.served import HeldOut, Served
from byoc.reports import classification, data_tables, regression, report
from byoc.reports.report import Part, Table
from byoc.training.job import Job

ROUNDS = 200
SECONDS = 2.0  # which measuring may take


def write(
    job: Job,
    hyperparameters: BaseModel,
    model: onnx.ModelProto,
    original: Original,
    plain: Served,
    served: Served,
    rows: np.ndarray,
    held_out: HeldOut | None,
) -> None:
    """Write report.html and its pictures. `plain` is `served` before it was made smaller, `rows` are to measure on."""

    def parts() -> Iterator[Part]:
        yield _about(model, original)
        yield _changed(model, original, plain, served, rows)
        yield _operators(model, served)
        if held_out:
            yield from _judged(served, held_out)

    report.write(job, "The model that was brought", hyperparameters, parts())


def _about(model: onnx.ModelProto, original: Original) -> Table:
    def told(values: list) -> str:
        return "; ".join(f"{value.name}: {value.type} {value.shape}" for value in values)

    opsets = ", ".join(f"{used.domain or 'ai.onnx'} {used.version}" for used in model.opset_import)
    rows = [
        ("made by", f"{model.producer_name} {model.producer_version}".strip() or "–"),
        ("opsets", opsets),
        ("inputs", told(original.session.get_inputs())),
        ("outputs", told(original.session.get_outputs())),
    ]
    return Table("As it was brought", ("", ""), rows)


def _changed(model: onnx.ModelProto, original: Original, plain: Served, served: Served, rows: np.ndarray) -> Table:
    batch = original.batch
    feeds, row = original.feeds(rows[:batch]), rows[:batch]
    before, after = _medians(lambda: original.session.run(None, feeds), lambda: served.model.predict(row))
    size = model.ByteSize()
    changes = [
        ("bytes", size, len(served.content), f"{len(served.content) / size:.2f}"),
        ("operators", len(model.graph.node), len(_graph(served).node), ""),
        (f"µs for {batch} row{'s' if batch > 1 else ''}", f"{before:.1f}", f"{after:.1f}", f"{after / before:.2f}"),
        ("largest difference between answers", "", f"{served.difference(plain, rows):.3g}", ""),
    ]
    return Table("What became of it", ("", "brought", "served", "ratio"), changes)


def _operators(model: onnx.ModelProto, served: Served) -> Table:
    before, after = (Counter(node.op_type for node in graph.node) for graph in (model.graph, _graph(served)))
    rows = [(name, before[name], after[name]) for name in sorted(before | after)]
    return Table("Operators", ("operator", "brought", "served"), rows)


def _judged(served: Served, held_out: HeldOut) -> list[Part]:
    columns = dict(zip([each.name for each in served.signature.features], columns_of(held_out.rows), strict=True))
    probabilities, labels = served.probabilities(held_out.rows), held_out.labels
    judged: list[Part] = []
    if probabilities is not None:
        known = np.array(served.signature.labels)
        if known.dtype.kind != labels.dtype.kind:
            known, labels = known.astype(str), labels.astype(str)
        judged = classification.judged("validation", known, labels, probabilities)
    elif (predicted := served.predictions(held_out.rows)).dtype.kind == "f":
        labels = targets.numbers(labels, "validation")
        judged = regression.judged("validation", labels, predicted)
    return judged + data_tables.about("validation", labels, columns)


def _medians(*calls: Callable[[], object]) -> list[float]:
    """How many microseconds each takes, in turns."""
    spent: list[list[float]] = [[] for _ in calls]
    end = time.monotonic() + SECONDS
    for number in range(ROUNDS):
        for call, times in zip(calls, spent, strict=True):
            began = time.perf_counter()
            call()
            times.append((time.perf_counter() - began) * 1e6)
        if number and time.monotonic() > end:
            break
    return [median(times) for times in spent]


def _graph(served: Served) -> onnx.GraphProto:
    return onnx.load_from_string(served.content).graph
