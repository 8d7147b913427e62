"""Where a work stands: what people and rules decided on its records, taken together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from store.literature.events import RULE, Stage
from store.literature.state import Decided, Library

Standing = Literal[
    "unscreened",
    "half-screened",
    "later",
    "disputed",
    "ruled-out",
    "left-unread",
    "excluded",
    "sought",
    "not-had",
    "excluded-full-text",
    "included",
]
"""`half-screened`: one of two screeners has decided. `disputed`: two decided differently, and nobody has settled it.
`ruled-out`: by a rule of the protocol. `left-unread`: by the stopping rule. `sought`: included by title, and not yet
by full text."""

WAITING: tuple[Standing, ...] = ("unscreened", "half-screened", "later", "disputed")
"""A human has still to decide by title."""

_BY_FULL_TEXT: dict[str, Standing] = {
    "include": "included",
    "exclude": "excluded-full-text",
    "not-had": "not-had",
}


@dataclass(frozen=True, slots=True)
class Opinion:
    """What became of a work at one stage."""

    decided: Decided | None
    """The decision that stands; None where none does."""
    disputed: bool = False
    half: bool = False
    """One of two screeners has decided."""


_NONE = Opinion(None)


def opinion(library: Library, records: Sequence[str], stage: Stage, screeners: int) -> Opinion:
    """What people think of the work of these records; rules are left out.

    Of each screener the newest decision counts. With two screeners both have to decide, and alike; who settles a
    disagreement decides alone, until somebody decides anew.
    """
    newest = _newest(library, records, stage)
    held = sorted(
        (each for by, each in newest.items() if by != RULE and each.screening.verdict != "undo"),
        key=lambda each: (each.position, each.by),
    )
    if not held:
        return _NONE
    last = held[-1]
    if screeners == 1 or last.screening.settles:
        return Opinion(last)
    definite = [each for each in held if each.screening.verdict != "later"]
    if len(definite) < screeners:
        return Opinion(last if last.screening.verdict == "later" else None, half=bool(definite))
    if len({each.screening.verdict for each in definite}) > 1:
        return Opinion(None, disputed=True)
    return Opinion(definite[-1])


def ruled(library: Library, records: Sequence[str]) -> Decided | None:
    """The rule's decision by which the work of these records is excluded; None where there is none."""
    found = _newest(library, records, "title").get(RULE)
    return found if found is not None and found.screening.verdict == "exclude" else None


def standing(library: Library, records: Sequence[str], screeners: int) -> Standing:
    """Where the work of these records stands."""
    title = opinion(library, records, "title", screeners)
    verdict = title.decided.screening.verdict if title.decided else None
    if verdict == "exclude":
        return "excluded"
    if verdict == "include":
        full = opinion(library, records, "full-text", screeners).decided
        return _BY_FULL_TEXT.get(full.screening.verdict, "sought") if full else "sought"
    if title.disputed:
        return "disputed"
    if title.half:
        return "half-screened"
    if verdict == "later":
        return "later"
    if ruled(library, records) is not None:
        return "ruled-out"
    return "left-unread" if _was_left(library, records) else "unscreened"


def _newest(library: Library, records: Iterable[str], stage: Stage) -> dict[str, Decided]:
    found: dict[str, Decided] = {}
    for record in records:
        for by, decided in library.decided(stage, record).items():
            if by not in found or decided.position >= found[by].position:
                found[by] = decided
    return found


def _was_left(library: Library, records: Sequence[str]) -> bool:
    """Whether the newest end of screening came after a record of the work."""
    if not library.stops:
        return False
    last = library.stops[-1].position
    return any(library.imports[record.partition(".")[0]].position < last for record in records)
