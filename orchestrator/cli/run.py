"""`gonogo run`: bring the study one cycle further."""

from __future__ import annotations

from dataclasses import replace
from shlex import quote
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import clean_text, note, signing_key, this_command, workspace_option

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from orchestrator.house import House
    from orchestrator.settings import Settings
    from orchestrator.study import StudyFile
    from orchestrator.workspace import Workspace
    from store.board import Board

WAITS = 3


@click.command()
@workspace_option
@click.option("--amend", metavar="REASON", help="Record that study.toml was changed after it was registered, and why.")
def run_command(settings: Settings, amend: str | None) -> int:
    """Run the open cycle to its end, or open the next one.

    Work that was cut short goes on where it stopped. Ends with 3 when a human has to decide before the next cycle.
    """
    from orchestrator.bootstrap import build, open_log
    from orchestrator.cli.display import RichDisplay
    from orchestrator.cycle import Ending, run_cycle
    from orchestrator.settings import quiet_libraries
    from orchestrator.study import read_study
    from orchestrator.workspace import Workspace
    from store.commands import AmendStudy, RegisterStudy
    from store.log.ledger import Ledger

    quiet_libraries()
    workspace = Workspace(settings.workspace)
    file = read_study(workspace.study_file)
    registered = _registered(settings, workspace)
    if registered is not None and registered.study is not None:
        file = replace(file, study=file.study.going_on(registered.study))
    _preflight(file, registered, workspace, amending=amend is not None)
    key = signing_key(settings)
    log = open_log(settings, create=True)
    try:
        amendment = AmendStudy(file.study, clean_text(amend, "--amend")) if amend is not None else None
        Ledger(log).submit(amendment or RegisterStudy(file.study), actor="human" if amend else "system")
        with RichDisplay() as display:
            house = build(settings, log, display)
            ending = run_cycle(house)
        _vouch(house, key)
        board = Ledger(log)
        board.refresh()
    finally:
        log.close()
    _tell(board.board, workspace, ending is Ending.NOTHING_LEFT)
    return WAITS if ending is Ending.WAITS else 0


def _vouch(house: House, key: Ed25519PrivateKey | None) -> None:
    """Sign the head of the log, beside it and in MLflow."""
    from orchestrator.signing import sign_head
    from store.errors import TrackingFailure

    signed = sign_head(house.ledger.log, house.workspace, key) if key is not None else None
    if signed is not None:
        try:
            house.tracker.anchor(signed)
        except TrackingFailure as error:
            note(f"the signed head is beside the log and not in MLflow: {error}")


def _registered(settings: Settings, workspace: Workspace) -> Board | None:
    """The board of a log that is there and intact; IntegrityFailure when it is not intact."""
    from orchestrator.bootstrap import open_log
    from orchestrator.integrity import require_no_orphans, require_whole
    from store.board import fold

    if not workspace.log.exists():
        require_no_orphans(workspace)
        return None
    log = open_log(settings)
    try:
        require_whole(log, workspace)
        return fold(log.read())
    finally:
        log.close()


def _preflight(file: StudyFile, board: Board | None, workspace: Workspace, amending: bool) -> None:
    """Look at models, data and the number of images before a protocol is registered or changed."""
    from orchestrator.preflight import check_study
    from orchestrator.reach import doubts
    from store.canonical import digest_of

    unchanged = board is not None and board.study_sha256 == digest_of(file.study)
    if unchanged or (board is not None and board.study is not None and not amending):
        return
    check_study(file.study, workspace.root.resolve())
    for line in doubts(file.study):
        note(f"warning: study.toml: {line}")


def _tell(board: Board, workspace: Workspace, nothing_left: bool) -> None:
    from store.queries.protocol import amended_late

    cycle = board.cycle
    if cycle is None or cycle.assessment is None:
        return
    if nothing_left:
        note("The study needs nothing more. The last report stands:")
    note(f"Cycle {cycle.number}: {cycle.assessment.verdict} ({cycle.assessment.reason})")
    if amended_late(board):
        note("The protocol was amended after data had been compared: its error rate no longer holds.")
    _tell_of_audit(board, cycle.number, workspace)
    click.echo(workspace.reports(cycle.number) / "cycle-report.html")
    for decision in board.open_decisions:
        request = decision.request
        keys = "|".join(option.key for option in request.options)
        note(f"\nWaits for a human: {request.question}")
        for option in request.options:
            mark = "  (recommended)" if option.key == request.recommended else ""
            note(f"  {option.key:<14} {option.label}. {option.trade_off}{mark}")
        answer = f"--choose {keys} --as NAME --reason TEXT --workspace {quote(str(workspace.root))}"
        note(f"  {this_command()} decide {request.decision_id} {answer}")


def _tell_of_audit(board: Board, cycle: int, workspace: Workspace) -> None:
    """What the audits of our own reports found; a contradiction is said loudly, as it is a fault of ours."""
    from orchestrator.audited import faults, in_short, unaudited

    folder = workspace.reports(cycle)
    short = in_short(board, cycle)
    if short:
        report = quote(str(folder / "cycle-report.md"))
        note(f"{short[0].upper()}{short[1:]}; in full: {this_command()} audit {report} --json")
    for name, why in unaudited(board, cycle).items():
        note(f"warning: {folder / name} was not audited: {why}")
    wrong = faults(board, cycle)
    if wrong:
        note("warning: reports contradict themselves; that is a fault of these reports, and the verdict stands:")
    for name, found in wrong.items():
        for each in found:
            note(f"  {folder / name}, {each}")
