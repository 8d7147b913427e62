"""The PRISMA 2020 flow as Markdown and as a drawing, from the boxes that the log yields."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from store.queries.literature import Flow, total

_WIDTH, _GAP, _PADDING, _LINE = 340, 40, 10, 18
_LETTERS = 46
"""Of a line in a box."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box: a heading with its count, and what it is made of."""

    heading: str
    count: int
    parts: tuple[tuple[str, int], ...] = ()

    @property
    def title(self) -> str:
        """As it is printed."""
        return f"{self.heading} (n = {self.count:,})".replace(",", " ")

    @property
    def lines(self) -> tuple[str, ...]:
        """Its parts as they are printed, in lines that fit."""
        told = (f"{name} (n = {count:,})".replace(",", " ") for name, count in self.parts)
        return tuple(line for text in told for line in textwrap.wrap(text, _LETTERS, subsequent_indent="  "))


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the flow: what goes on, and what leaves it there."""

    phase: str
    stays: Box
    leaves: Box | None = None


def steps(found: Flow) -> tuple[Step, ...]:
    """The rows of the flow; each count is that of the row above less what left it there."""
    before = [
        ("Duplicate records", found.duplicates),
        *((f"Excluded by rule: {name}", count) for name, count in found.ruled_out.items()),
        ("Left unread by the stopping rule", found.left_unread),
        ("Waiting to be screened", found.waiting),
    ]
    return (
        Step(
            "Identification",
            Box("Records identified", found.records, tuple(found.identified.items())),
            Box("Not screened", sum(count for _, count in before), tuple(each for each in before if each[1])),
        ),
        Step("Screening", Box("Works screened", found.screened), _excluded("Works excluded", found.excluded)),
        Step(
            "Screening",
            Box("Full texts sought", found.sought),
            Box(
                "Not assessed",
                found.not_had + found.awaiting,
                tuple(
                    (name, count)
                    for name, count in (("Could not be had", found.not_had), ("Waiting to be read", found.awaiting))
                    if count
                ),
            ),
        ),
        Step(
            "Screening",
            Box("Full texts assessed", found.assessed),
            _excluded("Full texts excluded", found.excluded_full_text),
        ),
        Step("Included", Box("Works included", found.included)),
    )


def _excluded(heading: str, reasons: Mapping[str, int]) -> Box:
    return Box(heading, total(reasons), tuple(reasons.items()))


def as_markdown(found: Flow) -> str:
    """The flow as a table, and what stands beside it."""
    lines = ["# PRISMA 2020 flow", "", "| Phase | Goes on | n | Leaves | n |", "|---|---|---:|---|---:|"]
    for step in steps(found):
        leaves = (step.leaves.heading, f"{step.leaves.count}") if step.leaves is not None else ("", "")
        lines.append(f"| {step.phase} | {step.stays.heading} | {step.stays.count} | {leaves[0]} | {leaves[1]} |")
        lines += [f"| | – {_cell(name)} | {count} | | |" for name, count in step.stays.parts]
        if step.leaves is not None:
            lines += [f"| | | | – {_cell(name)} | {count} |" for name, count in step.leaves.parts]
    aside = f"{found.quarantined} records were set aside, as they could not be read; they are in no box."
    return "\n".join([*lines, "", aside, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def as_svg(found: Flow) -> str:
    """The flow as a drawing of fixed size that scales; the same boxes give the same bytes."""
    rows = steps(found)
    parts: list[str] = []
    top = 10
    centre = 10 + _WIDTH / 2
    for number, step in enumerate(rows):
        height = max(_height(step.stays), _height(step.leaves) if step.leaves is not None else 0)
        parts += _box(step.stays, 10, top, height)
        if step.leaves is not None:
            parts += _box(step.leaves, 10 + _WIDTH + _GAP, top, height)
            parts.append(_arrow(10 + _WIDTH, top + height / 2, 10 + _WIDTH + _GAP, top + height / 2))
        if number < len(rows) - 1:
            parts.append(_arrow(centre, top + height, centre, top + height + 30))
        top += height + 30
    width, whole = 2 * _WIDTH + _GAP + 20, top - 20
    told = "; ".join(f"{step.stays.title}" for step in rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {whole}" width="{width}" height="{whole}" '
        'role="img" aria-labelledby="t d" font-family="system-ui, sans-serif" font-size="13">'
        f'<title id="t">PRISMA 2020 flow</title><desc id="d">{escape(told)}</desc>'
        '<defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#444"/></marker></defs>'
        f'<rect width="{width}" height="{whole}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _height(box: Box) -> int:
    return 2 * _PADDING + _LINE * (1 + len(box.lines))


def _box(box: Box, left: float, top: float, height: float) -> Iterator[str]:
    yield f'<rect x="{left:g}" y="{top:g}" width="{_WIDTH}" height="{height:g}" fill="#f6f8fa" stroke="#444" rx="3"/>'
    at = top + _PADDING + 13
    yield f'<text x="{left + _PADDING:g}" y="{at:g}" font-weight="600" fill="#111">{escape(box.title)}</text>'
    for number, line in enumerate(box.lines, 1):
        shown = escape(line).replace("  ", "\u00a0\u00a0")
        yield f'<text x="{left + _PADDING:g}" y="{at + number * _LINE:g}" fill="#222">{shown}</text>'


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="#444" marker-end="url(#a)"/>'
