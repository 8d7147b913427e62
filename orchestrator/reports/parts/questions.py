"""Questions to humans: what was asked, with which options, who answered, and after which look. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import model_refs
from orchestrator.reports.prose import LOOKS, Absent, Cell, Code, Label, ModelName, Prose, Said, counted
from store.decision.state import Decision, DecisionStatus, expires_at
from store.events import Option
from store.kinds.statistics_metrics import ERROR_BOUND, ERROR_INDEPENDENT, POWER
from store.metrics import Metric
from store.queries.answers import CLAIM, STOP, lapsed
from store.queries.claims import possible_claims

KINDS = {
    "claim_strength": "strength of the claim",
    "unavailable_model": "unavailable model",
    "disputed_task": "disputed task",
}


@dataclass(frozen=True, slots=True)
class OptionView:
    """One possible answer to a question, with its error rates and power."""

    key: Code
    label: Said
    trade_off: Said
    error_bound: Cell
    error_independent: Cell
    power: Cell
    recommended: bool
    if_silent: bool
    """It applies if nobody answers in time; True only while the question is open and has a deadline."""
    chosen: bool
    command: Code


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A question to a human and its answer."""

    decision_id: Code
    kind: str
    cycle: Label
    question: Said
    about: ModelName | None
    status: DecisionStatus
    asked: datetime
    brief: Code
    answer: Prose | None
    notes: tuple[Prose, ...]
    options: tuple[OptionView, ...]
    computed: bool
    """True when options carry computed error and power."""
    because: Said
    deadline: Prose | None
    """While it is open: until when."""
    command: Code


def decision_views(history: History, book: FigureBook, *statuses: DecisionStatus) -> tuple[DecisionView, ...]:
    """The questions of this cycle and the earlier ones with one of these statuses, in the order of asking."""
    return tuple(
        _view(decision, history, book)
        for decision in history.board.decisions
        if decision.request.cycle <= history.cycle.number and decision.status in statuses
    )


def _view(decision: Decision, history: History, book: FigureBook) -> DecisionView:
    request = decision.request
    answer = _answer(decision)
    notes = _notes(decision, history, book)
    refs = model_refs(history)
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
    def value(metric: Metric) -> Cell:
        found = next((item for item in option.evidence if metric.match(item.metric) is not None), None)
        if found is None:
            return Absent("–")
        return book.evidence(found, decision.position)

    request = decision.request
    return OptionView(
        key=Code(option.key),
        label=Said(option.label, decision.position),
        trade_off=Said(option.trade_off, decision.position),
        error_bound=value(ERROR_BOUND),
        error_independent=value(ERROR_INDEPENDENT),
        power=value(POWER),
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
        "It is open for ", days, " days, until ", expiry, "; after that, ",
        Code(decision.request.if_silent), " applies.",
    )  # fmt: skip


def _answer(decision: Decision) -> Prose | None:
    if decision.answered_at is None or decision.answered_position is None:
        return None
    if decision.status == "withdrawn":
        because = Said((decision.reason or "").rstrip(". "), decision.answered_position)
        return ("It was withdrawn on ", decision.answered_at, ", and nothing was chosen: ", because, ".")
    chosen = Code(decision.chosen or "")
    if decision.status == "expired":
        return (chosen, " applies since ", decision.answered_at, ", because nobody answered in time.")
    by, reason = decision.by or "", (decision.reason or "").rstrip(". ")
    return (
        chosen, " was chosen by ", Said(by, decision.answered_position), " on ", decision.answered_at, ". Reason: ",
        Said(reason, decision.answered_position), ".",
    )  # fmt: skip


def _notes(decision: Decision, history: History, book: FigureBook) -> tuple[Prose, ...]:
    """That a claim's strength was chosen after data were seen, or is about to be; and that it no longer counts."""
    if decision.request.kind != "claim_strength" or decision.status == "withdrawn":
        return ()
    return (*_when(decision, history, book), *_lapsed(decision, history))


def _lapsed(decision: Decision, history: History) -> tuple[Prose, ...]:
    if decision.chosen is None or decision.chosen == STOP:
        return ()
    if lapsed(history.board, decision):
        return (("It no longer counts: the protocol was amended in what was asked about.",),)
    if decision.chosen not in {f"{CLAIM}{k}" for k in possible_claims(history.board)}:
        return (("It no longer counts: fewer models are left than this claim needs.",),)
    return ()


def _when(decision: Decision, history: History, book: FigureBook) -> tuple[Prose, ...]:
    position = decision.answered_position or decision.position
    if not history.looks_before(position):
        return (("No comparison had been made by then.",),)
    looks = counted(book.derived(f"looks/before/{position}"), *LOOKS)
    if decision.answered_position is None:
        return (
            (
                "The question was asked after ",
                *looks,
                ", so an answer is given with knowledge of the data.",
            ),
        )
    return (
        (
            "The strength of the claim was chosen after ", *looks,
            ", with knowledge of the data. The protocol left this choice open.",
        ),
    )  # fmt: skip
