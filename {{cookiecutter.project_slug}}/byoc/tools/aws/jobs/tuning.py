"""Tuning jobs: what is tuned, the proof that its metric is found in a log, and how its end is told."""

import re
import subprocess
from pathlib import Path
from typing import Any

from byoc.errors import shown
from byoc.tools.aws.config.model import Config
from byoc.tools.aws.context import DONE, Context
from byoc.tools.aws.errors import FAILED, AwsError, UsageError, suggestion
from byoc.tools.aws.explanation.explain import explain
from byoc.tools.aws.jobs.follow import Kind
from byoc.tools.aws.jobs.log import TRAINING, Log
from byoc.tools.aws.requests.training import Metrics
from byoc.tools.aws.requests.tuning import Ranges

GOALS = {"Minimize": ("loss", "error", "rmse", "mse", "mae", "deviance"), "Maximize": ("accuracy", "f1", "auc", "r2")}


def _detail(job: dict[str, Any]) -> str:
    counts = {name: count for name, count in job["TrainingJobStatusCounters"].items() if count}
    best = job.get("BestTrainingJob", {}).get("FinalHyperParameterTuningJobObjectiveMetric")
    told = [f"{count} {name}" for name, count in counts.items()]
    told += [f"best {best['MetricName']}={best['Value']:g}"] if best else []
    return f" ({', '.join(told)})" if told else ""


KIND = Kind(
    "tuning job",
    "DescribeHyperParameterTuningJob",
    "HyperParameterTuningJob",
    TRAINING,
    "tune",
    "stop-hyper-parameter-tuning-job",
    _detail,
)


def objective(config: Config, metrics: Metrics) -> tuple[str, str]:
    """The metric's name and Minimize or Maximize.

    Where [tune] names none, it is one of rows that were not learnt from: validation's, if there is such a channel, else
    those held out. Raises UsageError for what cannot be known.
    """
    known = [each["Name"] for each in metrics]
    if not known:
        raise UsageError("the jobs have no metrics to tune by; write train.metrics into sagemaker.toml")
    name = config.tune.objective or _usual(known, "validation" in config.train.channels)
    if name not in known:
        raise UsageError(f"tune.objective = {shown(name)} is no metric of the jobs; {suggestion(name, known)}")
    goals = [goal for goal, words in GOALS.items() if any(word in name.lower() for word in words)]
    goal = config.tune.goal or (goals[0] if len(goals) == 1 else None)
    if not goal:
        raise UsageError(f'tune.goal is missing: write "Minimize" or "Maximize", whichever is better for {name}')
    return name, goal


def _usual(known: list[str], validated: bool) -> str:
    starts = ["validation:"] * validated + ["held_out:", ""]
    return next(name for start in starts for name in known if name.startswith(start))


def free(ranges: Ranges, config: Config) -> tuple[Ranges, list[str]]:
    """The ranges without those of hyperparameters that [train.hyperparameters] fixes, whose names come, too."""
    fixed = config.train.hyperparameters
    kept = {kind: [each for each in items if each["Name"] not in fixed] for kind, items in ranges.items()}
    left_out = [each["Name"] for items in ranges.values() for each in items if each["Name"] in fixed]
    return {kind: items for kind, items in kept.items() if items}, left_out


def log_of(context: Context, file: str | None) -> str:
    """The log in which metrics are looked for: a file's, or that of a training here, which is run for it."""
    if file:
        try:
            return Path(file).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise UsageError(f"--log {file} cannot be read: {error.strerror}; correct the path") from None
    script = context.project.root / "local_test" / "train_local.sh"
    context.console.progress("training here, on local_test/test_dir, to see that its log has the metrics")
    try:
        ended = subprocess.run([script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    except OSError as error:
        raise AwsError(
            f"{script} cannot be run: {error.strerror}; give the log of a training instead: --log FILE"
        ) from None
    if ended.returncode != 0:
        last = (ended.stdout.strip().splitlines() or ["it printed nothing"])[-1]
        raise AwsError(f"training here failed: {last}; mend it, or give the log of another training: --log FILE")
    return ended.stdout


def prove(metrics: Metrics, name: str, log: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Each metric with the last value that its regex finds in the log, and the names of those that are not found.

    Raises UsageError if the objective's finds no number: each job would cost, and none would count.
    """
    found, missing = [], []
    for each in metrics:
        values = [match[1] for match in re.finditer(each["Regex"], log) if match.re.groups and _is_number(match[1])]
        if values:
            found.append((each["Name"], values[-1]))
        elif each["Name"] == name:
            raise UsageError(
                f"the regular expression of {name}, {each['Regex']}, finds no number in the log of a training; correct "
                "train.metrics, take another tune.objective, or give a log that has it: --log FILE"
            )
        else:
            missing.append(each["Name"])
    return found, missing


def _is_number(text: str) -> bool:
    try:
        float(text)
    except (TypeError, ValueError):
        return False
    return True


def told(context: Context, job: dict[str, Any]) -> int:
    """Print how a tuning job ended, of which the Describe call said `job`; the exit code."""
    console, name, status = context.console, job["HyperParameterTuningJobName"], job["HyperParameterTuningJobStatus"]
    found: dict[str, Any] = {"job": name, "status": status}
    best = job.get("BestTrainingJob")
    if best:
        metric = best.get("FinalHyperParameterTuningJobObjectiveMetric", {})
        output = job["TrainingJobDefinition"]["OutputDataConfig"]["S3OutputPath"].rstrip("/")
        found["best"] = best["TrainingJobName"]
        found["objective"] = {metric["MetricName"]: metric["Value"]} if metric else {}
        found["hyperparameters"] = best["TunedHyperParameters"]
        found["artifact"] = f"{output}/{best['TrainingJobName']}/output/model.tar.gz"
        console.say(f"best      {found['best']}" + (f", {metric['MetricName']}={metric['Value']:g}" if metric else ""))
        console.table(("hyperparameter", "best value"), list(found["hyperparameters"].items()))
        console.say(f"artifact  {found['artifact']}")
        console.say(f"    deploy it:  deploy/sagemaker deploy --model {found['artifact']}")
    if status == "Failed":
        found |= explain(
            console, job.get("FailureReason", "SageMaker gives none"), Log(context.account, TRAINING, name)
        )
    elif not best:
        console.say("no job has reported the objective", "bad")
    console.result(found)
    return DONE if status == "Completed" and best else FAILED
