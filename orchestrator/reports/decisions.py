"""Questions to humans and changes of the protocol: who, when, what, why, and after which look. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.context import AmendmentView, DecisionView, OptionView
from orchestrator.reports.naming import model_refs
from orchestrator.reports.past import Past
from orchestrator.reports.prose import Absent, Cell, Code, Label, ModelName, Prose, Said, counted
from store.decision.state import Decision, DecisionStatus, expires_at
from store.events import Option, StudyRegistered
from store.evidence import Evidence
from store.queries.answers import CLAIM, STOP, lapsed
from store.queries.claims import possible_claims
from store.study.amendments import protocol_values
from store.study.protocol import Study

_LOOKS = ("look", "looks")

KINDS = {
    "claim_strength": "strength of the claim",
    "unavailable_model": "unavailable model",
    "disputed_task": "disputed task",
}


def decision_views(past: Past, book: FigureBook, *statuses: DecisionStatus) -> tuple[DecisionView, ...]:
    """The questions of this cycle and the earlier ones with one of these statuses, in the order of asking."""
    return tuple(
        _view(decision, past, book)
        for decision in past.board.decisions
        if decision.request.cycle <= past.cycle.number and decision.status in statuses
    )


def _view(decision: Decision, past: Past, book: FigureBook) -> DecisionView:
    request = decision.request
    answer = _answer(decision)
    notes = _notes(decision, past, book)
    refs = model_refs(past)
    options = tuple(_option(option, decision, book) for option in request.options)
    return DecisionView(
        decision_id=Code(request.decision_id),
        kind=KINDS[request.kind],
        cycle=Label(f"cycle {request.cycle}"),
        question=Said(request.question, decision.position),
        about=ModelName.of(refs[request.subject]) if request.subject in refs else None,
        status=decision.status,
        asked=decision.requested_at,
        because=Said(request.because.rstrip(". "), decision.position),
        options=options,
        computed=any(option.evidence for option in request.options),
        brief=Code(request.brief_sha256, request.brief_sha256[:12]),
        deadline=_deadline(decision, book) if decision.status == "open" else None,
        answer=answer,
        notes=notes,
        command=_command(decision, "OPTION"),
    )


def _option(option: Option, decision: Decision, book: FigureBook) -> OptionView:
    def value(name: str) -> Cell:
        found: Evidence | None = next((item for item in option.evidence if item.metric.endswith(f"/{name}")), None)
        if found is None:
            return Absent("–")
        return book.evidence(found, decision.position)

    request = decision.request
    return OptionView(
        key=Code(option.key),
        label=Said(option.label, decision.position),
        trade_off=Said(option.trade_off, decision.position),
        error_bound=value("error_bound"),
        error_independent=value("error_independent"),
        power=value("power"),
        recommended=option.key == request.recommended,
        if_silent=decision.status == "open" and expires_at(decision) is not None and option.key == request.if_silent,
        chosen=option.key == decision.chosen,
        command=_command(decision, option.key),
    )


def _command(decision: Decision, option: str) -> Code:
    return Code(f"gonogo decide {decision.request.decision_id} --choose {option} --as NAME --reason TEXT")


def _deadline(decision: Decision, book: FigureBook) -> Prose:
    expiry = expires_at(decision)
    if expiry is None:
        return ("It has no deadline; without an answer no further cycle opens.",)
    days = book.pointed(decision.position, "/expires_days", "days")
    return (
        "It stands open for ", days, " days, until ", expiry, "; after that ",
        Code(decision.request.if_silent), " stands.",
    )  # fmt: skip


def _answer(decision: Decision) -> Prose | None:
    if decision.answered_at is None or decision.answered_position is None:
        return None
    if decision.status == "withdrawn":
        because = Said((decision.reason or "").rstrip(". "), decision.answered_position)
        return ("It was withdrawn on ", decision.answered_at, " and nothing was chosen: ", because, ".")
    chosen = Code(decision.chosen or "")
    if decision.status == "expired":
        return (chosen, " stands since ", decision.answered_at, ", because nobody answered in time.")
    by, reason = decision.by or "", (decision.reason or "").rstrip(". ")
    return (
        chosen, " was chosen by ", Said(by, decision.answered_position), " on ", decision.answered_at, ". The reason: ",
        Said(reason, decision.answered_position), ".",
    )  # fmt: skip


def _notes(decision: Decision, past: Past, book: FigureBook) -> tuple[Prose, ...]:
    """That a claim's strength was chosen after data were seen, or is about to be; and that it no longer counts."""
    if decision.request.kind != "claim_strength" or decision.status == "withdrawn":
        return ()
    return (*_when(decision, past, book), *_lapsed(decision, past))


def _lapsed(decision: Decision, past: Past) -> tuple[Prose, ...]:
    if decision.chosen is None or decision.chosen == STOP:
        return ()
    if lapsed(past.board, decision):
        return (("It no longer counts: the protocol was amended in what was asked about.",),)
    if decision.chosen not in {f"{CLAIM}{k}" for k in possible_claims(past.board)}:
        return (("It no longer counts: fewer models are left than this claim needs.",),)
    return ()


def _when(decision: Decision, past: Past, book: FigureBook) -> tuple[Prose, ...]:
    position = decision.answered_position or decision.position
    if not past.looks_before(position):
        return (("No comparison had been seen by then.",),)
    looks = counted(book.derived(f"looks/before/{position}"), *_LOOKS)
    if decision.answered_position is None:
        return (
            (
                "The question was put after ",
                *looks,
                "; an answer comes in the light of the data.",
            ),
        )
    return (
        (
            "The strength of the claim was chosen after data were seen, after ", *looks,
            ". It is one of those that the protocol left open.",
        ),
    )  # fmt: skip


def amendment_views(past: Past, book: FigureBook) -> tuple[AmendmentView, ...]:
    """Every change of the protocol, and what had been seen by then."""
    views, before = [], _registered(past)
    for amendment in past.board.amendments:
        position = amendment.position
        if not past.measured_before(position):
            note: Prose = ("It came before any model was measured.",)
        elif not past.looks_before(position):
            note = ("It came after models had been measured, and before any comparison was accepted.",)
        else:
            looks = book.derived(f"looks/before/{position}")
            note = ("It came after data were seen, after ", *counted(looks, *_LOOKS), ".")
        views.append(
            AmendmentView(
                at=amendment.at,
                by=Said(amendment.by, position),
                reason=Said(amendment.event.reason, position),
                changed=tuple(_change(key, before, amendment.event.study, position) for key in amendment.event.changed),
                digest=Code(amendment.event.digest, amendment.event.digest[:12]),
                note=note,
            )
        )
        before = amendment.event.study
    return tuple(views)


def _registered(past: Past) -> Study:
    """The protocol before any amendment."""
    return next(entry.event.study for entry in past.entries if isinstance(entry.event, StudyRegistered))


def _change(key: str, before: Study, after: Study, position: int) -> Prose:
    """A key of the protocol with what it was and what it is."""
    was, now = (dict(protocol_values(study)).get(key) for study in (before, after))
    return (Code(key), " from ", Said(_words(was), position), " to ", Said(_words(now), position))


def _words(value: object) -> str:
    return "nothing" if value is None else str(value)
