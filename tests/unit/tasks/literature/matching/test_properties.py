"""What holds of any records and answers: a partition, no matter in what order they come or how they are named."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tasks.literature.matching.entry import Answer, Entry
from tasks.literature.matching.matching import match
from tasks.literature.matching.outcome import Matching
from tasks.literature.record import Date, Name, Record

TITLES = (
    "Estimating the depth of scenes from language", "Estimating the depth of scenes", "Estimating the deepth of scenes",
    "Estimating the depth of scenes from language: part II", "ESTIMATING THE DEPTH OF SCENES FROM LANGUAGE AND SOUND",
    "Erratum: Estimating the depth of scenes", "Editorial", "深度学习的方法与应用", "?", "Estimating the depth of ...",
    "[Die Tiefe von Bildern]", "Estimating the depth of scenes [Erratum appears in Nature 2020]",
)  # fmt: skip
NAMES = (
    Name("Kim", "Jong Wook"),
    Name("Radford", "A."),
    Name(literal="OpenAI"),
    Name("Jong Wook", "Kim"),
    Name("0001"),
)
RECORDS = st.builds(
    Record,
    title=st.sampled_from(TITLES) | st.text(min_size=1, max_size=12),
    authors=st.lists(st.sampled_from(NAMES), max_size=3).map(tuple),
    issued=st.sampled_from((None, Date(2020), Date(2021), Date(2030))),
    doi=st.sampled_from(("", "", "10.1/a.1", "10.1/a.2", "10.2/other", "10.48550/arxiv.2101.00001")),
    arxiv=st.sampled_from(("", "", "", "2101.00001v1", "2101.00001", "2202.00002")),
    volume=st.sampled_from(("", "7", "Suppl. 8")),
    pages=st.sampled_from(("", "88-97", "e12", "S88")),
    type=st.sampled_from(("article-journal", "thesis")),
)
LISTS = st.lists(RECORDS, max_size=12).map(lambda records: [Entry(f"{n:02}", each) for n, each in enumerate(records)])
PAIRS = st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda pair: pair[0] < pair[1])
ANSWERS = st.dictionaries(PAIRS, st.booleans(), max_size=8).map(
    lambda told: [Answer(f"{a:02}", f"{b:02}", same) for (a, b), same in told.items()]
)


def work_of(matching: Matching) -> dict[str, str]:
    return {record: work.id for work in matching.works for record in work.records}


@given(LISTS, ANSWERS)
def test_every_record_is_in_one_work_and_merges_span_it(entries: list[Entry], answers: list[Answer]) -> None:
    matching = match(entries, answers)
    assert sorted(record for work in matching.works for record in work.records) == sorted(each.id for each in entries)
    assert all(work.id == work.records[0] and list(work.records) == sorted(work.records) for work in matching.works)
    assert [work.id for work in matching.works] == sorted(work.id for work in matching.works)
    of = work_of(matching)
    assert len(matching.merges) == len(entries) - len(matching.works)
    assert all(of[each.a] == of[each.b] and each.a < each.b for each in matching.merges)
    assert not any(c.isdigit() for each in (*matching.merges, *matching.questions) for c in each.because)


@given(LISTS, ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_records_and_answers_does_not_matter(
    entries: list[Entry], answers: list[Answer], rng: object
) -> None:
    shuffled, told = entries[:], answers[:]
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    rng.shuffle(told)  # type: ignore[attr-defined]
    assert match(shuffled, told) == match(entries, [Answer(each.b, each.a, each.same) for each in answers])


@given(LISTS, st.randoms(use_true_random=False))
def test_works_are_the_same_however_records_are_spread_over_files(entries: list[Entry], rng: object) -> None:
    names = [each.id for each in entries]
    rng.shuffle(names)  # type: ignore[attr-defined]
    named = {each.id: f"x{name}" for each, name in zip(entries, names, strict=True)}
    here, there = match(entries), match([Entry(named[each.id], each.record) for each in entries])
    records = {each.id: each.record for each in entries}
    records |= {named[id]: record for id, record in records.items()}
    told = [sorted(sorted(repr(records[id]) for id in work.records) for work in each.works) for each in (here, there)]
    assert told[0] == told[1]
    assert len(here.questions) == len(there.questions)


@given(LISTS, ANSWERS)
def test_answers_stand(entries: list[Entry], answers: list[Answer]) -> None:
    of = work_of(match(entries, answers))
    there = [each for each in answers if each.a in of and each.b in of]
    assert all(of[each.a] != of[each.b] for each in there if not each.same)
    if all(each.same for each in there):
        assert all(of[each.a] == of[each.b] for each in there)


@given(LISTS, ANSWERS)
def test_questions_are_new_and_one_a_pair_of_works(entries: list[Entry], answers: list[Answer]) -> None:
    matching = match(entries, answers)
    of = work_of(matching)
    asked = [(each.a, each.b) for each in matching.questions]
    between = [frozenset((of[a], of[b])) for a, b in asked]
    assert len(set(between)) == len(between)
    assert all(a < b and of[a] != of[b] for a, b in asked)
    assert all(0 <= each.likeness <= 1 for each in matching.questions)
    assert not {frozenset((each.a, each.b)) for each in answers} & {frozenset(pair) for pair in asked}


@given(LISTS, st.booleans())
def test_answering_every_question_comes_to_an_end(entries: list[Entry], same: bool) -> None:
    answers: list[Answer] = []
    for _ in range(len(entries) ** 2 + 1):
        questions = match(entries, answers).questions
        if not questions:
            return
        answers.append(Answer(questions[0].a, questions[0].b, same))
    raise AssertionError("questions never end")


@given(LISTS)
def test_what_matching_does_not_look_at_changes_nothing(entries: list[Entry]) -> None:
    from dataclasses import replace

    changed = [Entry(each.id, replace(each.record, abstract="Any.", url="https://a.b/c")) for each in entries]
    assert match(changed) == match(entries)
