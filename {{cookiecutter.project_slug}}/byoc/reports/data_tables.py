"""The data's part of the report: how often each label occurs, and the values of each column."""

from collections.abc import Iterable, Mapping

import numpy as np

from byoc.reports.report import Table

MOST_LABELS = 50
MOST_CATEGORIES = 10


def about(data: str, labels: np.ndarray, columns: Mapping[str, np.ndarray]) -> list[Table]:
    """Tables about `labels` (rows; float if they are quantities) and `columns` (rows each; float, or else text).

    Missing values are NaN, or empty texts. `data` is what the rows are called.
    """
    told = _spread(data, labels) if labels.dtype.kind == "f" else _counts(data, labels)
    numbers = {name: values for name, values in columns.items() if values.dtype.kind == "f"}
    texts = {name: values for name, values in columns.items() if name not in numbers}
    tables = [told]
    if numbers:
        rows = [_range(name, values) for name, values in numbers.items()]
        tables.append(Table("Columns of numbers", ("column", "missing", "least", "median", "largest"), rows))
    if texts:
        rows = [_categories(name, values) for name, values in texts.items()]
        tables.append(Table("Columns of categories", ("column", "missing", "values"), rows))
    return tables


def _counts(data: str, labels: np.ndarray) -> Table:
    values, counts = np.unique(labels, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MOST_LABELS] if len(values) > MOST_LABELS else slice(None)
    rows = [*zip(values[order], counts[order], strict=True), ("all", len(labels))]
    return Table(f"Labels of the {data} data", ("label", "rows"), rows)


def _spread(data: str, labels: np.ndarray) -> Table:
    rows = [("all", len(labels), *_numbers((labels.min(), np.median(labels), labels.max())))]
    return Table(f"Labels of the {data} data", ("label", "rows", "least", "median", "largest"), rows)


def _range(name: str, values: np.ndarray) -> tuple[object, ...]:
    there = values[~np.isnan(values)]
    spread = (there.min(), np.median(there), there.max()) if len(there) else (np.nan,) * 3
    return name, len(values) - len(there), *_numbers(spread)


def _categories(name: str, values: np.ndarray) -> tuple[object, ...]:
    there = values[values != ""]
    different = sorted(set(there.tolist()))
    shown = ", ".join(map(str, different[:MOST_CATEGORIES]))
    more = f", … ({len(different)} in all)" if len(different) > MOST_CATEGORIES else ""
    return name, len(values) - len(there), shown + more


def _numbers(values: Iterable[float]) -> list[str]:
    return [f"{value:.4g}" for value in values]
