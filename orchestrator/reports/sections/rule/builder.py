"""The decision rule of the protocol, value by value. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.prose import Code, ModelName, Prose, listed
from orchestrator.reports.sections.rule import RuleView, Term
from tasks.statistics.words import BOUNDARIES, TESTS


def build(history: History, book: FigureBook) -> RuleView:
    """The rule that the cycle is assessed by."""
    return RuleView(_note(history), _terms(history, book))


def _note(history: History) -> tuple[Prose, ...]:
    assessment = history.cycle.assessment
    notes: list[Prose] = []
    if assessment is not None:
        notes.append(("The assessment applied the rule with digest ", Code(assessment.rule_sha256), "."))
    locked = Code(history.board.study_sha256 or "")
    if history.board.amendments:
        notes.append(("The protocol was amended after it was registered; the one in force has digest ", locked, "."))
    else:
        notes.append(("It is part of the protocol with digest ", locked, ", registered before there was any result."))
    return tuple(notes)


def _terms(history: History, book: FigureBook) -> tuple[Term, ...]:
    """The decision rule of the protocol, value by value."""
    rule, position = history.study.decision, history.protocol_position

    def set_to(name: str) -> Prose:
        return (book.pointed(position, f"/study/decision/{name}"),)

    side = "above" if rule.threshold > rule.null else "below"
    claims: list[Prose] = [
        (book.pointed(position, f"/study/decision/at_least/{index}", "models"),) for index in range(len(rule.at_least))
    ]
    needed: Prose = tuple(piece for i, claim in enumerate(claims) for piece in ((" or ", *claim) if i else claim))
    return (
        Term("Metric, as a mean over images", (Code(rule.metric),)),
        Term("Null value", set_to("null")),
        Term(f"Threshold; collapse lies {side} it", set_to("threshold")),
        Term("Error rate alpha, over all looks", set_to("alpha")),
        Term("Test of a mean", (TESTS[rule.test],)),
        Term("Planned looks", _looks(history, book)),
        Term("Images per look", (book.pointed(position, "/study/data/n", "images"),)),
        Term("Fewest models that must collapse", (*needed, " of ", book.derived("study/models"))),
        *_controls(history),
    )


def _controls(history: History) -> tuple[Term, ...]:
    """Models that the count leaves out, by the rule."""
    names: list[Prose] = [(ModelName.of(model.ref),) for model in history.study.controls]
    return (Term("Controls, which must be found and do not count", listed(names)),) if names else ()


def _looks(history: History, book: FigureBook) -> Prose:
    rule = history.study.decision
    if rule.looks == "open":
        return ("any number, by e-values, which are valid at any stopping time",)
    return (book.pointed(history.protocol_position, "/study/decision/looks", "looks"), "; ", BOUNDARIES[rule.boundary])
