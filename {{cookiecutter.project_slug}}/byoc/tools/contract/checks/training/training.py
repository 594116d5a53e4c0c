"""A training job: how it starts, what it leaves, what it must not need."""

import re
import stat

from ...kit import JOB, Kit
from ...ml_folder import contents
from ...outcome import container_only, must
from ...targets.program import wait_until
from ...targets.target_image import docker, mount

MEGABYTES = 1_000_000
OUTSIDE = ("/tmp", "/opt/ml", "/run", "/var/run", "/var/tmp", "/dev", "/proc", "/sys")


def exits_0_with_a_model(kit: Kit) -> str:
    """T-01, T-08, T-10, T-32, T-38, T-40, C-01, L-03, L-12, LM-06: `train` leaves a model in /opt/ml/model."""
    run = kit.trained()
    must(run.code not in (126, 127), f"exit code {run.code}, so train was not run: {run.last_line}")
    run.must_succeed()
    return f"exit code 0 after {run.seconds:.1f} s, {len(contents(run.folder.model))} files in /opt/ml/model"


def success_leaves_no_failure_file(kit: Kit) -> str:
    """T-09: a job that went well has no /opt/ml/output/failure."""
    must(not kit.good_run().folder.failure.exists(), "exit code 0, and yet there is /opt/ml/output/failure")
    return "no failure file after exit code 0"


def model_is_portable(kit: Kit) -> str:
    """T-41, S-21: no links in the model, and names that S3 can hold."""
    model = kit.given_model or kit.good_run().folder.model
    links = [path.name for path in model.rglob("*") if path.is_symlink()]
    must(not links, f"links in the model: {', '.join(links)}")
    long = [path.name for path in model.rglob("*") if len(path.name.encode()) > 255]
    must(not long, f"names of more than 255 bytes: {', '.join(long)}")
    return f"{', '.join(sorted(contents(model)))[:100]}; no links"


def model_can_be_read_by_all(kit: Kit) -> str:
    """S-21, LM-10: files keep their modes in the archive, and serving may not be root's."""
    model = kit.good_run().folder.model
    closed = [path.name for path in model.rglob("*") if not path.lstat().st_mode & stat.S_IROTH]
    must(not closed, f"others may not read {', '.join(closed)}")
    return "others may read every file"


def writes_only_where_it_is_collected(kit: Kit) -> str:
    """T-43: under /opt/ml only model/, output/ and checkpoints/ are taken away."""
    run = kit.good_run()
    new = run.folder.tree() - kit.ml().tree()
    stray = sorted(name for name in new if not re.match(r"(model|output|checkpoints)(/|$)", name))
    must(not stray, f"left behind where nobody looks: {', '.join(stray)[:200]}")
    return "new files are under model/ and output/ only"


@container_only
def writes_little_outside_tmp(kit: Kit) -> str:
    """T-45: the root disk is small; large files belong in /tmp."""
    with kit.target.start("train", folder=kit.ml().path, environment=JOB) as program:
        program.wait(kit.limits["train"])
        changes = [line.split(" ", 1) for line in docker("diff", program.name).splitlines()]
        written = int(docker("inspect", "--size", "--format", "{{.SizeRw}}", program.name))
    added = [path for kind, path in changes if kind == "A" and not path.startswith(OUTSIDE)]
    where = f"{len(added)} files outside /tmp and /opt/ml, {written / MEGABYTES:.1f} MB in all"
    must(not added or written < 10 * MEGABYTES, f"{where}: {', '.join(added)[:150]}")
    return where


def logs_hold_a_metric(kit: Kit) -> str:
    """T-47, T-48: a line `name=number` that a regex finds, without colours and progress bars."""
    output = kit.good_run().output
    found = re.findall(r"^.*?[\w:.\- ]+[=:] ?-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b.*$", output, re.MULTILINE)
    must(found, "no line of the log holds `name=number`")
    must("\x1b[" not in "".join(found) and "\r" not in output, "colours or carriage returns in the log")
    return f"{found[-1].strip()[:100]!r}"


def runs_again_over_the_same_folder(kit: Kit) -> str:
    """T-51, T-50: a retried or interrupted job finds what the first try left."""
    ml = kit.ml()
    for attempt in ("first", "second"):
        kit.train(ml).must_succeed(f"at the {attempt} run over the same /opt/ml")
    return "two runs over the same /opt/ml, both exit code 0"


def needs_no_environment(kit: Kit) -> str:
    """T-30, T-31, T-32, LM-03: no job name, no region, no credentials, no SM_* variables."""
    kit.good_run()
    kit.train(environment={}).must_succeed("without TRAINING_JOB_NAME, AWS_REGION and their like")
    return "exit code 0 without any variable of AWS or SageMaker"


