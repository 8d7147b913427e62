from __future__ import annotations

import math
import sys
from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from store.errors import BadInput
from store.kinds.statistics import Source, StatisticsSpec
from tasks.statistics.adequacy import Sample, examine
from tasks.statistics.bootstrap_t import BootstrapT, bootstrap_t
from tasks.statistics.comparison import Comparison, compare
from tasks.statistics.confidence_sequences import confidence_sequence
from tasks.statistics.e_values import log_e_value
from tasks.statistics.handler import facts
from tasks.statistics.measurements import measurements
from tasks.statistics.power import power
from tasks.statistics.resampling import draw
from tasks.statistics.samples import Joined

Values = Mapping[str, NDArray[np.float64]]
N = 120


def ask(**changes: object) -> StatisticsSpec:
    """A study that calls a mean above 0.7 a collapse and 0.5 balance."""
    source = Source(model_id="any", task_id="any", run_id="any", digest="0" * 64)
    asked = {
        "sources": (source,), "metric": "mcs", "null": 0.5, "threshold": 0.7, "alpha": 0.05, "at_least": (2, 3),
        "resamples": 500,
    }  # fmt: skip
    return StatisticsSpec.model_validate(asked | changes)


def look_at(values: Values, **changes: object) -> Comparison:
    first = next(iter(values.values()))
    return compare(Joined(np.arange(first.size), values), ask(**changes))


def models(**means: float) -> dict[str, NDArray[np.float64]]:
    """Models with exactly the given means, on images that are hard or easy for all of them."""
    rng = np.random.default_rng(7)
    image = rng.normal(0, 0.06, N)
    noise = {model: image + rng.normal(0, 0.04, N) for model in means}
    return {model: mean + noise[model] - noise[model].mean() for model, mean in means.items()}


def test_models_beyond_the_threshold_collapse_and_models_short_of_it_are_cleared() -> None:
    found = look_at(models(a=0.9, b=0.75, c=0.6, d=0.7))
    assert found.collapsed == ("a", "b")
    assert found.cleared == ("c",)


def test_below_the_null_collapse_means_a_mean_below_the_threshold() -> None:
    found = look_at(models(a=0.1, b=0.4), null=0.5, threshold=0.3, at_least=(1,))
    assert found.collapsed == ("a",)
    assert found.cleared == ("b",)
    assert found.models["a"].dz_threshold < 0 < found.models["b"].dz_threshold, "the mean less the threshold"


def test_the_tests_of_a_model_are_those_of_scipy() -> None:
    values = models(a=0.72, b=0.9)
    found = look_at(values, at_least=(1,)).models["a"]
    for ours, popmean, alternative in (
        (found.collapse, 0.7, "greater"),
        (found.clear, 0.7, "less"),
        (found.null, 0.5, "two-sided"),
    ):
        theirs = stats.ttest_1samp(values["a"], popmean, alternative=alternative)
        assert (ours.t, ours.df, ours.p) == pytest.approx((theirs.statistic, theirs.df, theirs.pvalue), rel=1e-10)
    interval = stats.ttest_1samp(values["a"], 0.5).confidence_interval(0.95)
    assert (found.student.low, found.student.high) == pytest.approx(interval, rel=1e-10)
    assert found.dz_null == pytest.approx((values["a"].mean() - 0.5) / values["a"].std(ddof=1))
    assert found.dz_null_interval.low < found.dz_null < found.dz_null_interval.high
    assert found.dz_threshold == pytest.approx((values["a"].mean() - 0.7) / values["a"].std(ddof=1))
    assert found.dz_threshold_interval.low < found.dz_threshold < found.dz_threshold_interval.high
    assert found.skew == pytest.approx(stats.skew(values["a"], bias=False))
    assert found.shapiro_p == pytest.approx(stats.shapiro(values["a"]).pvalue)


