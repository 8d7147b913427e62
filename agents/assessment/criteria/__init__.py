"""The criteria of an assessment, in the order in which reports show them. One per file, which defines a CRITERION."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from agents.assessment.criteria.criterion import Criterion

NAMES = ("models_covered", "controls_found", "significance", "scope_of_collapse")

CRITERIA: Mapping[str, Criterion] = {name: import_module(f"{__name__}.{name}").CRITERION for name in NAMES}
