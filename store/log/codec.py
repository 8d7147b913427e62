"""Events to stored text and back. Old versions are upcast on reading and never rewritten."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from store.base import STORED, DomainEvent
from store.canonical import canonical
from store.errors import IntegrityFailure, UndecodableEvent, first_line
from store.events import Event, TaggedEvent
from store.log.chain import EventRow, link
from store.record import GENESIS, Recorded

VERSIONS: Mapping[str, int] = {member.__name__: 1 for member in get_args(Event)} | {
    "StudyRegistered": 8,
    "StudyAmended": 8,
    "TaskPlanned": 7,
    "EvidenceRecorded": 2,
    "AssessmentMade": 3,
}
"""The version in which each event is written today."""

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def _unchanged(body: dict[str, Any]) -> dict[str, Any]:
    """The next version only added fields with defaults."""
    return body


UPCASTERS: Mapping[tuple[str, int], Upcaster] = {
    # 2: what is planted in a model, and how attention is measured
    ("StudyRegistered", 1): _unchanged,
    ("StudyAmended", 1): _unchanged,
    ("TaskPlanned", 1): _unchanged,
    # 3: the test, the boundary of the looks, and looks without a fixed number
    ("StudyRegistered", 2): _unchanged,
    ("StudyAmended", 2): _unchanged,
    ("TaskPlanned", 2): _unchanged,
    # 2: what would change a verdict, and the further images that would decide it
    ("AssessmentMade", 1): _unchanged,
    # 4: audits, and the roles of second stacks of layers in what is planted
    ("TaskPlanned", 3): _unchanged,
    # 2: the digest of all that the run held
    ("EvidenceRecorded", 1): _unchanged,
    # 3: whether a verdict needs a criterion to be met
    ("AssessmentMade", 2): _unchanged,
    # 4: whether models with a planted collapse count in the claim
    ("StudyRegistered", 3): _unchanged,
    ("StudyAmended", 3): _unchanged,
    # 5: sound models that a model is compared with
    ("StudyRegistered", 4): _unchanged,
    ("StudyAmended", 4): _unchanged,
    ("TaskPlanned", 4): _unchanged,
    # 6: pairs whose Shapley values are taken
    ("StudyRegistered", 5): _unchanged,
    ("StudyAmended", 5): _unchanged,
    ("TaskPlanned", 5): _unchanged,
    # 7: how literature is tracked
    ("StudyRegistered", 6): _unchanged,
    ("StudyAmended", 6): _unchanged,
    ("TaskPlanned", 6): _unchanged,
    # 8: the paper that is drafted from the record
    ("StudyRegistered", 7): _unchanged,
    ("StudyAmended", 7): _unchanged,
}
"""From (type, version) to a function that turns such a body into one of the next version."""

_EVENT: TypeAdapter[Event] = TypeAdapter(TaggedEvent)


def encode(event: DomainEvent) -> tuple[str, int, str]:
    """The (type, version, body) columns of an event."""
    return event.type, VERSIONS[event.type], canonical(event.model_dump(mode="json"))


def decode(type: str, version: int, body: str) -> Event:
    """The event of stored columns; UndecodableEvent where another version of gonogo wrote them, or nobody did."""
    current = VERSIONS.get(type, 0)
    if version not in range(1, current + 1):
        raise UndecodableEvent(f"version {version} of a {type} event is unknown here; run gonogo verify")
    try:
        if version == current:
            event = _EVENT.validate_json(body, context={STORED: True})
        else:
            data = json.loads(body)
            for step in range(version, current):
                data = UPCASTERS[type, step](data)
            event = _EVENT.validate_python(data, context={STORED: True})
    except (ValidationError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise UndecodableEvent(
            f"a stored {type} event cannot be read ({_complaint(error)}); run gonogo verify"
        ) from error
    if event.type != type:
        raise UndecodableEvent(f"a stored {type} event has the body of a {event.type}; run gonogo verify")
    return event


def recorded(row: EventRow) -> Recorded:
    """A stored row, with its event decoded."""
    return Recorded(
        row.position, parse_time(row.at), row.actor, row.cause, decode(row.type, row.version, row.body), row.hash
    )


def next_rows(
    events: Sequence[Event], last: EventRow | None, study: str, now: datetime, actor: str, cause: int | None
) -> list[EventRow]:
    """The rows that these events become after `last`. Time never runs backwards within a log."""
    position, head = (last.position, last.hash) if last else (0, GENESIS)
    at = format_time(now)
    if last is not None and last.at > at:
        at = last.at
    rows = []
    for event in events:
        position += 1
        type, version, body = encode(event)
        bare = EventRow(study, position, at, actor, cause, type, version, body)
        head = link(head, bare)
        rows.append(EventRow(study, position, at, actor, cause, type, version, body, head))
    return rows


def format_time(at: datetime) -> str:
    """A moment in UTC, to the microsecond, always in the same width."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> datetime:
    """The moment that `format_time` wrote; IntegrityFailure when it is not one."""
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise IntegrityFailure(f"{text!r} in the log is not a time; run gonogo verify") from error


def _complaint(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return first_line(error)
