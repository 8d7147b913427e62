"""Kinds of collapse and harm of each model, from its diagnostic. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import task_link
from orchestrator.reports.parts.collapse import kinds_found
from orchestrator.reports.parts.estimates import NOT, cell
from orchestrator.reports.parts.measurements import look_number, where
from orchestrator.reports.prose import Anchor, Label, ModelName, Prose, Said, listed
from orchestrator.reports.sections.collapse import (
    CollapseRow,
    CollapseView,
    DefinitionRow,
    Finding,
    LayerRow,
    ModelCollapse,
    TaskRow,
)
from store.kinds import diagnostics_metrics as d
from store.kinds.diagnostics import DiagnosticFacts, DiagnosticSpec
from store.kinds.diagnostics_collapse import DEFINITIONS, KIND_NAMES, MEASURES, Definition
from store.kinds.diagnostics_sites import ROLES, SitePlace
from store.metrics import Metric
from store.task.state import Task

_EXPLAINED: tuple[Prose, ...] = (
    (
        "Attention that has collapsed is told by kind, layer by layer, and what it does to the model is told apart "
        "from it, as harm: sharp or uniform attention may serve a model well, and maps cannot tell. Harm is found "
        "where the model does its task no better than re-initialised copies, where it would do better with its "
        "attention rescaled, where it does worse than a model that is known to be sound, or where it does not use an "
        "image or a text that it is given. Where none of these tells, harm is undecided, which is no clean bill.",
    ),
    (
        "The task of a dual encoder is to find the caption of each image, and the image of each caption, among all "
        "pairs; that of a matcher to tell true pairs from false ones; that of a writer to predict the caption token by "
        "token.",
    ),
)
_HARM = {"harmful": "collapsed", "harmless": "ok", "undecided": "inconclusive"}
_USE = {
    "used": "What its attention reads in the input is used in ",
    "unused": "It is without use in ",
    "unclear": "Whether it is used cannot be told in ",
}
_NEED = {
    "needed": "The task needs the ",
    "neglected": "The model neglects the ",
    "unclear": "Whether it uses this cannot be told: the ",
}


def build(history: History, book: FigureBook) -> CollapseView | None:
    """One measurement per model, from those behind the newest comparison; None where none tells of kinds."""
    told = [(task, DiagnosticFacts.read(task.facts)) for task in history.measurements]
    told = [(task, facts) for task, facts in told if facts.harm]
    if not told:
        return None
    return CollapseView(
        notes=_EXPLAINED,
        overview=tuple(_row(task, facts, book) for task, facts in told),
        models=tuple(_of_model(task, facts, history, book) for task, facts in told),
        definitions=_defined(DEFINITIONS),
        measures=_defined(MEASURES),
    )


def _defined(words: Mapping[str, Definition]) -> tuple[DefinitionRow, ...]:
    return tuple(DefinitionRow(word, each.means, each.decided, Label(each.source)) for word, each in words.items())


def _row(task: Task, facts: DiagnosticFacts, book: FigureBook) -> CollapseRow:
    return CollapseRow(
        model=_model(task),
        look=look_number(task, book),
        kinds=_kinds(facts),
        harm=_harm(task, facts),
        loss=cell(task.value(d.TASK_LOSS), book),
        floor=cell(task.value(d.FLOOR_LOSS), book),
    )


def _of_model(task: Task, facts: DiagnosticFacts, history: History, book: FigureBook) -> ModelCollapse:
    return ModelCollapse(
        model=_model(task),
        anchor=Anchor(f"collapse-{task.task_id}"),
        kinds=_kinds(facts),
        harm=_harm(task, facts),
        reason=Said(facts.harm_reason, task.status_position) if facts.harm_reason else None,
        measured=_measured(task, history, book),
        layers=tuple(_layers(task, facts, book)),
        task=tuple(_tasks(task, book)),
        notes=tuple(_notes(task, facts)),
        source=task_link(history, task.task_id),
    )


def _model(task: Task) -> ModelName:
    assert isinstance(task.spec, DiagnosticSpec)
    return ModelName.of(task.spec.model)


def _kinds(facts: DiagnosticFacts) -> Finding:
    found = kinds_found(facts)
    if facts.kinds_untold:
        return Finding("inconclusive", ("not told: ", Label(facts.kinds_untold)))
    return Finding("collapsed", found) if found else Finding("", ("none was found",))


def _harm(task: Task, facts: DiagnosticFacts) -> Finding:
    return Finding(_HARM.get(facts.harm, "inconclusive"), (Said(facts.harm, task.status_position),))


def _measured(task: Task, history: History, book: FigureBook) -> Prose:
    images = task.value(d.MAP_IMAGES)
    first: Prose = ("; maps on the first ", book.evidence(images)) if images is not None else ()
    return ("Measured on ", *where(task, book), " by ", task_link(history, task.task_id), *first, ".")


def _layers(task: Task, facts: DiagnosticFacts, book: FigureBook) -> Iterator[LayerRow]:
    """Layers of which anything was read, in the order of roles."""
    read = {(key["role"], int(key["layer"])) for key, _ in task.values(d.MAP_KEYS, d.TOKENS_WITHIN)}
    for role, layer in sorted(read, key=lambda at: (ROLES.index(at[0]), at[1])):
        name = SitePlace(role, layer).name
        kinds = [kind for kind in DEFINITIONS if name in facts.kinds.get(kind, "").split(", ")]
        at: Mapping[str, Any] = {"role": role, "layer": f"{layer:02d}"}
        yield LayerRow(
            layer=Label(f"{role} {layer}"),
            kinds=", ".join(kinds),
            collapsed=any(kind in KIND_NAMES for kind in kinds),
            **{field: cell(task.value(metric, **at), book) for field, metric in _READ.items()},
        )


_READ: Mapping[str, Metric] = {
    "keys": d.MAP_KEYS,
    "kl": d.MAP_KL,
    "untrained": d.MAP_KL_UNTRAINED,
    "by_input": d.MAP_INPUT_SHARE,
    "by_head": d.MAP_BETWEEN_HEADS,
    "sink": d.MAP_SINK,
    "within": d.TOKENS_WITHIN,
    "entropy": d.MAP_ENTROPY_NORM,
    "by_value": d.MAP_VALUE_ENTROPY_NORM,
    "rollout": d.MAP_ROLLOUT,
}

_TASKS: tuple[tuple[Metric, str], ...] = (
    (d.TASK_LOSS, "loss of its task"),
    (d.FLOOR_LOSS, "loss of re-initialised copies"),
    (d.TASK_BEATEN, "share of wrong answers that the right one beats"),
    (d.FLOOR_BEATEN, "that share of re-initialised copies"),
    (d.TWIN_RISE, "rise of the loss over that of the same weights without what was planted"),
    (d.JITTER_RISE, "rise on images that are a pixel to the side and a little noisy"),
    (d.MM_SHAP_TEXT, "MM-SHAP: share of the words in the sum of absolute Shapley values"),
    (d.MM_SHAP_ERROR, "standard error of that share that comes of drawn orders of players"),
    (d.MM_SHAP_SIZE.at(modality="text"), "MM-SHAP: sum over the words of a caption"),
    (d.MM_SHAP_SIZE.at(modality="image"), "MM-SHAP: sum over the parts of an image"),
)


def _tasks(task: Task, book: FigureBook) -> Iterator[TaskRow]:
    def row(what: Prose, metric: Metric, **fields: Any) -> Iterator[TaskRow]:
        if (item := task.value(metric, **fields)) is not None:
            yield TaskRow(what, book.images(item) or NOT, cell(item, book))

    for metric, what in _TASKS:
        yield from row((what,), metric)
    for key, _ in task.values(d.REFERENCE_RISE):
        yield from row(("rise over ", _reference(task, int(key["number"]))), d.REFERENCE_RISE, **key)
    for key, _ in task.values(d.RESAMPLED_RISE):
        yield from row((f"rise with {key['role']} attention of the pair before",), d.RESAMPLED_RISE, **key)
    for metric, of_factor in ((d.RESCUE_RISE, d.RESCUE_FACTOR), (d.LAYER_RESCUE_RISE, d.LAYER_RESCUE_FACTOR)):
        for key, _ in task.values(metric):
            factor = task.value(of_factor, **key)
            where_at: Prose = (key["role"], *((" layer ", Label(key["layer"])) if "layer" in key else ()))
            by: Prose = (" multiplied by ", book.evidence(factor)) if factor is not None else ()
            yield from row(("rise with scores of ", *where_at, *by), metric, **key)


def _reference(task: Task, number: int) -> ModelName | Label:
    """A model that was named as sound, by its place among them."""
    assert isinstance(task.spec, DiagnosticSpec)
    references = task.spec.references
    return ModelName.of(references[number - 1]) if number <= len(references) else Label(f"reference {number}")


def _notes(task: Task, facts: DiagnosticFacts) -> Iterator[Prose]:
    for labels, words in ((facts.use, _USE), (facts.need, _NEED)):
        for label, said in words.items():
            if names := [key for key in ("image", *ROLES, "pooling") if labels.get(key) == label]:
                yield (said, *listed([(name,) for name in names]), ".")
    for place, why in sorted(facts.maps_unseen.items()):
        yield ("Maps of ", Label(place), " were not looked at: ", Said(why, task.status_position), ".")
    if facts.mm_shap:
        yield ("MM-SHAP: ", Said(facts.mm_shap, task.status_position))
    if facts.mm_shap_undefined:
        yield ("There is no MM-SHAP: ", Said(facts.mm_shap_undefined, task.status_position), ".")
    if facts.values_unseen:
        yield ("The values of ", Label(facts.values_unseen), " were not seen, so that none are weighed by them.")
    for role, why in sorted(facts.unrolled.items()):
        yield (f"The attention of {role} was not rolled out: ", Said(why, task.status_position), ".")
