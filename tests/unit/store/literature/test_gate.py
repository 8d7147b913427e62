"""What the literature allows and refuses, and where a work stands after what people and rules decided."""

from __future__ import annotations

import pytest

from store.commands import AnswerMerge, ImportRecords, MatchRecords, ScreenWorks, SplitWork, StopScreening
from store.errors import BadInput, Refused
from store.gate import decide
from store.literature.events import Likeness, Merged, RecordsMerged, Screening, Stage
from store.literature.standing import standing
from store.queries.literature import flow, key_papers, works
from store.queries.screening import agreed_pairs
from store.review import ReviewProtocol

from .libraries import CRITERIA, after, begun, ids, imported, joined, screened, with_records

A, B, C, D = ids("a", 4)


def stands(board: object, record: str, screeners: int = 1) -> str:
    library = board.library  # type: ignore[attr-defined]
    return standing(library, library.records_of(record), screeners)


def test_a_file_that_is_there_already_changes_nothing() -> None:
    board = with_records(("a", 4))
    assert decide(ImportRecords((imported("a", 4), imported("a", 4))), board) == []
    both = decide(ImportRecords((imported("b", 1), imported("b", 1))), board)
    assert len(both) == 1


def test_files_whose_digests_begin_alike_are_refused() -> None:
    board = with_records(("a", 4))
    other = imported("b", 1)
    digest = imported("a", 4).file.digest[:8] + other.file.digest[8:]
    clashing = other.model_copy(update={"file": other.file.model_copy(update={"digest": digest})})
    with pytest.raises(Refused, match="begins as that of another file"):
        decide(ImportRecords((clashing,)), board)


@pytest.mark.parametrize(
    ("works_given", "why"),
    [
        ([(A, "00000000.0")], "there is no record 00000000.0"),
        ([(A, B), (B, C)], "named in two works"),
    ],
)
def test_works_of_records_that_cannot_be_are_refused(works_given: list[tuple[str, ...]], why: str) -> None:
    board = with_records(("a", 4))
    with pytest.raises(BadInput, match=why):
        joined(board, *works_given)


def test_a_work_that_is_touched_is_named_whole() -> None:
    board = joined(with_records(("a", 4)), (A, B, C))
    with pytest.raises(BadInput, match=f"what becomes of record {min(A, C)} is not said"):
        joined(board, (B, D))
    again = joined(board, (B, D), (A, C))
    assert set(works(again.library)) == {tuple(sorted((B, D))), tuple(sorted((A, C)))}


def test_many_works_take_several_events_each_of_which_leaves_none_in_part() -> None:
    board = with_records(("a", 2000))
    every = ids("a", 2000)
    pairs = joined(board, *(every[i : i + 2] for i in range(0, 2000, 2)))
    shifted = [Merged(records=tuple(sorted(every[i : i + 2]))) for i in range(1, 1999, 2)]
    ends = [Merged(records=(every[0],)), Merged(records=(every[-1],))]
    events = decide(MatchRecords("t", (*shifted, *ends), (), ()), pairs)
    assert len(events) == 1, "all touch each other in one chain"
    afresh = decide(MatchRecords("t", tuple(shifted), (), ()), board)
    assert len(afresh) > 2
    assert all(isinstance(event, RecordsMerged) and len(event.works) <= 500 for event in afresh)


def test_a_question_is_open_until_it_is_answered_settled_or_withdrawn() -> None:
    board = with_records(("a", 4))
    asked = tuple(
        Likeness(a=min(x, y), b=max(x, y), because="alike", likeness=0.9) for x, y in ((A, B), (A, C), (A, D))
    )
    board = after(board, MatchRecords("t", (), asked, ()))
    assert len(board.library.open_questions()) == 3
    board = after(board, AnswerMerge(B, A, False, "ada", "another year"))
    board = joined(board, (A, C))
    board = after(board, MatchRecords("t", (), (), (asked[2],)))
    assert board.library.open_questions() == ()
    assert decide(MatchRecords("t", (), (asked[0],), ()), board) == []


