"""The models of a study: which are active, who stands in for whom, and which parts of the data are measured. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from store.board import Board
from store.kinds.diagnostics import DiagnosticSpec, topic_of
from store.models import DataRef, ModelRef
from store.queries.answers import DROP, RETRY, answer, decisions_on
from store.queries.looks import current_look, parts_until, topics_until
from store.queries.memo import per_board
from store.queries.protocol import current_cycle, study_of
from store.study.amendments import redefined
from store.study.protocol import StudyModel
from store.task.state import Task


@per_board
def active_models(board: Board) -> tuple[StudyModel, ...]:
    """The models of the study, less those that a human dropped."""
    return tuple(model for model in study_of(board).models if answer(board, "unavailable_model", model.id) != DROP)


def attempts(board: Board, model: StudyModel) -> list[tuple[Task, DiagnosticSpec]]:
    """The diagnostics planned on behalf of a model since it was last defined, and a human last asked to try it afresh.

    Oldest first.
    """
    return list(_attempts_newest_first(board, model))[::-1]


def attempts_this_cycle(board: Board, model: StudyModel) -> list[tuple[Task, DiagnosticSpec]]:
    """Those attempts that belong to the newest cycle, oldest first."""
    remembered = _this_cycle(board)
    if model.id not in remembered:
        found: list[tuple[Task, DiagnosticSpec]] = []
        for task, spec in _attempts_newest_first(board, model):
            if task.cycle != current_cycle(board):
                break
            found.append((task, spec))
        remembered[model.id] = found[::-1]
    return remembered[model.id]


def stand_in(board: Board, model: StudyModel) -> ModelRef:
    """The model that is measured in its place: itself, or the last substitute that was taken."""
    remembered = _stand_ins(board)
    if model.id not in remembered:
        newest = next(_attempts_newest_first(board, model), None)
        remembered[model.id] = newest[1].model if newest is not None else model.ref
    return remembered[model.id]


@per_board
def _this_cycle(_: Board) -> dict[str, list[tuple[Task, DiagnosticSpec]]]:
    return {}


@per_board
def _stand_ins(_: Board) -> dict[str, ModelRef]:
    return {}


def replaced_models(board: Board) -> tuple[str, ...]:
    """Ids of active models that are not measured themselves, because a substitute stands in for them."""
    return tuple(model.id for model in active_models(board) if stand_in(board, model) != model.ref)


def measured(board: Board, model: StudyModel, look: int) -> tuple[Task, ...] | None:
    """The accepted measurements that cover a model up to a look; None while any is missing."""
    found = measured_ids(board, model, look)
    return None if found is None else tuple(map(board.tasks.by_id.__getitem__, found))


def measured_ids(board: Board, model: StudyModel, look: int) -> tuple[str, ...] | None:
    """The ids of those measurements, which take a fraction of the time: a study may have thousands."""
    accepted = board.tasks.accepted_on(topic_of(stand_in(board, model)))
    try:
        return tuple(map(accepted.__getitem__, topics_until(board, look)))
    except KeyError:
        return None


def is_measured(board: Board, model: StudyModel, look: int) -> bool:
    """Whether accepted measurements cover a model up to a look."""
    accepted = board.tasks.accepted_on(topic_of(stand_in(board, model)))
    return all(map(accepted.__contains__, topics_until(board, look)))


def missing_parts(board: Board, model: StudyModel) -> list[DataRef]:
    """Parts of the data on which a model has no accepted measurement, nor one planned in this cycle."""
    remembered = _missing(board)
    if model.id not in remembered:
        remembered[model.id] = list(_missing_parts(board, model))
    return remembered[model.id]


@per_board
def _missing(_: Board) -> dict[str, list[DataRef]]:
    return {}


def _missing_parts(board: Board, model: StudyModel) -> Iterator[DataRef]:
    look = current_look(board)
    accepted = board.tasks.accepted_on(topic_of(stand_in(board, model)))
    topics = topics_until(board, look)
    if not all(map(accepted.__contains__, topics)):
        lacking = [place for place, topic in enumerate(topics) if topic not in accepted]
        under_way = {spec.topic[1] for _, spec in attempts_this_cycle(board, model)}
        parts = parts_until(board, look)
        yield from (parts[place] for place in lacking if topics[place] not in under_way)


def untried(board: Board, model: StudyModel) -> ModelRef | None:
    """The first substitute that was not tried and is not in the study for another model."""
    if not model.substitutes:
        return None
    tried = {spec.model.locator for _, spec in attempts(board, model)}
    others = [other for other in study_of(board).models if other.id != model.id]
    taken = {other.ref.locator for other in others} | {stand_in(board, other).locator for other in others}
    return next((ref for ref in model.candidates[1:] if ref.locator not in tried | taken), None)


def _attempts_newest_first(board: Board, model: StudyModel) -> Iterator[tuple[Task, DiagnosticSpec]]:
    since = _afresh_since(board, model)
    for task in board.tasks.newest_about(model.id):
        if task.position <= since:
            return
        if isinstance(task.spec, DiagnosticSpec):
            yield task, task.spec


def _afresh_since(board: Board, model: StudyModel) -> int:
    """Position from which attempts count: where a model was last defined, or a human last asked to try it afresh."""
    remembered = _positions(board)
    if model.id not in remembered:
        retries = [
            decision.answered_position or 0
            for decision in decisions_on(board, "unavailable_model", model.id)
            if decision.chosen == RETRY
        ]
        defined = [
            amendment.position
            for amendment in board.amendments
            if model.id in redefined(amendment.before, amendment.event.study)
        ]
        remembered[model.id] = max((*retries, *defined), default=0)
    return remembered[model.id]


@per_board
def _positions(_: Board) -> dict[str, int]:
    return {}
