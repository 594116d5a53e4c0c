"""What a project's own `train --describe` says, and what is said where it cannot be asked."""

import pytest

from byoc.tools.aws.errors import AwsError
from byoc.tools.aws.jobs.describe import described


def program(root, content: str):
    (root / "program").mkdir()
    (root / "program/train").write_text(content)
    return root


def test_it_is_asked(bake):
    found = described(bake(algorithm="custom"))
    assert {each["Name"] for each in found["MetricDefinitions"]} >= {"train:accuracy"}


def test_the_projects_own_python_is_asked(tmp_path):
    root = program(tmp_path, "")
    (root / ".venv/bin").mkdir(parents=True)
    own = root / ".venv/bin/python"
    own.write_text('#!/bin/sh\necho "{\\"said\\": \\"$2\\"}"\n')
    own.chmod(0o755)
    assert described(root) == {"said": "--describe"}


def test_a_program_that_fails_is_told_with_its_last_line(tmp_path):
    root = program(tmp_path, "import sys\nprint('x', file=sys.stderr)\nsys.exit('no module named sklearn')\n")
    with pytest.raises(AwsError, match=r"failed: no module named sklearn$"):
        described(root)
