"""docs/aws.md says which calls each verb makes, and what it is for."""

import re

from aws import PROJECT
from byoc.tools.aws.arguments import uses

ROW = re.compile(r"^\| `([a-z]+)` \| (.+) \|$", re.MULTILINE)


def row(calls: frozenset[str]) -> str:
    """`sagemaker: A, B; s3: C`, as the page has it."""
    told: dict[str, list[str]] = {}
    for call in sorted(calls):
        service, _, operation = call.partition(":")
        told.setdefault(service, []).append(operation)
    return "; ".join(f"{service}: {', '.join(operations)}" for service, operations in told.items())


def test_the_page_says_which_calls_each_verb_makes():
    documented = dict(ROW.findall((PROJECT / "docs/aws.md").read_text()))
    assert {verb: documented.get(verb) for verb in uses()} == {verb: row(calls) for verb, calls in uses().items()}
