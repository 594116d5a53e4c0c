"""The report: the outcome of every duty, as Markdown, JSON and JUnit."""

import json
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from .outcome import BROKEN, HELD, MARKS, NOT_CHECKED, NOT_HELD, Result
from .runner import CUT_OFF, NEEDS_A_CONTAINER, Verdict

LEVELS = ("MUST", "SHOULD", "MAY", "FACT")


def by_level(verdicts: list[Verdict], outcome: str, *levels: str) -> list[Verdict]:
    """The duties that ended so, MUSTs first."""
    return [v for level in levels or LEVELS for v in verdicts if (v.outcome, v.duty.level) == (outcome, level)]


def by_reason(verdicts: list[Verdict]) -> dict[str, list[str]]:
    """Why duties were not checked, the most frequent reason first → their ids."""
    reasons: dict[str, list[str]] = {}
    for verdict in by_level(verdicts, NOT_CHECKED):
        reasons.setdefault(verdict.seen, []).append(verdict.duty.id)
    return dict(sorted(reasons.items(), key=lambda item: -len(item[1])))


def counts(verdicts: list[Verdict]) -> dict[str, Counter]:
    """level → outcome → how many."""
    return {level: Counter(v.outcome for v in verdicts if v.duty.level == level) for level in LEVELS}


def table(verdicts: list[Verdict]) -> list[str]:
    lines = [f"{'':<8}" + "".join(f"{outcome:>13}" for outcome in MARKS)]
    for level, counter in counts(verdicts).items():
        lines.append(f"{level:<8}" + "".join(f"{counter[outcome]:>13}" for outcome in MARKS))
    return lines


def all_musts_hold(verdicts: list[Verdict]) -> bool:
    """False also where nothing could be checked: that is no good news."""
    failed = by_level(verdicts, NOT_HELD, "MUST") + by_level(verdicts, BROKEN, "MUST")
    return not failed and bool(by_level(verdicts, HELD))


def conclusion(verdicts: list[Verdict]) -> str:
    """One sentence, in which a run's exit status is explained."""
    held, failed = (len(by_level(verdicts, outcome, "MUST")) for outcome in (HELD, NOT_HELD))
    if by_level(verdicts, BROKEN):
        return f"The kit itself failed over {len(by_level(verdicts, BROKEN))} of the duties; please report it."
    apart = sum(NEEDS_A_CONTAINER in v.seen for v in by_level(verdicts, NOT_CHECKED))
    more = f" {apart} duties more need a container: run it against an image." if apart else ""
    cut_off = sum(CUT_OFF in v.seen for v in by_level(verdicts, NOT_CHECKED))
    more += f" {cut_off} were cut off, as the run was stopped: run it again." if cut_off else ""
    if failed:
        return f"Not held: {failed} of the {held + failed} MUSTs that could be checked.{more}"
    if not by_level(verdicts, HELD):
        return f"Nothing could be checked; the reasons are above.{more}"
    return f"All {held} MUSTs that could be checked hold.{more}"


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
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {seconds:.0f} s."
    summary = ["```", *table(verdicts), "```", "", f"{conclusion(verdicts)} {when}"]
    lines = [f"# {target} against SageMaker's container contract", "", *summary]
    for outcome in (BROKEN, NOT_HELD, HELD):
        chosen = by_level(verdicts, outcome)
        if chosen:
            lines += [
                "",
                f"## {outcome.capitalize()} ({len(chosen)})",
                "",
                "| id | level | duty | seen |",
                "|---|---|---|---|",
            ]
        for verdict in chosen:
            duty = verdict.duty
            lines.append(f"| [{duty.id}]({duty.page}) | {duty.level} | {duty.duty} | {escaped(verdict.seen)} |")
    reasons = by_reason(verdicts)
    if reasons:
        lines += ["", f"## Not checked ({sum(map(len, reasons.values()))})", ""]
    links = {v.duty.id: f'[{v.duty.id}]({v.duty.page} "{titled(v.duty.duty)}")' for v in verdicts}
    for reason, ids in reasons.items():
        lines.append(f"- {escaped(reason)}: {', '.join(links[each] for each in ids)}")
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def titled(text: str) -> str:
    """What a link shows when it is pointed at."""
    return escaped(text).replace('"', "'")


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
