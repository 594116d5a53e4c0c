"""SIGTERM ends the job in time, with a whole model or an honest exit code (T-05, T-06, T-07)."""

import signal

import pytest

from jobs import ALGORITHM, NEVER
from jobs import stopped as run_stopped


@pytest.fixture
def stopped(paths, program_with):
    """Run `train` with this algorithm, signal it once it prints `waiting`; gives the exit code."""

    def run(algorithm: str, number: int = signal.SIGTERM, seconds: tuple[float, float] = NEVER) -> int:
        return run_stopped(paths, program_with(ALGORITHM + algorithm), number, *seconds)

    return run


def test_an_algorithm_is_interrupted_even_if_it_swallows_exceptions(paths, stopped):
    assert stopped("def train(job, hyperparameters): wait()") == 143
    expected = "Exception during training: stopped by SIGTERM before there was a model to save\n"
    assert paths.failure.read_text().startswith(expected)
    assert list(paths.model.iterdir()) == []


def test_sigint_which_processing_sends_ends_a_job_too(paths, stopped):
    assert stopped("def train(job, hyperparameters): wait()", signal.SIGINT) == 130
    assert "stopped by SIGINT" in paths.failure.read_text()


def test_a_signal_while_the_algorithm_is_imported_is_not_lost(paths, stopped):
    assert stopped("wait()") == 143
    assert "stopped by SIGTERM" in paths.failure.read_text()


def test_once_the_model_is_saved_a_stopped_job_is_a_success(paths, stopped):
    assert stopped("def train(job, hyperparameters): save(job); wait()") == 0
    assert sorted(file.name for file in paths.model.iterdir()) == ["model.onnx", "signature.json"]
    assert not paths.failure.exists()


ASKING = """
def train(job, hyperparameters):
    asked = job.stopping
    print("waiting", flush=True)
    while not job.stopping:
        time.sleep(0.05)
    assert not asked
"""


def test_an_algorithm_that_asks_may_finish_by_itself(paths, stopped):
    assert stopped(ASKING + "    save(job)") == 0
    assert (paths.model / "model.onnx").exists()
    assert not paths.failure.exists()


def test_an_algorithm_that_asks_and_returns_without_a_model_has_not_succeeded(paths, stopped):
    assert stopped(ASKING) == 143
    assert "stopped by SIGTERM before there was a model to save" in paths.failure.read_text()


def test_an_algorithm_that_asks_and_goes_on_is_interrupted_after_its_grace(paths, stopped):
    assert stopped("def train(job, hyperparameters): job.stopping; wait()", seconds=(0.1, 600)) == 143
    assert "stopped by SIGTERM" in paths.failure.read_text()


def test_a_signal_while_python_ends_does_not_change_the_exit_code(paths, run_train, program_with):
    algorithm = """
class Late:
    def __del__(self, kill=os.kill, pid=os.getpid()):
        kill(pid, 15)
late = Late()
def train(job, hyperparameters):
    save(job)
"""
    assert run_train(paths, program_with(ALGORITHM + algorithm)).returncode == 0


def test_child_processes_get_the_signal_too(paths, stopped):
    child = f"trap 'echo told >{paths.base}/child; exit 0' TERM; echo waiting; while :; do sleep 0.05; done"
    algorithm = f"""
def train(job, hyperparameters):
    job.stopping
    subprocess.run(["/bin/sh", "-c", {child!r}], check=True)
    save(job)
"""
    assert stopped(algorithm) == 0
    assert (paths.base / "child").read_text() == "told\n"


def test_a_signal_to_a_forked_child_does_not_stop_the_job(paths, run_train, program_with):
    algorithm = """
def train(job, hyperparameters):
    child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(30,))
    child.start()
    child.terminate()
    child.join()
    print("child", child.exitcode)
    time.sleep(0.2)
    save(job)
"""
    run = run_train(paths, program_with(ALGORITHM + algorithm))
    assert (run.returncode, run.stdout) == (0, "child -15\n")
