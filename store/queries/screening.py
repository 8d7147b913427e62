"""What people read by title, in the order of reading; and what came of works that were left unread. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from store.board import Board
from store.literature.events import RULE
from store.literature.standing import WAITING, opinion
from store.literature.state import SETTLED
from store.queries.literature import review_of, standings


@dataclass(frozen=True, slots=True)
class Read:
    """Works by title, but for those that a rule excludes."""

    relevant: tuple[bool, ...]
    """Of each work on which people have decided, whether it is included, in the order of the decisions."""
    unread: int
    """Works on which they have not."""


def read_so_far(board: Board) -> Read:
    """Decisions that stand, oldest first, and how many works wait or were left."""
    screeners = review_of(board).screeners
    decided: list[tuple[int, str, bool]] = []
    unread = 0
    for records, where in standings(board):
        if where in WAITING or where == "left-unread":
            unread += 1
        elif where != "ruled-out":
            stands = opinion(board.library, records, "title", screeners).decided
            assert stands is not None
            decided.append((stands.position, records[0], stands.screening.verdict == "include"))
    return Read(tuple(relevant for _, _, relevant in sorted(decided)), unread)


def sampled_after_stop(board: Board) -> tuple[int, int, int] | None:
    """Works that were left at the last end of screening, how many of them were read since, and how many are relevant.

    None before any end.
    """
    library, screeners = board.library, review_of(board).screeners
    if not library.stops:
        return None
    last = library.stops[-1].position
    read = relevant = left = 0
    for records, where in standings(board):
        if not any(library.imports[record.partition(".")[0]].position < last for record in records):
            continue
        stands = opinion(library, records, "title", screeners).decided
        if where == "left-unread":
            left += 1
        elif stands is not None and stands.position > last and stands.screening.verdict in ("include", "exclude"):
            left, read = left + 1, read + 1
            relevant += stands.screening.verdict == "include"
    return left, read, relevant


def agreed_pairs(board: Board) -> list[tuple[str, str]]:
    """What the first two screeners of each work said of it, where both decided by title; not what settled it."""
    found: list[tuple[str, str]] = []
    for records, _ in standings(board):
        said = {
            by: decided
            for by, decided in board.library.newest("title", records).items()
            if by not in (RULE, SETTLED) and decided.screening.verdict in ("include", "exclude")
        }
        if len(said) > 1:
            first, second, *_ = sorted(said)
            found.append((said[first].screening.verdict, said[second].screening.verdict))
    return found
