"""The criteria of an assessment. One a file; each turns a board into a finding."""

from __future__ import annotations

from collections.abc import Callable

from agents.assessment.criteria.models_covered import models_covered
from agents.assessment.criteria.scope_of_collapse import scope_of_collapse
from agents.assessment.criteria.significance import significance
from store.board import Board
from store.verdicts import Finding

Criterion = Callable[[Board], Finding]

CRITERIA: tuple[Criterion, ...] = (models_covered, significance, scope_of_collapse)
