"""Virtual environments for projects, of their own locks, by uv: in seconds, where `make install` takes a minute."""

import re
import subprocess
import sys
from pathlib import Path

UV = Path(sys.executable).with_name("uv")
LOCKS = ("runtime", "server", "handlers", "algorithm", "tools")
# Gigabytes of libraries for GPUs, which no test has a use for.
FOR_GPUS = r"(triton|nvidia-\S+|cuda-\S+)(\[.*\])?=="
# For Linux a lock has PyTorch for NVIDIA's GPUs. Plain pip may know better.
TORCH = rf"torch==|{FOR_GPUS}"


def without(packages: str, lock: str) -> str:
    """The lock's text without the packages whose lines begin so."""
    pins = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)
    return "".join(pin for pin in pins if not re.match(packages, pin))


def leave_out_libraries_for_gpus(project: Path) -> None:
    """From what the project's image serves with."""
    lock = project / "requirements/runtime.txt"
    lock.write_text(without(FOR_GPUS, lock.read_text(encoding="utf-8")), encoding="utf-8")


def install(project: Path, *names: str) -> None:
    """Add what requirements/NAME.txt pin to the project's environment."""
    lock = project / ".venv/lock.txt"
    pinned = "".join((project / f"requirements/{name}.txt").read_text(encoding="utf-8") for name in names)
    lock.write_text(without(TORCH, pinned), encoding="utf-8")
    options = ["--quiet", "--python", project / ".venv/bin/python", "--no-deps", "--require-hashes"]
    # Compiled once, as pip does: processes that may not write bytecode would each do it anew.
    run(UV, "pip", "install", "--compile-bytecode", *options, "--requirement", lock)
    if torch := re.search(r"^torch==[\w.]+", pinned, re.MULTILINE):
        run(project / ".venv/bin/pip", "install", "--quiet", "--disable-pip-version-check", torch[0])


def make(project: Path) -> None:
    """What `make install` and the tools that `make test` wants would make."""
    run(UV, "venv", "--quiet", "--seed", "--python", sys.executable, project / ".venv")
    install(project, *(name for name in LOCKS if (project / f"requirements/{name}.txt").exists()))
    for done in ("installed", "tools"):
        (project / ".venv" / done).touch()


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True, timeout=900)
