"""The report in a minute, and its critical finding: the sentences that everyone reads. Pure."""

from __future__ import annotations

from orchestrator.reports.audited import faults
from orchestrator.reports.book import FigureBook
from orchestrator.reports.context import Summary
from orchestrator.reports.measured import look_of, reading
from orchestrator.reports.naming import model_name, task_link, task_model
from orchestrator.reports.past import Past
from orchestrator.reports.places import ROLES
from orchestrator.reports.prose import (
    Absent,
    Code,
    Estimate,
    ModelName,
    Piece,
    Prose,
    Said,
    Strong,
    counted,
    listed,
    p_value,
)
from orchestrator.reports.tasks import standing
from orchestrator.reports.verdict import header
from orchestrator.reports.wording import VERDICTS, status_words
from store.cycle.verdicts import DIRECTIONS
from store.evidence import Evidence
from store.kinds.diagnostic import DiagnosticSpec
from store.kinds.statistics import StatisticsSpec
from store.queries.comparison import adjusted_p
from store.task.state import Status, Task
from tasks.statistics.words import TESTS

_UNFINISHED: tuple[tuple[Status, str], ...] = (
    ("blocked", "blocked"),
    ("succeeded", "done but not accepted"),
    ("returned", "returned"),
    ("failed", "failed"),
    ("claimed", "under way"),
    ("planned", "planned"),
    ("cancelled", "cancelled"),
)


def summary(past: Past, book: FigureBook) -> Summary:
    """What the cycle came to, what it accomplished, and what it did not."""
    lines = [_completed(past, book), *_verdict(past), *_counts(past, book), *_diagnosed(past)]
    lines += [*_waiting(past, book), *faults(past, book)]
    return Summary(
        lines=tuple(lines),
        accomplished=tuple(_done(task, past) for task in past.tasks if task.status == "accepted"),
        unaccomplished=tuple(
            (task_link(past, task.task_id), *_of_model(task), ": ", *_lowered(standing(task, past)))
            for task in past.tasks
            if task.status != "accepted"
        ),
    )


def _completed(past: Past, book: FigureBook) -> Prose:
    base = f"cycle/{past.cycle.number}/tasks"
    if not past.tasks:
        return ("No task was planned in this cycle.",)
    accepted, planned = book.derived(f"{base}/accepted"), book.derived(base)
    done: Prose = (accepted, " of ", planned, " tasks are completed, that is, accepted by the reviewer")
    superseded = [task for task in past.tasks if task.status == "superseded"]
    replaced = {past.last_outcome(task.task_id): status_words(task, past) for task in superseded}
    rest: list[Prose] = [
        (book.derived(f"{base}/superseded/{outcome}"), f" {words}") for outcome, words in sorted(replaced.items())
    ]
    rest += [
        (book.derived(f"{base}/{status}"), f" {words}")
        for status, words in _UNFINISHED
        if any(task.status == status for task in past.tasks)
    ]
    return (*done, "; ", *listed(rest), ".") if rest else (*done, ".")


def _verdict(past: Past) -> list[Prose]:
    view = header(past).verdict
    if view.verdict is None:
        return [*[view.reason], *view.notes]
    return [("The verdict is ", Strong(VERDICTS[view.verdict]), ": ", *view.reason), *view.notes]


def _counts(past: Past, book: FigureBook) -> list[Prose]:
    comparison = past.comparison
    counts = (
        {name: comparison.value(f"count/{name}") for name in ("models", "collapsed", "cleared")} if comparison else {}
    )
    models, collapsed, cleared = (counts.get(name) for name in ("models", "collapsed", "cleared"))
    if models is None or collapsed is None or cleared is None:
        return [("No model has been tested yet: there is no accepted comparison.",)]
    rest = models.value - collapsed.value - cleared.value
    others = "; the others are undecided or undetermined." if rest else "."
    return [
        (
            "Of ", *counted(book.evidence(models), "model", "models"), " compared, collapse is shown in ",
            book.evidence(collapsed), " and excluded in ", book.evidence(cleared), others,
        )
    ]  # fmt: skip


