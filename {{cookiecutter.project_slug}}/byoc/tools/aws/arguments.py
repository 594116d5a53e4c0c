"""The command line. A verb is a module of verbs/, found by its name:

    def arguments(parser)     adds the verb's own arguments
    def run(context) -> int   does it; the exit code
    USES                      the calls that it may make, each `service:Operation`
    WRITES                    whether it changes anything on AWS: then it takes --plan

Its docstring is its help; the first line is what the list of verbs says.
"""

import argparse
import os
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Protocol

from byoc.tools.aws import verbs

PROJECT = Path(__file__).resolve().parents[3]


class Verb(Protocol):
    USES: frozenset[str]
    WRITES: bool

    def arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, context) -> int: ...


def found() -> dict[str, Verb]:
    """Every verb, by its name."""
    names = sorted(each.name for each in pkgutil.iter_modules(verbs.__path__))
    return {name: import_module(f"{verbs.__name__}.{name}") for name in names}


def uses() -> dict[str, frozenset[str]]:
    """The calls that each verb may make: policies and the table in docs/aws.md are made of them."""
    return {name: verb.USES for name, verb in found().items()}


def parsed(arguments: list[str]) -> tuple[Verb, argparse.Namespace]:
    """The verb and its options. Ends with exit code 2 for what cannot be understood, with 0 after --help."""
    known = found()
    parser = argparse.ArgumentParser("deploy/sagemaker", description="Make on AWS what sagemaker.toml says.")
    choose = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, verb in known.items():
        text = verb.__doc__ or ""
        each = choose.add_parser(
            name,
            help=text.partition("\n")[0].rstrip("."),
            description=text,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        verb.arguments(each)
        _common(each, verb.WRITES)
    options = parser.parse_args(arguments)
    if options.exit_code and not options.plan:
        parser.error("--exit-code is about a plan; give --plan, too")
    return known[options.verb], options


def _common(parser: argparse.ArgumentParser, writes: bool) -> None:
    group = parser.add_argument_group("common options")
    if writes:
        group.add_argument("--plan", action="store_true", help="print what would be done, and do nothing")
        group.add_argument(
            "--exit-code", action="store_true", help="with --plan: exit with 3 if something would change"
        )
        group.add_argument("--yes", action="store_true", help="do not ask before deleting")
    else:
        parser.set_defaults(plan=False, exit_code=False, yes=False)
    group.add_argument("--json", action="store_true", help="print one JSON document to standard output")
    group.add_argument("--region", help="instead of AWS_REGION, and of the region in sagemaker.toml")
    group.add_argument("--file", default=os.fspath(PROJECT / "sagemaker.toml"), help="another sagemaker.toml")
