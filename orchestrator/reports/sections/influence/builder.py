"""Entropy beside influence: what the diagnostics found in each model, against which null, what depends on it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import model_refs, task_link
from orchestrator.reports.parts.estimates import NOT, cell
from orchestrator.reports.parts.measurements import look_of, where
from orchestrator.reports.parts.unmeasured import why_unmeasured
from orchestrator.reports.prose import Absent, ModelName, Prose, Said
from orchestrator.reports.sections.influence import InfluenceView, Intervention, Judgement, ModelInfluence, Overview
from orchestrator.reports.sections.influence.notes import notes
from orchestrator.reports.sections.influence.site_rows import site_rows
from store.evidence import Evidence
from store.kinds.diagnostic import DiagnosticSpec
from store.task.state import Task

_UNJUDGED = Judgement("", Absent("not judged"), None)
_STATES = ("ok", "collapsed", "undefined", "inconclusive")
_MOST_OPEN = 16
"""Rows of sites that a page shows at once."""

_INTERVENTIONS = {
    "swap-image": "another image",
    "cut-image": "a blank image of its mean colour",
    "swap-text": "another text",
    "cut-text": "an empty text",
}

_EXPLAINED: tuple[Prose, ...] = (
    (
        "Entropy says how widely attention is spread, and not whether anything depends on it. So beside the normalised "
        "entropy Hn of every site stands its influence: the share of the probability of the model's output that moves "
        "when the attention of the site is made uniform and, where answers are right or wrong, the rise of the loss. "
        "What entropy is lost is lost against random initialisations of the same architecture.",
    ),
    (
        "Spearman's rank correlation tells how far more entropy goes with more influence, over sites and over heads; "
        "the influence of a head is what moves when it is silenced.",
    ),
)
_NOTHING: tuple[Prose, ...] = (
    ("No accepted measurement reports a null of random initialisation or the effect of an intervention.",),
)
_UNREPORTED = Absent(
    "not reported", "its measurement holds neither a null of random initialisation nor an intervention"
)


def build(history: History, book: FigureBook) -> InfluenceView:
    """One measurement of every model, of those that the newest comparison rests on; and why others have none."""
    overview, models = [], []
    for task in history.measurements:
        found = {item.metric: item for item in task.evidence}
        told = any(metric.startswith(("null/", "influence/")) for metric in found)
        overview.append(_overview(task, found, history, book) if told else _bare(_model(task), _UNREPORTED))
        models += [_of_model(task, found, history, book)] if told else []
    measured = {task.subject for task in history.measurements}
    for model in history.study.models:
        if model.id not in measured:
            name, tasks = ModelName.of(model.ref), [task for task in history.diagnostics if task.subject == model.id]
            overview.append(_bare(name, Absent("not measured", why_unmeasured(name, tasks, history))))
    return InfluenceView(_EXPLAINED, tuple(overview), tuple(models)) if models else InfluenceView(_NOTHING, (), ())


def _model(task: Task) -> ModelName:
    assert isinstance(task.spec, DiagnosticSpec)
    return ModelName.of(task.spec.model)


def _bare(model: ModelName, why: Absent) -> Overview:
    return Overview(model, None, NOT, _UNJUDGED, _UNJUDGED, NOT, NOT, NOT, why)


def _overview(task: Task, found: Mapping[str, Evidence], history: History, book: FigureBook) -> Overview:
    model, asked = _model(task), model_refs(history).get(task.subject)
    return Overview(
        model=model,
        stands_in_for=ModelName.of(asked) if asked is not None and asked.locator != model.locator else None,
        look=look_of(task, book),
        attention=_judgement(task, "Verdict", "Reason"),
        influence=_judgement(task, "Influence", "Reason of the influence"),
        swapped=cell(found.get("influence/swap-image/change"), book),
        over_sites=cell(found.get("influence/sites/spearman_entropy_norm"), book),
        over_heads=cell(found.get("influence/heads/spearman_entropy_norm"), book),
        bare=None,
    )


def _of_model(task: Task, found: Mapping[str, Evidence], history: History, book: FigureBook) -> ModelInfluence:
    rows = site_rows(task, found, book)
    return ModelInfluence(
        model=_model(task),
        anchor=f"influence-{task.task_id}",
        task=task_link(history, task.task_id),
        attention=_judgement(task, "Verdict", "Reason"),
        influence=_judgement(task, "Influence", "Reason of the influence"),
        measured=("Measured on ", *where(task, book), " by ", task_link(history, task.task_id), "."),
        output=_output(task),
        interventions=_interventions(found, book),
        null=_null(found, book),
        sites=rows,
        notes=notes(rows, found, book),
        labelled=any(metric.startswith("influence/") and metric.endswith("/loss") for metric in found),
        gated=any(not isinstance(row.gated, Absent) for row in rows),
        folded=len(rows) > _MOST_OPEN,
    )


def _judgement(task: Task, label: str, reason: str) -> Judgement:
    word, why, position = task.facts.get(label), task.facts.get(reason), task.status_position
    if word is None:
        return _UNJUDGED
    return Judgement(word if word in _STATES else "", Said(word, position), Said(why, position) if why else None)


def _output(task: Task) -> Prose:
    output = task.facts.get("Output")
    return ("Its output is a probability over ", Said(output, task.status_position), ".") if output else ()


def _interventions(found: Mapping[str, Evidence], book: FigureBook) -> tuple[Intervention, ...]:
    rows = []
    for key, what in _INTERVENTIONS.items():
        if (change := found.get(f"influence/{key}/change")) is not None:
            rise = found.get(f"influence/{key}/loss")
            rows.append(Intervention(what, book.images(change) or NOT, cell(change, book), cell(rise, book)))
    return tuple(rows)


def _null(found: Mapping[str, Evidence], book: FigureBook) -> Prose:
    draws, images = found.get("null/draws"), found.get("null/images")
    if draws is None or images is None:
        return ("No null of random initialisation was measured, so nothing is said of lost entropy.",)
    return (
        "The null is that of ", book.evidence(draws), " random initialisations of the same architecture, on the first ",
        book.evidence(images), " images: their mean and, in brackets, the band in which one more of them would lie.",
    )  # fmt: skip
