"""The rows of the PRISMA 2020 flow, from the boxes that the log yields, and these rows as Markdown. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from store.kinds.literature import KIND
from store.queries.literature import Flow, total


@dataclass(frozen=True, slots=True)
class Count:
    """A number of the flow, under the name by which reports derive it from the log."""

    value: int
    name: str
    unit: Literal["records", "works"] = "works"


@dataclass(frozen=True, slots=True)
class Part:
    """Some of what a box holds."""

    label: str
    count: Count


@dataclass(frozen=True, slots=True)
class Box:
    """A box: a heading with its count, and what it is made of."""

    heading: str
    count: Count | None = None
    """None where the parts are all there is to tell, as in PRISMA's box of what was removed before screening."""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the flow: what goes on, and what leaves it there."""

    phase: str
    stays: Box
    leaves: Box | None = None


def steps(found: Flow) -> tuple[Step, ...]:
    """The rows of the flow; each count is that of the row above less what left it there."""
    return (
        Step(
            "Identification",
            Box(
                "Records identified",
                _records("records", found.records),
                tuple(
                    Part(source, _records(f"identified/{number}", count))
                    for number, (source, count) in enumerate(found.identified.items(), 1)
                ),
            ),
            Box("Not screened", parts=_unscreened(found)),
        ),
        Step(
            "Screening",
            Box("Works screened", _works("screened", found.screened)),
            _excluded("Works excluded", "excluded", found.excluded),
        ),
        Step("Screening", Box("Full texts sought", _works("sought", found.sought)), Box("Not assessed", parts=(
            Part("Could not be had", _works("not_had", found.not_had)),
            Part("Waiting to be read", _works("awaiting", found.awaiting)),
        ))),
        Step(
            "Screening",
            Box("Full texts assessed", _works("assessed", found.assessed)),
            _excluded("Full texts excluded", "excluded_full_text", found.excluded_full_text),
        ),
        Step("Included", Box("Works included", _works("included", found.included))),
    )  # fmt: skip


def _unscreened(found: Flow) -> tuple[Part, ...]:
    """Duplicates, and what else there is."""
    others = (
        *(Part(f"By rule: {key}", _works(f"ruled_out/{key}", count)) for key, count in found.ruled_out.items()),
        Part("Left unread by the stopping rule", _works("left_unread", found.left_unread)),
        Part("Waiting to be screened", _works("waiting", found.waiting)),
    )
    duplicates = Part("Duplicate records", _records("duplicates", found.duplicates))
    return (duplicates, *(each for each in others if each.count.value))


def _excluded(heading: str, box: str, reasons: Mapping[str, int]) -> Box:
    parts = (Part(key, _works(f"{box}/{key}", count)) for key, count in reasons.items())
    return Box(heading, _works(box, total(reasons)), tuple(parts))


def _records(box: str, value: int) -> Count:
    return Count(value, f"{KIND.name}/{box}", "records")


def _works(box: str, value: int) -> Count:
    return Count(value, f"{KIND.name}/{box}")


def as_markdown(found: Flow) -> str:
    """The flow as a table, and what stands beside it."""
    lines = ["# PRISMA 2020 flow", "", "| Phase | Goes on | n | Leaves | n |", "|---|---|---:|---|---:|"]
    for step in steps(found):
        stays, leaves = step.stays, step.leaves or Box("")
        lines.append(f"| {step.phase} | {stays.heading} | {_n(stays)} | {leaves.heading} | {_n(leaves)} |")
        lines += [f"| | – {_cell(part.label)} | {part.count.value} | | |" for part in stays.parts]
        lines += [f"| | | | – {_cell(part.label)} | {part.count.value} |" for part in leaves.parts]
    aside = f"{found.quarantined} records were set aside, as they could not be read; they are in no box."
    return "\n".join([*lines, "", aside, ""])


def _n(box: Box) -> str:
    return "" if box.count is None else f"{box.count.value}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
