"""The project as a version of the template generates it, as a commit in the project's repository."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .git import Refusal, git

# Not the owner's, and the same each time: so is the commit, in any clone.
WHO = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "template"), ("EMAIL", "template@localhost"), ("DATE", "2000-01-01T00:00:00Z"))
}


def generate(clone: Path, commit: str, answers: dict[str, str], folder: Path) -> Path:
    """Generate the project below `folder`, by the answers alone and nobody's settings; returns where it is.

    Raises Refusal with what the template says where it refuses the answers.
    """
    git(clone, "checkout", "--quiet", "--force", "--detach", commit)
    git(clone, "clean", "--quiet", "-ffdx")
    folder.mkdir()
    settings = folder / "settings.json"  # JSON is YAML
    settings.write_text(json.dumps({"replay_dir": str(folder / "replay"), "cookiecutters_dir": str(folder / "cloned")}))
    command = [sys.executable, "-m", "cookiecutter", clone, "--no-input", "--config-file", settings]
    command += ["--output-dir", folder / "out", *(f"{name}={answer}" for name, answer in answers.items())]
    # The hooks' copies go to the temporary folder, and nobody removes them from there.
    environment = os.environ | {"TMPDIR": str(folder), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", errors="replace")
    if result.returncode:
        said = [line for line in result.stderr.splitlines() if line.strip()] or ["no reason given"]
        refused = [line for line in said if line.startswith("ERROR: ")]
        raise Refusal(f"the template at {commit[:7]} generates no project: {(refused or said[-1:])[0]}")
    [project] = (folder / "out").iterdir()
    return project


def commit(repository: Path, prefix: str, generated: Path, message: str, *parents: str) -> str:
    """Commit a generated project's files to `repository`, below `prefix`, on no branch; returns the commit's hash."""
    git_folder = git(repository, "rev-parse", "--absolute-git-dir")
    with tempfile.TemporaryDirectory() as scratch:
        own = {"GIT_DIR": git_folder, "GIT_INDEX_FILE": f"{scratch}/index"}
        there = own | {"GIT_WORK_TREE": str(generated)}
        # All of it, whatever the owner's git leaves out, and with the scripts' mode, where the owner's git ignores it.
        git(
            generated,
            "-c",
            "core.fileMode=true",
            "-c",
            "core.safecrlf=false",
            "add",
            "--all",
            "--force",
            environment=there,
        )
        tree = git(generated, "write-tree", environment=there)
        if prefix:
            prefixed = own | {"GIT_INDEX_FILE": f"{scratch}/prefixed"}
            git(repository, "read-tree", f"--prefix={prefix}", tree, environment=prefixed)
            tree = git(repository, "write-tree", environment=prefixed)
    parent = [argument for each in parents for argument in ("-p", each)]
    return git(repository, "commit-tree", tree, *parent, "-m", message, environment=WHO)
