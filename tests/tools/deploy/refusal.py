"""How the scripts refuse."""

import subprocess


def assert_refused(result: subprocess.CompletedProcess, *words: str) -> None:
    """The script failed, printed no URI, and its first own line holds all of `words`."""
    assert result.returncode == 1, result.stderr
    assert result.stdout == ""
    line = next(line for line in result.stderr.splitlines() if line.startswith("build"))
    assert all(word in line for word in words), result.stderr
