"""Every algorithm either spreads over several hosts, and tells how, or leaves all to the first: training/job.py."""

import re

import pytest

from template import ROOT, Template

TEMPLATE = Template(ROOT)
ALGORITHMS = TEMPLATE.choices()["algorithm"]
SPREADING = TEMPLATE.spreading()
FOR_ALL = "_distributed"  # what spreads builds on it; it says nothing of any algorithm
PEERS = re.compile(r"\bjob\.(collectives|leads)\b|\bsharding\.\w+\(")


def own(folder: str, pattern: str) -> str:
    files = sorted((TEMPLATE.project / "options/algorithm" / folder).glob(pattern))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def all_of(algorithm: str, pattern: str) -> str:
    """What the algorithm's files of these names hold, and those of the folders that it builds on, but for FOR_ALL."""
    folders = [algorithm, *TEMPLATE.bases("algorithm", algorithm)]
    return "\n".join(own(folder, pattern) for folder in folders if folder != FOR_ALL)


@pytest.mark.parametrize("algorithm", SPREADING)
def test_an_algorithm_that_says_it_spreads_does_and_tells_how(algorithm):
    assert FOR_ALL in TEMPLATE.bases("algorithm", algorithm)
    assert PEERS.search(all_of(algorithm, "program/**/*.py") + all_of(algorithm, "byoc/**/*.py"))
    assert re.search(r"\bhosts\b", all_of(algorithm, "docs/*.md"))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_algorithm_that_speaks_with_other_hosts_says_so(algorithm):
    assert algorithm in SPREADING or not PEERS.search(own(algorithm, "program/**/*.py"))


@pytest.mark.parametrize("algorithm", ["decision-tree", "onnx", "custom", "transformers"])
def test_what_no_engine_trains_on_several_hosts_does_not_say_so(algorithm):
    assert algorithm not in SPREADING
