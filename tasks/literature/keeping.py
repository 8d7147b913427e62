"""What was read of a file, as an artifact: a line of JSON for each record, kept or set aside, in the file's order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from store.canonical import canonical
from store.errors import IntegrityFailure
from tasks.literature.reading.csl import csl_of, record_of
from tasks.literature.reading.outcome import Kept, Quarantined, Reading, Unreadable
from tasks.literature.record import Record


@dataclass(frozen=True, slots=True)
class SetAside:
    """A record that could not be read."""

    line: int
    """Where it begins in its file, from 1."""
    reason: str
    """One line, safe to print."""


def as_lines(reading: Reading) -> bytes:
    """The records of a file in CSL-JSON, and the reasons of those that were set aside."""
    outcomes: list[Kept | Quarantined] = [*reading.kept, *reading.quarantined]
    outcomes.sort(key=lambda each: each.ordinal)
    return "".join(canonical(_line(each)) + "\n" for each in outcomes).encode()


def records_in(data: bytes, name: str) -> Iterator[Record]:
    """The records that were kept, in order; IntegrityFailure, naming the artifact, for what is none of `as_lines`."""
    for found in _lines(data, name):
        if "record" in found:
            try:
                yield record_of(found["record"])
            except (Unreadable, TypeError, AttributeError) as error:
                raise IntegrityFailure(f"artifact {name} holds a record that cannot be read ({error})") from error


def keys_in(data: bytes, name: str) -> Iterator[str]:
    """The ids that the file itself gives to the records that were kept of it; IntegrityFailure as `records_in`."""
    for found in _lines(data, name):
        if found.get("key"):
            yield found["key"]


def own_keys_in(data: bytes, name: str) -> Iterator[str]:
    """The same for each record that was kept, in order; empty where it has none. IntegrityFailure as `records_in`."""
    for found in _lines(data, name):
        if "record" in found:
            yield str(found.get("key") or "")


def set_aside_in(data: bytes, name: str) -> Iterator[SetAside]:
    """The records that were set aside, in order; IntegrityFailure as `records_in`."""
    for found in _lines(data, name):
        if "reason" in found:
            yield SetAside(found["line"], found["reason"])


def counts_in(data: bytes, name: str) -> tuple[int, int]:
    """How many records were kept and set aside; IntegrityFailure as `records_in`."""
    found = list(_lines(data, name))
    return sum(1 for each in found if "record" in each), sum(1 for each in found if "reason" in each)


def _line(outcome: Kept | Quarantined) -> Mapping[str, Any]:
    if isinstance(outcome, Quarantined):
        return {"line": outcome.line, "reason": outcome.reason}
    told: dict[str, Any] = {"line": outcome.line, "record": csl_of(outcome.record)}
    if outcome.key:
        told["key"] = outcome.key
    if outcome.notes:
        told["notes"] = list(outcome.notes)
    return told


def _lines(data: bytes, name: str) -> Iterator[dict[str, Any]]:
    try:
        for line in data.decode().split("\n"):
            if line:
                yield json.loads(line)
    except ValueError as error:
        raise IntegrityFailure(f"artifact {name} is not what was kept of literature ({error})") from error
