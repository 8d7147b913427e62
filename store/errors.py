"""Every error a user can meet. One root; the docstring is the default message, the exit code is the class's."""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable
from typing import ClassVar


class GonogoError(Exception):
    """Something went wrong."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class BadInput(GonogoError):
    """The input cannot be used."""

    exit_code = 2


class Unfit(BadInput):
    """The machine lacks what the work needs."""


class NewerSchema(BadInput):
    """The workspace was written by a newer gonogo; upgrade gonogo to read it."""


class Refused(GonogoError):
    """The board does not allow this."""

    exit_code = 4


class Conflict(GonogoError):
    """The log has moved on since it was read; read it again and decide again."""


class LogLocked(GonogoError):
    """The log is locked by another process."""


class StorageFailure(GonogoError):
    """The log could not be written; earlier events are intact."""


class TrackingFailure(GonogoError):
    """The MLflow store did not take the run."""


class IntegrityFailure(GonogoError):
    """The record does not check out."""

    exit_code = 5


class StoreBusy(TrackingFailure):
    """The MLflow store is in use by another process."""


class StoreUnreadable(TrackingFailure):
    """The MLflow store may not be read by this user."""


class UndecodableEvent(IntegrityFailure):
    """A stored event cannot be read: it is damaged, or was written by another version of gonogo."""


OF_THE_MACHINE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE})
"""Errors of the system that no input is to blame for: a full disk, a failing one, too many open files. They pass."""


def first_line(error: BaseException) -> str:
    """First line of an error's message, at most 300 characters, or its class name if it has no message."""
    said = str(error).strip().splitlines()
    return (said[0] if said else type(error).__name__)[:300]


LISTED = 20
"""The most words that an error lists."""


def unknown(what: str, word: str, known: Iterable[str]) -> BadInput:
    """The error for a word that is not among the known ones, with the closest of them."""
    candidates = list(known)
    folded = {name.casefold(): name for name in candidates}
    close = [folded[match] for match in difflib.get_close_matches(word.casefold(), folded, n=3, cutoff=0.4)]
    more = len(candidates) - LISTED
    hint = f"known: {', '.join(candidates[:LISTED])}{f' and {more} more' if more > 0 else ''}"
    if close:
        hint = f"did you mean {' or '.join(close)}?"
    return BadInput(f"unknown {what} {word!r}; {hint}")