def test_balance_is_shown_by_equivalence_and_not_by_a_failed_test() -> None:
    values = models(a=0.5, b=0.69, c=0.1)
    wide = {model: x.mean() + 8 * (x - x.mean()) for model, x in values.items()}
    found, noisy = look_at(values), look_at(wide)
    a = values["a"]
    theirs = max(
        stats.ttest_1samp(a, 0.3, alternative="greater").pvalue, stats.ttest_1samp(a, 0.7, alternative="less").pvalue
    )
    assert found.models["a"].balanced.p == pytest.approx(theirs)
    assert found.models["a"].balanced.margin == pytest.approx(0.2)
    assert found.models["c"].balanced.p > 0.99, "far from the null on the other side"
    assert noisy.models["b"].collapse.p > 0.05 < noisy.models["b"].balanced.p, "neither is shown"


def test_the_e_values_of_a_look_hold_whatever_the_plan_is_and_count_models_as_p_values_do() -> None:
    values = models(a=0.72, b=0.73, c=0.6)
    fixed, open_ = look_at(values), look_at(values, looks="open")
    for model, found in fixed.models.items():
        log_e = open_.models[model].collapse_standing.log_e
        assert found.collapse_standing.log_e == pytest.approx(log_e)
        assert open_.models[model].collapse_standing.p == pytest.approx(min(1.0, math.exp(-log_e)))
        t = stats.ttest_1samp(values[model], 0.7).statistic
        if model != "c":  # whose p is 1 to the last digit
            assert log_e == pytest.approx(float(log_e_value(np.array(t), np.array(N), 0.5)), abs=1e-6)
    ascending = sorted(min(1.0, math.exp(-found.collapse_standing.log_e)) for found in fixed.models.values())
    expected = np.maximum.accumulate([3 * ascending[0], 2 * ascending[1], ascending[2]])
    assert fixed.p_sequential == pytest.approx(np.minimum(1, expected))


def test_the_bootstrap_t_stands_beside_the_test() -> None:
    found = look_at(models(a=0.712), at_least=(1,), resamples=20_000).models["a"]
    assert found.sensitivity.bootstrap_t_p == pytest.approx(found.collapse.p, abs=0.01)


def test_the_interval_of_a_mean_is_the_bootstrap_ts_and_bcas_where_too_few_images_differ() -> None:
    rng = np.random.default_rng(5)
    values = {"skewed": 0.8 - rng.gamma(1.0, 0.05, 40), "nearly_one": np.array([*[1.0] * 37, 0.9, 0.8, 0.95])}
    found = look_at(values, at_least=(1,), resamples=20_000).models
    sample = examine(values["skewed"])
    assert isinstance(sample, Sample)
    theirs = bootstrap_t(sample, draw(40, np.random.default_rng(0), 20_000))
    assert isinstance(theirs, BootstrapT)
    assert (found["skewed"].interval_by, found["skewed"].interval) == ("bootstrap-t", theirs.interval)
    assert found["skewed"].interval.low < found["skewed"].bca.low, "the longer tail is below"
    assert (found["nearly_one"].interval_by, found["nearly_one"].interval) == ("BCa", found["nearly_one"].bca)


def test_the_interval_at_any_look_is_a_confidence_sequences_and_wider_than_that_of_one_look() -> None:
    values = models(a=0.72)["a"]
    found = look_at({"a": values}, at_least=(1,)).models["a"]
    low, high = confidence_sequence(values)
    assert (found.any_look.low, found.any_look.high) == (low[-1], high[-1])
    assert found.any_look.low < found.interval.low < found.interval.high < found.any_look.high


def test_max_t_corrects_for_all_models_and_knows_that_they_go_together() -> None:
    values = models(a=0.71, b=0.71, c=0.71)
    found = look_at(values, resamples=4_000)
    for model, p in found.p_max_t.items():
        assert found.models[model].sensitivity.bootstrap_t_p is not None
        assert found.models[model].sensitivity.bootstrap_t_p <= p < found.p_collapse[model]
    twins = {"a": values["a"], "b": values["a"]}
    assert look_at(twins, resamples=4_000, at_least=(1,)).p_max_t["b"] == pytest.approx(
        look_at({"a": values["a"]}, resamples=4_000, at_least=(1,)).p_max_t["a"]
    )
    still = look_at({"a": values["a"], "b": np.full(N, 0.7)}, at_least=(1,))
    assert list(still.p_max_t) == ["a"], "what bears no test takes no part"
    below = look_at({"a": 1 - values["a"]}, at_least=(1,), threshold=0.3, resamples=4_000)
    assert below.p_max_t["a"] < 0.05, "collapse lies below the threshold there"


