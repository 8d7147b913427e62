"""Verifies a workspace: the log, its signed heads, its reports, and every number in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.bootstrap import tracker_of
from orchestrator.checking.signing import own_key, parsed_head, public_key, sign_at
from orchestrator.checking.verification import Verification, verify
from orchestrator.usecases.errors import BadArgument
from orchestrator.usecases.session import Notify, ReadSession, Session, held_key
from orchestrator.workspace import Workspace
from store.errors import BadInput, IntegrityFailure
from store.log.chain import ChainCheck

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orchestrator.checking.signing import SignedHead
    from orchestrator.settings import Settings


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying found."""

    found: Verification
    mine: bool = False
    """The newest signed head is signed by the key of whoever asks."""
    gone: bool = False
    """There is no log, although reports or signed heads of one are there."""


def verify_record(settings: Settings, notify: Notify, key: str | None = None, *, sign_again: bool = False) -> Verified:
    """Check the chain and its signed heads, the reports, and every figure against event, MLflow run and artifact.

    `key` is a public key in hex, or the file of a signed head: its key must have signed the log. With `sign_again` a
    person says that the log is as it was left: lost heads are signed anew, where nothing else is wrong. Raises
    BadArgument for any other key, and BadInput when there is no log, or no key to sign with.
    """
    wanted = None if key is None else _public_key(key)
    workspace = Workspace(settings.workspace)
    try:
        session = Session.read(settings)
    except IntegrityFailure as error:
        return Verified(Verification(ChainCheck(0, "", 1, str(error))), gone=True)
    with session:
        tracker = tracker_of(settings, notify, session.log)
        found = verify(session.log, workspace, tracker, wanted)
        if sign_again and found.chain.ok and len(found.bad) == len(found.lost_heads) > 0:
            _sign_again(session, settings, found.lost_heads, notify)
            found = verify(session.log, workspace, tracker, wanted)
        elif sign_again:
            notify("no head is lost" if found.ok else "nothing was signed again: more than heads does not check out")
    return Verified(found, mine=found.signed is not None and _is_mine(found.signed, settings))


def _sign_again(session: ReadSession, settings: Settings, positions: Sequence[int], notify: Notify) -> None:
    key = held_key(settings, notify)
    if key is None:
        raise BadInput("there is no key to sign with")
    for position in positions:
        sign_at(session.log, session.workspace, key, position)
        notify(f"signed the head at event {position} again, on your word that the log is as it was left")


def _public_key(given: str) -> str:
    """In hex, from the key or the file of a signed head that was given."""
    if re.fullmatch(r"[0-9a-fA-F]{64}", given):
        return given.lower()
    try:
        signed = parsed_head(Path(given).read_bytes())
    except OSError as error:
        raise BadArgument("key", f"{{}}: {given} is no key of 64 hex digits, and no file: {error.strerror}") from None
    if signed is None:
        raise BadArgument("key", f"{{}}: {given} holds no signed head")
    return signed.key


def _is_mine(signed: SignedHead, settings: Settings) -> bool:
    try:
        own = own_key(settings.key) if settings.key is not None else None
    except BadInput:  # a key file that holds no key is no fault of the log
        return False
    return own is not None and public_key(own) == signed.key
