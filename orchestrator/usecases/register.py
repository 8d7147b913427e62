"""Registers the protocol of a study, after a look at what is known before anything is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.bootstrap import now
from store.commands import RegisterStudy

if TYPE_CHECKING:
    from orchestrator.usecases.session import Notify, Session
    from orchestrator.workspace import Workspace
    from store.study.protocol import Study


def register(session: Session, study: Study, notify: Notify) -> None:
    """Fix the protocol, once; registering the same one again changes nothing.

    Raises BadInput for a protocol that cannot be carried out, and Refused when another one is registered.
    """
    if session.board.study is None:
        check(study, session.workspace, notify)
    session.submit(RegisterStudy(study), actor="system")


def check(study: Study, workspace: Workspace, notify: Notify) -> None:
    """Check models, data and rule, and warn of claims that the planned images may not decide; BadInput in one line."""
    from orchestrator.study.detectable_effect import warnings
    from orchestrator.study.preflight import check_study

    check_study(study, workspace.root.resolve())
    for line in warnings(study):
        notify(f"warning: study.toml: {line}")
    if study.target is not None and study.target < now().date():
        notify(f"warning: study.toml: study.target: {study.target} has passed; reports count the days since")
