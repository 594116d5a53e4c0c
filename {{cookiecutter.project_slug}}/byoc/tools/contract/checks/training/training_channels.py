"""The channels of a training job: every form of declaration, any legal name, nested, read-only, empty, FIFOs."""

import os
import threading
from contextlib import suppress

from ...kit import JOB, Kit
from ...ml_folder import MlFolder
from ...outcome import NotHeld, must
from ...started import Run
from ...targets.program import wait_until
from .training_inputs import trains


def channels_are_read_in_every_form(kit: Kit) -> str:
    """T-14, LM-05: the optional keys of inputdataconfig.json there and not there."""
    names = kit.ml().channels
    trains(kit, "with TrainingInputMode alone", inputdataconfig={name: {"TrainingInputMode": "File"} for name in names})
    full = {"TrainingInputMode": "FastFile", "S3DistributionType": "ShardedByS3Key", "RecordWrapperType": "None"}
    full["ContentType"] = "text/csv"
    trains(kit, "with ContentType, FastFile and ShardedByS3Key", inputdataconfig=dict.fromkeys(names, full))
    return "exit code 0 with the fewest and with all keys"


def no_channels_is_clear(kit: Kit) -> str:
    """T-15: a job may have none; then it trains, or says in the failure file what it misses."""
    kit.good_run()
    ml = kit.ml()
    ml.write("inputdataconfig.json", {})
    ml.remove_data()
    return clear_end(kit.train(ml))


def other_channel_names_are_taken(kit: Kit) -> str:
    """T-15: letters, digits, dots, hyphens and underscores, up to 64."""
    kit.good_run()
    ml = kit.ml()
    mode = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
    for name in ("a.b-c_1", "x" * 64):
        (ml.data / name).mkdir()
        (ml.data / name / "notes.txt").write_text("nothing to learn from\n")
        ml.channels[name] = mode
    ml.write("inputdataconfig.json", ml.channels)
    kit.train(ml).must_succeed("with two more channels, of unusual names")
    return "exit code 0 with channels a.b-c_1 and one of 64 characters"


def empty_channel_is_clear(kit: Kit) -> str:
    """T-25: with ShardedByS3Key a host may get no files."""
    kit.good_run()
    ml = kit.ml()
    for file in ml.files():
        file.unlink()
    return clear_end(kit.train(ml))


def clear_end(run: Run) -> str:
    if run.code == 0:
        return "trains all the same"
    first = run.failure.splitlines()[0] if run.failure else ""
    must(first and not first.startswith("Traceback"), f"exit code {run.code}, and the failure begins with {first!r}")
    return f"exit code {run.code}: {first[:100]}"


def nested_folders_are_read(kit: Kit) -> str:
    """T-20: S3 prefixes become folders."""
    kit.good_run()
    ml = kit.ml()
    for file in ml.files():
        deeper = file.parent / "year=2026" / "month=01"
        deeper.mkdir(parents=True, exist_ok=True)
        file.rename(deeper / file.name)
    kit.train(ml).must_succeed("with the data in sub-folders")
    return "exit code 0 with the data two folders deeper"


def channels_may_be_read_only(kit: Kit) -> str:
    """T-21: FastFile mode."""
    kit.good_run()
    kit.train(read_only=("input/data",)).must_succeed("with read-only channels")
    return "exit code 0 with read-only channels"


def pipe_mode_works_or_is_refused(kit: Kit) -> str:
    """T-24, T-22: FIFOs `<channel>_0`, `_1`, …, of which the first comes late; else a failure naming the mode."""
    kit.good_run()
    ml = kit.ml()
    mode = {"TrainingInputMode": "Pipe", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
    ml.write("inputdataconfig.json", dict.fromkeys(ml.channels, mode))
    data = {name: b"".join(f.read_bytes() for f in ml.files() if name in f.parts) for name in ml.channels}
    ml.remove_data()
    over = threading.Event()
    feeders = [threading.Thread(target=feed, args=(ml, name, data[name], over), daemon=True) for name in data]
    with kit.target.start("train", folder=ml.path, environment=JOB) as program:
        for feeder in feeders:
            feeder.start()
        ended = wait_until(lambda: not program.running, kit.limits["train"])
        over.set()
        run = Run(program.process.poll(), program.output, program.last_line(), ml, 0)
    must(ended, "TrainingInputMode is Pipe, and it neither trains nor fails")
    if run.code == 0:
        run.must_succeed("in Pipe mode")
        return "trains from FIFOs"
    if "pipe" in kit.claims:
        raise NotHeld(f"Pipe mode is claimed, but exit code {run.code}: {run.last_line}")
    must("pipe" in run.failure[:1024].lower(), f"the failure does not name the mode: {run.failure[:100]!r}")
    return f"refused: {run.failure.splitlines()[0][:100]}"


def feed(ml: MlFolder, channel: str, data: bytes, over: threading.Event) -> None:
    """Play the platform: an epoch's FIFO appears when the one before it has been read."""
    epoch = 0
    while not over.wait(0.5):
        fifo = ml.data / f"{channel}_{epoch}"
        if not fifo.exists():
            os.mkfifo(fifo, 0o644)
        try:
            writer = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)  # fails while nobody reads
        except OSError:
            continue
        os.set_blocking(writer, True)
        with os.fdopen(writer, "wb") as pipe, suppress(BrokenPipeError, OSError):
            pipe.write(data)
        epoch += 1