def test_trends_over_layers_are_explored_with_a_correction_of_their_own() -> None:
    values, rng = models(a=0.72, b=0.73), np.random.default_rng(3)
    layers = {
        "a": np.array([values["a"] - 0.2, values["a"], values["a"] + 0.2]) + rng.normal(0, 0.01, (3, N)),
        "b": values["b"] + rng.normal(0, 0.01, (4, N)),
    }
    found = compare(Joined(np.arange(N), values, layers={**layers, "c": layers["a"][:1]}), ask(at_least=(1,)))
    assert list(found.trends) == ["a", "b"], "a single layer has no trend"
    assert found.trends["a"].slope == pytest.approx(0.4, abs=0.005)
    p = [found.trends[model].test.p for model in "ab"]
    assert list(found.p_trend.values()) == pytest.approx(stats.false_discovery_control(p))


def test_pairs_are_compared_image_by_image() -> None:
    values = models(a=0.72, b=0.73, c=0.9)
    found = look_at(values)
    theirs = stats.ttest_rel(values["a"], values["b"])
    pair = found.pairs["a", "b"]
    assert (pair.test.t, pair.test.p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-9)
    assert (pair.student.low, pair.student.high) == pytest.approx(theirs.confidence_interval(0.95), rel=1e-9)
    assert pair.difference == pytest.approx(values["a"].mean() - values["b"].mean())
    assert list(found.pairs) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found.p_pair["a", "b"] == pytest.approx(pair.test.p), "the largest of three keeps its value"
    assert abs(pair.dz) > abs(pair.d_av), "what images share is taken out of dz"


def test_holm_makes_the_smallest_of_three_p_values_three_times_larger() -> None:
    found = look_at(models(a=0.9, b=0.705, c=0.7))
    smallest = found.models["a"].collapse.p
    assert found.p_collapse["a"] == pytest.approx(3 * smallest)


def test_a_model_that_is_beyond_the_threshold_by_itself_may_not_be_so_among_many() -> None:
    values = models(a=0.712, **{f"m{i}": 0.6 for i in range(8)})
    alone, among = look_at({"a": values["a"]}, at_least=(1,)), look_at(values, at_least=(1,))
    assert 0.05 / 9 < alone.models["a"].collapse.p < 0.05
    assert alone.collapsed == ("a",)
    assert among.collapsed == ()


def test_each_of_several_looks_has_its_share_of_alpha() -> None:
    values = models(a=0.712)
    p = look_at(values, at_least=(1,)).models["a"].collapse.p
    assert look_at(values, at_least=(1,), alpha=p * 1.01).collapsed == ("a",)
    assert look_at(values, at_least=(1,), alpha=p * 1.01, look=1, looks=2).collapsed == ()
    assert look_at(values, at_least=(1,), alpha=p * 2.02, look=2, looks=2).level == pytest.approx(p * 1.01)


def test_a_model_that_never_varies_is_undetermined_and_keeps_its_place_among_the_hypotheses() -> None:
    values = models(a=0.712, b=0.72) | {"c": np.full(N, 0.9)}
    found = look_at(values)
    assert list(found.models) == ["a", "b"]
    assert "rounding noise" in found.undetermined["c"].reason
    assert list(found.pairs) == [("a", "b")]
    assert found.undetermined_pairs == {}, "the reason stands with the model"
    assert found.p_collapse["b"] == pytest.approx(3 * found.models["b"].collapse.p)
    assert found.p_pair["a", "b"] == pytest.approx(min(1, 3 * found.pairs["a", "b"].test.p))


