"""Every algorithm either spreads over several hosts, and tells how, or leaves all to the first (see byoc/job.py)."""

import re

import pytest

from template import ROOT, Template

TEMPLATE = Template(ROOT)
ALGORITHMS = TEMPLATE.choices()["algorithm"]
SPREADING = TEMPLATE.spreading()
PEERS = re.compile(r"\bjob\.(collectives|leads)\b|\bshards\.\w+\(")


def own(folder: str, pattern: str) -> str:
    files = sorted((TEMPLATE.project / "options/algorithm" / folder).glob(pattern))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def all_of(algorithm: str, pattern: str) -> str:
    """What the algorithm's files of these names hold, and those of the folder that it builds on."""
    base = TEMPLATE.builds_on("algorithm", algorithm)
    return own(algorithm, pattern) + (own(base, pattern) if base else "")


@pytest.mark.parametrize("algorithm", SPREADING)
def test_an_algorithm_that_says_it_spreads_does_and_tells_how(algorithm):
    assert PEERS.search(all_of(algorithm, "program/**/*.py"))
    assert re.search(r"\bhosts\b", all_of(algorithm, "docs/*.md"))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_algorithm_that_speaks_with_other_hosts_says_so(algorithm):
    assert algorithm in SPREADING or not PEERS.search(own(algorithm, "program/**/*.py"))


@pytest.mark.parametrize("algorithm", ["decision-tree", "onnx", "custom", "transformers"])
def test_what_no_engine_trains_on_several_hosts_does_not_say_so(algorithm):
    assert algorithm not in SPREADING
