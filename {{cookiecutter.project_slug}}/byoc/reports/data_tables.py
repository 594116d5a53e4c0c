"""The data's part of the report: how often each label occurs, and the values of each column."""

from collections.abc import Iterable, Mapping
from heapq import nsmallest
from itertools import islice

import numpy as np

from byoc.reports.page import Table, number, short

MOST_LABELS = 50
MOST_COLUMNS = 100
MOST_CATEGORIES = 10
LONGEST = 40  # characters of a category


def about(data: str, labels: np.ndarray, columns: Mapping[str, np.ndarray]) -> list[Table]:
    """Tables about `labels` (rows; float if they are quantities) and `columns` (rows each; float, or else text).

    Missing values are NaN, or empty texts. `data` is what the rows are called.
    """
    told = _spread(data, labels) if labels.dtype.kind == "f" else _counts(data, labels)
    shown = dict(islice(columns.items(), MOST_COLUMNS))
    note = f"of the first {MOST_COLUMNS} of {len(columns):,} columns" if len(columns) > MOST_COLUMNS else ""
    numbers = {name: values for name, values in shown.items() if values.dtype.kind == "f"}
    texts = {name: values for name, values in shown.items() if name not in numbers}
    tables = [told]
    if numbers:
        rows = [_range(name, values) for name, values in numbers.items()]
        tables.append(Table("Columns of numbers", ("column", "missing", "least", "median", "largest"), rows, note))
    if texts:
        rows = [_categories(name, values) for name, values in texts.items()]
        tables.append(Table("Columns of categories", ("column", "missing", "values"), rows, note))
    return tables


def _counts(data: str, labels: np.ndarray) -> Table:
    values, counts = np.unique(labels, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MOST_LABELS] if len(values) > MOST_LABELS else slice(None)
    rows = [*zip(values[order], counts[order], strict=True), ("all", len(labels))]
    note = f"the {MOST_LABELS} most frequent of {len(values):,} labels" if len(values) > MOST_LABELS else ""
    return Table(f"Labels of the {data} data", ("label", "rows"), rows, note)


def _spread(data: str, labels: np.ndarray) -> Table:
    rows = [("all", len(labels), *_numbers((labels.min(), np.median(labels), labels.max())))]
    return Table(f"Labels of the {data} data", ("label", "rows", "least", "median", "largest"), rows)


def _range(name: str, values: np.ndarray) -> tuple[object, ...]:
    there = values[~np.isnan(values)]
    spread = (there.min(), np.median(there), there.max()) if len(there) else (np.nan,) * 3
    return name, len(values) - len(there), *_numbers(spread)


def _categories(name: str, values: np.ndarray) -> tuple[object, ...]:
    there = values[values != ""]
    different = set(there.tolist())
    shown = ", ".join(short(each, LONGEST) for each in nsmallest(MOST_CATEGORIES, different))
    more = f", … ({len(different):,} in all)" if len(different) > MOST_CATEGORIES else ""
    return name, len(values) - len(there), shown + more


def _numbers(values: Iterable[float]) -> list[str]:
    return [number(value) for value in values]
