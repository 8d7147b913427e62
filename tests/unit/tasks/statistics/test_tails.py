"""P-values in the tails of a null of which few values are at hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.statistics.tails import FEWEST, two_sided_p


@pytest.mark.parametrize(
    "law", [stats.norm(), stats.gumbel_r(), stats.expon(), stats.t(5)], ids=lambda law: law.dist.name
)
def test_small_p_values_are_no_more_frequent_than_they_say(law: object) -> None:
    rng = np.random.default_rng(0)
    draw = law.rvs  # type: ignore[attr-defined]
    p = np.concatenate([two_sided_p(draw(144, random_state=rng), draw(1152, random_state=rng)) for _ in range(200)])
    for level in (0.05, 0.01, 0.001):
        assert (p <= level).mean() <= 1.35 * level + 2e-4, level
    assert (p <= 0.05).mean() > 0.02, "and not much less frequent where there are values to count"


def test_what_lies_beyond_all_others_has_a_small_p_value_and_never_none() -> None:
    null = np.random.default_rng(1).normal(size=1000)
    p = two_sided_p(np.array([0.0, 2.0, 5.0, -5.0, 12.0]), null)
    assert p[0] > 0.8
    assert 0.03 < p[1] < 0.07
    assert 0 < p[4] < p[2] < 1e-3
    assert 0 < p[3] < 1e-3
    assert (np.diff(two_sided_p(np.linspace(0, 9, 50), null)) <= 1e-12).all()


def test_a_null_without_a_tail_is_counted() -> None:
    assert two_sided_p(np.array([1.0, 3.0]), np.ones(100)) == pytest.approx([1.0, 2 / 101])


def test_too_few_values_are_refused() -> None:
    with pytest.raises(ValueError, match="80 values"):
        two_sided_p(np.zeros(1), np.zeros(FEWEST - 1))
