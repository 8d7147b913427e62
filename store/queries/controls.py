"""Whether the instrument works: collapses that were planted in control models, and whether they were found. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from store.board import Board
from store.evidence import Evidence
from store.kinds.diagnostics import DiagnosticFacts
from store.kinds.diagnostics_metrics import NULL_LAYER_LOSS
from store.kinds.diagnostics_sites import SitePlace
from store.models import Plant
from store.queries.models import attempts, control_models
from store.study.protocol import StudyModel
from store.task.state import Task


@dataclass(frozen=True, slots=True)
class Control:
    """A model with a planted collapse, and what was found in it."""

    model: StudyModel
    task: Task | None
    """Its newest accepted measurement as it is defined now, with a plant in it; None where there is none."""
    planted: tuple[str, ...] = ()
    """Names of the layers in which the collapse was planted, such as `vision/01`."""
    found: tuple[str, ...] = ()
    """Those of them in which it was found."""

    @property
    def missed(self) -> bool:
        """It was measured, and the collapse was not found in every layer in which it is."""
        return self.task is not None and (not self.planted or self.found != self.planted)

    def loss(self, layer: str) -> Evidence | None:
        """What a layer, by its name, has lost of its normalised entropy."""
        place = SitePlace.read(layer)
        if self.task is None or place.layer is None:
            return None
        return self.task.value(NULL_LAYER_LOSS, role=place.role, layer=f"{place.layer:02d}")


def controls(board: Board) -> tuple[Control, ...]:
    """Every control of the study, in its order."""
    return tuple(_control(board, model) for model in control_models(board))


def _control(board: Board, model: StudyModel) -> Control:
    for task, spec in reversed(attempts(board, model)):
        if task.status == "accepted" and (plant := spec.model.plant) is not None:
            facts = DiagnosticFacts.read(task.facts)
            planted = planted_layers(plant, facts)
            return Control(model, task, planted, tuple(name for name in planted if _found(plant, name, facts)))
    return Control(model, None)


def _found(plant: Plant, layer: str, facts: DiagnosticFacts) -> bool:
    """Whether a layer shows what was planted in it: uniform attention as diffuse, sharper as peaked or entropy lost."""
    if plant.scale <= 1:
        return facts.shows(layer, "diffuse")
    return facts.lost(layer, plant.heads) or (plant.heads is None and facts.shows(layer, "peaked"))


def planted_layers(plant: Plant, facts: DiagnosticFacts) -> tuple[str, ...]:
    """Names of the layers in which a collapse was planted, in order."""
    if plant.layers is not None:
        return tuple(SitePlace(plant.tower, layer).name for layer in plant.layers)
    return tuple(sorted({place.name for place in facts.places.values() if place.role == plant.tower}))
