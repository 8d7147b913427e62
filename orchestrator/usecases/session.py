"""Sessions: a use case opens the log of a workspace, which is checked whole before it is written, and signed after."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from orchestrator.bootstrap import build, now, open_log, tracker_of
from orchestrator.checking.integrity import is_empty, require_no_orphans, whole_record
from orchestrator.checking.presence import require_present
from orchestrator.checking.signing import Anchor, SignedHead, make_key, own_key, parsed_head, public_key, sign_head
from orchestrator.clock import SessionClock
from orchestrator.tracking.runs import reads
from orchestrator.usecases.errors import BadArgument
from orchestrator.workspace import Workspace
from store.board import EMPTY, Board, fold
from store.errors import GonogoError, IntegrityFailure, StorageFailure, TrackingFailure
from store.events import StudyRegistered
from store.log.ledger import Ledger

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from orchestrator.services import Display, Services
    from orchestrator.settings import Settings
    from orchestrator.study.file import StudyFile
    from orchestrator.tracking.tracker import Tracker
    from store.commands import Command
    from store.log.protocol import Clock, EventLog
    from store.record import Recorded

Notify = Callable[[str], None]
"""Is given messages for people, one line each, while a use case is at work."""


class ReadSession:
    """A workspace whose log is open for reading. Leaving the `with` block closes it."""

    def __init__(self, settings: Settings) -> None:
        self.workspace = Workspace(settings.workspace)
        self.log: EventLog = _opened(settings, reading=True)

    def __enter__(self) -> ReadSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.log.close()

    def board(self, at: int | None = None) -> Board:
        """The board now, or after the event `at`; BadArgument when the log does not reach so far."""
        board = fold(self.log.read(until=at))
        if at is not None and board.position < at:
            raise beyond(at, board.position)
        return board


class Session:
    """A workspace whose record was found whole, open for one use case to write to.

    Leaving the `with` block signs the head of the log: beside the log, and in MLflow where MLflow took part. That is so
    too where the block ends by an exception or an interrupt, if anything was appended by then.
    """

    def __init__(self, settings: Settings, notify: Notify, clock: SessionClock) -> None:
        """Open nothing yet: see `open`."""
        self.clock = clock
        self.workspace = Workspace(settings.workspace)
        self._settings = settings
        self._notify = notify
        self._ledger: Ledger | None = None
        self._ready = False
        self._opened_at = 0
        self._heads: dict[int, str] = {}
        """Hash of every event, by position, as far as it was read."""
        self._key: Ed25519PrivateKey | None = None
        self._services: Services | None = None

    @staticmethod
    def read(settings: Settings) -> ReadSession:
        """Open a log for reading alone; BadInput when it is not there."""
        return ReadSession(settings)

    @classmethod
    def open(
        cls, settings: Settings, notify: Notify, *, create: bool = False, trust_clock: bool = False, wall: Clock = now
    ) -> Session:
        """Open the workspace's log and check the whole record, and the `wall` clock against its last time.

        Where there is no log yet, one is made by the first write, if it may be (`create`). Raises BadInput when it may
        not, IntegrityFailure when the record does not check out, and WrongClock where the clock cannot be right, unless
        a person says that it is (`trust_clock`); then nothing was written.
        """
        session = cls(settings, notify, SessionClock(wall, trusted=trust_clock))
        if create and is_empty(session.workspace.log):
            require_beginning(settings)
            return session
        log = _opened(settings, clock=session.clock)
        try:
            tracker = tracker_of(settings, notify, log)
            anchor, answers = _anchor_of(tracker, log, notify)
            whole = whole_record(log, session.workspace, anchor)
            require_present(log, whole.board, session.workspace, tracker if answers else None, anchor)
            session._ledger, session._heads = Ledger(log, whole.board), dict(whole.heads)
            if whole.board.at is not None and (said := session.clock.check(whole.board.at)) is not None:
                notify(f"warning: {said}")
        except BaseException:
            log.close()
            raise
        session._opened_at = session._ledger.board.position
        return session

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ledger is None:
            return
        try:
            if error is None:
                self._sign_and_anchor()
            else:
                with contextlib.suppress(GonogoError, OSError):  # the error that ended the block is the one to be seen
                    self._sign_after(error)
        finally:
            self._ledger.log.close()

    @property
    def board(self) -> Board:
        """The board as of the last submission; empty as long as there is no log."""
        return EMPTY if self._ledger is None else self._ledger.board

    def submit(self, *commands: Command, actor: str) -> tuple[Recorded, ...]:
        """Decide the commands and append their events, all or none; raises what `store.decide` raises."""
        return self._writable().submit(*commands, actor=actor)

    def services(self, file: StudyFile, display: Display) -> Services:
        """The services that running a cycle needs, around the ledger of this session."""
        services = build(self._settings, file, self._writable(), self.clock, display)
        if (apart := services.tracker.apart()) is not None:
            self._notify(apart)
        self._services = services
        return services

    def _writable(self) -> Ledger:
        """The ledger, once the key is held with which the session will be signed, and the log is there."""
        if not self._ready:
            self._key = held_key(self._settings, self._notify)
            self._require_place_for_heads()
            self._ledger = self._ledger or Ledger(open_log(self._settings, create=True, clock=self.clock))
            self._ready = True
        assert self._ledger is not None
        return self._ledger

    def _require_place_for_heads(self) -> None:
        """Raise StorageFailure where the session could not be signed at its end."""
        heads = self.workspace.heads
        if self._key is not None and heads.is_dir() and not os.access(heads, os.W_OK | os.X_OK):
            raise StorageFailure(f"{heads} cannot be written by this user; ask its owner, or work on a copy")

    def _sign_and_anchor(self) -> None:
        signed = self._sign()
        try:
            self._anchor(signed)
        except TrackingFailure as error:
            self._notify(f"the signed head is beside the log and not in MLflow: {error}")

    def _sign_after(self, error: BaseException) -> None:
        """Sign what was appended before the error; a store that has just failed is not asked again."""
        if self._ledger is not None and self._ledger.log.position() > self._opened_at:
            signed = self._sign()
            if not isinstance(error, TrackingFailure):
                self._anchor(signed)

    def _sign(self) -> SignedHead | None:
        """None where no key is held, or the head is signed already."""
        if self._key is None or self._ledger is None:
            return None
        return sign_head(self._ledger.log, self.workspace, self._key)

    def _anchor(self, signed: SignedHead | None) -> None:
        """Keep the head in MLflow, where it takes the place of an older one of the same log and of no other."""
        if signed is None or self._services is None or self._ledger is None or self.board.study is None:
            return
        if not self._services.tracker.used:
            return
        tracker, heads = self._services.tracker, self._heads
        heads.update((row.position, row.hash) for row in self._ledger.log.rows(after=len(heads)))
        kept = _anchor(tracker, self.board.study.name, signed.origin)
        if kept is not None:
            if (wrong := kept.unlike(heads)) is not None:
                raise IntegrityFailure(f"{self.workspace.log}: {wrong[1]}")
            if kept.signed.position > signed.position:
                return
        tracker.anchor(signed.json())


def _anchor_of(tracker: Tracker, log: EventLog, notify: Notify) -> tuple[Anchor | None, bool]:
    """The signed head of this log that an MLflow database keeps, and whether MLflow answered if it was asked.

    A server is not asked, which takes seconds; `gonogo verify` does.
    """
    first = next(iter(log.read(until=1)), None)
    if first is None or not isinstance(first.event, StudyRegistered):
        return None, True
    if tracker.missing is not None or not reads(tracker.uri):
        return None, True
    try:
        kept = _anchor(tracker, first.event.study.name, first.hash)
    except TrackingFailure as error:
        notify(f"MLflow was not asked for the head that it keeps of the log: {error}")
        return None, False
    return kept, True


def _anchor(tracker: Tracker, study: str, origin: str) -> Anchor | None:
    """The signed head of a log that MLflow keeps; None where there is none that can be read."""
    kept = tracker.anchored(study, origin)
    signed = None if kept is None else parsed_head(kept[0])
    return Anchor(signed, kept[1]) if kept is not None and signed is not None and signed.origin == origin else None


def require_beginning(settings: Settings) -> None:
    """Raise IntegrityFailure where the log is gone or empty, and it was not always so."""
    if is_empty(Workspace(settings.workspace).log):
        _require_no_orphans(settings)


def _opened(settings: Settings, clock: Clock = now, *, reading: bool = False) -> EventLog:
    """The log of a workspace; IntegrityFailure where it has lost all of its events."""
    require_beginning(settings)
    log = open_log(settings, clock=clock, reading=reading)
    try:
        if not log.position():
            _require_no_orphans(settings)
    except BaseException:
        log.close()
        raise
    return log


def _require_no_orphans(settings: Settings) -> None:
    require_no_orphans(Workspace(settings.workspace), tracker_of(settings, lambda _: None))


def held_key(settings: Settings, notify: Notify) -> Ed25519PrivateKey | None:
    """The user's key, made where there is none; None, after a message that says so, where it cannot be made.

    BadInput when its file holds something else.
    """
    if settings.key is None:
        notify("heads of the log are not signed: this user has no home folder; GONOGO_KEY names a file for the key")
        return None
    key = own_key(settings.key)
    if key is None:
        try:
            key = make_key(settings.key)
        except OSError as error:
            notify(f"heads of the log are not signed: {settings.key}: {error.strerror}; GONOGO_KEY names another file")
            return None
        notify(f"made a key that signs the log's head, {settings.key}; its public half is {public_key(key)}")
    return key


def beyond(at: int, last: int) -> BadArgument:
    """The error for a position `at` that the log does not reach."""
    return BadArgument("at", f"{{}} {at}: the log ends at {last}")
