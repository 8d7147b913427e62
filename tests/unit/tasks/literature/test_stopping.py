"""The stopping test agrees with the paper's definition written plainly, and its intervals cover what they promise."""

from __future__ import annotations

from fractions import Fraction
from math import comb, floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.literature.stopping import left_relevant, stopping_test


def cdf(k: int, urn: int, relevant: int, drawn: int) -> Fraction:
    """Chance to draw at most k relevant works."""
    return sum(
        (Fraction(comb(relevant, i) * comb(urn - relevant, drawn - i), comb(urn, drawn)) for i in range(k + 1)),
        Fraction(0),
    )


def plain_p(found: list[bool], unread: int, target: float) -> float:
    """As Callaghan and Müller-Hansen (2020) have it, one end of the reading after another."""
    seen = sum(found)
    missed = floor(seen / target + 1e-9) + 1 - seen
    if missed > unread:
        return 0.0
    least = Fraction(1)
    for size in range(1, len(found) + 1):
        relevant = sum(found[-size:])
        least = min(least, cdf(relevant, unread + size, missed + relevant, size))
    return float(least)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.booleans(), max_size=14), st.integers(0, 14), st.sampled_from([0.5, 0.8, 0.9, 0.95]))
def test_p_is_that_of_the_plain_definition(found: list[bool], unread: int, target: float) -> None:
    assert stopping_test(found, unread, target, 0.95).p == pytest.approx(plain_p(found, unread, target), abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.booleans(), max_size=12), st.integers(0, 12), st.sampled_from([0.8, 0.95]))
def test_the_most_that_may_be_left_is_the_most_that_is_not_rejected(
    found: list[bool], unread: int, confidence: float
) -> None:
    def p(left: int) -> float:
        ends = range(1, len(found) + 1)
        chances = [cdf(sum(found[-n:]), unread + n, left + sum(found[-n:]), n) for n in ends]
        return float(min(chances, default=Fraction(1)))

    kept = [left for left in range(unread + 1) if p(left) > 1 - confidence + 1e-12]
    assert stopping_test(found, unread, 0.9, confidence).left_at_most == max(kept, default=0)


def test_nothing_read_says_nothing_and_everything_read_says_all() -> None:
    nothing = stopping_test([], 100, 0.95, 0.95)
    assert (nothing.p, nothing.holds, nothing.left_at_most) == (1.0, False, 100)
    everything = stopping_test([True, False] * 50, 0, 0.95, 0.95)
    assert (everything.p, everything.holds, everything.left_at_most) == (0.0, True, 0)


def test_a_streak_alone_does_not_end_screening() -> None:
    """Fifty irrelevant works in a row, with two thousand unread: what many tools stop at."""
    assert not stopping_test([True] * 20 + [False] * 50, 2000, 0.95, 0.95).holds
    assert stopping_test([True] * 20 + [False] * 1900, 2000 - 1850, 0.95, 0.95).holds


@pytest.mark.parametrize(("left", "sampled"), [(6, 3), (12, 5), (20, 20), (15, 0), (1, 1)])
def test_intervals_of_what_is_left_cover_the_truth_as_often_as_promised(left: int, sampled: int) -> None:
    for relevant in range(left + 1):
        covered = Fraction(0)
        for drawn in range(max(0, sampled - (left - relevant)), min(relevant, sampled) + 1):
            low, high = left_relevant(sampled, drawn, left)
            chance = Fraction(comb(relevant, drawn) * comb(left - relevant, sampled - drawn), comb(left, sampled))
            covered += chance if low <= relevant <= high else 0
        assert covered >= Fraction(95, 100) - Fraction(1, 10**9)
    assert left_relevant(left, 2, left) == (2, 2) if left > 1 else True
