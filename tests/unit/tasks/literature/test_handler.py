"""The task that brings a library up to date: what it tells, counts and leaves alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import mkdtemp

import pytest

from store.board import Board, imagined
from store.commands import OpenCycle, ScreenWorks
from store.errors import IntegrityFailure
from store.events import CycleOpened
from store.gate import decide
from store.kinds import KINDS
from store.kinds.literature import (
    COVERED,
    COVERED_BOTH,
    DUPLICATES,
    KIND,
    QUARANTINED,
    QUESTIONS,
    RECORDS,
    RULED_OUT,
    UNDECIDED,
    WORKS,
    LiteratureFacts,
    Watch,
)
from store.literature.events import Screening
from store.metrics import Metric
from store.queries.literature import flow, works
from store.queries.literature_work import literature_spec
from store.review import Concept, Query, ReviewProtocol, ScreeningRules
from tasks.handler import Done, TaskContext
from tasks.literature.handler import HANDLER
from tasks.literature.news import Ask
from tasks.literature.sources.watching import Watched
from tests.unit.store.literature.libraries import after, begun

BIB = """
@article{a, title={Learning Transferable Visual Models From Natural Language Supervision},
  author={Radford, Alec and Kim, Jong Wook}, year=2021, eprint={2103.00020}, archiveprefix={arXiv}}
@inproceedings{b, title={Learning transferable visual models from natural language supervision},
  author={Radford, A. and Kim, J. W.}, year=2021, booktitle={ICML}}
@inproceedings{c, title={Attention Entropy Collapse}, author={Zhai, Shuangfei}, year=2023, booktitle={ICML}}
@article{d, title={An Old Paper}, author={Old, Anna}, year=1999}
@article{e, author={Nobody}, year=2009}
"""
RIS = "TY  - JOUR\nTI  - Attention entropy collapse\nAU  - Zhai, S.\nPY  - 2023\nER  - \n"
REVIEW = ReviewProtocol(
    files=("a.bib", "b.ris"),
    rules=ScreeningRules(first_year=2015),
    concepts=(
        Concept(name="collapse", terms=("entropy collapse",)),
        Concept(name="vision", terms=("visual models",)),
    ),
)


class Shelved:
    """A workspace with files, and the artifacts of tasks that were done in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.kept = folder, dict[str, Path]()
        (folder / "a.bib").write_text(BIB)
        (folder / "b.ris").write_text(RIS)

    def run(self, board: Board) -> tuple[Done, Board]:
        """The outcome of the task that the board leads to, and the board with what it told."""
        scratch = Path(mkdtemp(dir=self.folder))

        def artifact(digest: str) -> Path:
            if digest not in self.kept:
                raise IntegrityFailure(f"artifact {digest[:12]} is missing")
            return self.kept[digest]

        outcome = HANDLER(literature_spec(board), TaskContext(self.folder, scratch, artifact))
        assert isinstance(outcome, Done)
        for event in outcome.told:
            assert event.type in KIND.tells
            board = imagined(board, event)  # type: ignore[arg-type]
        for imported in board.library:
            for each in imported.artifacts:
                if each.name in outcome.files:
                    self.kept[each.digest] = outcome.files[each.name]
        return outcome, board


@pytest.fixture
def shelved(tmp_path: Path) -> Shelved:
    return Shelved(tmp_path)


def value(done: Done, metric: Metric) -> float:
    return next(each.value for each in done.measurements if each.metric == metric.path)


def titles(board: Board) -> set[int]:
    return {len(records) for records in works(board.library)}


def test_files_are_read_joined_and_ruled_on_at_once_and_the_counts_are_those_of_the_fold(shelved: Shelved) -> None:
    done, board = shelved.run(begun(REVIEW))
    found = flow(board)
    assert (found.records, found.quarantined, found.works, found.duplicates) == (5, 1, 3, 2)
    assert dict(found.ruled_out) == {"years": 1}
    assert titles(board) == {1, 2}
    for metric, count in (
        (RECORDS, found.records),
        (QUARANTINED, found.quarantined),
        (WORKS, found.works),
        (DUPLICATES, found.duplicates),
        (QUESTIONS, found.questions),
        (RULED_OUT, 1),
        (UNDECIDED, found.waiting),
    ):
        assert value(done, metric) == count, metric.path
    assert KINDS[KIND.name] is KIND


def test_what_was_done_is_not_done_again(shelved: Shelved) -> None:
    _, board = shelved.run(begun(REVIEW))
    again, same = shelved.run(board)
    assert again.told == ()
    assert again.files == {}
    assert same == board


def test_a_file_that_is_gone_is_told_and_costs_nothing_else(shelved: Shelved) -> None:
    (shelved.folder / "b.ris").unlink()
    done, board = shelved.run(begun(REVIEW))
    assert isinstance(done.facts, LiteratureFacts)
    assert "b.ris: there is no such file" in done.facts.not_read
    assert flow(board).records == 4


