"""The verdict of a cycle and the findings behind it, with everything that has to be said beside it. Pure."""

from __future__ import annotations

from agents.planning.leftover import verdict_in_force
from orchestrator.reports.book import FigureBook
from orchestrator.reports.context import Header, Term, VerdictView
from orchestrator.reports.naming import all_untrained, any_untrained
from orchestrator.reports.parts import ClaimRow, Goal, MetricRow, Progress
from orchestrator.reports.past import Past
from orchestrator.reports.prose import Code, Estimate, ModelName, Prose, Said, Strong, listed
from orchestrator.reports.wording import VERDICTS
from store.canonical import digest_of
from store.evidence import Evidence
from store.queries.claims import claims_in_force
from store.queries.protocol import amended_late
from store.study.amendments import WEIGHS
from tasks.statistics.words import BOUNDARIES, TESTS

UNTRAINED: Prose = (
    Strong("Every model is untrained"),
    ": its weights are a random initialisation, so the result says nothing about trained models.",
)


def header(past: Past) -> Header:
    """What the report is about, and what it was rendered from."""
    study, position, cycle = past.study, past.protocol_position, past.cycle
    return Header(
        study=Said(study.name, position),
        question=Said(study.question, position),
        claim=Said(study.claim, position),
        cycle=cycle.number,
        because=Said(cycle.because, cycle.position),
        opened=cycle.opened_at,
        closed=cycle.closed_at,
        as_of=past.board.position,
        as_of_at=past.at,
        head=Code(past.board.head),
        study_sha256=Code(past.board.study_sha256 or ""),
        verdict=_verdict(past),
    )


def _verdict(past: Past) -> VerdictView:
    assessment, position = past.cycle.assessment, past.cycle.assessment_position
    if assessment is None or position is None:
        return VerdictView(None, ("The cycle has not been assessed yet.",), _caveats(past))
    notes = [*_since(past), *_amended(past, position), *_caveats(past)]
    reason = Said(assessment.reason.rstrip(". "), position)
    return VerdictView(assessment.verdict, (reason, "."), tuple(notes))


def _amended(past: Past, position: int) -> list[Prose]:
    """A rule that was changed in the light of data has no error rate, and its verdict has to say so."""
    late = [amendment.event for amendment in amended_late(past.board) if amendment.position < position]
    replanned = any(key in ("decision.looks", "decision.boundary") for event in late for key in event.changed)
    notes: list[Prose] = []
    if late:
        changed = sorted({key for event in late for key in event.changed if key.startswith(WEIGHS)})
        keys = listed([(Code(key),) for key in changed])
        notes.append(
            (
                "The protocol was amended after data had been compared (",
                *keys,
                "), so that its error rate no longer holds.",
            )
        )
    if replanned:
        notes.append(
            (
                "The boundary was planned anew for the looks that are now planned; it does not know what the looks "
                "before the amendment have spent of the error.",
            )
        )
    return notes


def _caveats(past: Past) -> tuple[Prose, ...]:
    if all_untrained(past):
        return (UNTRAINED, *_planted(past))
    if any_untrained(past):
        some: Prose = ("Some models are untrained; what is found in them says nothing about trained models.",)
        return (some, *_planted(past))
    return _planted(past)


def _planted(past: Past) -> tuple[Prose, ...]:
    """A planted collapse is a control: it counts in the verdict like any other, which has to be said."""
    planted: list[Prose] = [(ModelName.of(model.ref),) for model in past.study.models if model.plant]
    if not planted:
        return ()
    return (
        (
            "A collapse is planted in ", *listed(planted), ", to see that it is found. It counts in the verdict like "
            "any other, and says nothing about a model as it is.",
        ),
    )  # fmt: skip


def _since(past: Past) -> list[Prose]:
    """What has happened since the assessment that bears on its verdict."""
    cycle, board = past.cycle, past.board
    assessment, position = cycle.assessment, cycle.assessment_position or 0
    notes: list[Prose] = []
    if assessment is None or cycle.number != len(board.cycles):
        return notes
    answered = [d for d in board.decisions if d.chosen and (d.answered_position or 0) > position]
    if answered:
        names = ", ".join(decision.request.decision_id for decision in answered)
        notes.append(("Answered since the assessment: ", Code(names), "."))
        now = verdict_in_force(board)
        if now != assessment.verdict:
            notes.append(("For the claim that is now in force the same assessment reads ", Strong(VERDICTS[now]), "."))
    if digest_of(past.study.decision) != assessment.rule_sha256:
        notes.append(("The decision rule was amended after this assessment.",))
    return notes


def progress(past: Past, book: FigureBook) -> Progress:
    """The findings of the assessment, and the verdict for each strength of the claim."""
    assessment, position = past.cycle.assessment, past.cycle.assessment_position
    if assessment is None or position is None:
        return Progress((), ())
    goals = tuple(
        Goal(
            criterion=finding.criterion,
            goal=Said(finding.goal, position),
            target=Said(finding.target, position),
            status=finding.status,
            because=Said(finding.because, position),
            evidence=tuple(_row(item, book, position) for item in finding.evidence),
        )
        for finding in assessment.findings
    )
    in_force = claims_in_force(past.board)
    claims = tuple(
        ClaimRow(
            claim=(
                "Collapse in at least ", book.pointed(position, f"/claims/{index}/at_least", "models"), " of ",
                book.pointed(position, f"/claims/{index}/models", "models"), " models",
            ),
            verdict=claim.verdict,
            reason=Said(claim.reason, position),
            standing=_standing(claim.at_least, in_force),
        )
        for index, claim in enumerate(assessment.claims)
    )  # fmt: skip
    return Progress(goals, claims)


def _standing(k: int, in_force: tuple[int, ...]) -> str:
    if k not in in_force:
        return "not chosen"
    return "in force" if len(in_force) == 1 else "awaits a decision"


def _row(item: Evidence, book: FigureBook, position: int) -> MetricRow:
    return MetricRow(Code(item.metric), Estimate(book.evidence(item, position)))


def _looks(past: Past, book: FigureBook) -> Prose:
    rule = past.study.decision
    if rule.looks == "open":
        return ("any number, by e-values that are valid whenever one stops",)
    return (book.pointed(past.protocol_position, "/study/decision/looks"), "; ", BOUNDARIES[rule.boundary])


def rule_terms(past: Past, book: FigureBook) -> tuple[Term, ...]:
    """The decision rule of the protocol, value by value."""
    rule, position = past.study.decision, past.protocol_position

    def value(name: str) -> Prose:
        return (book.pointed(position, f"/study/decision/{name}"),)

    side = "above" if rule.threshold > rule.null else "below"
    claims: list[Prose] = [
        (book.pointed(position, f"/study/decision/at_least/{index}", "models"),) for index in range(len(rule.at_least))
    ]
    needed: Prose = tuple(piece for i, claim in enumerate(claims) for piece in ((" or ", *claim) if i else claim))
    return (
        Term("Metric, as a mean over images", (Code(rule.metric),)),
        Term("Null value", value("null")),
        Term(f"Threshold; collapse lies {side} it", value("threshold")),
        Term("Error rate alpha, over all looks", value("alpha")),
        Term("Test of a mean", (TESTS[rule.test],)),
        Term("Looks that are planned", _looks(past, book)),
        Term("Images that each look adds", (book.pointed(position, "/study/data/n", "images"),)),
        Term("Models that must collapse, at least", (*needed, " of ", book.derived("study/models"))),
    )
