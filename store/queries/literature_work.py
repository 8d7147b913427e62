"""What the library is brought up to date from, as the spec of a task. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from store.board import Board
from store.kinds.literature import LiteratureSpec, Said, Watch
from store.literature.standing import opinion, ruled, standing
from store.queries.literature import SELECTED, Records, review_of, works


def literature_spec(board: Board) -> LiteratureSpec:
    """All that a handler has to know of the library, as it sees no log."""
    library, review = board.library, review_of(board)
    every = list(works(library))
    imports = list(library)
    return LiteratureSpec(
        files=review.files,
        known=tuple(each.event.file.digest for each in imports),
        records=tuple(each.event.records.digest for each in imports),
        groups=tuple("+".join(records) for records in every if len(records) > 1),
        asked=tuple(f"{question.a}?{question.b}" for question in library.open_questions()),
        answers=tuple(
            Said(a=a, b=b, same=answer.same) for (a, b), answer in sorted(library.answers.items(), key=lambda at: at[0])
        ),
        decided=tuple(_decided(board, every)),
        ruled=tuple(
            f"{by_rule.screening.criterion}:{records[0]}"
            for records in every
            if (by_rule := ruled(library, records)) is not None
        ),
        rules=review.rules,
        concepts=review.concepts,
        watches=watches(board) if review.watch and len(board.cycles) > 1 else (),
        until=board.at.date().isoformat() if review.watch and board.at is not None else "",
        requests=review.requests if review.watch else 0,
    )


def watches(board: Board) -> tuple[Watch, ...]:
    """Every query to every of its services, each from the day up to which the last whole watch of it came."""
    known = {
        (each.event.source, each.event.query): each.event.until for each in board.library.watches if each.event.until
    }
    return tuple(
        Watch(source=source, query=query.text, since=known.get((source, query.text), ""))
        for query in review_of(board).queries
        for source in query.sources
    )


def _decided(board: Board, every: Sequence[Records]) -> Iterator[str]:
    """Works on which people have decided something, each behind a sign for what."""
    screeners = review_of(board).screeners
    for records in every:
        found = opinion(board.library, records, "title", screeners)
        verdict = found.decided.screening.verdict if found.decided else ""
        sign = {"include": "-", "exclude": "-"}.get(verdict, "?")
        if standing(board.library, records, screeners) in SELECTED:
            sign = "+"
        if found.decided or found.disputed or found.half:
            yield f"{sign}{records[0]}"
