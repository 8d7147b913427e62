"""The hash chain over stored events: what makes an edited record visible. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from store.canonical import canonical, sha256
from store.record import GENESIS

_quoted = json.encoder.encode_basestring


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as it is stored: the columns of the `events` table."""

    study: str
    position: int
    at: str
    actor: str
    cause: int | None
    type: str
    version: int
    body: str
    hash: str = ""


def link(previous: str, row: EventRow) -> str:
    """The hash of a row, given the hash of the row before it. Every column but `hash` enters, as stored."""
    position, cause, version = row.position, row.cause, row.version
    texts = (previous, row.study, row.at, row.actor, row.type, row.body)
    if set(map(type, texts)) == _TEXT and type(position) is type(version) is int and type(cause) in _WHOLE_OR_NONE:
        head, study, at, actor, kind, body = map(_quoted, texts)
        led_from = "null" if cause is None else cause
        return sha256(f"[{head},{study},{position},{at},{actor},{led_from},{kind},{version},{body}]")
    return sha256(canonical([previous, row.study, position, row.at, row.actor, cause, row.type, version, row.body]))


_TEXT, _WHOLE_OR_NONE = {str}, (int, type(None))
"""Types of the columns of a row that nobody has been at: its canonical JSON is then written out, which is quicker."""


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """The outcome of walking a chain."""

    events: int
    head: str
    first_bad: int | None = None
    """Position at which the chain first breaks."""
    why: str = ""

    @property
    def ok(self) -> bool:
        """True when every link holds."""
        return self.first_bad is None


See = Callable[[EventRow], None]
"""Is shown every row whose link holds, in order."""


def check_chain(rows: Iterable[EventRow], see: See | None = None) -> ChainCheck:
    """Walk stored rows in order; stops at the first row that is missing, moved or altered."""
    head, events = GENESIS, 0
    for row in rows:
        expected = events + 1
        if row.position != expected:
            why = f"event {expected} is missing" if isinstance(row.position, int) else "the position is not a number"
            return ChainCheck(events, head, expected, why)
        try:
            intact = link(head, row) == row.hash
        except (TypeError, ValueError):
            intact = False
        if not intact:
            return ChainCheck(events, head, expected, f"event {expected} was altered after it was written")
        head, events = row.hash, events + 1
        if see is not None:
            see(row)
    return ChainCheck(events, head)
