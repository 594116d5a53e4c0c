"""A job whose own Python cannot act any more still ends in time, and with a reason (T-05, T-08, T-09)."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import psutil
import pytest

from jobs import ALGORITHM, stopped

QUICK = (0.1, 0.2)
STUCK = """
    def say_so_and_wait():
        time.sleep(0.5)
        wait()
    threading.Thread(target=say_so_and_wait, daemon=True).start()
    libc = ctypes.CDLL(None)
    lock = ctypes.create_string_buffer(128)
    libc.pthread_mutex_init(lock, None)
    for _ in range(2):  # the second waits for ever, whatever signals come
        libc.pthread_mutex_lock(lock)
"""
# The same in a function that does not release Python's lock, so that not a single line of Python runs any more.
HOLDING_THE_LOCK = """
    libc = ctypes.PyDLL(None)
    lock = ctypes.create_string_buffer(128)
    libc.pthread_mutex_init(lock, None)
    print("waiting", flush=True)
    for _ in range(2):
        libc.pthread_mutex_lock(lock)
"""
TRAIN = "def train(job, hyperparameters):\n"


@pytest.mark.parametrize("stuck", [STUCK, HOLDING_THE_LOCK])
def test_an_algorithm_stuck_outside_python_is_ended_and_told_where_it_was(paths, program_with, stuck):
    program = program_with(ALGORITHM + TRAIN + stuck)
    assert stopped(paths, program, signal.SIGTERM, *QUICK) == 143
    failure = paths.failure.read_text()
    assert failure.startswith("Exception during training: stopped by SIGTERM before there was a model to save\n")
    line = 1 + program.joinpath("algorithm.py").read_text().splitlines().index("        libc.pthread_mutex_lock(lock)")
    assert f'algorithm.py", line {line} in train' in failure


def test_an_algorithm_stuck_outside_python_after_its_model_is_a_success(paths, program_with):
    program = program_with(ALGORITHM + TRAIN + "    save(job)\n" + HOLDING_THE_LOCK)
    assert stopped(paths, program, signal.SIGTERM, *QUICK) == 0
    assert not paths.failure.exists()


@pytest.mark.parametrize(
    ("ending", "code", "reason"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", 137, "was ended by SIGKILL, most likely for lack of memory: take an"),
        ("ctypes.string_at(0)", 139, "was ended by SIGSEGV, a fault in the compiled code of a library\n"),
        ("os.kill(os.getpid(), signal.SIGUSR1)", 138, "was ended by SIGUSR1\n"),
        ("os._exit(7)", 7, "ended with exit code 7 and gave no reason\n"),
    ],
)
def test_a_process_that_could_not_say_why_it_ended_is_spoken_for(paths, run_train, program_with, ending, code, reason):
    paths.failure.write_text("of an earlier run over the same folder")
    run = run_train(paths, program_with(ALGORITHM + TRAIN + f"    save(job)\n    {ending}\n"))
    assert run.returncode == code
    assert paths.failure.read_text().startswith(f"Exception during training: the training process {reason}")
    assert run.stderr.startswith(f"Exception during training: the training process {reason}")


@pytest.mark.parametrize(
    ("ending", "signal_name"), [("os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"), ("ctypes.string_at(0)", "SIGSEGV")]
)
def test_a_report_that_takes_the_process_down_costs_no_model(paths, run_train, program_with, ending, signal_name):
    reporting = f"""
    from byoc.reports import report
    def parts():
        {ending}
        yield
    report.write(job, "Title", hyperparameters, parts())
"""
    run = run_train(paths, program_with(ALGORITHM + TRAIN + "    save(job)\n" + reporting))
    assert run.returncode == 0, run.stderr
    assert f"warning: the report was ended by {signal_name}, " in run.stdout
    assert run.stdout.splitlines()[-1].endswith("; the model is saved")
    assert (paths.model / "model.onnx").read_bytes() == b"model"
    assert not paths.failure.exists()


@pytest.mark.parametrize("before", ["", "    save(job)\n    with job.expendable():\n        pass\n"])
def test_a_crash_without_a_model_or_after_the_report_is_a_failure(paths, run_train, program_with, before):
    ending = "    os.kill(os.getpid(), signal.SIGKILL)\n"
    if not before:
        ending = f"    with job.expendable():\n    {ending}"
    assert run_train(paths, program_with(ALGORITHM + TRAIN + before + ending)).returncode == 137


def test_a_crash_in_compiled_code_is_told_with_the_line_of_the_algorithm(paths, run_train, program_with):
    run_train(paths, program_with(ALGORITHM + TRAIN + "    ctypes.string_at(0)\n"))
    *earlier, algorithm, last = paths.failure.read_text().splitlines()
    assert "Traceback (most recent call last):" in earlier
    assert algorithm.endswith('algorithm.py", line 20 in train')
    assert last.endswith(" in string_at")


def test_the_reason_that_an_algorithm_wrote_before_it_was_killed_is_kept(paths, run_train, program_with):
    ending = "    job.paths.failure.write_text('what the user should know'); os.kill(os.getpid(), signal.SIGKILL)\n"
    assert run_train(paths, program_with(ALGORITHM + TRAIN + ending)).returncode == 137
    assert paths.failure.read_text() == "what the user should know"


def test_the_end_of_other_children_is_not_the_end_of_the_job(paths, run_train, program_with):
    orphan = '    subprocess.run(["/bin/sh", "-c", "(sleep 0.1; exit 9) & (sleep 0.2; exit 9) &"], check=True)\n'
    run = run_train(paths, program_with(ALGORITHM + TRAIN + orphan + "    time.sleep(0.4)\n    save(job)\n"))
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process has no way to end with another")
def test_who_kills_train_kills_the_training(paths, program_with):
    program = program_with(ALGORITHM + TRAIN + "    print(os.getpid(), flush=True)\n    wait()\n")
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(paths.base)}
    with subprocess.Popen([sys.executable, program / "train"], env=environment, stdout=subprocess.PIPE) as supervisor:
        training = psutil.Process(int(supervisor.stdout.readline()))
        supervisor.kill()
        try:
            training.wait(timeout=10)
        finally:
            with suppress(psutil.NoSuchProcess):
                training.kill()
