"""Fills the root's README, between two marks, and results.svg with what is in results.json: never by hand."""

import json
from pathlib import Path

import readme
from byoc.tools.benchmark import picture, report
from byoc.tools.benchmark.figures import FIGURES

HERE = Path(__file__).resolve().parent
README = HERE.parent / "README.md"
RESULTS, PICTURE = "results.json", "results.svg"
BEGIN = "<!-- What `make bench` has measured; it writes this part. -->\n"
TABLE = ("rate_1", "rate_8", "rate_64", "p99_8", "large_ms", "start_s", "memory_mb", "size_mb", "predicting")
DRAWN = ("rate_8", "p99_8", "large_ms", "start_s", "memory_mb", "size_mb")


def publish() -> None:
    results = json.loads((HERE / RESULTS).read_text("utf-8"))
    title = f"{', '.join(results['targets'])} compared, {results['when'][:10]}"
    drawing = picture.svg(title, picture.of_several(results["figures"], DRAWN))
    (HERE / PICTURE).write_text(drawing, "utf-8")
    readme.fill(README, BEGIN, markdown(results))


def markdown(results: dict) -> str:
    """A table of medians, with ratios to the first target; the picture; how it was measured."""
    targets = results["targets"]
    lines = [f"| | {' | '.join(targets)} |", f"|---|{'---:|' * len(targets)}"]
    for figure in FIGURES:
        if figure.key in TABLE:
            summaries = results["figures"][figure.key]
            cells = (cell(figure.show, summaries.get(name)) for name in targets)
            lines.append(f"| {figure.title} | {' | '.join(cells)} |")
    drawing = f"![The same as bars](benchmarks/{PICTURE})"
    return "\n".join([*lines, "", drawing, "", *report.remarks(results)])


def cell(show, summary: dict | None) -> str:
    if not summary:
        return "–"
    ratio = summary["ratio"]
    return show(summary["median"]) + ("" if ratio in (None, 1) else f" ({ratio:.2f}×)")


if __name__ == "__main__":
    publish()
