"""The planner's rules, in the order in which they are asked. One rule a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.planning.rules.audit_reports import audit_reports
from agents.planning.rules.compare_models import compare_models
from agents.planning.rules.cover_models import cover_models
from agents.planning.rules.environment_first import environment_first
from agents.planning.rules.replace_blocked import replace_blocked
from store.board import Board
from store.commands import PlanTask

Rule = Callable[[Board], Sequence[PlanTask]]

RULES: tuple[Rule, ...] = (environment_first, cover_models, replace_blocked, compare_models)
"""Until the cycle is assessed."""

CLOSING_RULES: tuple[Rule, ...] = (audit_reports,)
"""From then on: what is measured later would be in no verdict."""
