"""The planner's rules, in the order in which they are asked. One rule per file, which defines a RULE."""

from __future__ import annotations

from importlib import import_module

from agents.planning.rules.rule import PlanningRule

NAMES = (
    "environment_first",
    "track_literature",
    "cover_models",
    "replace_blocked",
    "compare_models",
    "audit_reports",
    "draft_paper",
)

RULES: tuple[PlanningRule, ...] = tuple(import_module(f"{__name__}.{name}").RULE for name in NAMES)