def test_works_that_people_decided_on_are_left_to_them_and_a_changed_rule_takes_back_what_it_excluded(
    shelved: Shelved,
) -> None:
    _, board = shelved.run(begun(REVIEW))
    old = next(records for records in works(board.library) if board.library.decided("title", records[0]))
    include = ScreenWorks("title", (Screening(record=old[0], verdict="include"),), "ada")
    kept = after(board, include)
    assert shelved.run(kept)[0].told == ()
    relaxed = begun(REVIEW.model_copy(update={"rules": ScreeningRules()}))
    for event in shelved_events(board):
        relaxed = imagined(relaxed, event)
    _, relaxed = shelved.run(relaxed)
    assert dict(flow(relaxed).ruled_out) == {}


def shelved_events(board: Board) -> Iterable[object]:
    library = board.library
    yield from (each.event for each in library)
    from store.literature.events import RecordsMerged, WorksScreened

    merged = {group.records: group for group in library.groups.values()}
    yield RecordsMerged(method="t", works=tuple(merged.values()))
    for (stage, _), by in library.decisions.items():
        for name, decided in by.items():
            yield WorksScreened(stage=stage, decisions=(decided.screening,), by=name)


def test_gaps_are_counted_over_included_works_alone(shelved: Shelved) -> None:
    done, board = shelved.run(begun(REVIEW))
    assert [value(done, COVERED.at(number=number)) for number in (1, 2)] == [0, 0]
    library = board.library
    collapse = next(records for records in works(library) if len(records) == 2 and records[0][:8] != records[1][:8])
    board = after(board, ScreenWorks("title", (Screening(record=collapse[0], verdict="include"),), "ada"))
    done, _ = shelved.run(board)
    assert isinstance(done.facts, LiteratureFacts)
    assert [value(done, COVERED.at(number=number)) for number in (1, 2)] == [1, 0]
    assert value(done, COVERED_BOTH.at(j=1, k=2)) == 0
    assert done.facts.covering == {"1": "Zhai (2023): Attention Entropy Collapse"}


def test_a_library_does_not_depend_on_the_order_of_its_files(shelved: Shelved) -> None:
    _, one = shelved.run(begun(REVIEW))
    _, other = shelved.run(begun(REVIEW.model_copy(update={"files": REVIEW.files[::-1]})))
    assert set(works(one.library)) == set(works(other.library))
    assert flow(one) == flow(other)


def test_records_that_are_gone_stop_the_task(shelved: Shelved) -> None:
    _, board = shelved.run(begun(REVIEW))
    shelved.kept.clear()
    with pytest.raises(IntegrityFailure, match="is missing"):
        shelved.run(board)


def test_what_it_tells_passes_the_gate(shelved: Shelved) -> None:
    from store.commands import ImportRecords
    from store.literature.events import RecordsImported

    done, _ = shelved.run(begun(REVIEW))
    imports = tuple(event for event in done.told if isinstance(event, RecordsImported))
    assert list(decide(ImportRecords(imports), begun(REVIEW))) == list(imports)


PAGE = b'[{"id": "W1", "type": "article", "title": "A new paper on attention"}, {"id": "W2", "title": "Another one"}]'
OVERLAP = b'[{"id": "W2", "title": "Another one"}, {"id": "W3", "title": "A third one of its own"}]'


def test_services_are_asked_and_what_is_known_by_their_ids_is_left_out(
    shelved: Shelved, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Watch, str, int]] = []
    pages = [(PAGE, OVERLAP), (OVERLAP,), ()]

    def asker(until: str, requests: int, progress: object) -> Ask:
        def ask(one: Watch, spool: Path) -> Watched:
            asked.append((one, until, requests))
            came = pages[len(asked) - 1]
            return Watched(
                came, 2, 0.5, until if came else "", "done" if came else "skipped", "" if came else "no network"
            )

        return ask

    monkeypatch.setattr("tasks.literature.handler.asker", asker)
    query = Query(text="attention", sources=("openalex",))
    review = REVIEW.model_copy(update={"queries": (query,), "watch": True, "requests": 7})
    board = after(begun(review), OpenCycle("first"))
    _, board = shelved.run(board)
    assert not asked, "the first cycle asks nobody"
    board = second_cycle(board)
    done, board = shelved.run(board)
    assert asked[-1] == (Watch(source="openalex", query="attention"), "0001-01-01", 7)
    assert flow(board).identified["openalex"] == 3
    assert [each.event.new for each in board.library.watches] == [3]
    assert flow(board).records == value(done, RECORDS)
    again, board = shelved.run(board)
    assert asked[-1][0].since == "0001-01-01", "from the day up to which everything came"
    assert [each.event.new for each in board.library.watches] == [3, 0]
    refused, board = shelved.run(board)
    assert isinstance(refused.facts, LiteratureFacts)
    assert refused.facts.not_asked == "openalex: no network"
    assert board.library.watches[-1].event.outcome == "skipped"
    assert again.facts.told().get("Not asked") is None


def second_cycle(board: Board) -> Board:
    """Two cycles are known: the second may ask services."""
    return imagined(board, CycleOpened(cycle=2, because="second"))
