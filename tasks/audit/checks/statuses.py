"""As many are done as their own statuses say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.mentions import State, state_of
from tasks.audit.claims.quantities import Ratio
from tasks.audit.finding import Finding, consistent_if, shortened
from tasks.audit.reading.report import Line

_NOUN = (
    r"task|experiment|step|test|job|criterion|criteria|milestone|run|item|goal|objective|stage|phase|check"
    r"|work package|module|deliverable"
)
_AFTER = re.compile(
    rf"\s*(?:of the |the |all )?(?P<noun>{_NOUN})s?\b\s*(?:are |were |is |have been |have )?(?P<done>completed?"
    r"|done|finished|passed|succeeded|achieved|met)\b",
    re.I,
)
_BEFORE = re.compile(
    rf"\b(?P<noun>{_NOUN})s?\s+(?P<done>completed?|done|finished|passed|succeeded|achieved|met)\s*$", re.I
)


def check(claims: Claims) -> Iterator[Finding]:
    """`k/m tasks completed` against sections, tables or tick boxes that give each task's status."""
    same: dict[tuple[float, float], list[tuple[Ratio, str]]] = defaultdict(list)
    for ratio in claims.ratios.all:
        if noun := _noun(ratio):
            same[ratio.part.value, ratio.whole.value].append((ratio, noun))
    of: dict[tuple[str, int], list[tuple[Line, State]]] = {}
    for every in same.values():
        ratio, noun = every[0]
        key = noun, ratio.line.section
        states = of[key] if key in of else of.setdefault(key, _states(claims, *key))
        if len(states) < 2 or ratio.whole.value != len(states):
            continue
        done = [line for line, state in states if state == "done"]
        undone = [line for line, state in states if state != "done"]
        says = f", and not: {_names(undone)}" if undone else ""
        text = f"{ratio.text} {noun}s are said to be done; by their own status {len(done)} are{says}"
        also = (*(each.line for each, _ in every), *undone)
        yield consistent_if(len(done) == ratio.part.value, ratio.line, text, *also)


def _noun(ratio: Ratio) -> str:
    said = _AFTER.match(ratio.line.text, ratio.end) or _BEFORE.search(ratio.label)
    return said["noun"].lower().replace("criteria", "criterion") if said else ""


def _names(lines: list[Line]) -> str:
    more = f" and {len(lines) - 3} more" if len(lines) > 3 else ""
    return ", ".join(f"line {line.number}, “{shortened(line.text, 50)}”" for line in lines[:3]) + more


def _states(claims: Claims, noun: str, section: int) -> list[tuple[Line, State]]:
    by_parent: dict[int | None, list[tuple[Line, State]]] = defaultdict(list)
    seen: set[int] = set()
    for each in claims.statuses.all:
        heading = claims.heading(each.line.section)
        if heading is not None and each.line.section not in seen and heading.text.lower().startswith(noun):
            seen.add(each.line.section)
            by_parent[claims.report.sections[each.line.section].parent].append((each.line, each.state))
    if by_parent:
        return max(by_parent.values(), key=len)
    for table in claims.report.tables:
        column = next(
            (
                at
                for at, head in enumerate(table.header)
                if re.search(r"\b(?:status|state|outcome|result)\b", head, re.I)
            ),
            None,
        )
        if column and table.header[0].lower().rstrip("s") in (noun, f"{noun} id", f"{noun} name"):
            return [(row.line, state_of(row.cells[column])) for row in table.rows if len(row.cells) > column]
    return [(each, "done" if each.checkbox else "undone") for each in claims.boxes.get(section, ())]
