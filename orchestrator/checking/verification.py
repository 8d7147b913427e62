"""Verification: every figure of every report, resolved again against the log, the artifacts and MLflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from orchestrator.artifacts import ArtifactStore
from orchestrator.checking.integrity import read_record
from orchestrator.checking.library import check_library
from orchestrator.checking.logged import KeptFiles, check_evidence, check_unnamed
from orchestrator.checking.presence import LOST_HEAD
from orchestrator.checking.report_files import check_reports
from orchestrator.checking.resolving import BadFigure
from orchestrator.checking.signing import Anchor, SignedHead, lost_heads, parsed_head, signed_heads, strays
from orchestrator.checking.tally import Count, Inventory, Tally
from orchestrator.tracking.owner import HEAD
from orchestrator.tracking.tracker import Tracker
from orchestrator.workspace import Workspace
from store.errors import StoreBusy, StoreUnreadable, TrackingFailure
from store.log.chain import ChainCheck
from store.log.protocol import EventLog
from store.log.whole import WholeLog

_NO_HEAD = "it holds no signed head, or the signature is not that of its key"


@dataclass(frozen=True, slots=True)
class Verification:
    """How much of a workspace was checked, and what does not check out."""

    chain: ChainCheck
    mlflow: bool = False
    """MLflow was asked."""
    signed: SignedHead | None = None
    """The newest head that was signed, by the key that was asked for where one was."""
    checked: int = 0
    """Items beside events and tasks."""
    looked: Mapping[Inventory, Count] = field(default_factory=lambda: Tally().looked)
    """How much of each inventory there was, of what is named by the log, MLflow and signatures."""
    bad: tuple[BadFigure, ...] = ()
    notes: tuple[BadFigure, ...] = ()
    """What is worth a word and is no fault of the record."""
    lost_heads: tuple[int, ...] = ()
    """Positions of signed heads that are gone, each of which is among what is `bad`."""

    @property
    def ok(self) -> bool:
        """True when chain, reports, figures, runs and artifacts all check out."""
        return self.chain.ok and not self.bad

    def view(self) -> dict[str, Any]:
        """`gonogo.verify/1`."""
        return {
            "schema": "gonogo.verify/1",
            "ok": self.ok,
            "events": self.chain.events,
            "head": self.chain.head,
            "first_bad": self.chain.first_bad,
            "mlflow": "checked" if self.mlflow else "not checked",
            "signed": {"position": self.signed.position, "key": self.signed.key} if self.signed else None,
            "why": self.chain.why or (self.bad[0].why if self.bad else ""),
            "looked_at": {inventory: asdict(count) for inventory, count in self.looked.items()},
            "notes": [{"where": item.where, "why": item.why} for item in self.notes],
            "figures": {
                "checked": self.checked,
                "bad": [{"where": item.where, "why": item.why, "position": item.position} for item in self.bad],
            },
        }


def verify(log: EventLog, workspace: Workspace, tracker: Tracker, key: str | None = None) -> Verification:
    """Check the chain first; only an intact log is worth resolving figures against.

    With a public `key`, in hex, some head of the log has to be signed by it.
    """
    whole = read_record(log, workspace)
    if not whole.check.ok:
        return Verification(whole.check)
    board, tally = whole.board, Tally()
    tally.looked_at("events", whole.check.events)
    kept = KeptFiles(ArtifactStore(workspace.artifacts))
    for digest, why in kept.altered():
        tally.found(f"artifact {digest}", why)
    anchor, asked = _check_store(tally, whole, tracker)
    lost = lost_heads(log, workspace, anchor)
    signed = _check_heads(tally, workspace, lost, anchor, key)
    check_evidence(tally, board, kept, tracker if asked else None)
    check_library(tally, log, board, kept)
    check_reports(tally, log, board, workspace, kept)
    check_unnamed(tally, kept)
    return Verification(
        whole.check,
        asked,
        signed,
        tally.checked,
        tally.looked,
        tuple(tally.bad),
        tuple(tally.notes),
        tuple(lost),
    )


def _check_heads(
    tally: Tally, workspace: Workspace, lost: Sequence[int], anchor: Anchor | None, key: str | None
) -> SignedHead | None:
    """Files of signed heads, which the chain was compared with already; gives the newest that counts."""
    newest = None
    gone = {workspace.head(position) for position in lost}
    for path, signed in signed_heads(workspace):
        if path in gone:
            continue  # it is told with those that are not there
        tally.looked_at("heads")
        name = path.relative_to(workspace.root).as_posix()
        if signed is None:
            tally.found(name, _NO_HEAD)
        elif path != workspace.head(signed.position):
            tally.found(name, "it holds the head of another event")
        elif key in (None, signed.key):
            newest = signed
        kept = anchor.signed if anchor is not None else None
        if kept is not None and signed is not None and signed.position == kept.position and signed.key != kept.key:
            tally.noted(name, f"it was signed again, by another key than {kept.key[:16]}…, as MLflow has it")
    for position in lost:
        tally.looked_at("heads", there=False)
        tally.found(workspace.head(position).relative_to(workspace.root).as_posix(), LOST_HEAD, position)
    for path in strays(workspace):
        tally.noted(path.relative_to(workspace.root).as_posix(), "is no signed head, and was not checked")
    if key is not None and newest is None:
        tally.found("heads", f"no head of the log is signed by {key}")
    return newest


def _check_store(tally: Tally, whole: WholeLog, tracker: Tracker) -> tuple[Anchor | None, bool]:
    """The MLflow store is there if the log names runs, and its head is of this log.

    Gives the head that it keeps of this log, and whether it can be asked for runs.
    """
    if tracker.missing is None:
        return _check_anchor(tally, whole, tracker)
    if any(task.run_id for task in whole.board.tasks):
        tally.found(str(tracker.missing), "the MLflow store is gone or empty, so no metric can be resolved")
        return None, False
    return None, True


def _check_anchor(tally: Tally, whole: WholeLog, tracker: Tracker) -> tuple[Anchor | None, bool]:
    """The head that MLflow keeps, if it is of this log. False when MLflow's store cannot be read."""
    name, heads, study = f"MLflow's tag {HEAD}", whole.heads, whole.board.study
    try:
        kept = tracker.anchored(study.name, heads[1]) if study is not None else None
    except (StoreBusy, StoreUnreadable):  # which tells nothing of the record
        raise
    except TrackingFailure as error:
        tally.found("MLflow", str(error))
        return None, False
    if kept is None:
        return None, True
    signed = parsed_head(kept[0])
    if signed is not None and signed.origin != heads.get(1):
        return None, True  # of another log, whose study has this name too
    if signed is None:
        tally.found(name, _NO_HEAD)
        return None, True
    anchor = Anchor(signed, kept[1])
    if (wrong := anchor.unlike(heads)) is not None:
        tally.found(name, wrong[1], wrong[0])
        return None, True
    return anchor, True
