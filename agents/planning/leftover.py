"""What a study still needs after a cycle: the reason for the next one, and the strategist's advice to it."""

from __future__ import annotations

from store.board import Board
from store.cycle.verdicts import Verdict
from store.events import Recommendation
from store.kinds import KINDS
from store.queries.answers import RETRY, answer, stopped
from store.queries.claims import claims_in_force
from store.queries.looks import looks_done, of_looks
from store.queries.models import active_models, is_measured
from store.queries.protocol import current_cycle, study_of


def left_to_do(board: Board) -> tuple[Recommendation, ...]:
    """What the next cycle has to do, most urgent first; nothing when the study is at its end."""
    if board.study is None or board.cycle is None or stopped(board):
        return ()
    return (*_unmeasured(board), *_cut_short(board), *_next_look(board), *_reassessment(board))


def verdict_in_force(board: Board) -> Verdict:
    """The newest assessment's verdict, for the claim that stands."""
    assessments = [cycle.assessment for cycle in board.cycles.values() if cycle.assessment is not None]
    if not assessments:
        return "INCONCLUSIVE"
    newest = max(assessments, key=lambda assessment: assessment.cycle)
    in_force = claims_in_force(board)
    verdicts = {claim.verdict for claim in newest.claims if claim.at_least in in_force}
    return verdicts.pop() if len(verdicts) == 1 else "INCONCLUSIVE"


def _unmeasured(board: Board) -> list[Recommendation]:
    look = max(looks_done(board), 1)
    return [
        Recommendation(
            priority="high",
            action=f"Measure {model.id}",
            because=(
                "it was to be tried again"
                if answer(board, "unavailable_model", model.id) == RETRY
                else "the look lacks a measurement of it"
            ),
        )
        for model in active_models(board)
        if not is_measured(board, model, look)
    ]


def _cut_short(board: Board) -> list[Recommendation]:
    """Work that the study needs and that the end of the cycle cut off, of kinds that say how to ask for it again."""
    cancelled = board.tasks.with_status(current_cycle(board), "cancelled")
    kinds = dict.fromkeys(task.kind for task in cancelled if task.traits.required and task.traits.wording.again)
    return [
        Recommendation(
            priority="high",
            action=KINDS[kind].wording.again,
            because=f"the last cycle ended before {KINDS[kind].wording.cut_short}",
        )
        for kind in kinds
    ]


def _next_look(board: Board) -> list[Recommendation]:
    decision = study_of(board).decision
    done = looks_done(board)
    if not done or not decision.allows(done + 1) or verdict_in_force(board) == "GO":
        return []
    return [
        Recommendation(
            priority="high",
            action=f"Take look {done + 1} {of_looks(board)}: measure fresh images with every model",
            because="the rule allows further looks, and the claim is not established",
        )
    ]


def _reassessment(board: Board) -> list[Recommendation]:
    cycle = board.cycle
    assert cycle is not None
    since = cycle.assessment_position or 0
    answered = [
        item.request.decision_id for item in board.decisions if item.chosen and (item.answered_position or 0) > since
    ]
    amended = any(amendment.position > since for amendment in board.amendments)
    if amended:
        because = "the protocol was amended after the last assessment"
    elif answered:
        because = f"decision {answered[-1]} was answered after the last assessment"
    else:
        return []
    return [Recommendation(priority="medium", action="Assess the evidence again", because=because)]
