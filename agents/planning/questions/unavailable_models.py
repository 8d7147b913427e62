"""Question: whether a model that cannot be measured, and has no substitute left, is tried again or dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agents.planning.acceptance import how_it_ended
from agents.planning.weights import known_of, was_blocked
from store.board import Board
from store.commands import RequestDecision
from store.events import Option
from store.kinds.diagnostics import KIND, DiagnosticSpec
from store.queries.answers import DROP, RETRY
from store.queries.looks import current_look
from store.queries.models import active_models, attempts_this_cycle, control_models, is_measured, untried
from store.queries.progress import replaceable
from store.queries.protocol import current_cycle
from store.study.protocol import StudyModel
from store.task.state import Task

_UNTESTED = "It is a control: without one whether the instrument works is not known, and every verdict is INCONCLUSIVE."
_OTHERS = "It is a control: the others then show alone whether the instrument works."


def unavailable_models(board: Board) -> Sequence[RequestDecision]:
    """Ask about each model whose attempts in this cycle came to nothing."""
    questions = []
    for model in active_models(board):
        if is_measured(board, model, current_look(board)) or untried(board, model) is not None:
            continue
        attempts = attempts_this_cycle(board, model)
        ended = [task for task, _ in attempts if replaceable(task)]
        if not ended:
            continue
        questions.append(
            RequestDecision(
                decision_id=f"c{current_cycle(board)}-model-{model.id}",
                kind="unavailable_model",
                subject=model.id,
                question=f"{model.id} cannot be measured and no substitute is left. Try it again, or go on without it?",
                options=(
                    Option(
                        key=RETRY,
                        label="Try it again in the next cycle",
                        trade_off="Worth it once the cause is removed; until it is measured there is no verdict.",
                    ),
                    Option(key=DROP, label="Go on without it", trade_off=_without(board, model)),
                ),
                recommended=RETRY,
                because="; ".join((f"the last attempt ended so: {how_it_ended(ended[-1])}", *_known(board, attempts))),
                if_silent=DROP,
            )
        )
    return questions


def _known(board: Board, attempts: Sequence[tuple[Task, DiagnosticSpec]]) -> Iterator[str]:
    """What the registry says of each model that was tried and could not be had."""
    for ref in dict.fromkeys(spec.model for task, spec in attempts if was_blocked(task)):
        if known := known_of(board, ref):
            yield f"{ref.locator}: {known}"


def _without(board: Board, model: StudyModel) -> str:
    """What follows where a human goes on without a model."""
    last = control_models(board) == (model,)
    return _UNTESTED if last else _OTHERS if model in control_models(board) else KIND.wording.without
