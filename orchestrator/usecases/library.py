"""Reads the library of a study: its works, now or after any past event, what was set aside, and what can be found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.artifacts import ArtifactStore, write_durably
from orchestrator.library.shelf import Shelf
from orchestrator.usecases.session import Session
from store.canonical import canonical, sha256
from store.errors import BadInput
from store.literature.events import Likeness
from store.literature.standing import Standing, standing
from store.queries.literature import SELECTED, Flow, Records, flow, review_of, standings, works
from tasks.literature.keeping import SetAside

if TYPE_CHECKING:
    from pathlib import Path

    from orchestrator.settings import Settings
    from orchestrator.workspace import Workspace
    from store.board import Board
    from store.literature.state import Imported
    from tasks.literature.record import Record


@dataclass(frozen=True, slots=True)
class OpenLibrary:
    """A library as it stood at one position."""

    board: Board
    shelf: Shelf
    workspace: Workspace

    def record(self, records: Records) -> Record:
        """The work of these records, as one record."""
        return self.shelf.work(self.board.library, records)

    def standing(self, records: Records) -> Standing:
        """Where the work of these records stands."""
        return standing(self.board.library, records, review_of(self.board).screeners)


@dataclass(frozen=True, slots=True)
class Hit:
    """A work that a search found."""

    records: Records
    record: Record
    standing: Standing
    score: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question whether two records are of one work."""

    question: Likeness
    a: Record
    b: Record
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


def open_library(settings: Settings, at: int | None = None) -> OpenLibrary:
    """The library now, or after the event `at`; BadArgument when the log does not reach so far."""
    with Session.read(settings) as session:
        return OpenLibrary(session.board(at), Shelf(ArtifactStore(session.workspace.artifacts)), session.workspace)


@dataclass(frozen=True, slots=True)
class Held:
    """A record as it came in."""

    id: str
    source: str
    """The file or service that it came from."""
    key: str
    """What the file itself calls it; empty where it does not."""
    record: Record


def all_records(settings: Settings) -> list[Held]:
    """Every record, in the order in which it came in."""
    opened = open_library(settings)
    return [
        Held(record_id, imported.event.source, key, opened.shelf.record(opened.board.library, record_id))
        for imported in opened.board.library
        for record_id, key in zip(imported.ids, opened.shelf.keys_of(imported), strict=True)
    ]


def clusters(settings: Settings) -> list[Records]:
    """The records of each work that has several."""
    return [records for records in works(open_library(settings).board.library) if len(records) > 1]


def quarantine(settings: Settings) -> Iterator[tuple[Imported, SetAside]]:
    """What was set aside of each file, in the order in which it came in."""
    opened = open_library(settings)
    for imported in opened.board.library:
        for each in opened.shelf.set_aside(imported):
            yield imported, each


def search(settings: Settings, query: str, limit: int) -> list[Hit]:
    """Works that have all words of a query, the best first. Any text is a query.

    The index is a cache beside the log: it is made again where it is missing, damaged or of other works.
    """
    from tasks.literature.indexing import opened_index

    opened = open_library(settings)
    library = opened.board.library
    groups = [list(records) for records in works(library) if len(records) > 1]
    stamp = sha256(canonical([[each.event.records.digest for each in library], groups]))

    def every() -> Iterator[tuple[str, Record]]:
        return ((records[0], opened.record(records)) for records in works(library))

    index = opened_index(opened.workspace.literature, stamp, every, write_durably)
    hits = [(library.records_of(found.id), found.score) for found in index.search(query, limit)]
    return [Hit(records, opened.record(records), opened.standing(records), score) for records, score in hits]


def doubts(settings: Settings) -> list[Doubt]:
    """Questions that are open, with both records and what speaks for and against."""
    from tasks.literature.matching.asking import question as asked_again
    from tasks.literature.matching.comparing import compared
    from tasks.literature.matching.deciding import decide
    from tasks.literature.matching.features import features_of

    opened = open_library(settings)
    found = []
    for question in opened.board.library.open_questions():
        a, b = (opened.shelf.record(opened.board.library, each) for each in (question.a, question.b))
        one, other = features_of(a), features_of(b)
        told = asked_again(question.a, question.b, one, other, decide(compared(one, other)))
        found.append(Doubt(question, a, b, told.speaks_for, told.speaks_against))
    return found


def selected(settings: Settings) -> list[Record]:
    """Works that are included so far, in the order of their ids: for export."""
    opened = open_library(settings)
    found = sorted(records for records, where in standings(opened.board) if where in SELECTED)
    return [opened.record(records) for records in found]


def export_text(settings: Settings, format: str) -> str:
    """Works that are included so far, as a file of a format: `bibtex`, `ris` or `csl-json`.

    BadInput where nothing is included.
    """
    from tasks.literature.writing.bibtex import write_bibtex
    from tasks.literature.writing.csl import write_csl
    from tasks.literature.writing.ris import write_ris

    records = selected(settings)
    if not records:
        raise BadInput("no work is included yet; gonogo literature screen decides on works")
    writers = {"bibtex": write_bibtex, "csl-json": write_csl, "ris": write_ris}
    return writers[format](records)


def save(path: Path, text: str) -> None:
    """Write a file at once; BadInput where there is a folder."""
    if path.is_dir():
        raise BadInput(f"{path} is a folder; name a file in it")
    write_durably(path, text.encode())


def flow_at(settings: Settings, at: int | None = None, drawn: Path | None = None) -> Flow:
    """The boxes of PRISMA now, or after the event `at`; and as a drawing in the file `drawn`, as reports show it."""
    board = open_library(settings, at).board
    if drawn is not None:
        from orchestrator.reports.plots.flow import flow_file

        save(drawn, flow_file(board))
    return flow(board)
