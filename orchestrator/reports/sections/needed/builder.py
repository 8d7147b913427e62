"""What would settle each claim in force: in models, in images, and in moves of means. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.prose import Label, Prose, Said, counted, listed, p_value
from orchestrator.reports.sections.needed import Needed
from orchestrator.reports.wording import VERDICTS
from store.cycle.verdicts import ClaimVerdict
from store.kinds import statistics_metrics as s
from store.kinds.statistics import StatisticsFacts
from store.metrics import Style
from store.queries.claims import claims_in_force

_MORE = ("more model", "more models")


def build(history: History, book: FigureBook) -> Needed:
    """What would settle each claim in force, counted in models."""
    return Needed(_needed(history, book))


def _needed(history: History, book: FigureBook) -> tuple[Prose, ...]:
    """What would settle each claim in force, counted in models."""
    assessment, position = history.cycle.assessment, history.cycle.assessment_position
    if assessment is None or position is None:
        return (("The cycle has to be assessed first.",),)
    comparison = history.comparison
    untested = comparison is not None and bool(StatisticsFacts.read(comparison.facts).undetermined)
    lines: list[Prose] = [
        (
            "First of all: ",
            Said(finding.goal, position),
            ". So far: ",
            Said(finding.because.rstrip(". "), position),
            ".",
        )
        for finding in assessment.findings
        if finding.required and finding.status != "met"
    ]
    for index, claim in enumerate(assessment.claims):
        if claim.at_least not in claims_in_force(history.board):
            continue
        k = book.pointed(position, f"/claims/{index}/at_least", "models")
        of = book.pointed(position, f"/claims/{index}/models", "models")
        if claim.verdict != "INCONCLUSIVE":
            lines.append(
                ("The claim of at least ", k, " of ", of, " is settled.", *_flip(claim, index, position, book))
            )
            continue
        go = book.derived(f"claim/{claim.at_least}/collapsed_missing")
        no_go = book.derived(f"claim/{claim.at_least}/of/{claim.models}/cleared_missing")
        lines.append(
            ("For at least ", k, " of ", of, ": a GO needs collapse shown in ", *counted(go, *_MORE),
             ", and a NO-GO needs it excluded in ", *counted(no_go, *_MORE), ".",
             *_flip(claim, index, position, book), *_more(claim, index, position, book, untested)),
        )  # fmt: skip
    estimated = comparison is not None and any(True for _ in comparison.values(s.NULL_ERROR))
    known = ", if its null is taken as known" if estimated else ""
    images = comparison.value(s.IMAGES_FOR_MEDIUM_EFFECT) if comparison is not None else None
    if images is not None:
        lines.append(
            (
                "To detect a medium effect at this look's level, a single model needs ",
                book.evidence(images),
                f" images{known}.",
            )
        )
    smallest = comparison.value(s.SMALLEST_EFFECT) if comparison is not None else None
    if smallest is not None:
        effect = book.evidence(smallest)
        lines.append(("With the images at hand, the smallest detectable effect is ", effect, f"{known}."))
    return tuple(lines)


def _flip(claim: ClaimVerdict, index: int, position: int, book: FigureBook) -> Prose:
    """The smallest change of evidence that would give another verdict."""
    if claim.flip is None:
        return ()
    pointer = f"/claims/{index}/flip"
    moves: list[Prose] = [
        (
            Label(change.model), " by ",
            book.computed(position, f"{pointer}/changes/{number}/standard_errors", Style.TWO_DECIMALS),
            " towards ", "collapse" if change.direction == "collapse" else "no collapse", " (",
            *p_value(book.computed(position, f"{pointer}/changes/{number}/p", Style.P_VALUE)), ", bound ",
            book.computed(position, f"{pointer}/changes/{number}/bound", Style.PROBABILITY), ")",
        )
        for number, change in enumerate(claim.flip.changes)
    ]  # fmt: skip
    return (
        " It would become ",
        VERDICTS[claim.flip.to],
        " if these means moved, in standard errors: ",
        *listed(moves),
        ".",
    )


def _more(claim: ClaimVerdict, index: int, position: int, book: FigureBook, untested: bool) -> Prose:
    """The further images that would decide, were the observed effects the true ones."""
    if claim.more is None and untested:
        return (" The number of further images needed is unknown, as some models could not be tested at all.",)
    if claim.more is None:
        return (" If the observed effects are the true ones, no number of further images is known to decide it.",)
    images = book.pointed(position, f"/claims/{index}/more/images", "images")
    return (
        " If the observed effects are the true ones, ", *counted(images, "more image", "more images"),
        " would decide it, as ", VERDICTS[claim.more.to], ".",
    )  # fmt: skip
