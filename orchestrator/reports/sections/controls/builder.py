"""Whether the instrument works: what was planted in the controls, and what was found of it. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.estimates import cell
from orchestrator.reports.prose import Absent, Code, Label, ModelName, Prose, Strong
from orchestrator.reports.sections.controls import ControlRow, ControlsView, PlantedLayer
from store.kinds.diagnostics import DiagnosticSpec
from store.queries.controls import Control, controls

WHAT: Prose = (
    "In some models a collapse was planted, to see that the instrument finds it. They enter no claim, no test and no "
    "mean over models. ",
)
WHERE: Prose = (
    "What makes attention sharper is found where a layer is peaked, or where its loss of normalised entropy, against "
    "random initialisations of the same architecture, is shown to be above one half once all layers are allowed for; "
    "so it is for heads, where only some were changed. What makes attention uniform is found where a layer is diffuse.",
)


def build(history: History, book: FigureBook) -> ControlsView | None:
    """The controls as the newest measurements show them; None where the study has none."""
    found = controls(history.board)
    if not found:
        return None
    return ControlsView(note=(*WHAT, *_answer(found)), rows=tuple(_row(each, book) for each in found), where=WHERE)


def _answer(found: tuple[Control, ...]) -> Prose:
    if any(control.missed for control in found):
        return (
            Strong("One was not found"), ": either the plant is too weak to be a collapse, or the instrument misses "
            "it. Until that is settled, that it finds none in another model says nothing.",
        )  # fmt: skip
    if any(control.task is None for control in found):
        return ("Whether it works is not known yet, as not every control was measured.",)
    return (Strong("The instrument works"), ": each was found in every layer in which it was planted.")


def _row(control: Control, book: FigureBook) -> ControlRow:
    task = control.task
    if task is None:
        return ControlRow(ModelName.of(control.model.ref), Code(control.model.plant), ("not measured",), None, ())
    assert isinstance(task.spec, DiagnosticSpec)
    return ControlRow(
        model=ModelName.of(task.spec.model),
        planted=Code(str(task.spec.model.plant)),
        result=(Strong("missed"),) if control.missed else ("found",),
        task=Label(task.task_id),
        layers=tuple(
            PlantedLayer(Code(name), cell(control.loss(name), book, _UNKNOWN), name in control.found)
            for name in control.planted
        ),
    )


_UNKNOWN = Absent("not measured")
