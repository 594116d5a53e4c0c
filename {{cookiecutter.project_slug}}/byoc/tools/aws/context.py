"""What a verb is given: the options, sagemaker.toml, the account, and how to print."""

import argparse
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from byoc.tools.aws.account import Account, region_of
from byoc.tools.aws.calls import perform
from byoc.tools.aws.config.file import load
from byoc.tools.aws.config.model import Config
from byoc.tools.aws.console import Console
from byoc.tools.aws.errors import UsageError
from byoc.tools.aws.owned.names import Names
from byoc.tools.aws.plan import Plan
from byoc.tools.aws.project import Project

DONE, CHANGES = 0, 3


@dataclass
class Context:
    """`options` are those of the verb, and the common ones: plan, exit_code, json, yes, region, file."""

    options: argparse.Namespace
    console: Console

    @cached_property
    def project(self) -> Project:
        return Project.at(Path(self.options.file).resolve().parent)

    @cached_property
    def config(self) -> Config:
        """Raises UsageError for a file that cannot be used."""
        return load(Path(self.options.file))

    @cached_property
    def account(self) -> Account:
        return Account(region_of(self.options.region, self.config.region))

    @cached_property
    def names(self) -> Names:
        """Asks AWS for the account's number, once."""
        return Names(self.config, self.account.identity, self.account.region)

    def carry_out(self, plan: Plan) -> int | None:
        """Show the plan and make its calls; None when all was made, for the verb to go on from there.

        An exit code where the verb is to end: with --plan, or where nothing changes. Raises UsageError where
        something is to be deleted and nobody said yes; `perform`'s errors, with what was made before named.
        """
        if self.options.plan:
            plan.show(self.console)
            self.console.result(plan.document())
            return CHANGES if plan.changes and self.options.exit_code else DONE
        if not plan.changes:
            plan.show(self.console)
            return DONE
        if any(step.action == "delete" for step in plan.steps) and not self.options.yes:
            plan.show(self.console)
            if not self.console.confirm("Delete these?"):
                raise UsageError("nothing was deleted: say yes when asked, or give --yes")
        for step in plan.steps:
            for call in step.calls:
                perform(self.account, call)
            if step.changes:
                self.console.progress(f"{step.action} {step.kind} {step.name}")
            if step.wait:
                step.wait()
        return None
