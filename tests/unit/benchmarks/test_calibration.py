"""Calibrations: that simulated studies are what they claim to be, and that runs are resumed and judged rightly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchmarks.calibration.__main__ import SUITES, calibrate
from benchmarks.calibration.counts import shown
from benchmarks.calibration.cycles import levels, within_levels
from benchmarks.calibration.rows import SHOWN, Bound, Calibration, Row, rows, sums
from benchmarks.calibration.running import ROOT, run
from benchmarks.calibration.studies import Population, draw, growing_johnson_t, p_greater, t_statistics
from benchmarks.calibration.table import line, markdown
from tasks.statistics.adequacy import Sample, examine
from tasks.statistics.intervals import Floats, share_interval
from tasks.statistics.location import t_test
from tasks.statistics.look_plan import LookPlan, adjusted_p


@pytest.mark.parametrize("skew", [0.0, 1.5, -1.5])
@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_studies_have_the_means_spread_skew_and_correlation_that_were_asked_for(
    skew: float, correlation: float
) -> None:
    x = draw(np.random.default_rng(0), Population((0.0, 0.5), correlation, skew), 200, 2_000)
    assert x.shape == (200, 2, 2_000)
    first, second = x[:, 0].ravel(), x[:, 1].ravel()
    assert (first.mean(), second.mean()) == pytest.approx((0.0, 0.5), abs=0.01)
    assert (first.std(), second.std()) == pytest.approx((1.0, 1.0), abs=0.01)
    assert stats.skew(first) == pytest.approx(skew, abs=0.05)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(correlation, abs=0.01)
    assert np.corrcoef(x[:-1, 0].ravel(), x[1:, 0].ravel())[0, 1] == pytest.approx(0, abs=0.01), "studies share nothing"


def test_a_correlation_that_cannot_be_is_refused() -> None:
    for correlation in (-0.1, 1.0):
        with pytest.raises(ValueError, match="correlation"):
            draw(np.random.default_rng(0), Population((0.0,), correlation), 1, 2)


def test_the_tests_of_many_studies_are_those_of_a_sample() -> None:
    x = draw(np.random.default_rng(0), Population((0.0, 0.5)), 3, 40)
    p = p_greater(t_statistics(x), 40)
    for at in np.ndindex(3, 2):
        sample = examine(x[at])
        assert isinstance(sample, Sample)
        assert p[at] == pytest.approx(t_test(sample, 0.0, "greater").p, rel=1e-12)


def test_johnsons_t_of_growing_data_is_that_of_its_formula() -> None:
    x = draw(np.random.default_rng(0), Population((0.3,), skew=1.0), 2, 50)[:, 0]
    found = growing_johnson_t(x)
    for n in (10, 50):
        part = x[1, :n]
        mean, sd, third = part.mean(), part.std(ddof=1), stats.kstat(part, 3)
        expected = (mean + third / (6 * sd**2 * n) + third * mean**2 / (3 * sd**4)) / (sd / np.sqrt(n))
        assert found[1, n - 1] == pytest.approx(expected, rel=1e-9)


@given(st.lists(st.floats(0, 0.3), min_size=3, max_size=3), st.sampled_from(["bonferroni", "pocock", "open"]))
def test_nominal_levels_decide_as_adjusted_p_values_do(p: list[float], kind: str) -> None:
    plan = LookPlan(kind, 2)  # type: ignore[arg-type]
    adjusted = adjusted_p(np.array(p), 40, plan, 1)
    for k in (1, 2, 3):
        assert within_levels(np.array(p), levels(plan, 40, 1), k) == (shown(adjusted, 0.05) >= k)


def coin(chance: float = 0.3, studies: int = 2_500, bound: Bound = SHOWN) -> Calibration:
    calls: list[int] = []

    def simulate(rng: np.random.Generator, studies: int) -> Floats:
        calls.append(studies)
        return np.column_stack([rng.random(studies) < chance, rng.normal(2.0, 1.0, studies)])

    made = Calibration("coin", (("heads", bound), ("length", SHOWN)), studies, simulate, batch=1_000)
    CALLS[id(made)] = calls
    return made


CALLS: dict[int, list[int]] = {}


def test_a_rate_and_a_mean_come_with_intervals_that_hold_the_truth(tmp_path: Path) -> None:
    heads, length = rows(coin(), run(coin(), 5, tmp_path))
    assert heads.low < 0.3 < heads.high
    assert heads.high - heads.low == pytest.approx(2 * 2.576 * np.sqrt(0.21 / 2_500), rel=0.02)
    assert length.low < 2 < length.high
    assert length.high - length.low == pytest.approx(2 * 2.576 / np.sqrt(2_500), rel=0.05)
    assert heads.studies == length.studies == 2_500


def test_what_is_done_is_not_done_again_and_gives_the_same(tmp_path: Path) -> None:
    first, second = coin(), coin()
    done = run(first, 5, tmp_path)
    kept = sorted(tmp_path.glob("*.json"))
    assert CALLS[id(first)] == [1_000, 1_000, 500]
    assert len(kept) == 3
    kept[1].unlink()
    again = run(second, 5, tmp_path)
    assert len(CALLS[id(second)]) == 1
    assert rows(first, done) == rows(second, again)


def test_another_seed_and_other_parameters_are_other_studies(tmp_path: Path) -> None:
    first = run(coin(), 5, tmp_path)
    assert rows(coin(), run(coin(), 6, tmp_path)) != rows(coin(), first)
    larger = coin(studies=3_500)
    run(larger, 5, tmp_path)
    assert len(CALLS[id(larger)]) == 4, "nothing is taken from a calibration of another size"


@pytest.mark.parametrize(
    ("bound", "value", "low", "high", "met"),
    [
        (Bound(high=0.05), 0.049, 0.04, 0.06, "yes"),
        (Bound(high=0.05), 0.051, 0.04, 0.06, "within error"),
        (Bound(high=0.05), 0.07, 0.06, 0.08, "no"),
        (Bound(0.045, 0.055), 0.04, 0.03, 0.044, "no"),
        (Bound(low=0.95), 0.94, 0.93, 0.951, "within error"),
        (SHOWN, 0.5, 0.4, 0.6, ""),
    ],
)
def test_a_bound_is_met_or_missed_or_missed_within_error(
    bound: Bound, value: float, low: float, high: float, met: str
) -> None:
    assert Row("x", bound, value, low, high, 10).met == met


@given(st.integers(0, 50), st.integers(1, 50))
def test_the_interval_of_a_rate_is_the_exact_one(hits: int, misses: int) -> None:
    n = hits + misses
    theirs = stats.binomtest(hits, n).proportion_ci(0.99, method="exact")
    assert share_interval(hits, n, 0.99) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_nothing_wrong_in_many_studies_still_has_an_upper_bound() -> None:
    (row,) = rows(
        Calibration("none", (("none", Bound(high=0.0)),), 1_000, lambda rng, n: np.zeros((n, 1))),
        sums(np.zeros((1_000, 1))),
    )
    assert (row.value, row.low, row.met) == (0.0, 0.0, "yes")
    assert 0.005 < row.high < 0.006
    assert "0.0000 | 0.0000 to 5.3e-06" in line(replace(row, high=5.3e-6))


@pytest.mark.slow
def test_every_row_of_every_suite_has_a_name_of_its_own_and_runs(tmp_path: Path) -> None:
    names: list[str] = []
    for title, suite in SUITES.values():
        made = suite()
        names += [name for calibration in made for name, _ in calibration.rows]
        small = [Calibration(one.name, one.rows, 2, one.simulate, batch=2) for one in made]
        found = calibrate(small, 1, tmp_path)
        text = markdown({title: found}, "command", "digest")
        assert all(row.name in text for row in found)
        assert all(np.isfinite([row.value, row.low, row.high]).all() for row in found)
    assert len(set(names)) == len(names)


def test_the_page_holds_every_row_of_every_suite_and_says_of_each_whether_its_bound_is_met() -> None:
    page = (ROOT / "benchmarks" / "calibration.md").read_text(encoding="utf-8")
    assert page.count("\n## ") == len(SUITES)
    for title, suite in SUITES.values():
        table = page.partition(f"## {title}\n")[2].partition("\n## ")[0]
        printed = [text.strip("| ").split(" | ") for text in table.splitlines() if text.startswith("| ")][1:]
        expected = [(name, bound, made.studies) for made in suite() for name, bound in made.rows]
        assert [(cells[0], cells[1].strip(), cells[4]) for cells in printed] == [
            (name, str(bound), f"{studies:,}") for name, bound, studies in expected
        ]
        for cells, (name, bound, studies) in zip(printed, expected, strict=True):
            low, high = (float(end) for end in cells[3].split(" to "))
            row = Row(name, bound, float(cells[2]), low, high, studies)
            assert low <= row.value <= high
            assert (cells[5].strip() if len(cells) > 5 else "") == row.met, name
            assert row.met != "no", name
