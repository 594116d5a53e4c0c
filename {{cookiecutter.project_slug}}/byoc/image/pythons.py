"""The Pythons that all packages are locked for. Any other is refused in one sentence, where it would fail later.

`python3 pythons.py SUBJECT WAY-OUT` does so with this Python: SUBJECT begins the sentence, WAY-OUT ends it.
"""

import sys

PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def refusal(subject: str, way_out: str, running: str) -> str:
    """Why a Python, such as "3.10.2", is none of them, "" if it is one."""
    number, newest = (tuple(map(int, version.split(".")[:2])) for version in (running, PYTHONS[-1]))
    if ".".join(map(str, number)) in PYTHONS:
        return ""
    why = ", as packages such as ONNX Runtime come some months after a new Python" if number > newest else ""
    needed = f"{PYTHONS[0]} to {PYTHONS[-1]} is needed{why}"
    return f"{subject} Python {running}, and {needed}; choose another with: {way_out}"


if __name__ == "__main__":
    sys.exit(refusal(*sys.argv[1:], running=sys.version.split()[0]) or None)
