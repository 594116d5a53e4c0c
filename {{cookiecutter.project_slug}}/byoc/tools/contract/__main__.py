"""Check an image, or this project's programs in the virtual environment, against SageMaker's container contract.

    python3 -m byoc.tools.contract IMAGE                    any image, by the Docker CLI
    .venv/bin/python3 -m byoc.tools.contract                 program/train and program/serve, without Docker
    python3 -m byoc.tools.contract IMAGE --payload dog.jpg --content-type image/jpeg --test-dir my_test_dir

Exit status: 0 if all MUSTs that could be checked hold, 1 if not, 2 for wrong arguments or a fault of the kit itself;
130 after Ctrl-C and 143 after SIGTERM, when the report tells of what had ended by then.
"""

import argparse
import os
import signal
import sys
import time
from typing import NoReturn

from . import arguments, catalogue, report, runner, terminal
from .kit import Kit
from .outcome import BROKEN, NOT_CHECKED, Result
from .sample import Sample
from .targets.target import Target
from .targets.target_image import CAPABILITIES, DockerError, Image
from .targets.target_venv import Venv

LABELS = {"accept-bind-to-port": "pipelines", "multi-models": "multi-model"}  # where a feature is called otherwise


def target_of(chosen: argparse.Namespace) -> Target:
    if not chosen.image:
        return Venv(chosen.programs, chosen.environment)
    image = Image(chosen.image, chosen.environment)
    try:
        _ = image.inspected
    except (OSError, DockerError) as error:
        print(f"contract: there is no image {chosen.image!r} to be had: {error}", file=sys.stderr)
        sys.exit(2)
    return image


def claims_of(target: Target) -> set[str]:
    """The features that an image's labels claim."""
    labels = {name.removeprefix(CAPABILITIES) for name, value in target.labels.items() if value == "true"}
    return {LABELS.get(label, label) for label in labels} & set(catalogue.features())


def sample_of(chosen: argparse.Namespace) -> Sample:
    expected = chosen.expected.read_bytes() if chosen.expected else None
    return Sample(chosen.payload.read_bytes(), chosen.content_type, chosen.accept, expected)


class Stopped(KeyboardInterrupt):
    """Ctrl-C or SIGTERM, the first of them; later ones do not disturb the cleaning up."""

    def __init__(self, number: int):
        self.exit_status = 128 + number


def stop(number: int, _: object) -> NoReturn:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(number)


def main(words: list[str]) -> int:
    chosen = arguments.parse(words, __doc__)
    target = target_of(chosen)
    claims = chosen.claims | claims_of(target)
    duties = [d for d in catalogue.duties() if not chosen.only or d.id.startswith(tuple(chosen.only))]
    limits = {"train": chosen.train_limit, "ready": chosen.ready_limit}
    kit = Kit(target, sample_of(chosen), chosen.test_dir, chosen.model_dir, claims, limits)
    progress = terminal.Progress(len(runner.names_of(kit, duties)))
    print(f"{target.kind} {target.name}; claims: {', '.join(sorted(claims)) or 'none'}")
    print(f"{progress.total} checks, {chosen.jobs} at a time: some minutes", flush=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    started = time.monotonic()
    results: dict[str, Result] = {}
    exit_status = 0
    try:
        runner.run(kit, duties, results, progress.tell, chosen.jobs, chosen.slow)
    except Stopped as stopped:
        exit_status = stopped.exit_status
        print("\ncontract: stopped; removing what was started", file=sys.stderr, flush=True)
        results = dict.fromkeys(runner.names_of(kit, duties), Result(NOT_CHECKED, runner.CUT_OFF)) | results
    kit.close()
    seconds = time.monotonic() - started
    verdicts = runner.verdicts(kit, duties, results)
    report.write(chosen.report, target.name, verdicts, results, seconds)
    terminal.show(verdicts, seconds, chosen.report / "report.md")
    if exit_status:
        sys.stdout.flush()
        os._exit(exit_status)  # threads may still wait for what has just been removed
    if any(verdict.outcome == BROKEN for verdict in verdicts):
        return 2
    return 0 if report.all_musts_hold(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
