"""The strategist: puts to a human what the study's rule leaves open, and advises the next cycle."""

from __future__ import annotations

from collections.abc import Sequence

from agents.agent import Agent, Allowance
from agents.planning.acceptance import how_it_ended
from agents.planning.leftover import left_to_do
from agents.reading import (
    CLAIM,
    STOP,
    active_models,
    attempts,
    chosen_claim,
    current_look,
    measured,
    newest_comparison,
    possible_claims,
    replaceable,
    settled,
    stopped,
    untried,
)
from store.board import Board, Task
from store.commands import Command, Recommend, RequestDecision
from store.events import Option, Recommendation

ADEQUATE_POWER = 0.8
"""The power that a claim should have at the study's medium effect (Cohen 1988, p. 56)."""


def choose(board: Board, allowance: Allowance) -> Sequence[Command]:
    """Ask, then advise. Called when the cycle's work is over and assessed."""
    cycle = board.open_cycle
    if cycle is None:
        return []
    questions = (*_claim_strength(board), *_unavailable_models(board), *_disputed_tasks(board))
    new = [question for question in questions if question.decision_id not in board.decisions_by_id]
    if cycle.recommendations is not None:
        return new
    return [*new, Recommend((*_pending(new), *left_to_do(board)))]


def _pending(questions: Sequence[RequestDecision]) -> list[Recommendation]:
    return [
        Recommendation(
            priority="high",
            action=f"Answer {question.decision_id}",
            because="the next cycle cannot open before it is answered",
        )
        for question in questions
    ]


def _claim_strength(board: Board) -> list[RequestDecision]:
    claims, comparison = possible_claims(board), newest_comparison(board)
    if len(claims) < 2 or comparison is None or chosen_claim(board) is not None or stopped(board):
        return []
    models = len(active_models(board))
    options = [_claim_option(k, models, comparison) for k in claims]
    strong = [
        option for option in options
        if any(item.metric.endswith("/power") and item.value >= ADEQUATE_POWER for item in option.evidence)
    ]  # fmt: skip
    recommended = (strong or options[:1])[-1]
    options.append(
        Option(key=STOP, label="Stop the study here", trade_off="No further cycle; the last verdict stands.")
    )
    return [
        RequestDecision(
            decision_id=f"c{len(board.cycles)}-claim-strength",
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
            + "; the rule leaves the choice open, and the fewer results are known when it is made, the better",
            if_silent=options[-2].key,
        )
    ]


def _claim_option(k: int, models: int, comparison: Task) -> Option:
    evidence = tuple(item for item in comparison.evidence if item.metric.startswith(f"claim/{k}_of_"))
    stronger = k == models
    return Option(
        key=f"{CLAIM}{k}",
        label=f"At least {k} of {models}" if not stronger else f"All {models} of {models}",
        trade_off=(
            "The strongest claim; one model that does not collapse refutes it."
            if stronger
            else f"A weaker claim, reached sooner; {_exceptions(models - k)}."
        ),
        evidence=evidence,
    )


def _exceptions(number: int) -> str:
    return "one model may be an exception" if number == 1 else f"{number} models may be exceptions"


def _unavailable_models(board: Board) -> list[RequestDecision]:
    cycle = len(board.cycles)
    questions = []
    for model in active_models(board):
        if measured(board, model, current_look(board)) is not None or untried(board, model) is not None:
            continue
        ended = [task for task, _ in attempts(board, model) if task.cycle == cycle and replaceable(task)]
        if not ended:
            continue
        questions.append(
            RequestDecision(
                decision_id=f"c{cycle}-model-{model.id}",
                kind="unavailable_model",
                subject=model.id,
                question=f"{model.id} cannot be measured and no substitute is left. Try it again, or go on without it?",
                options=(
                    Option(
                        key="retry",
                        label="Try it again in the next cycle",
                        trade_off="Worth it once the cause is mended.",
                    ),
                    Option(
                        key="drop",
                        label="Go on without it",
                        trade_off="The claim then speaks of fewer models, and every report says so.",
                    ),
                ),
                recommended="retry",
                because=f"the last attempt ended so: {how_it_ended(ended[-1])}",
                if_silent="drop",
            )
        )
    return questions


def _disputed_tasks(board: Board) -> list[RequestDecision]:
    cycle = len(board.cycles)
    return [
        RequestDecision(
            decision_id=f"c{cycle}-{task.subject}",
            kind="disputed_task",
            subject=task.subject,
            question=f"The {task.subject} task was not accepted. Try it again, or go on without it?",
            options=(
                Option(
                    key="retry", label="Try it again in the next cycle", trade_off="Worth it once the cause is mended."
                ),
                Option(
                    key="go-on-without",
                    label="Go on without it",
                    trade_off="What depends on it goes ahead; without a comparison there can be no GO.",
                ),
            ),
            recommended="retry",
            because=f"it ended so: {how_it_ended(task)}",
            if_silent="retry",
        )
        for task in board.tasks_in(cycle)
        if task.spec.kind != "diagnostic" and replaceable(task) and settled(board, task)
    ]


STRATEGIST = Agent(name="strategist", team="planning", capabilities=frozenset(), choose=choose)
