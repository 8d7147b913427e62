"""Takes literature in, answers questions about it, and records what people decide on works."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.artifacts import ArtifactStore
from orchestrator.library.shelf import Shelf
from orchestrator.usecases.errors import person, printable
from orchestrator.usecases.session import Notify, Session
from store.commands import AnswerMerge, EndWatch, ImportRecords, MatchRecords, ScreenWorks, SplitWork
from store.errors import BadInput, Refused
from store.literature.events import RULE, RecordsImported, WatchEnded
from store.queries.literature import Flow, flow, review_of
from store.queries.literature_work import literature_spec, watches
from tasks.literature.importing import Import, import_file, name_of
from tasks.literature.keeping import SetAside, set_aside_in
from tasks.literature.reading.cleaning import plain

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from store.board import Board

Advance = Callable[[int, int, str], None]
"""Is told (files done, files in all, name of the next)."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file."""

    name: str
    event: RecordsImported | None
    """None where the file could not be read."""
    known: bool = False
    """Whether the same file had been taken in before."""
    reason: str = ""
    """Why it could not be read."""
    set_aside: tuple[SetAside, ...] = ()
    """Records of it that could not be read."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import led to."""

    files: tuple[Taken, ...]
    flow: Flow
    """After it."""


def import_files(settings: Settings, paths: Sequence[Path], notify: Notify, advance: Advance) -> Brought:
    """Take the records of files in, join them to works, and apply the rules of the study.

    Raises BadInput where none of the files could be read. A file that is known already changes nothing.
    """
    taken: list[Taken] = []
    read: list[Import] = []
    for done, path in enumerate(paths):
        advance(done, len(paths), name_of(path.name))
        try:
            found = import_file(path)
        except BadInput as error:
            taken.append(Taken(name_of(path.name), None, reason=plain(str(error))))
            continue
        read.append(found)
        aside = tuple(set_aside_in(found.contents[found.event.records.name], found.event.records.name))
        taken.append(Taken(found.event.source, found.event, set_aside=aside))
    advance(len(paths), len(paths), "")
    if not any(each.event is not None and each.event.kept for each in taken):
        raise BadInput(f"nothing could be read: {_why_not(taken[0])}")
    with Session.open(settings, notify) as session:
        _require_study(session.board)
        before = {each.event.file.digest for each in session.board.library}
        store = ArtifactStore(session.workspace.artifacts)
        for each in read:
            if each.event.file.digest not in before:
                _keep(store, each)
        session.submit(ImportRecords(tuple(each.event for each in read)), actor="system")
        bring_up_to_date(session)
        return Brought(tuple(_known(taken, before)), flow(session.board))


def watch_now(settings: Settings, notify: Notify, advance: Advance) -> tuple[WatchEnded, ...]:
    """Ask the services of the study's queries for what is new, and take in what came; how each watch ended.

    Raises BadInput where the study has no queries. No network, or a service that refuses, ends a watch and is told.
    """
    from tasks.literature.news import asker, news

    with Session.open(settings, notify) as session:
        _require_study(session.board)
        review, until = review_of(session.board), f"{session.clock():%Y-%m-%d}"
        if not review.queries:
            raise BadInput("the study has no queries; give [[literature.queries]] in study.toml, each with its sources")
        store = ArtifactStore(session.workspace.artifacts)
        known = Shelf(store).keys(session.board.library)
        ask = asker(until, review.requests, advance)
        ended: list[WatchEnded] = []
        for each in news(watches(session.board), until, session.workspace.root, known, ask):
            for found in each.imports:
                _keep(store, found)
            session.submit(
                ImportRecords(tuple(found.event for found in each.imports)), EndWatch(each.ended), actor="system"
            )
            ended.append(each.ended)
        bring_up_to_date(session)
        return tuple(ended)


def answer_merge(settings: Settings, a: str, b: str, same: bool, by: str, reason: str, notify: Notify) -> Board:
    """Record, as a human, whether two records are of one work; it beats every rule, now and after later imports."""
    who, why = person(by, "by"), printable(reason, "reason")
    with Session.open(settings, notify) as session:
        session.submit(AnswerMerge(a, b, same, who, why), actor=f"human:{who}")
        bring_up_to_date(session)
        return session.board


def split_work(settings: Settings, record: str, by: str, reason: str, notify: Notify) -> Board:
    """Take a record out of its work, as a human."""
    who, why = person(by, "by"), printable(reason, "reason")
    with Session.open(settings, notify) as session:
        session.submit(SplitWork(record, who, why), actor=f"human:{who}")
        bring_up_to_date(session)
        return session.board


def bring_up_to_date(session: Session) -> None:
    """Append what follows from all records and answers: works, questions, and what rules exclude."""
    from tasks.literature.updating import METHOD, Known, update

    spec = literature_spec(session.board)
    entries = Shelf(ArtifactStore(session.workspace.artifacts)).entries(session.board.library)
    found = update(entries, Known.of(spec), spec.rules)
    session.submit(MatchRecords(METHOD, found.works, found.asked, found.withdrawn), actor="system")
    session.submit(ScreenWorks("title", found.screened, RULE), actor="system")


def _known(taken: Sequence[Taken], before: set[str]) -> Iterator[Taken]:
    """What became of each file, of which some were there before, or were given twice."""
    seen = set(before)
    for each in taken:
        known = each.event is not None and each.event.file.digest in seen
        yield replace(each, known=known)
        if each.event is not None:
            seen.add(each.event.file.digest)


def _why_not(taken: Taken) -> str:
    return taken.reason if taken.event is None else f"{taken.name}: {taken.event.faults[0].reason}"


def _keep(store: ArtifactStore, found: Import) -> None:
    with tempfile.TemporaryDirectory(prefix="gonogo-") as folder:
        for name, content in found.contents.items():
            path = Path(folder) / name
            path.write_bytes(content)
            store.keep(name, path)


def _require_study(board: Board) -> None:
    if board.study is None:
        raise Refused("no study is registered yet; gonogo run registers it, and then literature can be taken in")
