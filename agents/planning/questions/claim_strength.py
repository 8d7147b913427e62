"""Question: in how many models attention must collapse, where the rule leaves it open and the answer matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from store.board import Board
from store.commands import RequestDecision
from store.cycle.verdicts import Verdict
from store.events import Option
from store.kinds.statistics_metrics import CLAIM as CLAIM_METRICS
from store.kinds.statistics_metrics import POWER, UNCORRECTED_CLAIM
from store.queries.answers import CLAIM, STOP, stopped
from store.queries.claims import chosen_claim, possible_claims
from store.queries.comparison import newest_comparison
from store.queries.looks import looks_done, parts_until
from store.queries.models import active_models, counted_models
from store.queries.protocol import current_cycle, study_of
from store.task.state import Task

ADEQUATE_POWER = 0.8
"""The power that a claim should have at the study's medium effect (Cohen 1988, p. 56)."""


def claim_strength(board: Board) -> Sequence[RequestDecision]:
    """Ask once a comparison is there, unless the answer is given, or none could change anything."""
    claims, comparison = possible_claims(board), newest_comparison(board)
    if len(claims) < 2 or comparison is None or chosen_claim(board) is not None or stopped(board):
        return []
    verdicts = _verdicts(board)
    if not matters(verdicts, look_left=_look_left(board)):
        return []
    models = len(counted_models(board))
    options = [_option(board, k, models, comparison, verdicts.get(k)) for k in claims]
    strong = [
        option for k, option in zip(claims, options, strict=True)
        if (power := comparison.value(POWER, k=k, of=models)) is not None and power.value >= ADEQUATE_POWER
    ]  # fmt: skip
    recommended = (strong or options[:1])[-1]
    options.append(
        Option(
            key=STOP,
            label="Stop the study here",
            trade_off="No further cycle opens and nothing more is measured; the last verdict stands.",
        )
    )
    return [
        RequestDecision(
            decision_id=f"c{current_cycle(board)}-claim-strength",
            kind="claim_strength",
            subject="claim",
            question=f"In how many of the {models} models must attention collapse for the claim to hold?",
            options=tuple(options),
            recommended=recommended.key,
            because=(
                "it is the strongest claim whose power is adequate at a medium effect"
                if strong
                else "no claim has adequate power at a medium effect, and this one has the most"
            )
            + "; the protocol allows either, and it is better to decide before more results are seen",
            if_silent=options[-2].key,
        )
    ]


def matters(verdicts: Mapping[int, Verdict], *, look_left: bool) -> bool:
    """Whether an answer can change the verdict, or what is done next, given the verdict of each claim so far.

    It can where verdicts differ, and where a further look is left that only a GO of every claim would make unnecessary.
    Without an assessment it may.
    """
    found = set(verdicts.values())
    return not found or len(found) > 1 or (look_left and found != {"GO"})


def _verdicts(board: Board) -> Mapping[int, Verdict]:
    assessment = board.cycle.assessment if board.cycle is not None else None
    if assessment is None:
        return {}
    possible = possible_claims(board)
    return {claim.at_least: claim.verdict for claim in assessment.claims if claim.at_least in possible}


def _look_left(board: Board) -> bool:
    return study_of(board).decision.allows(looks_done(board) + 1)


def _option(board: Board, k: int, models: int, comparison: Task, verdict: Verdict | None) -> Option:
    found = (comparison.value(metric, k=k, of=models) for metric in (*CLAIM_METRICS, *UNCORRECTED_CLAIM))
    strongest = k == models
    return Option(
        key=f"{CLAIM}{k}",
        label=f"All {models} of {models}" if strongest else f"At least {k} of {models}",
        trade_off=(
            "The strongest claim; one model that does not collapse refutes it."
            if strongest
            else f"A weaker claim, reached sooner; {_exceptions(models - k)}."
        )
        + _leads_to(verdict, board),
        evidence=tuple(item for item in found if item is not None),
    )


def _leads_to(verdict: Verdict | None, board: Board) -> str:
    """What the choice comes to on the evidence so far, and what it costs to go on."""
    if verdict is None:
        return ""
    goes_on = _look_left(board) and verdict != "GO"
    after = f"and the next look measures {_cost_of_a_look(board)}" if goes_on else "and no further look follows"
    return f" On the evidence so far it gives {verdict.replace('_', '-')}, {after}."


def _cost_of_a_look(board: Board) -> str:
    """What the look after the last one measures, in images and models."""
    images, models = parts_until(board, looks_done(board) + 1)[-1].n, len(active_models(board))
    return f"{images} fresh images with each of the {models} models"


def _exceptions(number: int) -> str:
    return "one model may be an exception" if number == 1 else f"{number} models may be exceptions"
