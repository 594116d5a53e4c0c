"""The report: progress and a table on the terminal, and JSON, JUnit and Markdown in a folder."""

import json
import shutil
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from .outcome import BROKEN, HELD, NOT_CHECKED, NOT_HELD, Result
from .runner import NEEDS_A_CONTAINER, Verdict

MARKS = {HELD: "✓", NOT_HELD: "✗", NOT_CHECKED: "·", BROKEN: "!"}
COLOURS = {HELD: "32", NOT_HELD: "31;1", NOT_CHECKED: "2", BROKEN: "35;1"}
LEVELS = ("MUST", "SHOULD", "MAY", "FACT")


def tell(name: str, result: Result) -> None:
    """Progress, a line a check."""
    line = f"{MARKS[result.outcome]} {name.partition('.')[2].replace('_', ' ')} ({result.seconds:.1f} s)"
    line += f": {result.seen[:200]}" if result.outcome in (NOT_HELD, BROKEN) else ""
    print(coloured(line, result.outcome), flush=True)


def coloured(text: str, outcome: str) -> str:
    return f"\x1b[{COLOURS[outcome]}m{text}\x1b[0m" if sys.stdout.isatty() else text


def show(verdicts: list[Verdict]) -> None:
    """What is not held comes last, where the eye is."""
    width = shutil.get_terminal_size((140, 40)).columns
    for outcome in (NOT_CHECKED, HELD, BROKEN, NOT_HELD):
        chosen = [verdict for verdict in verdicts if verdict.outcome == outcome]
        if chosen:
            print(f"\n{outcome.upper()} ({len(chosen)})")
        for verdict in chosen:
            line = f"{MARKS[outcome]} {verdict.duty.id:<6}{verdict.duty.level:<7}{verdict.duty.duty}: {verdict.seen}"
            if outcome in (HELD, NOT_CHECKED):
                print(coloured(line[:width], outcome))
            else:
                print(coloured(line, outcome), f"  {verdict.duty.page}", sep="\n")


def counts(verdicts: list[Verdict]) -> dict[str, Counter]:
    """level → outcome → how many."""
    return {level: Counter(v.outcome for v in verdicts if v.duty.level == level) for level in LEVELS}


def summary(verdicts: list[Verdict], seconds: float) -> list[str]:
    lines = [f"{'':<8}" + "".join(f"{outcome:>13}" for outcome in MARKS)]
    for level, counter in counts(verdicts).items():
        lines.append(f"{level:<8}" + "".join(f"{counter[outcome]:>13}" for outcome in MARKS))
    apart = sum(NEEDS_A_CONTAINER in verdict.seen for verdict in verdicts if verdict.outcome == NOT_CHECKED)
    if apart:
        lines.append(f"{apart} of those not checked need a container: run again with an image")
    return [*lines, f"{len(verdicts)} duties in {seconds:.0f} s"]


def all_musts_hold(verdicts: list[Verdict]) -> bool:
    broken = (NOT_HELD, BROKEN)
    return not any(v.duty.level == "MUST" and v.outcome in broken for v in verdicts)


def write(folder: Path, target: str, verdicts: list[Verdict], results: dict[str, Result], seconds: float) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps(as_json(target, verdicts, results, seconds), indent=2)
    (folder / "report.json").write_text(f"{content}\n", "utf-8")
    (folder / "report.md").write_text(as_markdown(target, verdicts, seconds), "utf-8")
    as_junit(verdicts).write(folder / "junit.xml", "utf-8", xml_declaration=True)


def as_json(target: str, verdicts: list[Verdict], results: dict[str, Result], seconds: float) -> dict:
    return {
        "target": target,
        "all_musts_hold": all_musts_hold(verdicts),
        "seconds": round(seconds, 1),
        "counts": counts(verdicts),
        "duties": [asdict(v.duty) | {"outcome": v.outcome, "seen": v.seen} for v in verdicts],
        "checks": {name: asdict(result) for name, result in results.items()},
    }


def as_markdown(target: str, verdicts: list[Verdict], seconds: float) -> str:
    lines = [f"# {target} against SageMaker's container contract", "", "```", *summary(verdicts, seconds), "```"]
    for outcome in (BROKEN, NOT_HELD, HELD, NOT_CHECKED):
        chosen = [verdict for verdict in verdicts if verdict.outcome == outcome]
        if not chosen:
            continue
        lines += ["", f"## {outcome.capitalize()} ({len(chosen)})", "", "| id | level | duty | seen |"]
        lines += ["|---|---|---|---|"]
        for verdict in chosen:
            seen = verdict.seen.replace("|", "\\|").replace("<", "&lt;")
            duty = verdict.duty
            lines.append(f"| [{duty.id}]({duty.page}) | {duty.level} | {duty.duty} | {seen} |")
    return "\n".join(lines) + "\n"


def as_junit(verdicts: list[Verdict]) -> ElementTree.ElementTree:
    """A test case a duty: what breaks a MUST is a failure, all else that is not held is skipped with its reason."""
    suite = ElementTree.Element("testsuite", name="contract", tests=str(len(verdicts)))
    for verdict in verdicts:
        duty = verdict.duty
        case = ElementTree.SubElement(suite, "testcase", classname=duty.level, name=f"{duty.id} {duty.duty}")
        seen = "".join(character if character.isprintable() else "?" for character in verdict.seen)
        if verdict.outcome == BROKEN:
            ElementTree.SubElement(case, "error", message=seen)
        elif verdict.outcome == NOT_HELD and duty.level == "MUST":
            ElementTree.SubElement(case, "failure", message=seen).text = duty.page
        elif verdict.outcome != HELD:
            ElementTree.SubElement(case, "skipped", message=f"{verdict.outcome}: {seen}")
    for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(kind, str(len(suite.findall(f"testcase/{tag}"))))
    return ElementTree.ElementTree(suite)
