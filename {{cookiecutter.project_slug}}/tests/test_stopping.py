"""SIGTERM at any moment ends the job in time, with a whole model or an honest exit code (T-05, T-06, T-07, T-42)."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import BaseModel

from byoc import job
from byoc.signature import Signature
from byoc.stopping import Stop

ALGORITHM = """
import ctypes, multiprocessing, os, subprocess, sys, threading, time
from pydantic import BaseModel
from byoc import stopping
from byoc.signature import Signature

class Hyperparameters(BaseModel):
    pass

def save(job):
    job.save(b"model", Signature((), ("a", "b")))

def say_so_and_wait():
    time.sleep(0.5)
    wait()

def wait():
    print("waiting", flush=True)
    while True:
        try:
            time.sleep(0.05)
        except Exception:
            pass
"""
STUCK = """
    threading.Thread(target=say_so_and_wait, daemon=True).start()
    libc = ctypes.CDLL(None)
    lock = ctypes.create_string_buffer(128)
    libc.pthread_mutex_init(lock, None)
    for _ in range(2):  # the second waits for ever, whatever signals come
        libc.pthread_mutex_lock(lock)
"""
QUICK = "stopping.GRACE, stopping.LIMIT = 0.1, 0.2\n"
NEVER = "stopping.GRACE, stopping.LIMIT = 600, 600\n"


@pytest.fixture
def stopped(paths, program_with):
    """Run `train` with this algorithm, signal it once it prints `waiting`; gives the exit code."""

    def run(algorithm: str, number: int = signal.SIGTERM) -> int:
        command = [sys.executable, program_with(ALGORITHM + algorithm) / "train"]
        environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(paths.base)}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        # Its own session, as in a container.
        with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as process:
            try:
                assert process.stdout.readline() == b"waiting\n"
                process.send_signal(number)
                return process.wait(timeout=30)
            finally:
                process.kill()

    return run


def test_an_algorithm_is_interrupted_even_if_it_swallows_exceptions(paths, stopped):
    assert stopped(NEVER + "def train(job, hyperparameters): wait()") == 143
    expected = "Exception during training: stopped by SIGTERM before there was a model to save\n"
    assert paths.failure.read_text().startswith(expected)
    assert list(paths.model.iterdir()) == []


def test_sigint_which_processing_sends_ends_a_job_too(paths, stopped):
    assert stopped(NEVER + "def train(job, hyperparameters): wait()", signal.SIGINT) == 130
    assert "stopped by SIGINT" in paths.failure.read_text()


def test_a_signal_while_the_algorithm_is_imported_is_not_lost(paths, stopped):
    assert stopped(NEVER + "wait()") == 143
    assert "stopped by SIGTERM" in paths.failure.read_text()


def test_once_the_model_is_saved_a_stopped_job_is_a_success(paths, stopped):
    assert stopped(NEVER + "def train(job, hyperparameters): save(job); wait()") == 0
    assert sorted(file.name for file in paths.model.iterdir()) == ["model.onnx", "signature.json"]
    assert not paths.failure.exists()


def test_an_algorithm_that_asks_may_finish_by_itself(paths, stopped):
    algorithm = """
def train(job, hyperparameters):
    asked = job.stopping
    print("waiting", flush=True)
    while not job.stopping:
        time.sleep(0.05)
    assert not asked
    save(job)
"""
    assert stopped(NEVER + algorithm) == 0
    assert (paths.model / "model.onnx").exists()
    assert not paths.failure.exists()


def test_an_algorithm_that_asks_and_returns_without_a_model_has_not_succeeded(paths, stopped):
    algorithm = """
def train(job, hyperparameters):
    print("waiting", flush=True)
    while not job.stopping:
        time.sleep(0.05)
"""
    assert stopped(NEVER + algorithm) == 143
    assert "stopped by SIGTERM before there was a model to save" in paths.failure.read_text()


def test_an_algorithm_that_asks_and_goes_on_is_interrupted_after_its_grace(paths, stopped):
    algorithm = "def train(job, hyperparameters): job.stopping; wait()"
    assert stopped("stopping.GRACE, stopping.LIMIT = 0.1, 600\n" + algorithm) == 143
    assert "stopped by SIGTERM" in paths.failure.read_text()


def test_an_algorithm_stuck_outside_python_is_ended_and_told_where_it_was(paths, stopped):
    assert stopped(QUICK + "def train(job, hyperparameters):" + STUCK) == 143
    failure = paths.failure.read_text()
    assert failure.startswith("Exception during training: stopped by SIGTERM before there was a model to save\n")
    assert "libc.pthread_mutex_lock(" in failure


def test_an_algorithm_stuck_outside_python_after_its_model_is_a_success(paths, stopped):
    assert stopped(QUICK + "def train(job, hyperparameters):\n    save(job)" + STUCK) == 0
    assert not paths.failure.exists()


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
    assert stopped(NEVER + algorithm) == 0
    assert (paths.base / "child").read_text() == "told\n"


def test_a_signal_to_a_forked_child_does_not_stop_the_job(paths, run_train, program_with):
    algorithm = """
stopping.GRACE = stopping.LIMIT = 0
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


class Hyperparameters(BaseModel):
    pass


def cleaning_up(job, hyperparameters):
    try:
        job.save(b"model", Signature((), ("a", "b")))
    finally:
        job.write_output("log", "clean")


@pytest.fixture
def stop():
    """A Stop that takes this process's SIGTERM, without the thread that would end it."""
    stop = Stop()
    before = signal.signal(signal.SIGTERM, stop._received)
    yield stop
    signal.signal(signal.SIGTERM, before)


def run_with_sigterm_at(moments: set[int], stop: Stop) -> tuple[int, int]:
    """Run a job in which SIGTERM comes before those lines of byoc; gives the exit code and how many lines ran."""
    byoc, count = str(Path(job.__file__).parent), 0

    def trace(frame, event, argument):
        nonlocal count
        if not frame.f_code.co_filename.startswith(byoc):
            return None
        if event == "line":
            count += 1
            if count in moments:
                os.kill(os.getpid(), signal.SIGTERM)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        code = job.run(lambda: SimpleNamespace(Hyperparameters=Hyperparameters, train=cleaning_up), stop)
    finally:
        sys.settrace(before)
    return code, count


def test_sigterm_before_any_line_leaves_a_whole_model_or_none_and_says_which(paths, stop):
    _, lines = run_with_sigterm_at(set(), stop)
    codes = []
    for moment in range(1, lines + 1):
        for file in (*paths.model.iterdir(), *paths.output_data.iterdir()):
            file.unlink()
        stop.signal = None
        code, _ = run_with_sigterm_at({moment, moment + 3}, stop)
        files = sorted(file.name for file in paths.model.iterdir())
        assert (code, files, paths.failure.exists()) in [
            (0, ["model.onnx", "signature.json"], False),
            (143, [], True),
        ], f"line {moment} of {lines}"
        assert sorted(entry.name for entry in paths.base.iterdir()) == ["input", "model", "output"], moment
        codes.append(code)
    assert set(codes) == {0, 143}
