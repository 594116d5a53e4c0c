"""Set a trained project against its framework's plain script, in the Python of that project; prints figures as JSON.

    one_algorithm.py PROJECT MODEL TRAINING HELD_OUT PLAIN_SCRIPT ROUNDS

algorithms.py runs it, and tells what the figures mean.
"""

import csv
import importlib.util
import io
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import fmean, median
from types import ModuleType

from held_out import read

SECONDS = 0.02  # that a round lets either predict, so that the clock does not matter


def main(project: Path, model: Path, training: Path, held_out: Path, script: Path, rounds: int) -> dict:
    sys.path[:0] = [str(project / "program"), str(project)]
    plain = loaded(script)
    answers, actual, metric = served(model, held_out)
    predict = predicting(model, read(training)[1][0][1:])
    ours, theirs = alternated(predict, plain.one_row(training), rounds)
    return {
        "metric": metric.__name__,
        "rows": len(read(training)[1]),
        "held_out": len(actual),
        "project": metric(actual, answers),
        "plain": plain.score(training, held_out),
        "project_us": median(ours) * 1e6,
        "plain_us": median(theirs) * 1e6,
        "ratio": median(ours) / median(theirs),
    }


def loaded(script: Path) -> ModuleType:
    """The plain script as a module. It cannot be imported by its name, which may be its framework's."""
    spec = importlib.util.spec_from_file_location("plain_script", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def served(model: Path, held_out: Path) -> tuple[list[str], list[str], Callable]:
    """What the model answers as it is served, what is right, and how to compare them."""
    import predictor as handlers
    from byoc.serving.predictor import Predictor
    from byoc.settings import Settings

    _, rows = read(held_out)
    predictor = Predictor(model, Settings.from_environment({}), handlers)
    answer = predictor.respond(as_csv(row[1:] for row in rows), "text/csv", "text/csv")
    if answer.status != 200:
        raise SystemExit(f"the model refuses what was held out: {answer.body.decode()}")
    answers = [cells[0] for cells in csv.reader(io.StringIO(answer.body.decode(), newline=""))]
    tells_numbers = predictor.signature and not predictor.signature.labels
    return answers, [row[0].strip() for row in rows], rmse if tells_numbers else accuracy


def predicting(model_dir: Path, cells: list[str]) -> Callable[[], object]:
    """The prediction of one row as the server makes it: by ONNX Runtime, or by the `predict_fn` of predictor.py."""
    import predictor
    from byoc.serving import default_handlers, handlers
    from byoc.serving.onnx_model import OnnxModel

    own = handlers.of(predictor)
    model = own.get("model_fn", OnnxModel)(model_dir)
    row = own.get("input_fn", default_handlers.reader(model))(as_csv([cells]), "text/csv")
    return partial(own.get("predict_fn", default_handlers.predict), row, model)


def as_csv(rows) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def accuracy(actual: list[str], answers: list[str]) -> float:
    return fmean(map(str.__eq__, actual, answers))


def rmse(actual: list[str], answers: list[str]) -> float:
    return fmean((float(one) - float(other)) ** 2 for one, other in zip(actual, answers, strict=True)) ** 0.5


def alternated(first: Callable, second: Callable, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds a call of either, round by round, so that a machine that is busy for a while slows both."""
    times = []
    for call in (first, second):
        timed(call, 1)
        times.append((call, max(1, int(SECONDS / timed(call, 3))), []))
    for _ in range(rounds):
        for call, count, found in times:
            found.append(timed(call, count))
    return times[0][2], times[1][2]


def timed(call: Callable, count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count


if __name__ == "__main__":
    print(json.dumps(main(*map(Path, sys.argv[1:6]), int(sys.argv[6]))))
