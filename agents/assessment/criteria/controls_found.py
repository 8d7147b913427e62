"""Criterion: the instrument works, as every planted collapse was found where it was planted."""

from __future__ import annotations

from agents.assessment.criteria.criterion import Criterion, Judged, Status
from store.board import Board
from store.queries.controls import controls
from store.queries.protocol import study_of


def controls_found(board: Board) -> Judged:
    """Met when each control was measured, and its collapse found in each layer in which it was planted."""
    found = controls(board)
    missed = [each.model.id for each in found if each.missed]
    unmeasured = [each.model.id for each in found if each.task is None]
    status: Status = "unmet" if missed else "unknown" if unmeasured or not found else "met"
    if missed:
        because = f"not found, or not in every layer: {', '.join(missed)}"
    elif status == "unknown":
        because = f"not measured with a plant: {', '.join(unmeasured)}" if unmeasured else "every control was dropped"
    else:
        because = "each was found in every layer in which it was planted"
    return Judged(
        target="found in every layer in which it was planted",
        status=status,
        because=because,
        evidence=tuple(
            loss for control in found for layer in control.planted if (loss := control.loss(layer)) is not None
        ),
    )


CRITERION = Criterion(
    "A planted collapse is found, so the instrument works",
    controls_found,
    lacking="a planted collapse was not found, so that none is found in other models says nothing",
    not_known="no planted collapse was measured, so whether the instrument works is not known",
    concerns=lambda board: bool(study_of(board).controls),
)
