from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import optimize, stats

from tasks.statistics.heterogeneity import Estimator, between_variance, cochran_q
from tasks.statistics.meta_analysis import Estimate, MetaAnalysis, meta_analysis

Floats = NDArray[np.float64]
ESTIMATORS: tuple[Estimator, ...] = ("DL", "PM", "REML")

BCG = [
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
    (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232), (17, 1699, 65, 1600),
    (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
]  # fmt: skip
"""Thirteen trials of the BCG vaccine: tuberculosis and none among vaccinated, then among controls.

Colditz et al. (1994), JAMA 271; as tabulated by van Houwelingen, Arends and Stijnen (2002), Statistics in Medicine 21.
"""


@pytest.fixture
def bcg() -> tuple[Floats, Floats]:
    """Log risk ratios and their sampling variances."""
    a, b, c, d = np.array(BCG, dtype=np.float64).T
    return np.log(a / (a + b)) - np.log(c / (c + d)), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


def bounds(estimate: Estimate) -> tuple[float, float]:
    return float(estimate.low), float(estimate.high)


def test_equal_effects_of_the_bcg_vaccine(bcg: tuple[Floats, Floats]) -> None:
    found = meta_analysis(*bcg)
    assert float(found.equal.mean) == pytest.approx(-0.4303, abs=5e-5)
    assert float(found.q) == pytest.approx(152.2330, abs=5e-5)
    assert float(found.q_p) == pytest.approx(stats.chi2.sf(152.2330, 12), rel=1e-3)
    assert float(found.i2) == pytest.approx(1 - 12 / 152.2330, abs=1e-6)


def test_random_effects_of_the_bcg_vaccine(bcg: tuple[Floats, Floats]) -> None:
    dl, pm, reml = (meta_analysis(*bcg, estimator) for estimator in ESTIMATORS)
    assert float(dl.random.mean) == pytest.approx(-0.7141, abs=5e-5)
    assert bounds(dl.random) == pytest.approx((-1.0644, -0.3638), abs=5e-5)
    assert float(pm.tau2) == pytest.approx(0.3180685, abs=5e-8)
    assert float(reml.tau2) == pytest.approx(0.3132, abs=5e-5)
    assert float(reml.hartung_knapp.error) == pytest.approx(0.180792, abs=5e-7)
    assert bounds(reml.hartung_knapp) == pytest.approx((-1.10844, -0.32062), abs=5e-6)
    assert float(reml.hartung_knapp.mean) == float(reml.random.mean)


def test_the_result_says_what_it_assumes(bcg: tuple[Floats, Floats]) -> None:
    assert meta_analysis(*bcg).assumption == "assumes independent samples"


def test_statsmodels_agrees_where_it_is_right(bcg: tuple[Floats, Floats]) -> None:
    from statsmodels.stats.meta_analysis import combine_effects

    for ours, method in ((meta_analysis(*bcg, "DL"), "dl"), (meta_analysis(*bcg, "PM"), "pm")):
        theirs = combine_effects(*bcg, method_re=method, use_t=True)
        assert float(ours.tau2) == pytest.approx(theirs.tau2, rel=1e-10)
        assert float(ours.q) == pytest.approx(theirs.q, rel=1e-12)
        assert float(ours.i2) == pytest.approx(theirs.i2, rel=1e-12)
        assert float(ours.random.error) == pytest.approx(theirs.sd_eff_w_re, rel=1e-10)
        assert float(ours.hartung_knapp.error) == pytest.approx(theirs.sd_eff_w_re_hksj, rel=1e-10)
        assert bounds(ours.hartung_knapp) == pytest.approx(tuple(theirs.conf_int()[3]), rel=1e-10)


def test_where_effects_agree_too_well_statsmodels_gives_a_negative_variance_and_share() -> None:
    from statsmodels.stats.meta_analysis import combine_effects

    effects, variances = np.array([0.1, 0.2, 0.15]), np.array([0.04, 0.05, 0.06])
    with pytest.warns(RuntimeWarning, match="invalid value encountered in sqrt"):
        theirs = combine_effects(effects, variances, method_re="dl")
    assert theirs.tau2 < 0
    assert theirs.i2 < 0
    assert math.isnan(theirs.sd_eff_w_re_hksj), "weights of both signs"
    ours = meta_analysis(effects, variances, "DL")
    assert float(ours.hartung_knapp.error) > 0
    assert (float(ours.tau2), float(ours.i2)) == (0, 0)
    assert float(ours.random.error) == float(ours.equal.error) > theirs.sd_eff_w_re


def test_statsmodels_ends_paule_and_mandel_early() -> None:
    from statsmodels.stats.meta_analysis import combine_effects

    effects, variances = np.array([4.89, -0.15]), np.array([1.8, 0.6])
    exact = effects.var(ddof=1) - variances.mean()
    theirs = combine_effects(effects, variances, method_re="pm").tau2
    assert theirs == pytest.approx(11.500761394984421, rel=1e-12)
    assert theirs != pytest.approx(exact, rel=1e-6)
    assert float(meta_analysis(effects, variances, "PM").tau2) == pytest.approx(exact, rel=1e-13)


def test_statsmodels_takes_normal_quantiles_for_hartung_and_knapp_unless_told(bcg: tuple[Floats, Floats]) -> None:
    from statsmodels.stats.meta_analysis import combine_effects

    low, high = combine_effects(*bcg, method_re="dl").conf_int()[3]
    ours = bounds(meta_analysis(*bcg, "DL").hartung_knapp)
    assert ours[0] < low - 0.03
    assert high + 0.03 < ours[1]


def test_reml_is_the_highest_restricted_likelihood(bcg: tuple[Floats, Floats]) -> None:
    effects, variances = bcg

    def minus_log_likelihood(tau2: float) -> float:
        """Normal density of the contrasts y₂ − y₁, …, y_k − y₁."""
        contrasts = np.hstack([-np.ones((effects.size - 1, 1)), np.eye(effects.size - 1)])
        covariance = contrasts @ np.diag(variances + tau2) @ contrasts.T
        return -float(stats.multivariate_normal.logpdf(contrasts @ effects, cov=covariance))

    theirs = optimize.minimize_scalar(minus_log_likelihood, bounds=(0, 5), method="bounded", options={"xatol": 1e-10})
    assert float(meta_analysis(*bcg).tau2) == pytest.approx(theirs.x, rel=1e-6)


@given(st.integers(0, 2**32 - 1), st.integers(2, 9))
def test_no_variance_has_a_higher_restricted_likelihood_than_reml(seed: int, k: int) -> None:
    from tasks.statistics.heterogeneity import _log_likelihood

    rng = np.random.default_rng(seed)
    effects, variances = rng.standard_t(2, k) * 10 ** rng.uniform(-2, 2), 10 ** rng.uniform(-3, 2, k)
    tau2 = between_variance(effects, variances, "REML")
    others = np.concatenate([[0.0], np.geomspace(1e-8, 1e8, 2_000)])
    best = _log_likelihood(effects, variances, tau2[None])[0]
    assert best >= _log_likelihood(effects[None], variances[None], others).max() - 1e-9


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_with_equal_sampling_variances_every_estimator_is_the_excess_of_the_sample_variance(
    estimator: Estimator,
) -> None:
    effects = np.array([0.3, 0.9, -0.4, 1.7])
    assert float(between_variance(effects, np.full(4, 0.2), estimator)) == pytest.approx(effects.var(ddof=1) - 0.2)
    assert float(between_variance(effects, np.full(4, 2.0), estimator)) == 0


def test_at_the_estimate_of_paule_and_mandel_q_is_as_expected(bcg: tuple[Floats, Floats]) -> None:
    assert float(cochran_q(*bcg, between_variance(*bcg, "PM"))) == pytest.approx(12, rel=1e-13)


@given(
    st.integers(0, 2**32 - 1), st.sampled_from(ESTIMATORS), st.integers(2, 8), st.floats(0.01, 100), st.floats(-50, 50)
)
def test_order_unit_and_origin_do_not_matter(
    seed: int, estimator: Estimator, k: int, scale: float, shift: float
) -> None:
    rng = np.random.default_rng(seed)
    effects, variances = rng.normal(0, 2, k), rng.uniform(0.5, 3, k)
    order = rng.permutation(k)
    plain = meta_analysis(effects, variances, estimator)
    other = meta_analysis(scale * effects[order] + shift, scale**2 * variances[order], estimator)
    assert float(other.tau2) == pytest.approx(scale**2 * float(plain.tau2), rel=1e-6, abs=1e-6 * scale**2)
    assert (float(other.q), float(other.i2)) == pytest.approx((float(plain.q), float(plain.i2)), rel=1e-6, abs=1e-9)
    for name in ("equal", "random", "hartung_knapp"):
        before, after = getattr(plain, name), getattr(other, name)
        for moved, was in zip(bounds(after), bounds(before), strict=True):
            assert moved == pytest.approx(scale * was + shift, rel=1e-5, abs=1e-5 * scale)


@given(st.integers(0, 2**32 - 1), st.sampled_from(ESTIMATORS))
def test_a_pooled_mean_lies_between_the_effects_and_random_effects_are_the_less_certain(
    seed: int, estimator: Estimator
) -> None:
    rng = np.random.default_rng(seed)
    effects, variances = rng.normal(0, 2, 5), rng.uniform(0.1, 3, 5)
    found = meta_analysis(effects, variances, estimator)
    for pooled in (found.equal, found.random):
        assert effects.min() <= float(pooled.mean) <= effects.max()
    assert float(found.random.error) >= float(found.equal.error)
    assert float(found.predicted_low) < float(found.random.low) < float(found.random.high) < float(found.predicted_high)


def test_rows_are_combined_each_on_its_own() -> None:
    rng = np.random.default_rng(1)
    effects, variances = rng.normal(0, 2, (3, 4, 6)), rng.uniform(0.1, 3, (3, 4, 6))
    for estimator in ESTIMATORS:
        whole = meta_analysis(effects, variances, estimator)
        alone = meta_analysis(effects[2, 1], variances[2, 1], estimator)
        assert whole.tau2.shape == whole.predicted_high.shape == whole.equal.low.shape == (3, 4)
        assert np.allclose(numbers(whole, (2, 1)), numbers(alone, ()), rtol=1e-12)


def numbers(found: MetaAnalysis, at: tuple[int, ...]) -> list[float]:
    """Every array of the result, at one place."""
    flat = [found.q, found.q_p, found.i2, found.tau2, found.predicted_low, found.predicted_high]
    nested = [v for e in (found.equal, found.random, found.hartung_knapp) for v in dataclasses.astuple(e)]
    return [float(array[at]) for array in (*flat, *nested)]


def test_prediction_intervals_hold_the_true_effects_of_new_studies() -> None:
    rng = np.random.default_rng(5)
    studies, k, variance = 2_000, 8, 0.2
    effects = rng.normal(0, 1, (studies, k)) + rng.normal(0, math.sqrt(variance), (studies, k))
    found = meta_analysis(effects, np.full((studies, k), variance))
    new = rng.normal(0, 1, studies)
    assert np.mean((found.predicted_low < new) & (new < found.predicted_high)) == pytest.approx(0.95, abs=0.02)


def test_on_independent_samples_hartung_and_knapp_keep_the_level_and_the_normal_interval_does_not() -> None:
    rng = np.random.default_rng(6)
    studies, k, variance = 4_000, 4, 0.2
    effects = rng.normal(0, 1, (studies, k)) + rng.normal(0, math.sqrt(variance), (studies, k))
    found = meta_analysis(effects, np.full((studies, k), variance), "DL")
    missed = {name: np.mean(getattr(found, name).low > 0) + np.mean(getattr(found, name).high < 0)
              for name in ("random", "hartung_knapp")}  # fmt: skip
    assert missed["hartung_knapp"] == pytest.approx(0.05, abs=0.015)
    assert missed["random"] > 0.1


def test_effects_that_are_all_the_same_give_no_interval_of_length_zero() -> None:
    found = meta_analysis(np.full(3, 0.5), np.array([0.1, 0.2, 0.3]))
    assert (float(found.q), float(found.q_p), float(found.i2), float(found.tau2)) == (0, 1, 0, 0)
    assert float(found.random.error) == float(found.equal.error) > 0
    assert np.isnan(bounds(found.hartung_knapp)).all()


def test_two_studies_predict_no_third() -> None:
    found = meta_analysis(np.array([0.1, 0.9]), np.array([0.1, 0.1]))
    assert math.isnan(found.predicted_low)
    assert math.isfinite(found.hartung_knapp.low)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_homogeneity_that_no_chance_explains_has_the_smallest_p_and_not_zero(estimator: Estimator) -> None:
    found = meta_analysis(np.array([0.0, 1.0, 2.0]), np.full(3, 1e-9), estimator)
    assert float(found.q_p) > 0
    assert float(found.tau2) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("effects", "variances", "confidence", "named"),
    [
        ([0.1], [0.1], 0.95, "effects"),
        ([0.1, math.nan], [0.1, 0.1], 0.95, "effects"),
        ([0.1, math.inf], [0.1, 0.1], 0.95, "effects"),
        ([0.1, 1e200], [0.1, 0.1], 0.95, "effects"),
        ([0.1, 0.2], [0.1], 0.95, "variances"),
        ([0.1, 0.2], [0.1, 0.0], 0.95, "variances"),
        ([0.1, 0.2], [0.1, -1.0], 0.95, "variances"),
        ([0.1, 0.2], [0.1, math.inf], 0.95, "variances"),
        ([0.1, 0.2], [0.1, 0.1], 0.0, "confidence"),
        ([0.1, 0.2], [0.1, 0.1], 1.0, "confidence"),
    ],
)
def test_what_cannot_be_combined_is_refused_by_name(
    effects: list[float], variances: list[float], confidence: float, named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        meta_analysis(np.array(effects), np.array(variances), confidence=confidence)
