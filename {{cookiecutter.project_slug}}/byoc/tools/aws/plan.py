"""What a verb would do: the calls in order, what exists already, what changes, and what it costs an hour."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from byoc.tools.aws.calls import Call
from byoc.tools.aws.console import Console
from byoc.tools.aws.prices import Price

Action = Literal["create", "update", "delete", "start", "upload", "keep"]
MARKS = {"create": "+", "update": "~", "delete": "-", "start": "+", "upload": "+", "keep": " "}


@dataclass(frozen=True)
class Step:
    """One thing that exists or is to exist. `calls` are those that make it so, in order; none where it is kept."""

    action: Action
    kind: str  # what it is: "endpoint", "training job"
    name: str
    detail: str = ""  # what differs, in words
    calls: tuple[Call, ...] = ()
    wait: Callable[[], None] | None = None  # after the calls, until it is so; raises AwsError if it comes to nothing

    @property
    def changes(self) -> bool:
        return self.action != "keep"


@dataclass(frozen=True)
class Plan:
    """The steps in the order in which they are taken."""

    steps: list[Step]
    prices: list[Price] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what somebody should know before

    @property
    def changes(self) -> bool:
        return any(step.changes for step in self.steps)

    @property
    def calls(self) -> list[Call]:
        return [call for step in self.steps for call in step.calls]

    def show(self, console: Console) -> None:
        """For people."""
        for step in self.steps:
            what = f"{MARKS[step.action]} {step.action} {step.kind} {step.name}"
            style = {"keep": "faint", "delete": "bad"}.get(step.action, "good")
            console.say(f"{what}{f': {step.detail}' if step.detail else ''}", style)
            for call in step.calls:
                console.say(f"    {call.name}{f'  {call.note}' if call.note else ''}", "faint")
        for price in self.prices:
            console.say(f"costs {price}")
        for note in self.notes:
            console.say(f"note: {note}")
        if not self.changes:
            console.say("nothing to do")

    def document(self) -> dict[str, Any]:
        """For programs: what --plan --json prints."""
        return {
            "changes": self.changes,
            "steps": [
                {
                    "action": step.action,
                    "kind": step.kind,
                    "name": step.name,
                    "detail": step.detail,
                    "calls": [{"call": call.name, "parameters": call.parameters} for call in step.calls],
                }
                for step in self.steps
            ],
            "prices": [price.document() for price in self.prices],
            "notes": self.notes,
        }
