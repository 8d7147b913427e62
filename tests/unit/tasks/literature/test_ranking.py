"""Ranking: by the study's concepts as long as nobody has decided, then by what people decided; always the same."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from store.review import Concept
from tasks.literature.ranking import rank
from tasks.literature.record import Record
from tasks.literature.vectors import Works

CONCEPTS = (Concept(name="collapse", terms=("entropy collapse", "attention")),)
RECORDS = {
    "a": Record("Attention entropy collapse in transformers", abstract="We see entropy collapse of attention."),
    "b": Record("Cats and dogs", abstract="Pets at home."),
    "c": Record("Attention", abstract="Something else."),
    "d": Record("Dogs", abstract="Pets and cats in gardens."),
    "e": Record("Entropy of attention maps"),
}


def test_without_answers_works_on_the_concepts_come_first_and_ties_go_by_id() -> None:
    ranking = rank(Works(RECORDS.items()), CONCEPTS, {})
    assert ranking.method == "bm25"
    assert ranking.order[0].id == "a"
    assert [each.id for each in ranking.order][-2:] == ["b", "d"]
    assert [each.id for each in rank(Works(RECORDS.items()), (), {}).order] == sorted(RECORDS)


def test_with_answers_of_both_kinds_works_like_those_included_come_first() -> None:
    ranking = rank(Works(RECORDS.items()), CONCEPTS, {"a": False, "b": True})
    assert ranking.method == "svc"
    assert ranking.order[0].id == "d"
    assert {each.id for each in ranking.order} == {"c", "d", "e"}


def test_answers_of_one_kind_leave_the_order_to_the_concepts() -> None:
    for label in (True, False):
        assert rank(Works(RECORDS.items()), CONCEPTS, {"a": label}).method == "bm25"
    assert rank(Works(RECORDS.items()), CONCEPTS, {"gone": True, "a": False}).method == "bm25"


def test_only_those_that_are_asked_for_are_ranked() -> None:
    order = rank(Works(RECORDS.items()), CONCEPTS, {"a": True, "b": False}, among=["a", "c", "gone"]).order
    assert {each.id for each in order} == {"a", "c"}
    assert rank(Works([]), CONCEPTS, {}).order == ()


@settings(deadline=None, max_examples=25)
@given(st.permutations(sorted(RECORDS)), st.dictionaries(st.sampled_from(sorted(RECORDS)), st.booleans()))
def test_the_order_of_works_and_answers_is_of_no_matter(order: list[str], labels: dict[str, bool]) -> None:
    one = rank(Works((name, RECORDS[name]) for name in order), CONCEPTS, labels)
    other = rank(Works(RECORDS.items()), CONCEPTS, dict(sorted(labels.items())))
    assert one == other


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_works_of_any_text_are_ranked(texts: list[str]) -> None:
    works = Works((f"{n}", Record(title=text or "x", abstract=text)) for n, text in enumerate(texts))
    labels = {"0": True, "1": False} if len(texts) > 1 else {}
    assert len(rank(works, CONCEPTS, labels, works.ids).order) == len(texts)
