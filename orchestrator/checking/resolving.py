"""Resolves what a report in JSON says: each figure by its event, rounded again, and each text by its figures. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.reports.derived import from_log
from orchestrator.reports.history import History
from store.figures import round_figure

_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BadFigure:
    """A figure, or a file of figures, that does not check out."""

    where: str
    """File, and id of the figure or metric."""
    why: str
    position: int | None = None
    """The event it refers to."""
    logged: tuple[str, str] | None = None
    """Run and metric, where it is a number of a run."""


def resolve(name: str, content: bytes, past: History) -> tuple[int, list[BadFigure]]:
    """The number of figures in a report, and what does not check out: figures first, then texts that print them.

    `past` is the log as the report has it. Whether the bytes are those that were recorded is not checked here.
    """
    try:
        report = json.loads(content)
        figures = {figure["id"]: figure for figure in report["figures"]}
        bad = [
            BadFigure(f"{name}: {figure['id']}", why, figure["position"])
            for figure in figures.values()
            for why in _mismatches(figure, past)
        ]
        texts = [BadFigure(f"{name}: {text}", why) for text, why in _misprints(report["sections"], figures)]
    except _UNREADABLE as error:
        return 0, [BadFigure(name, f"cannot be read as a report ({type(error).__name__}: {error})")]
    return len(figures), bad + texts


def _mismatches(figure: Json, past: History) -> Iterator[str]:
    """Digits that are not the number rounded, then a number that its event does not hold."""
    printed = [(figure["value"], figure["text"])]
    if (interval := figure["interval"]) is not None:
        printed += [(interval[bound], interval[f"{bound}_text"]) for bound in ("low", "high")]
    for value, text in printed:
        if round_figure(value, figure["rounding"]) != text:
            yield f"{text} is not {value!r} rounded"
    told = _source(figure, past)
    unlike = [key for key, value in told.items() if _said(figure, key) != value]
    if unlike or not told:
        said = f"{figure['metric']} = {figure['value']!r}"
        if unlike not in ([], ["value"]):
            said += f" with this {' and '.join(unlike)}"
        yield f"event {figure['position']} does not record {said}"


def _source(figure: Json, past: History) -> Json:
    """What the log says of a figure; nothing where it does not know it."""
    position, metric = figure["position"], figure["metric"]
    try:
        if figure["run_id"] is None:
            return {"value": from_log(metric, past, position), "n": None, "digest": None, "interval": None}
        item = next(item for item in getattr(past.event(position), "evidence", ()) if item.metric == metric)
    except (*_UNREADABLE, StopIteration):
        return {}
    told: Json = item.model_dump(include={"run_id", "value", "digest", "n", "unit", "interval"})
    return told


def _said(figure: Json, key: str) -> object:
    said = figure[key]
    if key == "interval" and said is not None:
        return {bound: value for bound, value in said.items() if not bound.endswith("_text")}
    return said


def _misprints(part: object, figures: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Texts of the sections that do not print the figures that they name."""
    match part:
        case {"figure": str(id), "text": str(text)}:
            if text not in _forms(figures[id]):
                yield text, f"is not how {id} is printed"
        case {"figures": list(ids), "text": str(text)}:
            for printed, times in Counter(_pattern(figures[id]) for id in ids).items():
                if len(re.findall(printed, text)) < times:
                    yield text, f"does not print all of {', '.join(ids)}"
                    break
        case {}:
            for each in part.values():
                yield from _misprints(each, figures)
        case list():
            for each in part:
                yield from _misprints(each, figures)


def _forms(figure: Json) -> tuple[str, str]:
    """A figure alone, and as an estimate with its interval."""
    text, unit = figure["text"], figure["printed_unit"]
    return f"{text} {unit}".rstrip(), f"{text}{_interval(figure)} {unit}".rstrip()


def _interval(figure: Json) -> str:
    bounds = figure["interval"]
    return "" if bounds is None else f" [{bounds['low_text']}, {bounds['high_text']}]"


def _pattern(figure: Json) -> str:
    """A figure within a sentence: no part of another number, and before no interval but its own."""
    after = rf"(?:{re.escape(_interval(figure))}|(?! \[\S+, \S+\]))"
    return rf"(?<![\w.-]){re.escape(figure['text'])}(?!\w|\.\d){after}"
