"""Builds the paper of a study from its log as it stands, and checks it or any copy of it; the log is not written to."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.artifacts import ArtifactStore, digest_of_file, write_durably
from orchestrator.usecases.session import ReadSession, Session
from store.errors import BadInput

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from orchestrator.usecases.session import Notify
    from store.board import Board
    from tasks.drafting.building.built import Built
    from tasks.drafting.checking import Found
    from tasks.drafting.fault import Fault

_OF = re.compile(r"cycle (\d+), as of event (\d+), head ([0-9a-f]{64})")
"""What the pages of a paper say of themselves, in their metadata."""


@dataclass(frozen=True, slots=True)
class BuiltPaper:
    """A paper that was set and checked."""

    pdf: Path | None
    folder: Path
    """Of its sources."""
    digest: str
    built: Built
    found: Found

    def view(self) -> dict[str, Any]:
        """`gonogo.paper-build/1`."""
        unbound = [fault.said for fault in self.found.faults if fault.kind in ("figure", "digits", "prose")]
        return {
            "schema": "gonogo.paper-build/1",
            "pdf": str(self.pdf) if self.pdf is not None else None,
            "pages": self.found.pages,
            "digest": self.digest,
            "preview": self.built.preview,
            "toolchain": self.built.toolchain,
            "unbound": unbound,
            "warnings": [fault.said for fault in self.found.faults if fault.said not in unbound],
        }


@dataclass(frozen=True, slots=True)
class CheckedPaper:
    """What a check of a paper found."""

    name: str
    found: Found
    bytes_are: str = ""
    """How the bytes of a PDF compare with those that its cycle recorded; empty where there are none."""

    def view(self) -> dict[str, Any]:
        """`gonogo.paper-check/1`."""
        return {
            "schema": "gonogo.paper-check/1",
            "ok": not self.found.faults,
            "pages": self.found.pages,
            "figures": self.found.figures,
            "bytes": self.bytes_are or None,
            "findings": [_told(fault) for fault in self.found.faults],
        }


def build_paper(settings: Settings, notify: Notify, output: Path | None = None, at: int | None = None) -> BuiltPaper:
    """Render the paper as of an event, by default the last, with what people have written by now, and set it.

    Everything is written to `output`, by default `paper/build` in the workspace. Raises BadArgument when the log does
    not reach `at`, and BadInput where the study wants no paper, or it cannot be set.
    """
    from tasks.drafting.checking import checked

    with Session.read(settings) as session:
        target = output or session.workspace.root / "paper" / "build"
        files = _sources(session, notify, at)
    with tempfile.TemporaryDirectory(prefix="gonogo-paper-") as scratch:
        folder = laid_out(Path(scratch) / "paper", files)
        built, found = checked(folder)
        if built.error:
            raise BadInput(f"the paper could not be set: {built.error}")
        for name, content in files.items():
            write_durably(target / name, content)
        pdf, content = None, b""
        if built.pdf is not None:
            content = built.pdf.read_bytes()
            pdf = target / ("preview.pdf" if built.preview else "paper.pdf")
            write_durably(pdf, content)
        else:
            notify(built.log)
    return BuiltPaper(pdf, target, hashlib.sha256(content).hexdigest() if content else "", built, found)


def check_paper(settings: Settings, notify: Notify, pdf: Path | None = None) -> CheckedPaper:
    """Hold a PDF, or the paper as it would be set now, against the record; BadInput for what is no paper of it."""
    from tasks.drafting.checking import checked, held
    from tasks.drafting.expected import RECORD, Expected

    with Session.read(settings) as session, tempfile.TemporaryDirectory(prefix="gonogo-paper-") as scratch:
        if pdf is None:
            folder = laid_out(Path(scratch) / "paper", _sources(session, notify, None))
            built, found = checked(folder)
            if built.error:
                raise BadInput(f"the paper could not be set: {built.error}")
            return CheckedPaper("the paper as it would be set now", found)
        as_of = _position_of(session, pdf)
        folder = laid_out(Path(scratch) / "paper", _sources(session, notify, as_of))
        expected = Expected.read((folder / RECORD).read_bytes())
        return CheckedPaper(pdf.name, held(expected, folder, pdf), _compared(session, as_of, pdf))


def sources_at(session: ReadSession, at: int | None) -> Mapping[str, bytes]:
    """What gonogo renders of the paper as of an event, by place in its folder."""
    from orchestrator.library.shelf import Shelf
    from orchestrator.paper.render import FOLDER, render_paper

    board = session.board(at)
    if board.study is None or board.study.paper is None:
        raise BadInput("the study wants no paper: add [paper] to study.toml, and run gonogo run to amend the protocol")
    if not board.cycles:
        raise BadInput("no cycle has begun, so there is nothing to tell of in a paper yet; gonogo run begins one")
    cycle = max(number for number in board.cycles)
    files = render_paper(list(session.log.read(until=at)), cycle, Shelf(ArtifactStore(session.workspace.artifacts)))
    return {name.removeprefix(f"{FOLDER}/"): content for name, content in files.items()}


def _sources(session: ReadSession, notify: Notify, at: int | None) -> Mapping[str, bytes]:
    """What gonogo renders and what people wrote: as it was recorded with a report of that event, else as it is now."""
    from orchestrator.paper.people import written_by_people
    from orchestrator.paper.render import FOLDER
    from store.queries.manuscripts import by_people, place_of

    rendered, board = sources_at(session, at), session.board()
    _say_if_changed(session, board, notify)
    report = next((each.report for each in board.cycles.values() if each.report and each.report.as_of == at), None)
    if report is not None:
        kept = ArtifactStore(session.workspace.artifacts)
        named = {place_of(file.name) or "": file.digest for file in report.files if by_people(file.name)}
        return {**rendered, **{name: kept.find(digest).read_bytes() for name, digest in named.items()}}
    plan = board.study.paper if board.study is not None else None
    written = written_by_people(session.workspace, plan, notify) if plan is not None else {}
    return {**rendered, **{name.removeprefix(f"{FOLDER}/"): content for name, content in written.items()}}


def _say_if_changed(session: ReadSession, board: Board, notify: Notify) -> None:
    """Say that [paper] of the study file is not the one in force, which an amendment makes it."""
    from orchestrator.study.file import read_study

    try:
        wanted = read_study(session.workspace.study_file).study.paper
    except BadInput:
        return
    if board.study is not None and wanted != board.study.paper:
        notify("[paper] in study.toml differs from the protocol in force, which counts here; gonogo run amends it")


def laid_out(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The files of a paper in a folder of their own, which is made anew."""
    if folder.exists():
        shutil.rmtree(folder)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def _position_of(session: ReadSession, pdf: Path) -> int:
    """The event that a PDF was rendered as of, by what it says of itself and the chain confirms."""
    from tasks.drafting.reading.pages import read_pages

    told = " ".join(read_pages(pdf).metadata.values())
    found = _OF.search(told)
    if found is None:
        raise BadInput(f"{pdf} does not say of which log and event it is; it is no paper of gonogo")
    at, head = int(found[2]), found[3]
    row = next(iter(session.log.rows(at - 1, at)), None)
    if row is None or row.hash != head:
        raise BadInput(f"{pdf} was rendered from another log: event {at} is not the one that it names")
    return at


def _compared(session: ReadSession, as_of: int, pdf: Path) -> str:
    """Against the PDF that the task of the cycle kept, whose bytes another LaTeX gives otherwise from the same text."""
    from store.kinds.drafting import KIND, DraftFacts

    board = session.board()
    cycle = next((each.number for each in board.cycles.values() if each.report and each.report.as_of == as_of), None)
    tasks = [task for task in board.tasks.newest_of_kind(KIND.name) if task.cycle == cycle and task.artifacts]
    if not tasks:
        return ""
    recorded = {file.digest for file in tasks[0].artifacts}
    if digest_of_file(pdf) in recorded:
        return "the very bytes that its cycle recorded"
    return f"other bytes than those that its cycle recorded, which {DraftFacts.read(tasks[0].facts).set_by} set"


def _told(fault: Fault) -> dict[str, Any]:
    return {
        "kind": fault.kind,
        "page": fault.page,
        "file": fault.file or None,
        "line": fault.line,
        "text": fault.text,
    }
