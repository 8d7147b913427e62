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
_STATUS = re.compile(r"\b(?:status|state|outcome|result)\b", re.I)
_BEFORE = re.compile(
    rf"\b(?P<noun>{_NOUN})s?\s+(?P<done>completed?|done|finished|passed|succeeded|achieved|met)\s*$", re.I
)


def check(claims: Claims) -> Iterator[Finding]:
    """`k/m tasks completed` against sections, tables or tick boxes that give each task's status."""
    same: dict[tuple[float, float, str], list[Ratio]] = defaultdict(list)
    for ratio in claims.ratios.all:
        if noun := _noun(ratio):
            same[ratio.part.value, ratio.whole.value, noun].append(ratio)
    found_states = _States(claims)
    for (part, whole, noun), every in same.items():
        for ratio in every:
            states = found_states.of(noun, ratio.line)
            if len(states) < 2 or whole != len(states):
                continue
            done = [line for line, state in states if state == "done"]
            undone = [line for line, state in states if state != "done"]
            says = f", and not: {_names(undone)}" if undone else ""
            text = f"{ratio.text} {noun}s are said to be done; by their own status {len(done)} are{says}"
            alike = [each.line for each in every if found_states.of(noun, each.line) is states]
            yield consistent_if(len(done) == part, ratio.line, text, *alike, *undone)
            break


def _noun(ratio: Ratio) -> str:
    said = _AFTER.match(ratio.line.text, ratio.end) or _BEFORE.search(ratio.label)
    return said["noun"].lower().replace("criteria", "criterion") if said else ""


def _names(lines: list[Line]) -> str:
    more = f" and {len(lines) - 3} more" if len(lines) > 3 else ""
    return ", ".join(f"line {line.number}, “{shortened(line.text, 50)}”" for line in lines[:3]) + more


class _States:
    """The status of each piece of work of a kind, by where they are told."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._known: dict[tuple[str, int], list[tuple[Line, State]]] = {}
        self._tables: dict[str, list[tuple[int, list[tuple[Line, State]]]]] = defaultdict(list)
        for table in claims.report.tables:
            column = next((at for at, head in enumerate(table.header) if _STATUS.search(head)), None)
            rows = [(row.line, state_of(row.cells[column])) for row in table.rows if column and len(row.cells) > column]
            if column and rows:
                first = re.sub(r"(?:\s(?:id|name|no\.?|#))?$", "", table.header[0].lower().strip()).rstrip("s")
                self._tables[first].append((rows[0][0].section, rows))

    def of(self, noun: str, line: Line) -> list[tuple[Line, State]]:
        """Those of the line's own section, else of sections that are named so, else of the only table."""
        key = noun, line.section
        if key not in self._known:
            self._known[key] = self._find(noun, line.section)
        return self._known[key]

    def _find(self, noun: str, section: int) -> list[tuple[Line, State]]:
        tables = self._tables.get(noun, [])
        here = [rows for at, rows in tables if at == section]
        if boxes := self._claims.boxes.get(section):
            here.append([(each, "done" if each.checkbox else "undone") for each in boxes])
        if here:
            return here[0] if len(here) == 1 else []
        if named := self._of_sections(noun):
            return named
        return tables[0][1] if len(tables) == 1 else []

    def _of_sections(self, noun: str) -> list[tuple[Line, State]]:
        by_parent: dict[int | None, list[tuple[Line, State]]] = defaultdict(list)
        seen: set[int] = set()
        for each in self._claims.statuses.all:
            heading = self._claims.heading(each.line.section)
            if heading is not None and each.line.section not in seen and heading.text.lower().startswith(noun):
                seen.add(each.line.section)
                by_parent[self._claims.report.sections[each.line.section].parent].append((each.line, each.state))
        return next(iter(by_parent.values())) if len(by_parent) == 1 else []