@container_only
def needs_no_network(kit: Kit) -> str:
    """T-49, T-31: network isolation."""
    kit.good_run()
    kit.train(options=("--network", "none")).must_succeed("under --network none")
    return "exit code 0 under --network none"


@container_only
def needs_nothing_of_its_own_in_opt_ml(kit: Kit) -> str:
    """T-27, L-07: what the image holds in /opt/ml is hidden when the platform mounts its own there."""
    inside = [name for name in kit.target.files if name.startswith("/opt/ml/") and not name.endswith("/")]
    must(not inside, f"the image holds {', '.join(inside)[:200]}")
    must(not any(path.startswith("/opt/ml") for path in kit.target.config.get("Volumes") or {}), "a VOLUME in /opt/ml")
    return "the image holds no file below /opt/ml"


@container_only
def trains_with_a_closed_config_folder(kit: Kit) -> str:
    """T-19: /opt/ml/input/config may be root's alone, so the image runs as root."""
    user = kit.target.config.get("User", "")
    must(user.partition(":")[0] in ("", "0", "root"), f"USER is {user!r}")
    kit.good_run()
    ml = kit.ml()
    ml.config("").chmod(0o700)
    kit.train(ml).must_succeed("with mode 0700 on /opt/ml/input/config")
    return "runs as root, and reads a config folder of mode 0700"


@container_only
def another_entrypoint_can_be_given(kit: Kit) -> str:
    """T-03, T-26, L-13: ContainerEntrypoint /bin/sh with a script that lies in a channel."""
    ml = kit.ml()
    (ml.data / "code").mkdir()
    (ml.data / "code" / "x.sh").write_text("echo reached && test ! -e /opt/ml/model/nothing\n")
    run = kit.train(ml, "/opt/ml/input/data/code/x.sh", options=("--entrypoint", "/bin/sh"))
    reached = run.code == 0 and "reached" in run.output
    must(reached, f"/bin/sh with a script of a channel: exit code {run.code}: {run.last_line}")
    return "/bin/sh runs a script that lies in a channel"


@container_only
def sdk_v3_drivers_can_run(kit: Kit) -> str:
    """T-36, L-13: SDK v3 starts bash, chmod, python and pip."""
    found = kit.target.shell(
        "command -v bash; command -v chmod; (python3 -m pip --version || python -m pip --version) 2>&1 | tail -n 1"
    )
    must("bash" in found and "chmod" in found, f"bash or chmod is missing: {found!r}")
    must(re.search(r"^pip \d", found, re.MULTILINE), f"no pip for python3 or python: {found.splitlines()[-1][:100]!r}")
    return "bash, chmod, python and pip are there"


@container_only
def trains_with_local_modes_mounts(kit: Kit) -> str:
    """LM-01, LM-02, LM-04, LM-05: each folder a mount of its own, a terminal, local mode's few settings."""
    kit.good_run()
    ml = kit.ml()
    host = "algo-1-abcde"
    resources = {"current_host": host, "hosts": [host], "network_interface_name": "eth0"}
    ml.write("resourceconfig.json", resources | {"current_instance_type": "local"})
    ml.write("inputdataconfig.json", {name: {"TrainingInputMode": "File"} for name in ml.channels})
    parts = ["model", "output", "output/data", "input", *(f"input/data/{name}" for name in ml.channels)]
    mounts = [word for part in parts for word in mount(ml.path / part, f"/opt/ml/{part}")]
    with kit.target.start("train", options=("-t", "--hostname", host, *mounts)) as program:
        code = program.wait(kit.limits["train"])
    must(code == 0, f"exit code {code}: {program.last_line()}")
    must(any(ml.model.iterdir()), "exit code 0, but /opt/ml/model is empty")
    return "exit code 0 with model/, output/, input/ and channels as mounts of their own"


@container_only
def no_argument_trains_where_there_is_a_job(kit: Kit) -> str:
    """LM-07: SDK v3's ModelTrainer in local mode passes no `train`."""
    kit.good_run()
    ml = kit.ml()
    with kit.target.start(folder=ml.path, environment=JOB) as program:
        ended = wait_until(lambda: not program.running, 3 * kit.good_run().seconds + 10)
    must(ended and any(ml.model.iterdir()), f"no model came of it; the last line was: {program.last_line()}")
    return "docker run IMAGE over a job's /opt/ml trains"


@container_only
def unknown_argument_is_refused(kit: Kit) -> str:
    """T-03: fail loudly, and do not train or serve by surprise."""
    with kit.target.start("bogus") as program:
        code = program.wait(60)
    must(code != 0, "docker run IMAGE bogus ended with exit code 0")
    return f"exit code {code}: {program.last_line()[:100]}"
