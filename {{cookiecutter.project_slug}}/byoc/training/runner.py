"""Runs a job's algorithm from start to exit code, and reports how it ended."""

import traceback
from collections.abc import Callable
from types import ModuleType

from byoc import failure
from byoc.errors import InputError
from byoc.paths import Paths
from byoc.training import environment, hyperparameters
from byoc.training.job import Job
from byoc.training.stopping import Stop, Stopped

NO_PACKAGE = (
    "a package for training belongs in requirements/algorithm.in, or, if predictor.py imports it, too, in handlers.in; "
    "then run: make lock install"
)


def run(load_algorithm: Callable[[], ModuleType], stop: Stop | None = None) -> int:
    """Run the algorithm's `train` and return the exit code (T-08): 0, 1 after an error, 143 if stopped without a model.

    Whatever goes wrong ends in `/opt/ml/output/failure`, its message first (T-09), and so does a job that leaves no
    model (P-17). An algorithm that calls `sys.exit` keeps its exit code. Of several hosts only the first trains, unless
    the algorithm says `DISTRIBUTED = True`; then the others save none (D-06).
    """
    stop = stop or Stop()
    paths = Paths.from_environment()
    job = None

    def report(reason: str, trace: str) -> None:
        failure.report(paths.failure, reason, trace)
        stop.told = True

    def stopped(trace: str) -> int:
        if job and not job.leads:
            print(f"stopped by {stop.signal.name}: the first host decides whether the job succeeded", flush=True)
            return 0
        if stop.saved:
            print(f"stopped by {stop.signal.name} after the model was saved", flush=True)
            return 0
        report(f"stopped by {stop.signal.name} before there was a model to save", trace)
        return 128 + stop.signal

    def failed(reason: str, exit_code: int = 1) -> int:
        report(reason, traceback.format_exc())
        return exit_code

    try:
        with stop.interrupting():
            job = Job(paths, stop)
            environment.apply(paths, job.channels.values(), job.cluster)
            algorithm = load_algorithm()  # which may read them already while it is imported
            values = hyperparameters.read(paths.config, algorithm.Hyperparameters)
            job.make_folders()
            job.choose_columns(values)
            if getattr(algorithm, "DISTRIBUTED", False):
                job.join_hosts()
                algorithm.train(job, values)
            elif _trains_alone(job):
                algorithm.train(job, values)
    except Stopped:
        return stopped(traceback.format_exc())
    except InputError as error:
        return failed(str(error))
    except SystemExit as end:
        exit_code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if exit_code:
            return failed(f"the algorithm ended with sys.exit({end.code!r})", exit_code)
    except ModuleNotFoundError as error:
        return failed(f"{type(error).__name__}: {error}; {NO_PACKAGE}")
    except Exception as error:
        return failed(f"{type(error).__name__}: {error}")
    if stop.signal:
        return stopped("")
    if job.in_vain:
        reason = f"no model was saved: train has to call job.save, or to write files of its own into {paths.model}"
        report(reason, "")
        return 1
    return 0


def _trains_alone(job: Job) -> bool:
    """Whether this is the host that trains, where the algorithm cannot spread over several: the first (D-06, T-44).

    Raises InputError if it would see only a part of the data (T-24).
    """
    cluster = job.cluster
    parts = [name for name, channel in job.channels.items() if channel.sharded]
    if len(cluster.hosts) > 1 and parts:
        raise InputError(
            f"S3DistributionType=ShardedByS3Key, of channel {', '.join(parts)}, gives each of the {len(cluster.hosts)} "
            "hosts a part of the data, but this algorithm trains on one host: use FullyReplicated, or InstanceCount=1"
        )
    if cluster.rank > 0:
        first, this = cluster.hosts[0], cluster.current_host
        print(f"this algorithm trains on one host, {first}: nothing to do on {this}", flush=True)
    return cluster.rank == 0