def test_a_record_that_is_split_off_is_another_work_than_each_of_the_others() -> None:
    board = joined(with_records(("a", 4)), (A, B, C))
    board = after(board, SplitWork(B, "ada", "a reply"))
    assert {pair for pair, answer in board.library.answers.items() if not answer.same} == {
        tuple(sorted((A, B))),
        tuple(sorted((B, C))),
    }
    with pytest.raises(Refused, match="only record"):
        decide(SplitWork(D, "ada", "a reply"), board)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"verdict": "exclude"}, "takes a criterion; those of the study: off-topic, no-measure"),
        ({"verdict": "exclude", "criterion": "dull"}, "no criterion 'dull'"),
        ({"verdict": "include", "criterion": "off-topic"}, "with exclude alone"),
        ({"verdict": "not-had"}, "only a full text"),
        ({"verdict": "later", "key": True}, "is one that is included"),
        ({"verdict": "include", "record": "00000000.0"}, "there is no record"),
        ({"verdict": "include", "record": f"{A[:8]}.00"}, "there is no record"),
    ],
)
def test_a_decision_that_does_not_say_what_it_has_to_is_refused(changes: dict[str, object], why: str) -> None:
    decision = Screening.model_validate({"record": A, **changes})
    with pytest.raises(BadInput, match=why):
        decide(ScreenWorks("title", (decision,), "ada"), with_records(("a", 4)))


def test_nobody_signs_as_the_rules_do_and_no_full_text_comes_before_its_title() -> None:
    board = with_records(("a", 4))
    with pytest.raises(BadInput, match="rules of the protocol sign"):
        decide(StopScreening("t", 0.01, 1, 1, "rule"), board)
    with pytest.raises(Refused, match="not included by its title"):
        screened(board, A, "include", stage="full-text")


@pytest.mark.parametrize(
    ("stage", "changes"),
    [
        ("title", {"verdict": "include"}),
        ("title", {"verdict": "exclude"}),
        ("full-text", {"verdict": "exclude", "criterion": "years"}),
    ],
)
def test_nobody_decides_in_the_name_of_the_rules_what_no_rule_says(stage: Stage, changes: dict[str, object]) -> None:
    decision = Screening.model_validate({"record": A, **changes})
    with pytest.raises(BadInput, match="rules of the protocol sign"):
        decide(ScreenWorks(stage, (decision,), "rule"), with_records(("a", 4)))


def test_a_study_without_criteria_asks_for_a_reason() -> None:
    board = with_records(("a", 4), review=ReviewProtocol())
    with pytest.raises(BadInput, match="takes a reason"):
        screened(board, A, "exclude")
    assert stands(screened(board, A, "exclude", reason="about cats"), A) == "excluded"


def test_people_decide_over_rules_and_the_newest_decision_stands() -> None:
    board = with_records(("a", 4))
    ruled = after(board, ScreenWorks("title", (Screening(record=A, verdict="exclude", criterion="years"),), "rule"))
    assert stands(ruled, A) == "ruled-out"
    included = screened(ruled, A, "include")
    assert stands(included, A) == "sought"
    again = after(included, ScreenWorks("title", (Screening(record=A, verdict="exclude", criterion="years"),), "rule"))
    assert stands(again, A) == "sought"
    assert stands(screened(again, A, "undo"), A) == "ruled-out"


def test_a_decision_on_one_record_is_one_on_its_work_and_stays_with_it() -> None:
    board = screened(with_records(("a", 4)), B, "include", key=True)
    board = joined(board, (A, B))
    assert stands(board, A) == stands(board, B) == "sought"
    assert [records for records, _ in key_papers(board)] == [tuple(sorted((A, B)))]
    apart = joined(board, (A,), (B,))
    assert (stands(apart, A), stands(apart, B)) == ("unscreened", "sought")


