"""What a question to a human allows: one answer, by who may give it, in time, on the brief that stands. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from store.canonical import canonical, sha256
from store.decision.commands import ExpireDecisions, MakeDecision, RequestDecision
from store.decision.events import DecisionEvent, DecisionExpired, DecisionMade, DecisionRequested, DecisionWithdrawn
from store.decision.state import Decision, Decisions, expires_at
from store.errors import BadInput, Refused
from store.study.amendments import WEIGHS, changed_keys, redefined
from store.study.protocol import Study


def request(command: RequestDecision, cycle: int, study: Study | None) -> Sequence[DecisionEvent]:
    """Put a question to a human in a cycle. Raises BadInput for an advice that is no option."""
    keys = [option.key for option in command.options]
    for key in (command.recommended, command.if_silent):
        if key not in keys:
            raise BadInput(f"decision {command.decision_id}: {key!r} is not among its options")
    brief: dict[str, Any] = {
        "decision_id": command.decision_id,
        "cycle": cycle,
        "kind": command.kind,
        "subject": command.subject,
        "question": command.question,
        "options": [option.model_dump(mode="json") for option in command.options],
        "recommended": command.recommended,
        "because": command.because,
        "if_silent": command.if_silent,
        "expires_days": study.approvals.expires_days if study else None,
    }
    return [DecisionRequested.model_validate({**brief, "brief_sha256": sha256(canonical(brief))})]


def answer(command: MakeDecision, decisions: Decisions, study: Study | None) -> Sequence[DecisionEvent]:
    """Record an answer. Raises BadInput for one that cannot be, Refused for one that may not be."""
    decision = decisions.by_id.get(command.decision_id)
    if decision is None:
        known = ", ".join(item.request.decision_id for item in decisions.open) or "none is open"
        raise BadInput(f"there is no decision {command.decision_id!r}; open decisions: {known}")
    _require_complete(command, decision)
    _require_answerable(command, decision)
    approvers = study.approvals.approvers if study else ()
    if approvers and command.by not in approvers:
        raise Refused(f"{command.by} is not among the approvers of this study: {', '.join(approvers)}")
    if command.brief_sha256 not in (None, decision.request.brief_sha256):
        raise Refused(f"decision {command.decision_id} is not the brief that was read; read it again")
    return [
        DecisionMade(
            decision_id=command.decision_id,
            choice=command.choice,
            by=command.by,
            reason=command.reason,
            brief_sha256=decision.request.brief_sha256,
        )
    ]


def expire(command: ExpireDecisions, decisions: Decisions) -> Sequence[DecisionEvent]:
    """Close the questions that nobody answered in time."""
    return [
        DecisionExpired(decision_id=decision.request.decision_id, stands=decision.request.if_silent)
        for decision in decisions.open
        if (expiry := expires_at(decision)) is not None and command.at >= expiry
    ]


def withdraw(decisions: Decisions, old: Study, new: Study) -> Iterator[DecisionWithdrawn]:
    """Withdraw open questions that depend on what an amendment changes."""
    changed, models = changed_keys(old, new), redefined(old, new)
    for decision in decisions.open:
        kind, subject = decision.request.kind, decision.request.subject
        rests = [key for key in changed if kind == "claim_strength" and key.startswith(WEIGHS)]
        if kind == "unavailable_model" and subject in models:
            rests = [f"model {subject}"]
        if rests:
            because = f"the protocol was amended: {', '.join(rests)}"
            yield DecisionWithdrawn(decision_id=decision.request.decision_id, because=because)


def require_none_open(decisions: Decisions) -> None:
    """Raise Refused while a question waits for a human."""
    if decisions.open:
        raise Refused(f"decision {decisions.open[0].request.decision_id} waits for a human")


def _require_complete(command: MakeDecision, decision: Decision) -> None:
    keys = [option.key for option in decision.request.options]
    if command.choice not in keys:
        raise BadInput(
            f"decision {command.decision_id} has no option {command.choice!r}; choose one of: {', '.join(keys)}"
        )
    if not command.by.strip():
        raise BadInput("a decision needs the name of who makes it")
    if not command.reason.strip():
        raise BadInput("a decision needs a reason")


def _require_answerable(command: MakeDecision, decision: Decision) -> None:
    if decision.status == "made":
        raise Refused(f"decision {command.decision_id} was made already: {decision.chosen}, by {decision.by}")
    if decision.status == "withdrawn":
        raise Refused(f"decision {command.decision_id} was withdrawn: {decision.reason}")
    expiry = expires_at(decision)
    if decision.status == "expired" or (expiry is not None and command.at >= expiry):
        raise Refused(f"decision {command.decision_id} has expired; {decision.request.if_silent!r} stands")
