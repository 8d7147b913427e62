"""Runs a study: registers or amends its protocol, then brings it one cycle further."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orchestrator.running.cleaning import clean_up
from orchestrator.running.cycle import Ending, run_cycle
from orchestrator.settings import quiet_libraries
from orchestrator.study.file import read_study
from orchestrator.usecases.amend import amend
from orchestrator.usecases.register import register
from orchestrator.usecases.session import Notify, Session
from orchestrator.workspace import Workspace

if TYPE_CHECKING:
    from orchestrator.services import Display
    from orchestrator.settings import Settings
    from store.board import Board


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended, and the board at its end."""

    ending: Ending
    board: Board

    @property
    def waits(self) -> bool:
        """A human has to decide before the next cycle."""
        return self.ending is Ending.WAITS

    @property
    def nothing_left(self) -> bool:
        """The study needs nothing more, so no cycle was opened."""
        return self.ending is Ending.NOTHING_LEFT


def run_study(
    settings: Settings, display: Display, notify: Notify, reason: str | None = None, trust_clock: bool = False
) -> RunResult:
    """Finish the open cycle, or open the next one and finish that; work that was cut short goes on where it stopped.

    A `reason` says why study.toml was changed after it was registered, and amends the protocol first. Raises BadInput
    for a study that cannot be carried out, Refused for a changed protocol without a reason, IntegrityFailure where the
    record, or an artifact that is needed, does not check out, and WrongClock as sessions do.
    """
    quiet_libraries()
    file = read_study(Workspace(settings.workspace).study_file)
    with Session.open(settings, notify, create=True, trust_clock=trust_clock) as session:
        if session.board.study is not None:
            file = replace(file, study=file.study.going_on(session.board.study))
        if reason is None:
            register(session, file.study, notify)
        else:
            amend(session, file.study, reason, notify)
        services = session.services(file, display)
        clean_up(services)
        ending = run_cycle(services)
        services.ledger.refresh()
    return RunResult(ending, session.board)
