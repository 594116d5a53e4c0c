"""What `docker run IMAGE` does when it is told neither `train` nor `serve` (L-04, LM-07, X-60)."""

import os
import shutil
import subprocess
import sys

import pytest


@pytest.fixture
def start(paths, tmp_path, laid_byoc):
    """Run `start` where images have it, beside byoc/, and a `train` and a `serve` that only say their names."""
    program = tmp_path / "a program"
    program.mkdir()
    (program / "byoc").symlink_to(laid_byoc)
    shutil.copy(laid_byoc / "image/start", program)
    for name in ("train", "serve"):
        (program / name).write_text(f"#!/bin/sh\necho became {name} with $# arguments\nexit 7\n")
        (program / name).chmod(0o755)

    def run(*arguments: str) -> subprocess.CompletedProcess:
        environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(paths.base)}
        command = [sys.executable, program / "start", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)

    return run


def test_it_trains_where_sagemaker_left_a_training_configuration(start):
    run = start()
    assert run.stdout.splitlines()[-1] == "became train with 0 arguments"
    assert run.returncode == 7  # the program's own


def test_it_serves_elsewhere(paths, start):
    paths.config.rename(paths.base / "elsewhere")
    assert start().stdout.splitlines()[-1] == "became serve with 0 arguments"


def test_a_processing_job_without_a_program_is_told_so(paths, start):
    paths.processing_config.parent.mkdir()
    paths.processing_config.write_text('{"AppSpecification": {"ContainerEntrypoint": null}}')
    run = start()
    assert (run.returncode, run.stdout) == (1, "")
    assert "must name its own program as ContainerEntrypoint\nusage: docker run IMAGE" in run.stderr
    assert "must name its own program as ContainerEntrypoint" in (paths.base / "output/message").read_text()


def test_arguments_are_refused_with_the_usage(start):
    run = start("bogus")
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("start: it takes no arguments, and was given bogus\nusage: docker run IMAGE [train")
