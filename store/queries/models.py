"""The models of a study: which are active, who stands in for whom, and which parts of the data are measured. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from store.board import Board
from store.kinds.diagnostic import DiagnosticSpec, topic_of
from store.models import DataRef, ModelRef
from store.queries.answers import DROP, RETRY, answer, decisions_on
from store.queries.looks import current_look, parts_until
from store.queries.protocol import current_cycle, study_of
from store.study.amendments import redefined
from store.study.protocol import StudyModel
from store.task.state import Task


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
    found: list[tuple[Task, DiagnosticSpec]] = []
    for task, spec in _attempts_newest_first(board, model):
        if task.cycle != current_cycle(board):
            break
        found.append((task, spec))
    return found[::-1]


def stand_in(board: Board, model: StudyModel) -> ModelRef:
    """The model that is measured in its place: itself, or the last substitute that was taken."""
    newest = next(_attempts_newest_first(board, model), None)
    return newest[1].model if newest is not None else model.ref


def replaced_models(board: Board) -> tuple[str, ...]:
    """Ids of active models that are not measured themselves, because a substitute stands in for them."""
    return tuple(model.id for model in active_models(board) if stand_in(board, model) != model.ref)


def accepted_part(board: Board, ref: ModelRef, part: DataRef) -> Task | None:
    """The accepted measurement of a model on a part of the data."""
    on_topic = board.tasks.on_topic(topic_of(ref), topic_of(part))
    return next((task for task in on_topic if task.status == "accepted"), None)


def measured(board: Board, model: StudyModel, look: int) -> tuple[Task, ...] | None:
    """The accepted measurements that cover a model up to a look; None while any is missing."""
    found = []
    ref = stand_in(board, model)
    for part in parts_until(board, look):
        task = accepted_part(board, ref, part)
        if task is None:
            return None
        found.append(task)
    return tuple(found)


def missing_parts(board: Board, model: StudyModel) -> list[DataRef]:
    """Parts of the data on which a model has no accepted measurement, nor one planned in this cycle."""
    ref = stand_in(board, model)
    under_way = {spec.data for _, spec in attempts_this_cycle(board, model)}
    return [
        part
        for part in parts_until(board, current_look(board))
        if part not in under_way and accepted_part(board, ref, part) is None
    ]


def untried(board: Board, model: StudyModel) -> ModelRef | None:
    """The first substitute that was not tried and is not in the study for another model."""
    if not model.substitutes:
        return None
    tried = {spec.model.locator for _, spec in attempts(board, model)}
    others = [other for other in study_of(board).models if other.id != model.id]
    taken = {other.ref.locator for other in others} | {stand_in(board, other).locator for other in others}
    return next((ref for ref in model.candidates[1:] if ref.locator not in tried | taken), None)


def _attempts_newest_first(board: Board, model: StudyModel) -> Iterator[tuple[Task, DiagnosticSpec]]:
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
    since = max((*retries, *defined), default=0)
    for task in board.tasks.newest_about(model.id):
        if task.position <= since:
            return
        if isinstance(task.spec, DiagnosticSpec):
            yield task, task.spec
