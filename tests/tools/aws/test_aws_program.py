"""`deploy/sagemaker` as a program: its environment, its exit codes, its output."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from byoc.tools.aws.arguments import found
from byoc.tools.aws.calls import Call
from byoc.tools.aws.validation import operation_model


def run(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """From another directory."""
    everything = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    command = [project / "deploy/sagemaker", *arguments]
    return subprocess.run(command, cwd="/", env=everything, capture_output=True, text=True, timeout=300, check=False)


def test_it_uses_the_python_that_has_its_packages(aws, bake):
    project = bake.anew()
    ended = run(project, "role", "--plan", "--exit-code", PYTHON=sys.executable)
    assert (ended.returncode, ended.stderr) == (3, "")
    assert "+ create stack sagemaker-my-model" in ended.stdout
    assert not (project / ".venv").exists()


@pytest.mark.slow
def test_it_makes_an_environment_of_its_own_once(aws, bake):
    project = bake.anew()
    ended = run(project, "role", "--plan")
    assert (ended.returncode, "+ create stack" in ended.stdout) == (0, True), ended.stderr
    assert "installing its packages into" in ended.stderr
    assert run(project, "role", "--plan").stderr == ""


def test_a_python_that_is_too_old_or_missing(bake, tmp_path):
    old = tmp_path / "python3.8"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.8.1\nexit 1\n')
    old.chmod(0o755)
    project = bake.anew()
    ended = run(project, "role", PYTHON=str(old))
    assert (ended.returncode, "is Python 3.8.1, and 3.11 or newer is needed" in ended.stderr) == (1, True), ended.stderr
    ended = run(project, "role", PYTHON="no-python")
    assert (ended.returncode, "there is no no-python on the PATH" in ended.stderr) == (1, True), ended.stderr


def test_verbs_are_found_by_name_and_say_what_they_do(capsys, sagemaker):
    with pytest.raises(SystemExit, match="0"):
        sagemaker("--help")
    told = capsys.readouterr().out
    for name, verb in found().items():
        assert name in told
        assert verb.__doc__.partition("\n")[0].rstrip(".").split()[0] in told
        for use in verb.USES:
            service, _, operation = use.partition(":")
            assert operation_model(service, operation).name == operation == Call(service, operation).model.name


@pytest.mark.parametrize("arguments", [[], ["roel"], ["role", "--exit-code"], ["role", "--nonsense"]])
def test_wrong_usage_has_exit_code_2(sagemaker, arguments):
    with pytest.raises(SystemExit, match="2"):
        sagemaker(*arguments)


def test_a_wrong_file_has_exit_code_2_and_no_call_is_made(sagemaker, sagemaker_toml):
    sagemaker_toml.write_text("nmae = 'x'")
    ended = sagemaker("role", "--json")
    assert (ended.status, ended.made) == (2, [])
    assert ended.err.startswith('sagemaker role: sagemaker.toml: name is missing; write name = "my-model"\n')
    assert ended.document["error"] in ended.err


def test_a_failed_call_has_exit_code_1(sagemaker, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
    ended = sagemaker("role")
    assert ended.status == 1
    assert ended.err.startswith("sagemaker role: sts:GetCallerIdentity failed: ")


def test_an_interrupted_verb_says_that_aws_goes_on(sagemaker, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("byoc.tools.aws.stack.apply.wait", interrupt)
    ended = sagemaker("role")
    assert (ended.status, "interrupted; what was begun on AWS goes on" in ended.err) == (130, True)
