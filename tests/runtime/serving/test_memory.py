"""What is left of the memory is what the tightest limit leaves, and the file cache counts as left (M-05)."""

import math

import pytest

from byoc.serving.multi_model import memory
from byoc.serving.multi_model.memory import Memory

GIB = 1 << 30


@pytest.fixture
def system(tmp_path, monkeypatch):
    """Gives the kernel's files the contents that a test wants."""
    monkeypatch.setattr(memory, "CGROUP_V2", tmp_path / "v2")
    monkeypatch.setattr(memory, "CGROUP_V1", tmp_path / "v1")
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")

    def write(files: dict[str, str]) -> None:
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(content)

    return write


V2 = {"v2/memory.max": "1000\n", "v2/memory.current": "900\n", "v2/memory.stat": "anon 700\ninactive_file 150\n"}
V1 = {
    "v1/memory.limit_in_bytes": "1000\n",
    "v1/memory.usage_in_bytes": "800\n",
    "v1/memory.stat": "inactive_file 1\ntotal_inactive_file 50\n",
}
HOST = {"meminfo": "MemTotal:  4 kB\nMemFree:   1 kB\nMemAvailable:  2 kB\nHugePages_Total:   0\n"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, Memory(math.inf, math.inf)),
        (V2, Memory(1000, 250)),
        (V1, Memory(1000, 250)),
        (HOST, Memory(4096, 2048)),
        (HOST | V2, Memory(1000, 250)),
        (HOST | V1 | {"v1/memory.limit_in_bytes": f"{1 << 62}\n"}, Memory(4096, 2048)),
        (HOST | V2 | {"v2/memory.max": "max\n"}, Memory(4096, 2048)),
        (V2 | {"v2/memory.stat": "anon 700\n"}, Memory(math.inf, math.inf)),
        ({"meminfo": "what is this\n"}, Memory(math.inf, math.inf)),
    ],
    ids=["nothing", "v2", "v1", "host", "v2 and host", "v1 unlimited", "v2 unlimited", "half", "nonsense"],
)
def test_the_tightest_limit_counts_and_nonsense_is_none(system, files, expected):
    system(files)
    assert memory.now() == expected


def test_a_shortage_is_told_with_its_sizes(system):
    system(V2 | {"v2/memory.max": f"{1000 << 20}", "v2/memory.current": f"{700 << 20}"})
    assert memory.shortage(200 << 20) == ""
    told = "not enough memory: 201 MiB needed at least, 300 MiB left, of which 100 MiB are kept back"
    assert memory.shortage(201 << 20) == told


@pytest.mark.parametrize(("limit", "reserve"), [(512 << 20, 51.2 * (1 << 20)), (64 * GIB, GIB), (math.inf, GIB)])
def test_a_tenth_is_kept_back_but_no_more_than_a_gibibyte(limit, reserve):
    assert Memory(limit, limit).reserve == reserve
