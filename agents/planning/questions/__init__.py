"""Questions to humans, in the order in which they are put. One kind of question per file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.planning.questions.claim_strength import claim_strength
from agents.planning.questions.disputed_tasks import disputed_tasks
from agents.planning.questions.unavailable_models import unavailable_models
from store.board import Board
from store.commands import RequestDecision

Question = Callable[[Board], Sequence[RequestDecision]]

QUESTIONS: tuple[Question, ...] = (claim_strength, unavailable_models, disputed_tasks)


def questions(board: Board) -> list[RequestDecision]:
    """Every question that the newest cycle leaves open, whether or not it was put already."""
    return [asked for question in QUESTIONS for asked in question(board)]