def test_two_screeners_have_to_agree_and_who_settles_a_disagreement_decides() -> None:
    two = ReviewProtocol(criteria=CRITERIA, screeners=2)
    board = screened(with_records(("a", 4), review=two), A, "include", by="ada")
    assert stands(board, A, 2) == "half-screened"
    assert stands(screened(board, A, "include", by="ben"), A, 2) == "sought"
    disputed = screened(board, A, "exclude", by="ben")
    assert stands(disputed, A, 2) == "disputed"
    assert flow(disputed).disputed == 1
    assert stands(screened(disputed, A, "exclude", by="cy", settles=True), A, 2) == "excluded"
    assert stands(screened(disputed, A, "exclude", by="ada"), A, 2) == "excluded"


@pytest.mark.parametrize("stage", ["title", "full-text"])
def test_only_a_disagreement_is_settled_and_to_take_that_back_opens_it_again(stage: Stage) -> None:
    two = ReviewProtocol(criteria=CRITERIA, screeners=2)
    board = with_records(("a", 4), review=two)
    if stage == "full-text":
        board = screened(screened(board, A, "include", by="ada"), A, "include", by="ben")
    with pytest.raises(Refused, match="no two screeners differ"):
        screened(board, A, "include", by="ada", stage=stage, settles=True)
    one = screened(board, A, "include", by="ada", stage=stage)
    with pytest.raises(Refused, match="no two screeners differ"):
        screened(one, A, "include", by="ben", stage=stage, settles=True)
    disputed = screened(one, A, "exclude", by="ben", stage=stage)
    open_now = flow(disputed).disputed if stage == "title" else flow(disputed).disputed_full_text
    assert open_now == 1
    settled = screened(disputed, A, "exclude", by="ada", stage=stage, settles=True)
    assert stands(settled, A, 2) == ("excluded" if stage == "title" else "excluded-full-text")
    again = screened(settled, A, "undo", by="ada", stage=stage)
    assert flow(again) == flow(disputed), "what ada had said before stands as it did"
    assert stands(screened(again, A, "include", by="ben", stage=stage), A, 2) in ("sought", "included")


def test_a_disagreement_counts_as_one_after_one_of_the_two_has_settled_it() -> None:
    two = ReviewProtocol(criteria=CRITERIA, screeners=2)
    board = screened(with_records(("a", 4), review=two), A, "include", by="ada")
    disputed = screened(board, A, "exclude", by="ben")
    assert agreed_pairs(disputed) == [("include", "exclude")]
    assert agreed_pairs(screened(disputed, A, "exclude", by="ada", settles=True)) == [("include", "exclude")]


def test_nobody_takes_back_what_they_have_not_decided() -> None:
    board = screened(with_records(("a", 4)), A, "include", by="ada")
    for record, by in ((B, "ada"), (A, "ben")):
        with pytest.raises(Refused, match=f"{by} has decided nothing on {record}"):
            screened(board, record, "undo", by=by)
    back = screened(board, A, "undo", by="ada")
    assert stands(back, A) == "unscreened"
    with pytest.raises(Refused, match="nothing on"):
        screened(back, A, "undo", by="ada")


def test_what_nobody_had_read_when_screening_stopped_is_left_unread_and_what_came_later_is_not() -> None:
    board = screened(with_records(("a", 4)), A, "include")
    with pytest.raises(Refused, match=r"p = 0.2, and 0.05 is asked for"):
        decide(StopScreening("t", 0.2, 1, 3, "ada"), board)
    board = after(board, StopScreening("t", 0.04, 1, 3, "ada"), ImportRecords((imported("b", 2),)))
    assert (stands(board, A), stands(board, B)) == ("sought", "left-unread")
    assert flow(board).left_unread == 3
    assert flow(board).waiting == 2
    assert stands(screened(board, B, "exclude"), B) == "excluded"


def test_before_a_study_is_registered_nothing_is_taken_in() -> None:
    from store.board import EMPTY

    with pytest.raises(Refused, match="no study is registered"):
        decide(ImportRecords((imported("a", 1),)), EMPTY)
    assert flow(begun()).records == 0
