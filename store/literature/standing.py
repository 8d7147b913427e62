"""Where a work stands: what people and rules decided on its records, taken together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from store.literature.events import RULE, Stage
from store.literature.state import SETTLED, Decided, Library

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
    disagreement decides alone, until somebody decides anew. To take that back opens the disagreement again.
    """
    newest = library.newest(stage, records)
    settled = newest.pop(SETTLED, None)
    held = sorted(
        (each for by, each in newest.items() if by != RULE and each.screening.verdict != "undo"),
        key=lambda each: (each.position, each.by),
    )
    last = held[-1] if held else None
    if (
        settled is not None
        and settled.screening.verdict != "undo"
        and (last is None or last.position < settled.position)
    ):
        return Opinion(settled)
    if last is None:
        return _NONE
    if screeners == 1:
        return Opinion(last)
    definite = [each for each in held if each.screening.verdict != "later"]
    if len(definite) < screeners:
        return Opinion(last if last.screening.verdict == "later" else None, half=bool(definite))
    if len({each.screening.verdict for each in definite}) > 1:
        return Opinion(None, disputed=True)
    return Opinion(definite[-1])


def can_be_settled(library: Library, records: Sequence[str], stage: Stage, screeners: int) -> bool:
    """Whether two screeners differ on a work, or did until somebody settled it."""
    found = opinion(library, records, stage, screeners)
    return found.disputed or (found.decided is not None and found.decided.screening.settles)


def has_said(library: Library, records: Sequence[str], stage: Stage, by: str) -> bool:
    """Whether there is anything on a work that this screener can take back."""
    newest = library.newest(stage, records).values()
    return any(each.by == by and each.screening.verdict != "undo" for each in newest)


def ruled(library: Library, records: Sequence[str]) -> Decided | None:
    """The rule's decision by which the work of these records is excluded; None where there is none."""
    found = library.newest("title", records).get(RULE)
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


def _was_left(library: Library, records: Sequence[str]) -> bool:
    """Whether the newest end of screening came after a record of the work."""
    if not library.stops:
        return False
    last = library.stops[-1].position
    return any(library.imports[record.partition(".")[0]].position < last for record in records)
