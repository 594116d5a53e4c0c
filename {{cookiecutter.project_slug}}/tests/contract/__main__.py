"""Check an image, or this project's programs in the virtual environment, against SageMaker's container contract.

    python3 -m tests.contract IMAGE                    any image, by the Docker CLI
    .venv/bin/python -m tests.contract                 program/train and program/serve, without Docker
    python3 -m tests.contract IMAGE --payload dog.jpg --content-type image/jpeg --test-dir my_test_dir

Exit status: 0 if all MUSTs that could be checked hold, 1 if not, 2 for wrong arguments or a fault of the kit itself.
"""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from . import catalogue, report, runner
from .kit import Kit
from .outcome import BROKEN
from .sample import Sample
from .target_image import CAPABILITIES, DockerError, Image
from .target_venv import Venv

PROJECT = Path(__file__).parents[2]
LOCAL_TEST = PROJECT / "local_test"
TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
}


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python3 -m tests.contract", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("image", nargs="?", help="an image that this machine has; without it, the programs in --programs are run")
    add("--programs", type=Path, default=PROJECT / "program", help="the folder with train and serve (program/)")
    add("--test-dir", type=Path, default=LOCAL_TEST / "test_dir", help="a small /opt/ml: input/data, input/config")
    add("--model-dir", type=Path, help="serve this model, not the one that training makes")
    add("--payload", type=Path, default=LOCAL_TEST / "payload.csv", help="the body of a request")
    add("--content-type", help="its type; by default from the file's name")
    add("--accept", default="", help="the type to ask for; none by default")
    add("--expected", type=Path, help="the body that must come back; by default any, with status 200")
    add(
        "--claim",
        action="append",
        default=[],
        metavar="FEATURE",
        help=f"also hold it to: {', '.join(catalogue.features())}",
    )
    add(
        "--only",
        action="append",
        default=[],
        metavar="ID",
        help="check these ids only, or those that begin so, as in --only S-4",
    )
    add("--train-limit", type=float, default=300, metavar="SECONDS", help="for one training run (300)")
    add("--ready-limit", type=float, default=60, metavar="SECONDS", help="until a server is ready (60)")
    add("--jobs", type=int, default=3, help="checks at a time (3)")
    add(
        "--report",
        type=Path,
        default=PROJECT / "contract-report",
        help="the folder for report.md, report.json and junit.xml",
    )
    chosen = parser.parse_args(words)
    if not (chosen.test_dir / "input" / "data").is_dir():
        parser.error(f"--test-dir {chosen.test_dir} has no input/data; it must be laid out like /opt/ml")
    for option in ("payload", "expected"):
        file = getattr(chosen, option)
        if file and not file.is_file():
            parser.error(f"--{option} {file} is not a file")
    chosen.content_type = chosen.content_type or TYPES.get(chosen.payload.suffix)
    if not chosen.content_type:
        parser.error(f"what {chosen.payload.name} is, its name does not say; say it with --content-type")
    chosen.claims = {claim for words in chosen.claim for claim in words.split()}
    if chosen.claims - set(catalogue.features()):
        parser.error(
            f"--claim {min(chosen.claims - set(catalogue.features()))}: there is {', '.join(catalogue.features())}"
        )
    return chosen


def target_of(chosen: argparse.Namespace) -> Image | Venv:
    if not chosen.image:
        return Venv(chosen.programs)
    image = Image(chosen.image)
    try:
        _ = image.inspected
    except (OSError, DockerError) as error:
        print(f"contract: there is no image {chosen.image!r} to be had: {error}", file=sys.stderr)
        sys.exit(2)
    return image


def sample_of(chosen: argparse.Namespace) -> Sample:
    expected = chosen.expected.read_bytes() if chosen.expected else None
    return Sample(chosen.payload.read_bytes(), chosen.content_type, chosen.accept, expected)


def main(words: list[str]) -> int:
    chosen = arguments(words)
    target = target_of(chosen)
    labels = {name.removeprefix(CAPABILITIES) for name, value in target.labels.items() if value == "true"}
    own = {"accept-bind-to-port": "pipelines", "multi-models": "multi-model"}
    claims = chosen.claims | ({own.get(label, label) for label in labels} & set(catalogue.features()))
    duties = [d for d in catalogue.duties() if not chosen.only or d.id.startswith(tuple(chosen.only))]
    limits = {"train": chosen.train_limit, "ready": chosen.ready_limit}
    kit = Kit(target, sample_of(chosen), chosen.test_dir, chosen.model_dir, claims, limits)
    print(f"{target.kind} {target.name}; claims: {', '.join(sorted(claims)) or 'none'}", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = time.monotonic()
    try:
        results = runner.run(kit, duties, report.tell, chosen.jobs)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print("\ncontract: stopped; removing what was started", file=sys.stderr, flush=True)
        kit.close()
        os._exit(130)  # threads may still wait for what has just been removed
    kit.close()
    seconds = time.monotonic() - started
    verdicts = runner.verdicts(kit, duties, results)
    report.show(verdicts)
    report.write(chosen.report, target.name, verdicts, results, seconds)
    print("", *report.summary(verdicts, seconds), f"more in {chosen.report / 'report.md'}", sep="\n")
    if any(verdict.outcome == BROKEN for verdict in verdicts):
        return 2
    return 0 if report.all_musts_hold(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
