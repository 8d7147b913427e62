"""The looks of a study: which are done, which is current, and the parts of the data that each rests on. Pure."""

from __future__ import annotations

from functools import lru_cache

from store.board import Board
from store.kinds.diagnostics import topic_of
from store.kinds.statistics import KIND as STATISTICS
from store.kinds.statistics import StatisticsSpec
from store.models import DataRef
from store.queries.memo import per_board
from store.queries.protocol import current_cycle, study_of
from store.study.protocol import Data


def looks_done(board: Board, before_cycle: int | None = None) -> int:
    """Looks whose comparison was accepted, in all cycles or in those before one."""
    return len(
        {
            task.spec.look
            for task in board.tasks.of_kind(STATISTICS.name)
            if isinstance(task.spec, StatisticsSpec)
            and task.status == "accepted"
            and (before_cycle is None or task.cycle < before_cycle)
        }
    )


@per_board
def current_look(board: Board) -> int:
    """The look that the newest cycle takes: the first that no earlier cycle has compared, and never past the last."""
    following = looks_done(board, before_cycle=current_cycle(board)) + 1
    return min(following, study_of(board).decision.last_look or following)


def of_looks(board: Board) -> str:
    """How a look's number goes on: `of 3`, or that their number is open."""
    last = study_of(board).decision.last_look
    return "of an open number" if last is None else f"of {last}"


def parts_until(board: Board, look: int) -> tuple[DataRef, ...]:
    """The parts of the data that a look rests on, in order."""
    study = study_of(board)
    return _parts(study.data, study.seed, look)


def topics_until(board: Board, look: int) -> tuple[str, ...]:
    """The topics of those parts, by which measurements on them are found."""
    remembered = _topics_of_looks(board)
    if look not in remembered:
        study = study_of(board)
        remembered[look] = _topics(study.data, study.seed, look)
    return remembered[look]


@per_board
def _topics_of_looks(_: Board) -> dict[int, tuple[str, ...]]:
    return {}


@lru_cache(maxsize=64)
def _parts(data: Data, seed: int, look: int) -> tuple[DataRef, ...]:
    return tuple(data.part(number, seed) for number in range(1, look + 1))


@lru_cache(maxsize=64)
def _topics(data: Data, seed: int, look: int) -> tuple[str, ...]:
    return tuple(map(topic_of, _parts(data, seed, look)))
