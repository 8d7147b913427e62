"""What a human answered beats every rule, also through third records, and is never asked again."""

from __future__ import annotations

import pytest

from tasks.literature.matching.entry import Answer, Entry
from tasks.literature.matching.matching import match

from .conftest import made

TITLE = "Estimating the depth of scenes from language"
PEOPLE = ("Radford, Alec", "Kim, Jong Wook")
A = Entry("a", made(TITLE, *PEOPLE, doi="10.1000/x.1"))
B = Entry("b", made(TITLE, *PEOPLE, doi="10.1000/x.1", year=2022))
X = Entry("x", made(TITLE, *PEOPLE[:1]))
OTHER = Entry("o", made("Scaling laws of sparse mixtures", "Okafor, Chidi"))


def works(answers: list[Answer], entries: tuple[Entry, ...] = (A, B, X)) -> list[tuple[str, ...]]:
    return [work.records for work in match(entries, answers).works]


def test_different_splits_what_rules_merge() -> None:
    assert works([], (A, B)) == [("a", "b")]
    assert works([Answer("a", "b", False)], (A, B)) == [("a",), ("b",)]


def test_same_merges_what_rules_keep_apart_and_says_that_it_was_answered() -> None:
    matching = match((A, OTHER), [Answer("o", "a", True)])
    assert [work.records for work in matching.works] == [("a", "o")]
    assert matching.merges[0].because == "answered"
    assert not matching.questions


def test_different_holds_through_a_third_record_whose_weakest_link_is_asked_once() -> None:
    answers = [Answer("a", "b", False)]
    matching = match((A, B, X), answers)
    assert len(matching.works) == 2
    (question,) = matching.questions
    assert "x" in (question.a, question.b)
    answers.append(Answer(question.a, question.b, False))
    assert not match((A, B, X), answers).questions


def test_answering_that_question_with_same_moves_the_third_record() -> None:
    answers = [Answer("a", "b", False)]
    (question,) = match((A, B, X), answers).questions
    answers.append(Answer(question.a, question.b, True))
    assert tuple(sorted((question.a, question.b))) in works(answers)


def test_of_answers_that_contradict_each_other_the_different_stands() -> None:
    answers = [Answer("a", "x", True), Answer("x", "b", True), Answer("a", "b", False)]
    found = works(answers)
    assert len(found) == 2
    assert found == works(answers[::-1])


def test_an_answered_pair_is_not_asked_again() -> None:
    one, two = Entry("p", made(TITLE, *PEOPLE, doi="10.1/one.77")), Entry("q", made(TITLE, *PEOPLE, doi="10.2/other"))
    (question,) = match((one, two)).questions
    for same in (True, False):
        assert not match((one, two), [Answer(question.b, question.a, same)]).questions


def test_answers_about_records_that_are_not_there_change_nothing() -> None:
    assert match((A, B), [Answer("a", "gone", True), Answer("a", "a", False)]) == match((A, B))


def test_two_records_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="same id"):
        match((A, A))
