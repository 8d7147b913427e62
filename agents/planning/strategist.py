"""The strategist: puts to a human what the study's rule leaves open, and advises the next cycle."""

from __future__ import annotations

from collections.abc import Sequence

from agents.agent import Agent, Capacity
from agents.planning.leftover import left_to_do
from agents.planning.questions import questions
from store.board import Board
from store.commands import Command, Recommend, RequestDecision
from store.events import Recommendation


def choose(board: Board, capacity: Capacity) -> Sequence[Command]:
    """Ask, then advise. Called when the cycle's work is over and assessed."""
    cycle = board.open_cycle
    if cycle is None:
        return []
    new = [question for question in questions(board) if question.decision_id not in board.decisions_by_id]
    if cycle.recommendations is not None:
        return new
    return [*new, Recommend((*_pending(new), *left_to_do(board)))]


def _pending(asked: Sequence[RequestDecision]) -> list[Recommendation]:
    return [
        Recommendation(
            priority="high",
            action=f"Answer {question.decision_id}",
            because="the next cycle cannot open before it is answered",
        )
        for question in asked
    ]


STRATEGIST = Agent(name="strategist", choose=choose)
