"""The error of a null, which all images share: how it is estimated, and that tests keep their level with it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from store.errors import BadInput
from store.kinds.statistics import StatisticsSpec
from tasks.statistics.across_models import AcrossModels
from tasks.statistics.adequacy import Sample
from tasks.statistics.comparison import compare
from tasks.statistics.location import johnson_test, t_test
from tasks.statistics.look_plan import LookPlan, adjusted_p, effective_images, log_e, look_level
from tasks.statistics.models import ModelResult, describe_model
from tasks.statistics.prospects import images_needed
from tasks.statistics.samples import Joined, load_samples
from tasks.statistics.shared_error import (
    NOTHING_SHARED,
    Reference,
    SharedError,
    of_difference,
    of_mean,
    of_twins,
    reference,
)

Array = NDArray[np.float64]
RNG = np.random.default_rng(0)


def sample(x: Array) -> Sample:
    return Sample(x, np.ones(len(x), dtype=np.bool_))


def against(null: float, error: float, draws: str = "its own", images: float = 0.0) -> Reference:
    """A null of eight draws that errs by so much as one more draw, and by so much as its images are a sample."""
    return Reference(null, SharedError(error / math.sqrt(9 / 8), 7), 8, SharedError(images, 31), draws)


def spec(**asked: object) -> StatisticsSpec:
    source = {"model_id": "a", "task_id": "t", "run_id": "r", "digest": "0" * 64}
    given = {"sources": (source,), "metric": "loss", "null": 0.0, "threshold": 0.5, "alpha": 0.05, "at_least": (1,)}
    return StatisticsSpec.model_validate({**given, **asked})


def test_a_reference_errs_as_one_more_draw_on_other_images() -> None:
    draws = RNG.normal(0.9, 0.02, (8, 1)) + RNG.normal(0, 0.01, (1, 32)) + RNG.normal(0, 0.001, (8, 32))
    found = reference(draws)
    of_draws, of_images = draws.mean(axis=1).var(ddof=1), draws.mean(axis=0).var(ddof=1) / 32
    assert found.null == pytest.approx(draws.mean())
    assert found.between == SharedError(pytest.approx(math.sqrt(of_draws)), 7)
    assert found.images == SharedError(pytest.approx(math.sqrt(of_images)), 31)
    whole = found.shared(0.0)
    assert whole.error == pytest.approx(math.sqrt(of_draws * 9 / 8 + of_images) / draws.mean())
    parts = np.array([of_draws * 9 / 8, of_images])
    assert whole.freedom == pytest.approx(parts.sum() ** 2 / (parts**2 / [7, 31]).sum())
    assert found.draws == reference(draws.copy()).draws != reference(draws + 1e-9).draws


def test_a_loss_near_one_errs_less_than_one_near_zero() -> None:
    found = against(0.8, 0.04)
    assert found.shared(0.0) == SharedError(pytest.approx(0.05), pytest.approx(7))
    assert found.shared(0.5).error == pytest.approx(0.025)
    assert found.shared(1.0).error == 0
    assert found.shared(1.5).error == pytest.approx(0.025), "an error is no smaller than nothing"


@pytest.mark.parametrize("draws", [np.ones((1, 4)), np.ones((4, 1)), np.full((2, 2), np.nan), np.zeros((2, 2))])
def test_what_is_no_null_is_no_reference(draws: Array) -> None:
    with pytest.raises(ValueError, match="two draws and two images of finite values, and a mean above 0"):
        reference(draws)


def test_errors_of_different_nulls_are_independent() -> None:
    a, b = (against(1.0, 0.03, "a"), 0.0), (against(1.0, 0.04, "b"), 0.0)
    whole = of_difference(a, b)
    assert whole.error == pytest.approx(0.05)
    assert whole.freedom == pytest.approx(0.05**4 / (0.03**4 / 7 + 0.04**4 / 7))
    assert of_mean([a, b]) == SharedError(pytest.approx(0.025), pytest.approx(whole.freedom))
    assert of_twins([a, b]) == NOTHING_SHARED
    assert of_difference((None, 0.3), (None, 0.4)) == of_mean([(None, 0.3)]) == NOTHING_SHARED
    assert of_difference(a, (None, 0.3)).error == pytest.approx(0.03)
    assert NOTHING_SHARED.added(0.1, 39) == SharedError(pytest.approx(0.1), pytest.approx(39))
    assert SharedError(0.03, 7).added(0.0, 39) == SharedError(0.03, 7)


def test_what_models_have_in_common_cancels_in_pairs_and_adds_up_in_means() -> None:
    null = Reference(0.8, SharedError(0.03, 7), 8, SharedError(0.04, 31), "one")
    a, b, other = (null, 0.2), (null, 0.6), (against(1.0, 0.06, "other"), 0.0)
    assert of_difference(a, b).error == pytest.approx(
        math.hypot(0.03 * 1.0, 0.03 * 0.5, 0.03 / 8**0.5 * (1.0 - 0.5), 0.04 * (1.0 - 0.5))
    )
    assert of_difference(a, a) == SharedError(pytest.approx(0.03 * 2**0.5), pytest.approx(7)), "of other weights"
    whole = math.hypot(0.03 * (9 / 8) ** 0.5, 0.04)
    assert of_mean([a, b]).error == pytest.approx(whole * (1.0 + 0.5) / 2)
    assert of_mean([a, other, b]).error == pytest.approx(math.hypot(1.5 * whole, 0.06) / 3)
    assert of_twins([a, other, b]).error == pytest.approx(1.5 * whole / 3)


@pytest.mark.parametrize("same_weights", [True, False])
def test_a_mean_over_models_of_one_architecture_keeps_its_level(same_weights: bool) -> None:
    rng, tries, n, m, rejected = np.random.default_rng(4), 3000, 40, 4, []
    for _ in range(tries):
        seeds = 0.8 + rng.normal(0, 0.03, 8)
        null = reference(seeds[:, None] + rng.normal(0, 0.003, (8, 32)))
        own = 0.8 + rng.normal(0, 0.03, (1 if same_weights else m, 1))
        losses = 1 - (0.5 * own + rng.normal(0, 0.02, (m, n))) / null.null
        moved = 0.5 - losses.mean()
        shared = of_mean([(null, float(each.mean() + moved)) for each in losses])
        rejected.append(t_test(sample(losses.mean(axis=0)), 0.5, "greater", shared).p <= 0.05)
    assert np.mean(rejected) < 0.06


def test_an_interval_grows_by_what_is_shared() -> None:
    low, high = SharedError(0.03, math.inf).widened(0.5, 0.45, 0.56, 0.95)
    reach = 1.959964 * 0.03
    assert low == pytest.approx(0.5 - math.hypot(0.05, reach), abs=1e-6)
    assert high == pytest.approx(0.5 + math.hypot(0.06, reach), abs=1e-6)
    assert NOTHING_SHARED.widened(0.5, 0.45, 0.56, 0.95) == (0.45, 0.56)


def test_a_t_test_with_a_shared_error_is_welchs() -> None:
    x = RNG.normal(0.6, 0.1, 40)
    draws = RNG.normal(0.0, 0.05, 8)
    known = SharedError(draws.std(ddof=1) / math.sqrt(8), 7)
    expected = stats.ttest_ind(x, draws - draws.mean() + 0.5, equal_var=False, alternative="greater")
    found = t_test(sample(x), 0.5, "greater", known)
    assert (found.t, found.p, found.df) == (
        pytest.approx(expected.statistic),
        pytest.approx(expected.pvalue),
        pytest.approx(expected.df),
    )
    symmetric = np.concatenate([x, 2 * x.mean() - x])
    straight, modified = (test(sample(symmetric), 0.5, "greater", known) for test in (t_test, johnson_test))
    assert modified.t == pytest.approx(straight.t), "without skew Johnson's is Student's"


def test_losses_at_the_threshold_are_called_collapsed_in_one_case_of_twenty_and_not_more() -> None:
    """Each model has lost half of what one more draw has; seeds differ more than images do.

    Treating the null as known rejects far more often.
    """
    rng, tries, n, k = np.random.default_rng(1), 4000, 40, 8
    seeds = 0.8 + rng.normal(0, 0.02, (tries, k + 1))
    draws = seeds[:, 1:, None] + rng.normal(0, 0.005, (tries, k, 32))
    measured = 0.5 * seeds[:, :1] + rng.normal(0, 0.03, (tries, n))
    with_it, without = [], []
    for null, values in zip(draws, measured, strict=True):
        losses = sample(1 - values / null.mean())
        with_it.append(t_test(losses, 0.5, "greater", reference(null).shared(0.5)).p <= 0.05)
        without.append(t_test(losses, 0.5, "greater").p <= 0.05)
    assert np.mean(with_it) == pytest.approx(0.05, abs=0.012)
    assert np.mean(without) > 0.2


def test_a_model_is_described_with_the_error_of_its_null_in_tests_and_intervals() -> None:
    x = RNG.normal(0.55, 0.05, 40)
    plain, referred = (describe_model(x, spec(), 1, null) for null in (None, against(0.8, 0.04)))
    assert isinstance(plain, ModelResult)
    assert isinstance(referred, ModelResult)
    assert (plain.shared, referred.shared) == (NOTHING_SHARED, SharedError(pytest.approx(0.025), pytest.approx(7)))
    assert plain.collapse.p < referred.collapse.p
    assert referred.collapse_standing.p == pytest.approx(referred.collapse.p)
    assert referred.clear.p == pytest.approx(1 - referred.collapse.p)
    for name in ("student", "interval", "bca", "any_look"):
        assert getattr(referred, name).low < getattr(plain, name).low < x.mean() < getattr(plain, name).high
    assert referred.dz_threshold == plain.dz_threshold
    shift = referred.collapse_standing.shifts[0]
    whole = referred.shared.added(x.std(ddof=1) / math.sqrt(40), 39)
    moved = t_test(sample(x + shift * whole.error), 0.5, "greater", referred.shared)
    assert moved.p == pytest.approx(0.05, abs=1e-6)
    assert referred.boundary_collapse == pytest.approx(x.mean() + shift * whole.error)
    assert referred.boundary_clear is not None
    assert referred.boundary_clear < 0.5 < referred.boundary_collapse


def test_every_test_and_interval_has_the_error_at_the_value_it_speaks_of() -> None:
    x, null = RNG.normal(0.3, 0.05, 40), against(0.8, 0.04)
    found = describe_model(x, spec(), 1, null)
    assert isinstance(found, ModelResult)
    alone = x.std(ddof=1) / math.sqrt(40)

    def t(value: float) -> float:
        return float((x.mean() - value) / null.shared(value).added(alone, 39).error)

    assert found.null.t == pytest.approx(t(0.0))
    assert found.balanced.above_lower.t == pytest.approx(t(-0.5))
    assert found.balanced.below_upper.t == pytest.approx(t(0.5))
    at_mean = null.shared(float(x.mean())).added(alone, 39)
    reach = stats.t.ppf(0.975, at_mean.freedom) * at_mean.error
    assert (found.student.low, found.student.high) == pytest.approx((x.mean() - reach, x.mean() + reach))
    of_images = describe_model(x, spec())
    assert isinstance(of_images, ModelResult)
    low = math.hypot(x.mean() - of_images.interval.low, stats.t.ppf(0.975, 7) * null.shared(float(x.mean())).error)
    assert found.interval.low == pytest.approx(x.mean() - low)


@pytest.mark.parametrize("looks", [1, "open"])
def test_what_it_takes_to_decide_a_model_reckons_with_its_null(looks: object) -> None:
    x, null = RNG.normal(0.56, 0.1, 60), against(0.8, 0.04)
    asked = spec(looks=looks)
    found, alone = describe_model(x, asked, 2, null), describe_model(x, asked, 2)
    assert isinstance(found, ModelResult)
    assert isinstance(alone, ModelResult)
    in_sd, plan = found.shared.times(1 / x.std(ddof=1)), LookPlan("open" if looks == "open" else "obrien-fleming")
    p = np.array(found.collapse.p)
    assert found.collapse_standing.p == pytest.approx(float(adjusted_p(p, 60, plan, shared=in_sd.error)))
    assert found.collapse_standing.log_e == pytest.approx(float(log_e(p, 60, 0.5, in_sd.error)))
    assert found.collapse_standing.log_e < alone.collapse_standing.log_e
    effect = (x.mean() - 0.5) / x.std(ddof=1)
    assert found.collapse_standing.images == tuple(images_needed(effect, 0.05 / j, plan, shared=in_sd) for j in (1, 2))
    assert found.collapse_standing.images != alone.collapse_standing.images


@pytest.mark.parametrize("kind", ["obrien-fleming", "open"])
def test_the_images_needed_beside_a_shared_error_have_the_power_and_one_less_has_not(kind: str) -> None:
    plan, in_sd = LookPlan(kind, 2 if kind != "open" else 1), SharedError(0.1, 7)  # type: ignore[arg-type]
    n = images_needed(0.6, 0.05, plan, 1, shared=in_sd)
    assert n is not None
    assert n > 40

    def power(n: int) -> float:
        whole = in_sd.added(1 / math.sqrt(n), n - 1)
        critical = stats.t.isf(look_level(0.05, n, plan, 1, in_sd.error), whole.freedom)
        return float(stats.nct.sf(critical, whole.freedom, 0.6 / whole.error))

    assert power(n) >= 0.8 > power(n - 1)


def test_pairs_and_means_over_models_hold_the_errors_of_their_nulls() -> None:
    x = {"a": RNG.normal(0.3, 0.05, 40), "b": RNG.normal(0.6, 0.05, 40), "c": RNG.normal(0.5, 0.05, 40)}
    nulls = {
        "a": against(0.8, 0.04, "one", 0.02),
        "b": against(0.9, 0.01, "other"),
        "c": against(0.8, 0.04, "one", 0.02),
    }
    ids, measured = np.arange(40), {name: (nulls[name], float(x[name].mean())) for name in x}
    plain, referred = compare(Joined(ids, x), spec()), compare(Joined(ids, x, nulls), spec())
    for pair, found in referred.pairs.items():
        a, b = pair
        whole = of_difference(measured[a], measured[b]).added((x[a] - x[b]).std(ddof=1) / math.sqrt(40), 39)
        assert found.test.t == pytest.approx(found.difference / whole.error)
        assert found.dz == plain.pairs[pair].dz
    means = np.mean(list(x.values()), axis=0)
    tested = [(null, mean + 0.5 - means.mean()) for null, mean in measured.values()]
    fixed = of_mean(tested).added(means.std(ddof=1) / math.sqrt(40), 39)
    random = of_twins(tested)
    assert random.error > 0
    for found, one, whole in zip(
        referred.across,
        plain.across,
        (fixed, random.added(_error(plain.across[1]), plain.across[1].test.df)),
        strict=True,
    ):
        assert found.mean == pytest.approx(one.mean)
        assert found.interval.high - found.mean == pytest.approx(stats.t.ppf(0.975, whole.freedom) * whole.error)
    assert plain.pooled is not None
    assert referred.pooled is not None
    assert referred.pooled.q_p > plain.pooled.q_p


def _error(found: AcrossModels) -> float:
    return (found.interval.high - found.mean) / float(stats.t.ppf(0.975, found.test.df))


def test_images_cannot_make_up_for_what_they_share() -> None:
    plan, shared = LookPlan("bonferroni", 1), SharedError(0.1, 7)
    n = images_needed(0.4, 0.0125, plan, shared=shared)
    alone = images_needed(0.4, 0.0125, plan)
    assert n is not None
    assert alone is not None
    assert n > alone / (1 - alone * shared.error**2), "few draws ask for more than their variance does"
    assert images_needed(0.4, 0.0125, plan, shared=SharedError(0.3, 7)) is None
    rng = np.random.default_rng(5)
    tries = 20_000
    mean = rng.normal(0.4, math.sqrt(1 / n + 0.01), tries)
    seen = 0.1 * np.sqrt(rng.chisquare(7, tries) / 7), np.sqrt(rng.chisquare(n - 1, tries) / (n - 1)) / math.sqrt(n)
    variance = seen[0] ** 2 + seen[1] ** 2
    freedom = variance**2 / (seen[0] ** 4 / 7 + seen[1] ** 4 / (n - 1))
    assert np.mean(stats.t.sf(mean / np.sqrt(variance), freedom) <= 0.0125) == pytest.approx(0.8, abs=0.03)


def test_effective_images_have_the_same_error() -> None:
    assert 1 / effective_images(40, 0.1) == pytest.approx(1 / 40 + 0.01)


def test_an_open_plan_keeps_its_level_over_many_looks_although_they_share_an_error() -> None:
    rng, tries, scale, shared = np.random.default_rng(2), 3000, 0.5, 0.15
    plan, ever = LookPlan("open", scale=scale), np.zeros(tries, dtype=bool)
    off, x = rng.normal(0, shared, tries), rng.normal(size=(tries, 400))
    for n in range(40, 401, 40):
        z = (x[:, :n].mean(axis=1) + off) / math.sqrt(1 / n + shared**2)
        ever |= adjusted_p(stats.norm.sf(z), n, plan, shared=shared) <= 0.05
    assert ever.mean() < 0.05
    p = look_level(0.05, 100, plan, shared=shared)
    assert float(adjusted_p(np.array(p), 100, plan, shared=shared)) == pytest.approx(0.05)


def test_looks_that_share_an_error_keep_the_level_of_a_boundary() -> None:
    rng, tries, shared = np.random.default_rng(3), 4000, 0.15
    ever = np.zeros(tries, dtype=bool)
    off, x = rng.normal(0, shared, tries), rng.normal(size=(tries, 200))
    for look in range(1, 6):
        z = (x[:, : 40 * look].mean(axis=1) + off) / math.sqrt(1 / (40 * look) + shared**2)
        p = stats.norm.sf(z)
        near = p <= 0.05  # nothing is significant after an adjustment that was not before
        ever[near] |= adjusted_p(p[near], 40 * look, LookPlan("pocock", 5), look) <= 0.05
    assert 0.02 < ever.mean() < 0.05


def test_the_draws_of_all_looks_make_one_null(keep, context) -> None:  # type: ignore[no-untyped-def]
    draws = RNG.normal(0.8, 0.01, (6, 4))
    looks = [
        keep("a", image_ids=np.arange(3), loss=np.zeros(3), **{"null/loss": draws[:2]}),
        keep("a", image_ids=np.arange(3, 9), loss=np.zeros(6), **{"null/loss": np.hstack([draws[2:], draws[2:]])}),
    ]
    joined = load_samples(looks, "loss", context.artifact)
    assert joined.references == {"a": reference(draws.T)}
    assert (
        load_samples([keep("b", image_ids=np.arange(3), loss=np.zeros(3))], "loss", context.artifact).references == {}
    )


@pytest.mark.parametrize(
    ("null", "said"),
    [
        (np.ones(3), r"'null/loss' must hold floats \[images, draws\]"),
        (np.ones((4, 2)), "of the first images"),
        (np.ones((3, 1)), "model a: its draws of the null: a reference needs two draws"),
        (np.full((3, 2), np.inf), "'null/loss' holds a value that is no finite number"),
    ],
)
def test_a_null_that_fits_no_images_is_refused(null: Array, said: str, keep, context) -> None:  # type: ignore[no-untyped-def]
    source = keep("a", image_ids=np.arange(3), loss=np.zeros(3), **{"null/loss": null})
    with pytest.raises(BadInput, match=said):
        load_samples([source], "loss", context.artifact)
