"""Damaged copies of real works beside their neighbours: how many are found, and that none is confused."""

from __future__ import annotations

import pytest

from benchmarks.deduplication.scoring import answered, of_matching
from benchmarks.deduplication.seeds import seeds
from benchmarks.deduplication.sets import drawn
from tasks.literature.matching.matching import match

ALONE, ANSWERED = 0.985, 0.995


def test_there_are_enough_works_of_many_kinds() -> None:
    works = seeds()
    assert len(works) >= 300
    assert len({each.title for each in works}) >= 0.99 * len(works)
    assert len({each.type for each in works}) >= 4
    assert sum(bool(each.doi) for each in works) >= 100
    assert sum(not f"{each.title}{each.authors}".isascii() for each in works) >= 40


def test_the_same_seed_draws_the_same_set() -> None:
    assert drawn(1, works=40) == drawn(1, works=40)
    assert drawn(1, works=40) != drawn(2, works=40)


def test_copies_are_found_and_neighbours_told_apart() -> None:
    truth = drawn(1)
    score = of_matching(truth, match(truth.entries))
    assert score.true_pairs >= 1000
    assert score.precision >= ANSWERED
    assert score.f1 >= ALONE
    assert score.confused == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 4, 5])
def test_few_answers_settle_what_rules_leave(seed: int) -> None:
    truth = drawn(seed)
    matching, answers = answered(truth)
    assert len(answers) <= 40 * len(truth.entries) / 600
    assert of_matching(truth, matching).f1 >= ANSWERED
