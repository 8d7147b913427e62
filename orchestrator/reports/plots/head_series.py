"""What the plot by head shows, taken from the log, and which models have no place in it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.history import History
from orchestrator.reports.parts.measurements import part_of
from orchestrator.reports.prose import ModelName
from store.evidence import Artifact
from store.kinds.diagnostics import DiagnosticFacts, DiagnosticSpec
from store.kinds.diagnostics_metrics import HEAD_ENTROPY_NORM
from store.kinds.diagnostics_sites import ROLES


@dataclass(frozen=True, slots=True)
class HeadCell:
    """A head of a layer."""

    layer: int
    head: int
    value: float


@dataclass(frozen=True, slots=True)
class Heads:
    """One model by layer and head: normalised entropy, role by role."""

    model: ModelName
    part: str
    """Which part of the data was measured."""
    cells: tuple[tuple[str, tuple[HeadCell, ...]], ...]


def heads(history: History) -> tuple[Heads, ...]:
    """The measurement of each model that is shown, if its log holds the entropy of heads."""
    found = []
    for task in history.measurements:
        places = DiagnosticFacts.read(task.facts).places
        by_role: dict[str, list[HeadCell]] = {}
        for key, item in task.values(HEAD_ENTROPY_NORM):
            place = places.get(key["site"])
            if place is not None and place.layer is not None:
                by_role.setdefault(place.role, []).append(HeadCell(place.layer, int(key["head"]), item.value))
        if by_role and isinstance(task.spec, DiagnosticSpec):
            cells = tuple((role, tuple(by_role[role])) for role in ROLES if role in by_role)
            found.append(Heads(ModelName.of(task.spec.model), part_of(task), cells))
    return tuple(found)


def headless(history: History) -> tuple[tuple[ModelName, Artifact | None], ...]:
    """Measured models whose log has no heads, each with the picture of its heads that the task kept, if any."""
    shown = {model.model.id for model in heads(history)}
    return tuple(
        (
            ModelName.of(task.spec.model),
            next((file for file in task.artifacts if file.name == "heads.png"), None),
        )
        for task in history.measurements
        if isinstance(task.spec, DiagnosticSpec) and task.spec.model.id not in shown
    )
