"""Amends the protocol of a study after it was registered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.usecases.errors import printable
from orchestrator.usecases.register import check
from store.canonical import digest_of
from store.commands import AmendStudy

if TYPE_CHECKING:
    from orchestrator.usecases.session import Notify, Session
    from store.study.protocol import Study


def amend(session: Session, study: Study, reason: str, notify: Notify) -> None:
    """Change the protocol, with the reason that every later report shows.

    Raises BadInput for a protocol that cannot be carried out, and what `store.decide` raises.
    """
    command = AmendStudy(study, printable(reason, "reason"))
    if session.board.study_sha256 != digest_of(study):
        check(study, session.workspace, notify)
    session.submit(command, actor="human")
