"""The models of a study: which are active, who stands in for whom, and which parts of the data are measured. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from store.board import Board
from store.decision.state import Decision
from store.kinds.diagnostics import DiagnosticFacts, DiagnosticSpec, topic_of
from store.models import DataRef, ModelRef
from store.queries.answers import DROP, RETRY, answer
from store.queries.looks import current_look, parts_until, topics_until
from store.queries.memo import Remembered, per_board
from store.queries.protocol import current_cycle, study_of
from store.study.amendments import redefined
from store.study.protocol import StudyModel
from store.task.state import Task


@per_board
def active_models(board: Board) -> tuple[StudyModel, ...]:
    """The models of the study, less those that a human dropped."""
    asked = {decision.request.subject for decision in _asked_of_models(board)}
    dropped = {model for model in asked if answer(board, "unavailable_model", model) == DROP}
    return tuple(model for model in study_of(board).models if model.id not in dropped)


@per_board
def counted_models(board: Board) -> tuple[StudyModel, ...]:
    """The active models of which the claim speaks: all but the controls, and of the same weights the first."""
    counted, twins = {model.id for model in study_of(board).counted}, same_weights(board)
    return tuple(model for model in active_models(board) if model.id in counted and model.id not in twins)


@per_board
def same_weights(board: Board) -> Mapping[str, str]:
    """Id of a model that would count -> id of the one before it whose weights, by their digest, are the same.

    Of studies that were registered before controls were told apart, none: their rule counts every model.
    """
    study = study_of(board)
    if study.decision.controls != "apart":
        return {}
    counted = {model.id for model in study.counted}
    digests = {model.id: _digest_of(board, model) for model in active_models(board) if model.id in counted}
    first: dict[str, str] = {}
    for model_id, digest in digests.items():
        first.setdefault(digest, model_id)
    return {model_id: first[digest] for model_id, digest in digests.items() if digest and first[digest] != model_id}


def _digest_of(board: Board, model: StudyModel) -> str:
    """SHA-256 of the weights that were measured for a model; empty where none is known."""
    accepted = _accepted(board, model)

    def make() -> str:
        facts = (DiagnosticFacts.read(board.tasks.by_id[id].facts) for id in accepted.values())
        return next((" ".join(found) for fact in facts if (found := _SHA256.findall(fact.weights))), "")

    return _digests.of(model.id, (accepted,), make)


_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")


@per_board
def control_models(board: Board) -> tuple[StudyModel, ...]:
    """The active models in which a collapse was planted, to see that it is found."""
    counted = {model.id for model in study_of(board).counted}
    return tuple(model for model in active_models(board) if model.id not in counted)


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
    return _stand_in(board, model)[0]


def _stand_in(board: Board, model: StudyModel) -> tuple[ModelRef, str]:
    """The model that is measured in its place, and its topic."""

    def make() -> tuple[ModelRef, str]:
        newest = next(_attempts_newest_first(board, model), None)
        ref = newest[1].model if newest is not None else model.ref
        return ref, topic_of(ref)

    return _stand_ins.of(model.id, _attempted(board, model), make)


def _accepted(board: Board, model: StudyModel) -> Mapping[str, str]:
    """Topic of a part of the data -> the accepted measurement of the model on it."""
    return board.tasks.accepted_on(_stand_in(board, model)[1])


def _attempted(board: Board, model: StudyModel) -> tuple[object, ...]:
    """What the planned attempts at a model rest on, but for how far they have come."""
    return model, board.tasks.by_subject.get(model.id), _afresh_since(board).get(model.id)


_stand_ins: Remembered[tuple[ModelRef, str]] = Remembered()
_digests: Remembered[str] = Remembered()
_covered: Remembered[tuple[str, ...] | None] = Remembered()
_missing: Remembered[tuple[DataRef, ...]] = Remembered()


@per_board
def _this_cycle(_: Board) -> dict[str, list[tuple[Task, DiagnosticSpec]]]:
    return {}


def replaced_models(board: Board) -> tuple[str, ...]:
    """Ids of models that count that are not measured themselves, because a substitute stands in for them."""
    return tuple(model.id for model in counted_models(board) if stand_in(board, model) != model.ref)


def measured(board: Board, model: StudyModel, look: int) -> tuple[Task, ...] | None:
    """The accepted measurements that cover a model up to a look; None while any is missing."""
    found = measured_ids(board, model, look)
    return None if found is None else tuple(map(board.tasks.by_id.__getitem__, found))


def measured_ids(board: Board, model: StudyModel, look: int) -> tuple[str, ...] | None:
    """The ids of those measurements, which take a fraction of the time: a study may have thousands."""
    accepted, topics = _accepted(board, model), topics_until(board, look)

    def make() -> tuple[str, ...] | None:
        try:
            return tuple(map(accepted.__getitem__, topics))
        except KeyError:
            return None

    return _covered.of(model.id, (accepted, topics), make)


def is_measured(board: Board, model: StudyModel, look: int) -> bool:
    """Whether accepted measurements cover a model up to a look."""
    return measured_ids(board, model, look) is not None


def missing_parts(board: Board, model: StudyModel) -> tuple[DataRef, ...]:
    """Parts of the data on which a model has no accepted measurement, nor one planned in this cycle."""
    accepted, topics = _accepted(board, model), topics_until(board, current_look(board))

    def make() -> tuple[DataRef, ...]:
        under_way = {topic_of(spec.data) for _, spec in attempts_this_cycle(board, model)}
        parts = zip(topics, parts_until(board, current_look(board)), strict=True)
        return tuple(part for topic, part in parts if topic not in accepted and topic not in under_way)

    asked = (accepted, topics, current_cycle(board), *_attempted(board, model))
    return _missing.of(model.id, asked, make)


def untried(board: Board, model: StudyModel) -> ModelRef | None:
    """The first substitute that was not tried and is not in the study for another model."""
    if not model.substitutes:
        return None
    tried = {spec.model.locator for _, spec in attempts(board, model)}
    others = [other for other in study_of(board).models if other.id != model.id]
    taken = {other.ref.locator for other in others} | {stand_in(board, other).locator for other in others}
    return next((ref for ref in model.candidates[1:] if ref.locator not in tried | taken), None)


def _attempts_newest_first(board: Board, model: StudyModel) -> Iterator[tuple[Task, DiagnosticSpec]]:
    since = _afresh_since(board).get(model.id, 0)
    for task in board.tasks.newest_about(model.id):
        if task.position <= since:
            return
        if isinstance(task.spec, DiagnosticSpec):
            yield task, task.spec


@per_board
def _afresh_since(board: Board) -> Mapping[str, int]:
    """Position from which attempts count: where a model was last defined, or a human last asked to try it afresh."""
    found: dict[str, int] = {}
    for amendment in board.amendments:
        for model in redefined(amendment.before, amendment.event.study):
            found[model] = max(found.get(model, 0), amendment.position)
    for decision in _asked_of_models(board):
        if decision.chosen == RETRY:
            model = decision.request.subject
            found[model] = max(found.get(model, 0), decision.answered_position or 0)
    return found


@per_board
def _asked_of_models(board: Board) -> tuple[Decision, ...]:
    """The questions about models that cannot be measured."""
    return tuple(decision for decision in board.decisions if decision.request.kind == "unavailable_model")