def test_two_models_with_the_same_values_cannot_be_told_apart() -> None:
    same = models(a=0.8)["a"]
    found = look_at({"a": same, "b": same.copy()}, at_least=(1,))
    assert found.collapsed == ("a", "b")
    assert "rounding noise" in found.undetermined_pairs["a", "b"].reason


def test_too_few_images_leave_every_model_undetermined() -> None:
    found = look_at({model: x[:29] for model, x in models(a=0.9, b=0.9, c=0.2).items()})
    assert (found.models, found.pairs, found.collapsed, found.cleared) == ({}, {}, (), ())
    assert list(found.undetermined) == ["a", "b", "c"]
    assert found.design.n_for_medium_effect == 27


def test_missing_values_are_left_out_of_the_model_and_of_its_pairs() -> None:
    values = models(a=0.8, b=0.6)
    values["a"][:3] = np.nan
    found = look_at(values, at_least=(1,))
    assert (found.models["a"].n, found.models["a"].missing, found.models["b"].n) == (N - 3, 3, N)
    assert (found.pairs["a", "b"].n, found.pairs["a", "b"].missing) == (N - 3, 3)
    assert math.isfinite(found.pairs["a", "b"].d_av)


def test_evidence_beyond_the_reach_of_doubles_is_never_certainty() -> None:
    found = look_at({"a": 1 + 1e-5 * np.random.default_rng(0).normal(size=N)}, at_least=(1,)).models["a"]
    assert found.null.p == sys.float_info.min
    assert math.isfinite(found.null.t)


def test_models_of_equal_size_share_their_resamples() -> None:
    a = models(a=0.8)["a"]
    found = look_at({"a": a, "b": a - 0.25}, at_least=(1,)).models
    assert found["a"].interval.low - 0.25 == pytest.approx(found["b"].interval.low, abs=1e-12)
    assert look_at({"a": a}, at_least=(1,), seed=1).models["a"].interval != found["a"].interval


def test_a_negative_seed_is_a_seed() -> None:
    assert look_at(models(a=0.8), at_least=(1,), seed=-1).models["a"].interval.low < 0.8


def test_normality_is_left_out_where_its_p_value_is_not_known_to_hold() -> None:
    large = np.random.default_rng(0).normal(0.8, 0.1, 5_001)
    assert look_at({"a": large}, at_least=(1,), resamples=100).models["a"].shapiro_p is None


def test_the_design_is_judged_at_the_level_of_one_look() -> None:
    one, two = (look_at(models(a=0.8), at_least=(1,), looks=looks).design for looks in (1, 2))
    assert (one.n_for_medium_effect, two.n_for_medium_effect) == (27, 34)
    assert one.mde is not None
    assert two.mde is not None
    assert one.mde < two.mde


def test_each_claim_is_given_under_both_rules_once() -> None:
    found = look_at(models(a=0.8, b=0.8, c=0.8), at_least=(3, 2, 3))
    assert [(claim.k, claim.m, claim.rule) for claim in found.claims] == [
        (2, 3, "holm"),
        (2, 3, "uncorrected"),
        (3, 3, "holm"),
        (3, 3, "uncorrected"),
    ]
    assert all(claim.error_bound == 0.05 for claim in found.claims if claim.rule == "holm")


def test_a_claim_is_judged_at_the_level_of_its_look_by_the_one_sided_test() -> None:
    found = look_at(models(a=0.8), at_least=(1,), looks=2)
    (holm, uncorrected) = found.claims
    assert holm.error_bound == holm.error_independent == uncorrected.error_bound == found.level < found.alpha
    assert holm.power == power(N, 0.5, found.level, "one-sample", "greater")
    small = {"a": models(a=0.8)["a"][:40]}
    assert look_at(small, at_least=(1,)).claims[0].power == power(40, 0.5, 0.05, "one-sample", "greater")


def test_two_layers_have_a_trend() -> None:
    values = models(a=0.72)
    layers = {"a": np.array([values["a"], values["a"] + 0.1]) + np.random.default_rng(3).normal(0, 0.01, (2, N))}
    assert list(compare(Joined(np.arange(N), values, layers=layers), ask(at_least=(1,))).trends) == ["a"]


