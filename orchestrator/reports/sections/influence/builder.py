"""Entropy and influence: verdicts, null, interventions and sites of each model, from its diagnostic. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import model_refs, task_link
from orchestrator.reports.parts.estimates import NOT, cell
from orchestrator.reports.parts.measurements import look_number, where
from orchestrator.reports.parts.unmeasured import why_unmeasured
from orchestrator.reports.prose import Absent, Anchor, ModelName, Prose, Said
from orchestrator.reports.sections.influence import InfluenceView, Intervention, Judgement, ModelInfluence, Overview
from orchestrator.reports.sections.influence.notes import intervened, notes
from orchestrator.reports.sections.influence.site_rows import site_rows
from store.kinds import diagnostics_metrics as d
from store.kinds.diagnostics import DiagnosticFacts, DiagnosticSpec
from store.task.state import Task

_UNJUDGED = Judgement("", Absent("not judged"), None)
_STATES = ("ok", "collapsed", "undefined", "inconclusive")
_MOST_OPEN = 16
"""Rows of sites that a page shows at once."""

_INTERVENTIONS: Mapping[d.Intervention, str] = {
    d.ANOTHER_IMAGE: "another image",
    d.BLANK_IMAGE: "a blank image of its mean colour",
    d.ANOTHER_TEXT: "another text",
    d.EMPTY_TEXT: "an empty text",
}

_EXPLAINED: tuple[Prose, ...] = (
    (
        "Entropy measures how widely attention is spread, not whether the output depends on it. The tables therefore "
        "give for every site its normalised entropy Hn and its influence: the share of the output probability that "
        "changes when the site's attention is replaced by uniform attention and, where answers are right or wrong, "
        "the increase of the loss. Lost entropy is relative to random initialisations of the same architecture.",
    ),
    (
        "Spearman's rank correlation shows how far higher entropy goes with greater influence, over sites and over "
        "heads; the influence of a head is what changes when the head is ablated. It describes the sites of a model, "
        "which are no sample of others, and so it has no interval; from few of them it says little.",
    ),
)
_NOTHING: tuple[Prose, ...] = (
    ("No accepted measurement reports a null of random initialisation or the effect of an intervention.",),
)
_UNREPORTED = Absent(
    "not reported", "its measurement holds neither a null of random initialisation nor an intervention"
)


def build(history: History, book: FigureBook) -> InfluenceView:
    """One measurement per model, from those behind the newest comparison; for other models the reason for none."""
    overview, models = [], []
    for task in history.measurements:
        told = intervened(task) or task.value(d.NULL_DRAWS) is not None
        overview.append(_overview(task, history, book) if told else _bare(_model(task), _UNREPORTED))
        models += [_of_model(task, history, book)] if told else []
    measured = {task.subject for task in history.measurements}
    for model in history.study.models:
        if model.id not in measured:
            name, tasks = ModelName.of(model.ref), [task for task in history.diagnostics if task.subject == model.id]
            overview.append(_bare(name, Absent("not measured", why_unmeasured(name, tasks, history))))
    if not models:
        return InfluenceView(_NOTHING, (), judged=False, models=())
    judged = any(row.attention.reason or row.influence.reason for row in overview)
    return InfluenceView(_EXPLAINED, tuple(overview), judged, tuple(models))


def _model(task: Task) -> ModelName:
    assert isinstance(task.spec, DiagnosticSpec)
    return ModelName.of(task.spec.model)


def _bare(model: ModelName, why: Absent) -> Overview:
    return Overview(model, None, NOT, _UNJUDGED, _UNJUDGED, NOT, NOT, NOT, why)


def _overview(task: Task, history: History, book: FigureBook) -> Overview:
    model, asked = _model(task), model_refs(history).get(task.subject)
    facts = DiagnosticFacts.read(task.facts)
    return Overview(
        model=model,
        stands_in_for=ModelName.of(asked) if asked is not None and asked.locator != model.locator else None,
        look=look_number(task, book),
        attention=_judgement(task, facts.attention, facts.attention_reason),
        influence=_judgement(task, facts.influence, facts.influence_reason),
        swapped=cell(task.value(d.CHANGE, intervention=d.ANOTHER_IMAGE), book),
        over_sites=cell(task.value(d.SPEARMAN, level="sites"), book),
        over_heads=cell(task.value(d.SPEARMAN, level="heads"), book),
        bare=None,
    )


def _of_model(task: Task, history: History, book: FigureBook) -> ModelInfluence:
    rows, facts = site_rows(task, book), DiagnosticFacts.read(task.facts)
    return ModelInfluence(
        model=_model(task),
        anchor=Anchor(f"influence-{task.task_id}"),
        task=task_link(history, task.task_id),
        attention=_judgement(task, facts.attention, facts.attention_reason),
        influence=_judgement(task, facts.influence, facts.influence_reason),
        measured=("Measured on ", *where(task, book), " by ", task_link(history, task.task_id), "."),
        output=_output(task),
        interventions=_interventions(task, book),
        null=_null(task, book),
        sites=rows,
        notes=notes(rows, task, book),
        labelled=any(True for _ in task.values(d.RISE, d.SITE_RISE, d.HEAD_RISE)),
        gated=any(not isinstance(row.gated, Absent) for row in rows),
        folded=len(rows) > _MOST_OPEN,
    )


def _judgement(task: Task, word: str, why: str) -> Judgement:
    position = task.status_position
    if not word:
        return _UNJUDGED
    return Judgement(word if word in _STATES else "", Said(word, position), Said(why, position) if why else None)


def _output(task: Task) -> Prose:
    output = DiagnosticFacts.read(task.facts).output
    return ("Its output is a probability over ", Said(output, task.status_position), ".") if output else ()


def _interventions(task: Task, book: FigureBook) -> tuple[Intervention, ...]:
    rows = []
    for key, what in _INTERVENTIONS.items():
        if (change := task.value(d.CHANGE, intervention=key)) is not None:
            rise = task.value(d.RISE, intervention=key)
            rows.append(Intervention(what, book.images(change) or NOT, cell(change, book), cell(rise, book)))
    return tuple(rows)


def _null(task: Task, book: FigureBook) -> Prose:
    draws, images = task.value(d.NULL_DRAWS), task.value(d.NULL_IMAGES)
    if draws is None or images is None:
        return ("No null of random initialisation was measured, so lost entropy is unknown.",)
    return (
        "The null is ", book.evidence(draws), " random initialisations of the same architecture on the first ",
        book.evidence(images), " images: their mean and, in brackets, the prediction band for one further "
        "initialisation.",
    )  # fmt: skip
