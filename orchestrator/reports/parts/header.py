"""The head of every document: study, cycle, and the verdict with its caveats. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agents.planning.leftover import verdict_in_force
from orchestrator.reports.history import History
from orchestrator.reports.naming import all_untrained, any_untrained
from orchestrator.reports.prose import Code, Label, ModelName, Prose, Said, Strong, listed
from orchestrator.reports.wording import VERDICTS
from store.canonical import digest_of
from store.cycle.verdicts import Verdict
from store.queries.controls import controls
from store.queries.models import same_weights
from store.queries.protocol import amended_late
from store.study.amendments import WEIGHS

UNTRAINED: Prose = (
    Strong("Every model is untrained"),
    ": its weights are a random initialisation, so the result says nothing about trained models.",
)


@dataclass(frozen=True, slots=True)
class VerdictView:
    """The verdict, its reason, and its caveats."""

    verdict: Verdict | None
    """None while the cycle has not been assessed."""
    reason: Prose
    notes: tuple[Prose, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """Study, cycle and verdict, and the position of the log that the report was rendered from."""

    study: Said
    question: Said
    claim: Said
    cycle: int
    because: Said
    opened: datetime
    closed: datetime | None
    as_of: int
    as_of_at: datetime
    head: Code
    study_sha256: Code
    verdict: VerdictView


def header(history: History) -> Header:
    """Study, cycle and verdict, and the position of the log that the report was rendered from."""
    study, position, cycle = history.study, history.protocol_position, history.cycle
    return Header(
        study=Said(study.name, position),
        question=Said(study.question, position),
        claim=Said(study.claim, position),
        cycle=cycle.number,
        because=Said(cycle.because, cycle.position),
        opened=cycle.opened_at,
        closed=cycle.closed_at,
        as_of=history.board.position,
        as_of_at=history.at,
        head=Code(history.board.head),
        study_sha256=Code(history.board.study_sha256 or ""),
        verdict=_verdict(history),
    )


def _verdict(history: History) -> VerdictView:
    assessment, position = history.cycle.assessment, history.cycle.assessment_position
    if assessment is None or position is None:
        return VerdictView(None, ("The cycle has not been assessed yet.",), _caveats(history))
    notes = [*_since(history), *_amended(history, position), *_caveats(history)]
    reason = Said(assessment.reason.rstrip(". "), position)
    return VerdictView(assessment.verdict, (reason, "."), tuple(notes))


def _amended(history: History, position: int) -> list[Prose]:
    """Caveats where the rule was amended after data: its error rate no longer holds."""
    late = [amendment.event for amendment in amended_late(history.board) if amendment.position < position]
    replanned = any(key in ("decision.looks", "decision.boundary") for event in late for key in event.changed)
    notes: list[Prose] = []
    if late:
        changed = sorted({key for event in late for key in event.changed if key.startswith(WEIGHS)})
        keys = listed([(Code(key),) for key in changed])
        notes.append(
            (
                "The protocol was amended after data had been compared (",
                *keys,
                "), so its error rate no longer holds.",
            )
        )
    if replanned:
        notes.append(
            (
                "The boundary was replanned for the looks that are now planned; it does not account for the error that "
                "the looks before the amendment have spent.",
            )
        )
    return notes


def _caveats(history: History) -> tuple[Prose, ...]:
    return (*_of_weights(history), *_twins(history))


def _twins(history: History) -> tuple[Prose, ...]:
    """Models that are the same weights under several names, of which the first counts."""
    names = {model.id: ModelName.of(model.ref) for model in history.study.models}
    return tuple(
        (names[twin], " has the same weights as ", names[first], ", and is not counted once more.")
        for twin, first in same_weights(history.board).items()
    )


def _of_weights(history: History) -> tuple[Prose, ...]:
    if all_untrained(history):
        return (UNTRAINED, *_planted(history))
    if any_untrained(history):
        some: Prose = ("Some models are untrained; results on them say nothing about trained models.",)
        return (some, *_planted(history))
    return _planted(history)


def _planted(history: History) -> tuple[Prose, ...]:
    """A caveat where a collapse was planted as a control, and whether it was found."""
    before = _missed_before(history)
    if history.study.controls:
        return (*before, *_controls(history))
    planted: list[Prose] = [(ModelName.of(model.ref),) for model in history.study.models if model.plant]
    if not planted:
        return before
    return (
        *before,
        (
            "A collapse was planted in ", *listed(planted), " as a positive control. It counts in the verdict like any "
            "other, but says nothing about a model without one.",
        ),
    )  # fmt: skip


def _missed_before(history: History) -> tuple[Prose, ...]:
    """Earlier cycles in which a control was not found, which an amendment of the protocol does not undo."""
    missed: list[Prose] = [
        (Label(f"cycle {number}"),)
        for number, cycle in sorted(history.board.cycles.items())
        if number < history.cycle.number and cycle.assessment is not None
        if any(found.criterion == CONTROLS and found.status == "unmet" for found in cycle.assessment.findings)
    ]
    return ((Strong("A planted collapse was not found"), " in ", *listed(missed), "."),) if missed else ()


CONTROLS = "controls_found"
"""The criterion that controls be found."""


def _controls(history: History) -> tuple[Prose, ...]:
    """Controls that were missed, or are not measured, are told at once; those that were found, in their section."""
    found = controls(history.board)
    missed: list[Prose] = [(ModelName.of(control.model.ref),) for control in found if control.missed]
    waiting: list[Prose] = [(ModelName.of(control.model.ref),) for control in found if control.task is None]
    notes: list[Prose] = []
    if missed:
        said: Prose = (Strong("A collapse that was planted was not found"), " in ", *listed(missed), ".")
        notes.append((*said, " That none is found in other models says nothing."))
    if waiting:
        notes.append(("Whether the instrument works is not known yet: ", *listed(waiting), " was not measured."))
    if not (missed or waiting or not found):
        names: list[Prose] = [(ModelName.of(control.model.ref),) for control in found]
        notes.append(("The collapse that was planted in ", *listed(names), " was found, and enters no claim."))
    return tuple(notes)


def _since(history: History) -> list[Prose]:
    """Decisions and amendments since the assessment that affect its verdict."""
    cycle, board = history.cycle, history.board
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
            notes.append(("For the claim that is now in force, the same assessment gives ", Strong(VERDICTS[now]), "."))
    if digest_of(history.study.decision) != assessment.rule_sha256:
        notes.append(("The decision rule was amended after this assessment.",))
    return notes
