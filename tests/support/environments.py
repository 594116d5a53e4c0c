"""Virtual environments for projects, of their own locks, by uv: in seconds, where `make install` takes a minute."""

import os
import re
import subprocess
import sys
from pathlib import Path

UV = Path(sys.executable).with_name("uv")
LOCKS = ("runtime", "server", "handlers", "algorithm", "tools")
FOLDERS = ("requirements", "byoc/tools/packages")
# Gigabytes of libraries for GPUs, which no test has a use for.
FOR_GPUS = r"(triton|nvidia-\S+|cuda-\S+)(\[.*\])?=="
# For Linux a lock has PyTorch for NVIDIA's GPUs. Plain pip may know better.
TORCH = rf"torch==|{FOR_GPUS}"
IMPORT = "import importlib, sys; [*map(importlib.import_module, sys.argv[1:])]"


def without(packages: str, lock: str) -> str:
    """The lock's text without the packages whose lines begin so."""
    pins = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)
    return "".join(pin for pin in pins if not re.match(packages, pin))


def leave_out_libraries_for_gpus(project: Path) -> None:
    """From what the project's image serves with."""
    lock = project / "requirements/runtime.txt"
    if lock.exists():  # a model that is no ONNX needs none
        lock.write_text(without(FOR_GPUS, lock.read_text(encoding="utf-8")), encoding="utf-8")


def install(project: Path, *names: str, into: Path | None = None) -> None:
    """Add what the locks NAME.txt pin to the project's environment, or to another; compile what NAME.modules name."""
    environment = into or project / ".venv"
    lock, python = environment / "lock.txt", environment / "bin/python"
    pinned = lines(project, "txt", *names)
    lock.write_text(without(TORCH, pinned), encoding="utf-8")
    run(UV, "pip", "install", "--quiet", "--python", python, "--no-deps", "--require-hashes", "--requirement", lock)
    if torch := re.search(r"^torch==[\w.]+", pinned, re.MULTILINE):
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile"]
        run(environment / "bin/pip", "install", *options, torch[0])
    # As in the image, only what is imported: the rest is most of a framework. Local scripts may not write bytecode.
    modules = [line for line in lines(project, "modules", *names).splitlines() if not line.startswith("#")]
    run(python, "-c", IMPORT, *modules, PYTHONDONTWRITEBYTECODE="")


def lines(project: Path, kind: str, *names: str) -> str:
    """Those of NAME.KIND of all names that have one."""
    files = [project / folder / f"{name}.{kind}" for name in names for folder in FOLDERS]
    return "".join(file.read_text(encoding="utf-8") for file in files if file.exists())


def make(project: Path) -> None:
    """What `make install` and the tools that `make test` wants would make."""
    create(project / ".venv", "--seed")
    install(project, *LOCKS)
    finish(project)


def create(environment: Path, *options: str) -> None:
    run(UV, "venv", "--quiet", *options, "--python", sys.executable, environment)


def finish(project: Path) -> None:
    """Let `make` see that there is nothing left to install."""
    for done in ("installed", "tools"):
        (project / ".venv" / done).touch()


def run(*command: str | Path, **settings: str) -> None:
    subprocess.run(command, env=os.environ | settings, check=True, timeout=900)
