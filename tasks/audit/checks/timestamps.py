"""Times in identifiers, and between start and end, agree with durations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.quantities import Measured
from tasks.audit.claims.times import StampedId
from tasks.audit.finding import Finding, consistent_if, found
from tasks.audit.numbers import Span, said, said_span
from tasks.audit.reading.report import Line
from tasks.audit.series.sections import own_durations

_WHOLE = re.compile(
    r"^(?:the )?(?:total|overall)?\s*(?:execution|run|elapsed|wall(?:[- ]clock)?|cycle|pipeline"
    r"|processing)[ -]?(?:time|duration)?$",
    re.I,
)
_CLOCK = r"(?:(?P<day>\d{4}-\d{2}-\d{2})[T ,]+)?(?P<clock>\d{1,2}:\d{2}(?::\d{2})?)"
_START = re.compile(rf"^(?:start(?:ed)?(?: time| at)?|begun|began|begin)\s*:\s*{_CLOCK}", re.I)
_END = re.compile(
    rf"^(?:end(?:ed)?(?: time| at)?|finish(?:ed)?(?: at)?|completed(?: at)?|stopped)\s*:\s*{_CLOCK}", re.I
)
_CITED = re.compile(
    r"baseline|previous|earlier|compar|reference|parent|resum|checkpoint|prior|from run|older|last", re.I
)
_MARGIN = 60.0
"""Seconds: a stamp may be taken a moment before or after the work."""
_ROUND = ":00"


def check(claims: Claims) -> Iterator[Finding]:
    """Ids of one report lie no further apart than it took, and end less start is the duration."""
    yield from _ids(claims)
    yield from _clocks(claims)


def _whole(claims: Claims) -> Measured | None:
    """How long everything took: the longest duration that is said of the whole."""

    def of_all(each: Measured) -> bool:
        on_top = claims.report.sections[each.line.section].level <= 1
        return bool(_WHOLE.search(each.label)) and (on_top or "total" in each.label.lower())

    every = [each for each in claims.measured.all if each.time and not each.per and not each.forecast and of_all(each)]
    return max(every, key=lambda each: each.base.high, default=None)


def _ids(claims: Claims) -> Iterator[Finding]:
    whole = _whole(claims)
    ids: dict[str, StampedId] = {}
    for each in claims.ids.all:
        ids.setdefault(each.name, each)
    ids = {name: each for name, each in ids.items() if not _CITED.search(each.line.text)}
    runs = sorted((each for each in ids.values() if not each.of_file), key=lambda each: each.at)
    if whole is None or len(ids) < 2:
        return
    for every, what in ((runs, "runs"), (sorted(ids.values(), key=lambda each: each.at), "runs and files")):
        if len(every) < 2 or (what == "runs and files" and len(every) == len(runs)):
            continue
        first, last = every[0], every[-1]
        apart = (last.at - first.at).total_seconds()
        text = (
            f"{what} {first.name} and {last.name} are stamped {said(apart / 60)} min apart, "
            f"in work of {whole.text} ({said(whole.base.high / 60)} min)"
        )
        if apart <= whole.base.high + _MARGIN:
            yield found("consistent", last.line, text, first.line, whole.line)
        elif what == "runs" and all(_within_work(claims, each) for each in (first, last)):
            yield found("inconsistent", last.line, text, first.line, whole.line)
        else:
            text += ": only if not all of them are of this work"
            yield found("depends on reading", last.line, text, first.line, whole.line)


def _within_work(claims: Claims, each: StampedId) -> bool:
    """Whether an id is given in a section that tells how long its own work took."""
    own = own_durations(claims)
    return any(at in own for at in claims.report.ancestors(each.line.section))


def _clocks(claims: Claims) -> Iterator[Finding]:
    starts: dict[int, tuple[Line, datetime, bool]] = {}
    for line in claims.numeric("start", "beg", "end", "finish", "completed", "stopped"):
        if (found_at := _START.match(line.text)) and (at := _time(found_at)):
            starts[line.group] = (line, at, bool(found_at["day"]))
        elif (found_at := _END.match(line.text)) and line.group in starts and (at := _time(found_at)):
            begun, start, dated = starts[line.group]
            durations = [
                each for each in claims.measured.within("group", line)
                if each.time and not each.per and "duration" in each.label.lower() + " " + each.line.text.lower()
            ]  # fmt: skip
            seconds = (at - start).total_seconds()
            if dated != bool(found_at["day"]):
                continue
            if seconds < 0 and dated:
                yield found("inconsistent", line, f"it ends {said(-seconds)} s before it starts", begun)
                continue
            if seconds < 0:
                seconds += 86400
            precision = 1.0 if found_at["clock"].count(":") == 2 else 60.0
            for each in durations[:1]:
                between = Span(seconds - precision, seconds + precision)
                text = (
                    f"from {begun.text} to {line.text}: {said(seconds)} s, printed as {each.text} "
                    f"({said_span(each.base)} s)"
                )
                yield consistent_if(between.meets(each.base), each.line, text, begun, line)


def _time(found_at: re.Match[str]) -> datetime | None:
    clock = found_at["clock"]
    clock = clock if clock.count(":") == 2 else clock + _ROUND
    try:
        return datetime.fromisoformat(f"{found_at['day'] or '2000-01-01'}T{clock.rjust(8, '0')}")
    except ValueError:
        return None
