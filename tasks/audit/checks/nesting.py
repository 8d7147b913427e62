"""What was done within a piece of work took no longer than the whole of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.quantities import Measured, role_of
from tasks.audit.finding import Finding, consistent_if, found
from tasks.audit.numbers import said_span
from tasks.audit.series.sections import own_durations

_WORK = re.compile(
    r"\b(?:time|duration|took|run|runs|ran|elapsed|training|inference|evaluation|experiment|execution|processing"
    r"|finished in|completed in)\b",
    re.I,
)
_ELSEWHERE = re.compile(
    r"\b(?:previous|earlier|last|former|baseline|compared|instead|original|before|after|typical|usual|normally|manual"
    r"|human|by hand"
    r"|would|could|if|(?:cpu|gpu|core|node|person|man|machine|tpu)[- ]?(?:time|hours?|h|days?|minutes?)|in parallel"
    r"|older|other)",
    re.I,
)
"""Says that the time is of other work, or is added up over machines."""
_OF_MATERIAL = re.compile(r"\s+(?:of|long|worth)\b")
_AS_KEY = re.compile(r"[A-Z][^:.;,]{0,40}:\s*~?$")
_WHOLE = re.compile(r"^(?:total|overall)\b(?:\s+\w+)?\s(?:duration|time|run ?time)$", re.I)
_OF_ALL = re.compile(r"\b(?:all|overall|altogether|tasks|jobs|steps|experiments|runs)\b", re.I)
"""Of several pieces of work together: such a sentence only happens to stand in the section of the last one."""


def _is_the_same(around: Measured, each: Measured) -> bool:
    """Whether both are in one sentence, as an amount in two units is."""
    return around.line is each.line and not re.search(r"[.;]\s", each.line.text[around.end : each.start])


def check(claims: Claims) -> Iterator[Finding]:
    """A duration in a section against that of the section, or of the nearest one around it that has one."""
    own = own_durations(claims)
    if not own:
        return
    mine = {id(each) for each in own.values()}
    for each in claims.measured.all:
        if not each.time or each.per or each.forecast or id(each) in mine:
            continue
        if (
            role_of(each.label) in ("mean", "median", "least")
            or _OF_ALL.search(each.line.text)
            or _WHOLE.search(each.label)
        ):
            continue
        if not _WORK.search(each.line.text[: each.end + 20]):
            continue
        around = next((own[at] for at in claims.report.ancestors(each.line.section) if at in own), None)
        if around is None or _is_the_same(around, each):
            continue
        text = f"{each.text} ({said_span(each.base)} s) within work of {around.text}, as line {around.line.number} says"
        if each.base.low <= around.base.high:
            yield found("consistent", each.line, text, around.line)
        elif _ELSEWHERE.search(each.line.text) or _OF_MATERIAL.match(each.line.text, each.end):
            continue
        elif _AS_KEY.match(each.line.text[: each.start]):
            yield found("inconsistent", each.line, text, around.line)
        else:
            yield found("depends on reading", each.line, f"{text}: only if it was no part of it", around.line)
    for section, duration in own.items():
        parent = claims.report.sections[section].parent
        around = next((own[at] for at in claims.report.ancestors(parent or 0) if at in own), None)
        if around is not None:
            text = f"{duration.text} within work of {around.text}, as line {around.line.number} says"
            yield consistent_if(duration.base.low <= around.base.high, duration.line, text, around.line)
