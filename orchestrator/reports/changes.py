"""Two reports compared by the keys of their figures: what stayed, what changed, what came and went. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.reports.keys import FigureKey
from store.errors import BadInput

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number of a report: the value of a figure, or an end of its interval."""

    key: FigureKey
    value: float
    text: str
    unit: str
    """Of `text`."""
    figure: str
    """Id of the figure within its report."""


@dataclass(frozen=True, slots=True)
class FigureChanges:
    """Each number of two reports once, sorted by key."""

    same: tuple[PrintedNumber, ...]
    """As the later report has them."""
    changed: tuple[tuple[PrintedNumber, PrintedNumber], ...]
    """Before and after; the exact values differ, though the digits may not."""
    gone: tuple[PrintedNumber, ...]
    new: tuple[PrintedNumber, ...]


def figure_changes(before: Json, after: Json) -> FigureChanges:
    """Compare two reports, as their JSON files have them; BadInput where their figures have no keys."""
    old, late = _numbers(before), _numbers(after)
    both = sorted(old.keys() & late.keys())
    return FigureChanges(
        same=tuple(late[key] for key in both if old[key].value == late[key].value),
        changed=tuple((old[key], late[key]) for key in both if old[key].value != late[key].value),
        gone=tuple(old[key] for key in sorted(old.keys() - late.keys())),
        new=tuple(late[key] for key in sorted(late.keys() - old.keys())),
    )


def _numbers(report: Json) -> dict[FigureKey, PrintedNumber]:
    try:
        return {number.key: number for figure in report["figures"] for number in _of(figure)}
    except KeyError as error:
        raise BadInput(
            f"the report has no {error.args[0]!r} where figures have it: render it again with this version of gonogo"
        ) from None


def _of(figure: Json) -> Iterator[PrintedNumber]:
    subject, metric, bound = (figure["key"][part] for part in ("subject", "metric", "bound"))
    unit, id = figure["printed_unit"], figure["id"]
    yield PrintedNumber(FigureKey(subject, metric, bound), figure["value"], figure["text"], unit, id)
    if (interval := figure["interval"]) is not None:
        yield PrintedNumber(FigureKey(subject, metric, "low"), interval["low"], interval["low_text"], unit, id)
        yield PrintedNumber(FigureKey(subject, metric, "high"), interval["high"], interval["high_text"], unit, id)
