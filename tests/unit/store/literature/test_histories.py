"""Any history of a library: its boxes sum at every position, no work is lost, and every record is of one work."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from store.board import Board
from store.commands import (
    AnswerMerge,
    Command,
    ImportRecords,
    MatchRecords,
    ScreenWorks,
    SplitWork,
    StopScreening,
)
from store.errors import BadInput, Refused
from store.literature.events import Likeness, Merged, Screening
from store.literature.standing import standing
from store.queries.literature import Flow, flow, record_count, works
from store.review import ReviewProtocol

from .libraries import CRITERIA, after, begun, imported

NAMES = [f"file-{n}" for n in range(5)]
PEOPLE = ["ada", "ben", "cy"]


def assert_sums(board: Board, found: Flow) -> None:
    library = board.library
    every = [record for work in works(library) for record in work]
    assert sorted(every) == sorted(record for each in library for record in each.ids), "each record is of one work"
    assert found.records == record_count(library) == len(every)
    assert found.works == len(list(works(library)))
    assert found.works == sum(found.ruled_out.values()) + found.left_unread + found.waiting + found.screened
    assert found.screened == sum(found.excluded.values()) + found.sought
    assert found.sought == found.not_had + found.awaiting + found.assessed
    assert found.assessed == sum(found.excluded_full_text.values()) + found.included
    assert found.disputed <= found.waiting
    for work in works(library):
        assert work == tuple(sorted(work))
        assert all(library.records_of(record) == work for record in work)


def drawn(data: st.DataObject, board: Board) -> Command:
    library = board.library
    every = [record for each in library for record in each.ids]
    kinds = ["import"] + ["match", "answer", "split", "screen", "rule", "stop"] * bool(every)
    match data.draw(st.sampled_from(kinds)):
        case "import":
            names = data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))
            return ImportRecords(tuple(imported(name, kept=NAMES.index(name) + 1, quarantined=1) for name in names))
        case "match":
            touched = data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=4, unique=True))
            records = sorted({each for record in touched for each in library.records_of(record)})
            parts: dict[int, list[str]] = {}
            for record in records:
                parts.setdefault(data.draw(st.integers(0, 2)), []).append(record)
            pair = sorted(data.draw(st.lists(st.sampled_from(every), min_size=2, max_size=2)))
            asked = [Likeness(a=pair[0], b=pair[1], because="alike", likeness=0.5)] if pair[0] != pair[1] else []
            return MatchRecords(
                "a test", tuple(Merged(records=tuple(part)) for part in parts.values()), tuple(asked), ()
            )
        case "answer":
            a, b = (data.draw(st.sampled_from(every)) for _ in range(2))
            return AnswerMerge(a, b, data.draw(st.booleans()), "ada", "they are")
        case "split":
            return SplitWork(data.draw(st.sampled_from(every)), "ada", "another")
        case "screen":
            verdict = data.draw(st.sampled_from(["include", "exclude", "later", "undo", "not-had"]))
            criterion = data.draw(st.sampled_from(sorted(CRITERIA))) if verdict == "exclude" else ""
            decision = Screening(
                record=data.draw(st.sampled_from(every)),
                verdict=verdict,
                criterion=criterion,
                key=verdict == "include" and data.draw(st.booleans()),
                settles=data.draw(st.booleans()),
            )
            return ScreenWorks(
                data.draw(st.sampled_from(["title", "full-text"])), (decision,), data.draw(st.sampled_from(PEOPLE))
            )  # type: ignore[arg-type]
        case "rule":
            verdict = data.draw(st.sampled_from(["exclude", "undo"]))
            decision = Screening(record=data.draw(st.sampled_from(every)), verdict=verdict, criterion="years")
            return ScreenWorks("title", (decision,), "rule")
        case _:
            return StopScreening("a test", data.draw(st.sampled_from([0.01, 0.5])), 1, 1, "ada", "enough")


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from([1, 2]))
def test_boxes_sum_and_no_record_is_lost_after_any_history(data: st.DataObject, screeners: Any) -> None:
    board = begun(ReviewProtocol(criteria=CRITERIA, screeners=screeners))
    for _ in range(data.draw(st.integers(1, 25))):
        before = board
        try:
            board = after(board, drawn(data, board))
        except (BadInput, Refused):
            assert board is before
        assert_sums(board, flow(board))


@settings(max_examples=50, deadline=None)
@given(st.permutations(NAMES), st.data())
def test_the_order_of_files_matters_to_no_box(order: list[str], data: st.DataObject) -> None:
    every = tuple(imported(name, kept=NAMES.index(name) + 1) for name in NAMES)
    records = sorted(f"{each.file.digest[:8]}.{place}" for each in every for place in range(each.kept))
    parts: dict[int, list[str]] = {}
    for record in records:
        parts.setdefault(data.draw(st.integers(0, 8)), []).append(record)
    decisions = ScreenWorks(
        "title", tuple(Screening(record=part[0], verdict="include") for part in list(parts.values())[:3]), "ada"
    )
    match = MatchRecords("a test", tuple(Merged(records=tuple(part)) for part in parts.values()), (), ())
    at_once = after(begun(), ImportRecords(every), match, decisions)
    by_name = {each.source: each for each in every}
    one_by_one = after(begun(), *(ImportRecords((by_name[name],)) for name in order), match, decisions)
    assert flow(one_by_one) == flow(at_once)
    assert {standing(one_by_one.library, work, 1) for work in works(one_by_one.library)} == {
        "sought",
        "unscreened",
    } or (len(parts) <= 3)
