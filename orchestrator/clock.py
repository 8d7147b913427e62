"""The wall clock of a session, held against the last time in its log, before which no later event can lie.

An event gets the time of the one before it where the clock says an earlier one. Whoever appends one event under a clock
that is years ahead has stopped the log's time for years, and no durations are known till then.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from store.errors import BadInput

NOTICED = timedelta(minutes=1)
"""How far a log may be ahead of the clock before a word is said: clocks of two machines differ by seconds."""

REFUSED = timedelta(days=1)
"""How far it may be ahead before nothing is appended."""

IDLE = timedelta(days=30)
"""How far a log may be behind the clock before a word is said: most are not left for a month."""

RESTED = timedelta(days=365)
"""How far it may be behind. Logs rest, and nothing on a machine tells a rest from a clock that is ahead; so whoever
comes back after a year is asked whether the clock is right."""


class WrongClock(BadInput):
    """The machine's clock and the log's last time are too far apart; set the clock right."""


class SessionClock:
    """A clock that refuses to go on where it cannot be right, as far as the log and its own past can tell."""

    def __init__(self, read: Callable[[], datetime], *, trusted: bool = False) -> None:
        """`read` gives the present moment, with a time zone; `trusted`: a person said that it is right."""
        self._read = read
        self._trusted = trusted
        self._latest: datetime | None = None

    def __call__(self) -> datetime:
        """The present; WrongClock where it lies more than a day before the log's last time, or an earlier answer."""
        now = self._read()
        if self._latest is None or now > self._latest:
            self._latest = now
        elif self._latest - now > REFUSED and not self._trusted:
            raise WrongClock(f"{ahead(self._latest, now)}; {_REMEDY}")
        return now

    def check(self, last: datetime) -> str | None:
        """What is to be said of a log whose last event is of this time; WrongClock where nothing is to be appended."""
        self._latest = last
        now = self()
        if refuses(last, now) and not self._trusted:
            raise WrongClock(f"{rested(last, now)}; {_REMEDY}")
        return complaint(last, now)


_REMEDY = "nothing is appended: set the clock right, or give --trust-clock if it is"


def refuses(last: datetime, now: datetime) -> bool:
    """Whether nothing is appended, at the time `now` of an untrusted clock, to a log whose last event is of `last`."""
    return last - now > REFUSED or now - last > RESTED


def verdict(last: datetime, now: datetime) -> str | None:
    """What a person is told who asks how clock and log stand to each other; None where all is well."""
    if not refuses(last, now):
        return complaint(last, now)
    return f"{ahead(last, now) if last > now else rested(last, now)}; {_REMEDY}"


def complaint(last: datetime, now: datetime) -> str | None:
    """What is wrong with a clock that says `now`, if anything, for a log whose last event is of the time `last`.

    Events are appended all the same.
    """
    if last - now > NOTICED:
        return f"{ahead(last, now)}; until then events get that time, and durations are 0 s"
    return f"{rested(last, now)}; if nothing was left for so long, set the clock right" if now - last > IDLE else None


def ahead(last: datetime, now: datetime) -> str:
    """A log, or an earlier look at the clock, that is ahead of the clock."""
    return f"the log's last time, {_shown(last)}, is {apart(last, now)} ahead of this machine's clock, {_shown(now)}"


def rested(last: datetime, now: datetime) -> str:
    """A clock that is far ahead of the log."""
    return f"the log's last time, {_shown(last)}, is {apart(last, now)} behind this machine's clock, {_shown(now)}"


def apart(one: datetime, other: datetime) -> str:
    """How far two times are apart, for people: `3 minutes`, `1,826 days`."""
    seconds = abs((one - other).total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{int(seconds // size):,} {unit}s"
    return f"{seconds:.0f} seconds"


def _shown(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
