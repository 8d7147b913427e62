"""The error of a null, which all images share: how it is estimated, and that tests keep their level with it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from store.errors import BadInput
from store.specs import Statistics
from tasks.statistics.adequacy import Sample
from tasks.statistics.comparison import compare
from tasks.statistics.location import johnson_test, t_test
from tasks.statistics.look_plan import LookPlan, adjusted_p, effective_images, look_level
from tasks.statistics.models import ModelResult, describe_model
from tasks.statistics.prospects import images_needed
from tasks.statistics.samples import Joined, load_samples
from tasks.statistics.shared_error import (
    NOTHING_SHARED,
    Reference,
    SharedError,
    difference_of,
    mean_of,
    reference,
)

Array = NDArray[np.float64]
RNG = np.random.default_rng(0)


def sample(x: Array) -> Sample:
    return Sample(x, np.ones(len(x), dtype=np.bool_))


def spec(**asked: object) -> Statistics:
    source = {"model_id": "a", "task_id": "t", "run_id": "r", "digest": "0" * 64}
    given = {"sources": (source,), "metric": "loss", "null": 0.0, "threshold": 0.5, "alpha": 0.05, "at_least": (1,)}
    return Statistics.model_validate({**given, **asked})


def test_a_reference_errs_as_one_more_draw_on_other_images() -> None:
    draws = RNG.normal(0.9, 0.02, (8, 1)) + RNG.normal(0, 0.01, (1, 32)) + RNG.normal(0, 0.001, (8, 32))
    found = reference(draws)
    of_draws = draws.mean(axis=1).var(ddof=1) * 9 / 8
    of_images = draws.mean(axis=0).var(ddof=1) / 32
    assert found.null == pytest.approx(draws.mean())
    assert found.error == pytest.approx(math.sqrt(of_draws + of_images))
    assert found.freedom == pytest.approx((of_draws + of_images) ** 2 / (of_draws**2 / 7 + of_images**2 / 31))


def test_a_loss_near_one_errs_less_than_one_near_zero() -> None:
    found = Reference(0.8, 0.04, 7)
    assert found.shared(0.0) == SharedError(pytest.approx(0.05), 7)
    assert found.shared(0.5).error == pytest.approx(0.025)
    assert found.shared(1.0).error == 0


@pytest.mark.parametrize("draws", [np.ones((1, 4)), np.ones((4, 1)), np.full((2, 2), np.nan), np.zeros((2, 2))])
def test_what_is_no_null_is_no_reference(draws: Array) -> None:
    with pytest.raises(ValueError, match="two draws and two images of finite values above 0"):
        reference(draws)


def test_independent_errors_add_in_squares() -> None:
    a, b = SharedError(0.03, 7), SharedError(0.04, 9)
    whole = difference_of(a, b)
    assert whole.error == pytest.approx(0.05)
    assert whole.freedom == pytest.approx(0.05**4 / (0.03**4 / 7 + 0.04**4 / 9))
    assert mean_of([a, b]) == SharedError(pytest.approx(0.025), pytest.approx(whole.freedom))
    assert difference_of(NOTHING_SHARED, NOTHING_SHARED) == NOTHING_SHARED
    assert NOTHING_SHARED.added(0.1, 39) == SharedError(pytest.approx(0.1), pytest.approx(39))
    assert a.added(0.0, 39) is a


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
    plain, referred = (describe_model(x, spec(), 1, against) for against in (None, Reference(0.8, 0.04, 7)))
    assert isinstance(plain, ModelResult)
    assert isinstance(referred, ModelResult)
    assert (plain.shared, referred.shared) == (NOTHING_SHARED, SharedError(pytest.approx(0.025), 7))
    assert plain.collapse.p < referred.collapse.p
    assert referred.collapse_standing.p == pytest.approx(referred.collapse.p)
    assert referred.clear.p == pytest.approx(1 - referred.collapse.p)
    for name in ("student", "bootstrap"):
        assert getattr(referred, name).low < getattr(plain, name).low < x.mean() < getattr(plain, name).high
    assert referred.dz_threshold == plain.dz_threshold
    shift = referred.collapse_standing.shifts[0]
    whole = referred.shared.added(x.std(ddof=1) / math.sqrt(40), 39)
    moved = t_test(sample(x + shift * whole.error), 0.5, "greater", referred.shared)
    assert moved.p == pytest.approx(0.05, abs=1e-6)
    assert referred.boundary_collapse == pytest.approx(x.mean() + shift * whole.error)
    assert referred.boundary_clear is not None
    assert referred.boundary_clear < 0.5 < referred.boundary_collapse


def test_pairs_and_means_over_models_hold_the_errors_of_their_nulls() -> None:
    x = {"a": RNG.normal(0.3, 0.05, 40), "b": RNG.normal(0.6, 0.05, 40)}
    ids, against = np.arange(40), {"a": Reference(0.8, 0.04, 7), "b": Reference(0.9, 0.01, 7)}
    asked = spec(at_least=(1,))
    plain, referred = compare(Joined(ids, x), asked), compare(Joined(ids, x, against), asked)
    of_a, of_b = (against[name].shared(float(x[name].mean())) for name in ("a", "b"))
    whole = difference_of(of_a, of_b).added((x["a"] - x["b"]).std(ddof=1) / math.sqrt(40), 39)
    pair = referred.pairs["a", "b"]
    assert pair.test.t == pytest.approx(pair.difference / whole.error)
    assert pair.dz == plain.pairs["a", "b"].dz
    reach = mean_of([of_a, of_b]).added(((x["a"] + x["b"]) / 2).std(ddof=1) / math.sqrt(40), 39)
    assert referred.across[0].interval.high - referred.across[0].mean == pytest.approx(
        stats.t.ppf(0.975, reach.freedom) * reach.error
    )
    assert plain.pooled is not None
    assert referred.pooled is not None
    assert referred.pooled.q_p > plain.pooled.q_p


def test_images_cannot_make_up_for_what_they_share() -> None:
    plan = LookPlan("bonferroni", 1)
    alone = images_needed(0.5, 0.05, plan)
    assert alone is not None
    more = images_needed(0.5, 0.05, plan, shared=0.1)
    assert more is not None
    assert effective_images(more, 0.1) >= alone > effective_images(more - 1, 0.1)
    assert images_needed(0.5, 0.05, plan, shared=1 / math.sqrt(alone)) is None


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
        ever |= adjusted_p(stats.norm.sf(z), 40 * look, LookPlan("pocock", 5), look) <= 0.05
    assert ever.mean() < 0.05


def test_the_draws_of_all_looks_make_one_null(keep, run) -> None:  # type: ignore[no-untyped-def]
    draws = RNG.normal(0.8, 0.01, (6, 4))
    looks = [
        keep("a", image_ids=np.arange(3), loss=np.zeros(3), **{"null/loss": draws[:2]}),
        keep("a", image_ids=np.arange(3, 9), loss=np.zeros(6), **{"null/loss": np.hstack([draws[2:], draws[2:]])}),
    ]
    joined = load_samples(looks, "loss", run.artifact)
    assert joined.references == {"a": reference(draws.T)}
    assert load_samples([keep("b", image_ids=np.arange(3), loss=np.zeros(3))], "loss", run.artifact).references == {}


@pytest.mark.parametrize(
    ("null", "said"),
    [
        (np.ones(3), r"'null/loss' must hold floats \[images, draws\]"),
        (np.ones((4, 2)), "of the first images"),
        (np.ones((3, 1)), "model a: a reference needs two draws"),
        (np.full((3, 2), np.inf), "model a: a reference needs two draws"),
    ],
)
def test_a_null_that_fits_no_images_is_refused(null: Array, said: str, keep, run) -> None:  # type: ignore[no-untyped-def]
    source = keep("a", image_ids=np.arange(3), loss=np.zeros(3), **{"null/loss": null})
    with pytest.raises(BadInput, match=said):
        load_samples([source], "loss", run.artifact)