def _diagnosed(past: Past) -> list[Prose]:
    """In which models the diagnostics found attention, or influence, collapsed."""
    judged = [task for task in past.measurements if all(what in task.facts for what in ("Verdict", "Influence"))]
    if not judged:
        return []

    def collapsed(what: str) -> Prose:
        found = [task_model(task) for task in judged if task.facts[what] == "collapsed"]
        return listed([(model,) for model in found if model is not None]) or ("no model",)

    return [
        (
            "Against random initialisations of the same architecture, attention is collapsed, as a whole or in "
            "some layers, in ",
            *collapsed("Verdict"), ". Influence is collapsed in ", *collapsed("Influence"),
            ". The section on entropy and influence tells both apart, site by site.",
        )
    ]  # fmt: skip


def _waiting(past: Past, book: FigureBook) -> list[Prose]:
    waiting = book.derived(f"cycle/{past.cycle.number}/decisions/open") if past.board.open_decisions else None
    if waiting is None or not waiting.value:
        return []
    return [("Questions that wait for a human: ", waiting, ".")]


def _done(task: Task, past: Past) -> Prose:
    words: Piece = Said(task.summary, task.status_position) if task.summary else Said(task.title, task.position)
    return (task_link(past, task.task_id), *_of_model(task), ": ", words)


def _of_model(task: Task) -> Prose:
    model = task_model(task)
    return (", ", model) if model is not None else ()


def _lowered(prose: Prose) -> Prose:
    first, *rest = prose
    return (f"{first[0].lower()}{first[1:]}", *rest) if isinstance(first, str) else prose


def critical_finding(past: Past, book: FigureBook) -> tuple[Prose, ...]:
    """The most extreme test of the newest comparison, of those that show collapse if any does, and all to weigh it."""
    comparison = past.comparison
    if comparison is None or not isinstance(comparison.spec, StatisticsSpec):
        return (("There is no critical finding: no comparison has been accepted.",),)
    smallest = _smallest(comparison)
    if smallest is None:
        return (("There is no critical finding: no model in the comparison could be tested.",),)
    model_id, direction, test = smallest
    name = model_name(past, model_id)
    return (
        *_estimate(comparison, name, book),
        *_is_planted(past, model_id),
        _test(comparison, comparison.spec, direction, test, book),
        *_effect(comparison, model_id, book),
        *_raw(past, model_id, book),
        *_null(past, model_id, book),
        *_influence(past, model_id, book),
        _chosen(comparison, model_id),
    )


def _is_planted(past: Past, model_id: str) -> list[Prose]:
    """That a collapse which is found was put there."""
    planted = any(model.ref.id == model_id and model.plant for model in past.study.models)
    said: Prose = (Strong("The collapse in this model was planted"), ", to see that it is found.")
    return [said] if planted else []


def _chosen(comparison: Task, model_id: str) -> Prose:
    among = " of those that show collapse" if reading(comparison, model_id) == "collapse shown" else ""
    return (f"It is the smallest adjusted p-value{among}; every other test is in the section on evidence.",)


def _smallest(comparison: Task) -> tuple[str, str, Evidence] | None:
    assert isinstance(comparison.spec, StatisticsSpec)
    tests = [
        (source.model_id, direction, test)
        for source in comparison.spec.sources
        for direction in DIRECTIONS
        if (test := adjusted_p(comparison, source.model_id, direction)) is not None
    ]
    shown = [test for test in tests if test[1] == "collapse" and reading(comparison, test[0]) == "collapse shown"]
    return min(shown or tests, key=lambda found: found[2].value, default=None)


def _estimate(comparison: Task, name: ModelName, book: FigureBook) -> list[Prose]:
    assert isinstance(comparison.spec, StatisticsSpec)
    mean = comparison.value(f"model/{name.id}/mean")
    if mean is None:
        return []
    images = book.images(mean) or Absent("an unrecorded number of")
    position = comparison.position
    shown = reading(comparison, name.id)
    return [
        (Strong(f"{shown[0].upper()}{shown[1:]}"), " in ", name, ". Its mean ", Code(comparison.spec.metric), " over ",
         images, " images is ", Estimate(book.evidence(mean)), ", against a null value of ",
         book.pointed(position, "/spec/null"), " and a threshold of ", book.pointed(position, "/spec/threshold"), "."),
    ]  # fmt: skip