def test_a_p_of_exactly_alpha_is_shown_on_either_side() -> None:
    beyond, short = look_at(models(a=0.705), at_least=(1,)), look_at(models(a=0.695), at_least=(1,))
    for found, direction in ((beyond, "collapsed"), (short, "cleared")):
        p = found.p_collapse["a"] if direction == "collapsed" else found.p_clear["a"]
        assert 0 < p < 0.5
        values = models(a=0.705) if direction == "collapsed" else models(a=0.695)
        at, below = (look_at(values, at_least=(1,), alpha=alpha) for alpha in (p, math.nextafter(p, 0)))
        assert (getattr(at, direction), getattr(below, direction)) == (("a",), ())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"look": 3, "looks": 2}, "look: 3 of 2"),
        ({"threshold": 0.5}, "threshold: it is the null value, 0.5"),
        ({"at_least": (4,)}, "at least 4 of 3"),
    ],
)
def test_a_question_that_contradicts_itself_is_bad_input(changes: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        look_at(models(a=0.8, b=0.8, c=0.8), **changes)


@pytest.mark.parametrize(
    ("n", "changes", "level"),
    [
        (6, {"looks": "open"}, 0),
        (40, {"looks": "open", "effect": 0.04}, 0),
        (120, {"alpha": 0.001, "looks": 100, "boundary": "obrien-fleming"}, 0),
        (120, {"alpha": 1e-6, "looks": 50, "boundary": "obrien-fleming"}, 0),
        (1, {}, 0.05),
        (1, {"looks": "open"}, 0),
        (2, {"looks": "open"}, 0),
    ],
)
def test_a_look_at_which_nothing_can_be_shown_shows_nothing_and_does_not_fail(
    n: int, changes: dict, level: float
) -> None:
    values = {model: x[:n] for model, x in models(a=0.9, b=0.3, c=0.9).items()}
    found = look_at(values, **changes)
    assert (found.collapsed, found.cleared) == ((), ())
    assert found.level == pytest.approx(level, abs=1e-100)
    assert all(claim.power < 0.05 for claim in found.claims)
    assert all(math.isfinite(each.value) for each in measurements(found))


def test_a_look_that_no_result_can_decide_says_so() -> None:
    asked = ask(looks="open", effect=0.04)
    values = {model: x[:40] for model, x in models(a=0.9, b=0.3, c=0.9).items()}
    found = compare(Joined(np.arange(40), values), asked)
    assert found.level == 0
    assert (found.design.n_for_medium_effect, found.design.mde) == (None, None)
    assert "no result, however clear, crosses the boundary" in facts(found, asked).level
    assert facts(look_at(values), ask()).level == ""


def test_the_threshold_is_checked_even_when_no_model_can_be_tested() -> None:
    with pytest.raises(BadInput, match="threshold: it is the null value"):
        look_at({"a": np.full(N, 0.5)}, at_least=(1,), threshold=0.5)


def test_the_level_of_a_look_is_that_of_its_own_boundary() -> None:
    values = models(a=0.712)
    early, late = (look_at(values, at_least=(1,), looks=2, look=look, boundary="obrien-fleming") for look in (1, 2))
    assert early.level == pytest.approx(0.0088, abs=1e-4)
    assert late.level == pytest.approx(0.0467, abs=1e-4)


def test_a_model_that_bears_no_test_keeps_its_place_when_others_are_cleared() -> None:
    values = models(a=0.69, b=0.6) | {"c": np.full(N, 0.1)}
    found = look_at(values)
    assert found.p_clear["b"] == pytest.approx(3 * found.models["b"].clear.p)
    assert found.p_clear["a"] == pytest.approx(min(1.0, 2 * found.models["a"].clear.p))


def test_no_p_is_ever_zero_by_any_reading() -> None:
    found = look_at(models(a=5.0, b=5.1), at_least=(1,))
    each = [*found.p_sequential, *found.p_collapse.values(), *(one.collapse.p for one in found.models.values())]
    assert min(each) > 0