def _test(comparison: Task, spec: StatisticsSpec, direction: str, test: Evidence, book: FigureBook) -> Prose:
    above = (spec.threshold > spec.null) == (direction == "collapse")
    nominal = comparison.value("alpha/look")
    at: Prose = (", at level ", book.evidence(nominal)) if nominal is not None else ()
    for_looks = "the looks and " if comparison.value("alpha") is not None else ""
    return (
        "The test is ", TESTS[spec.test], ", one-sided, that the mean lies ", "above" if above else "below",
        f" the threshold; adjusted for {for_looks}the models, ", *p_value(book.evidence(test)), ". It was made at ",
        *look_of(comparison, book), *at, ".",
    )  # fmt: skip


def _effect(comparison: Task, model_id: str, book: FigureBook) -> list[Prose]:
    """The effect against the threshold, on which the reading rests, before that against the null value."""
    names = ("dz_threshold", "dz_null", "p_null")
    threshold, null, p_null = (comparison.value(f"model/{model_id}/{name}") for name in names)
    lines: list[Prose] = []
    if threshold is not None:
        lines.append(
            ("Its effect against the threshold, on which the reading rests, is dz\u00a0=\u00a0",
             Estimate(book.evidence(threshold)),
             ": the mean less the threshold, in standard deviations between images."),
        )  # fmt: skip
    if null is not None:
        test: Prose = ("; two-sided and unadjusted, ", *p_value(book.evidence(p_null))) if p_null is not None else ()
        lines.append(
            ("Its effect against the null value, on which no reading rests, is dz\u00a0=\u00a0",
             Estimate(book.evidence(null)), *test, "."),
        )  # fmt: skip
    return lines


def _measurement(past: Past, model_id: str) -> Task | None:
    """The newest accepted measurement of a model."""
    found = (
        task for task in past.measurements if isinstance(task.spec, DiagnosticSpec) and task.spec.model.id == model_id
    )
    return next(found, None)


def _raw(past: Past, model_id: str, book: FigureBook) -> list[Prose]:
    """The raw score is never shown without what uniform attention gives."""
    task = _measurement(past, model_id)
    if task is None:
        return []
    raw, uniform, norm = (task.value(key) for key in ("mcs_raw", "mcs_raw_uniform", "mcs_norm"))
    if raw is None or uniform is None or norm is None:
        return []
    return [
        ("Its raw score ", Code("mcs_raw"), " is ", Estimate(book.evidence(raw)),
         ", where uniform attention gives ", Estimate(book.evidence(uniform)),
         " on the same images; normalised, ", Code("mcs_norm"), " is ", Estimate(book.evidence(norm)), "."),
    ]  # fmt: skip


def _null(past: Past, model_id: str, book: FigureBook) -> list[Prose]:
    """How much entropy each role has lost, and against which null."""
    task = _measurement(past, model_id)
    draws, images = (task.value(f"null/{key}") if task else None for key in ("draws", "images"))
    if task is None or draws is None or images is None:
        return []
    losses: list[Prose] = [
        (role, " ", Estimate(book.evidence(loss)))
        for role in ROLES
        if (loss := task.value(f"null/{role}/loss")) is not None
    ]
    listed = [piece for number, loss in enumerate(losses) for piece in ((*((", ",) if number else ()), *loss))]
    return [
        ("Against ", book.evidence(draws), " random initialisations of the same architecture, on the first ",
         book.evidence(images), " images, the share of normalised entropy that is lost is: ", *listed, "."),
    ]  # fmt: skip


def _influence(past: Past, model_id: str, book: FigureBook) -> list[Prose]:
    """What another image does to the output, and how entropy and influence go together."""
    task = _measurement(past, model_id)
    swap = task.value("influence/swap-image/change") if task else None
    if task is None or swap is None:
        return []
    said: list[Prose] = [
        ("Entropy is not influence: given another image, ", Estimate(book.evidence(swap)),
         " of the probability of its output moves."),
    ]  # fmt: skip
    for level in ("sites", "heads"):
        together, count = (task.value(f"influence/{level}/{key}") for key in ("spearman_entropy_norm", "compared"))
        if together is not None and count is not None:
            said.append(
                ("Over its ", book.evidence(count), f" {level}, the rank correlation of",
                 " normalised entropy and influence is ",
                 Estimate(book.evidence(together)), "."),
            )  # fmt: skip
    return said
