"""The gate: a pure function of the locked rule and of the evidence on each model."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agents.assessment.evidence import DecisionRule, Determined, Looks, ModelEvidence, Side, Untested
from agents.assessment.gate import GateResult, apply_rule, partial_conjunction
from store.cycle.verdicts import Direction
from store.errors import BadInput
from tasks.statistics.partial_conjunction import partial_conjunction as vectorised

NORMAL = NormalDist()
ALPHA = 0.05


def side(z: float, n: int, models: int, alpha: float) -> Side:
    """One direction of a z-test of a model whose mean lies z standard errors in that direction, after n images."""
    critical = [-NORMAL.inv_cdf(alpha / j) for j in range(1, models + 1)]
    found = NORMAL.inv_cdf(0.8)
    images = tuple(math.ceil(n * ((level + found) / z) ** 2) if z > 1e-3 else None for level in critical)
    return Side(p=NORMAL.cdf(-z), shifts=tuple(level - z for level in critical), images=images)


def model(name: str, z: float, rule: DecisionRule, n: int = 100) -> Determined:
    return Determined(name, n, side(z, n, rule.models, rule.alpha), side(-z, n, rule.models, rule.alpha))


def stand(rule: DecisionRule, *z: float | None) -> list[ModelEvidence]:
    """Models a, b, c … at so many standard errors beyond the threshold; None is a model that could not be tested."""
    names = [chr(ord("a") + i) for i in range(len(z))]
    return [
        Untested(name, "29 images are fewer than 30") if at is None else model(name, at, rule)
        for name, at in zip(names, z, strict=True)
    ]


def given_p(name: str, collapse: float, clear: float, models: int) -> Determined:
    """A model with any p-values at all, and shifts that say no more than they do."""

    def one(p: float) -> Side:
        return Side(p, tuple(0.0 if p * j <= ALPHA else 1.0 for j in range(1, models + 1)), (None,) * models)

    return Determined(name, 100, one(collapse), one(clear))


TWO_OF_THREE = DecisionRule(at_least=2, models=3, alpha=ALPHA)
probability = st.one_of(st.floats(0, 1), st.floats(0, 0.06))
places = st.one_of(st.none(), st.floats(-4, 4))
studies = st.integers(1, 5).flatmap(lambda m: st.tuples(st.integers(1, m), st.lists(places, min_size=m, max_size=m)))


@pytest.mark.parametrize(
    ("z", "verdict", "collapsed", "cleared"),
    [
        ((3.0, 2.5, 0.0), "GO", ("a", "b"), ()),
        ((3.0, 2.5, 2.0), "GO", ("a", "b", "c"), ()),
        ((3.0, 1.0, 0.0), "INCONCLUSIVE", ("a",), ()),
        ((3.0, -3.0, 0.0), "INCONCLUSIVE", ("a",), ("b",)),
        ((3.0, -3.0, -3.0), "NO_GO", ("a",), ("b", "c")),
        ((0.0, -2.5, -2.0), "NO_GO", (), ("b", "c")),
        ((2.0, 2.0, 2.0), "INCONCLUSIVE", (), ()),
    ],
)  # fmt: skip
def test_the_verdict_on_two_of_three(
    z: tuple[float, ...], verdict: str, collapsed: tuple[str, ...], cleared: tuple[str, ...]
) -> None:
    found = apply_rule(TWO_OF_THREE, stand(TWO_OF_THREE, *z))
    assert (found.verdict, found.collapsed, found.cleared) == (verdict, collapsed, cleared)


def test_the_p_values_of_the_verdicts_are_those_of_partial_conjunction() -> None:
    evidence = [given_p(name, p, 1 - p, 3) for name, p in (("a", 0.2), ("b", 0.001), ("c", 0.02))]
    assert apply_rule(TWO_OF_THREE, evidence).p_go == pytest.approx(0.04)
    assert apply_rule(DecisionRule(3, 3, ALPHA), evidence).p_go == pytest.approx(0.2)
    assert apply_rule(DecisionRule(3, 3, ALPHA), evidence).p_no_go == pytest.approx(1.0)


@given(st.lists(st.floats(0, 1), max_size=6), st.integers(0, 3))
def test_partial_conjunction_without_arrays_is_the_one_with_arrays(p: list[float], undetermined: int) -> None:
    assume(len(p) + undetermined > 0)
    models = len(p) + undetermined
    assert partial_conjunction(p, models) == vectorised(np.array(p), models).tolist()


@given(studies)
def test_the_models_shown_are_as_many_as_partial_conjunction_counts(study: tuple[int, list[float | None]]) -> None:
    k, z = study
    rule = DecisionRule(k, len(z), ALPHA)
    found = apply_rule(rule, stand(rule, *z))
    p = np.array([NORMAL.cdf(-at) for at in z if at is not None])
    assert len(found.collapsed) == (vectorised(p, len(z)) <= ALPHA).sum()
    assert len(found.cleared) == (vectorised(1 - p, len(z)) <= ALPHA).sum()
    assert (found.verdict == "GO") == (found.p_go <= ALPHA)


@given(
    st.lists(st.tuples(probability, probability), min_size=1, max_size=5), st.integers(1, 5), st.floats(0.001, 0.999)
)
def test_go_and_no_go_never_hold_together_whatever_the_evidence_is(
    p: list[tuple[float, float]], k: int, alpha: float
) -> None:
    m = len(p)
    rule = DecisionRule(min(k, m), m, alpha)
    found = apply_rule(rule, [given_p(str(i), *both, m) for i, both in enumerate(p)])
    assert not (len(found.collapsed) >= rule.at_least and len(found.cleared) >= rule.against)
    assert not (found.p_go <= alpha and found.p_no_go <= alpha)
    assert not set(found.collapsed) & set(found.cleared)


@given(studies, st.randoms(use_true_random=False))
def test_the_order_of_the_models_has_no_influence(study: tuple[int, list[float | None]], random: object) -> None:
    k, z = study
    rule = DecisionRule(k, len(z), ALPHA)
    evidence = stand(rule, *z)
    shuffled = list(evidence)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert apply_rule(rule, shuffled) == apply_rule(rule, evidence)


RANK = {"NO_GO": 0, "INCONCLUSIVE": 1, "GO": 2}


@given(
    st.lists(st.tuples(probability, probability), min_size=1, max_size=5),
    st.integers(1, 5),
    st.integers(0, 4),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_more_evidence_of_collapse_never_leads_away_from_go(
    p: list[tuple[float, float]], k: int, at: int, less: float, more: float
) -> None:
    m = len(p)
    rule = DecisionRule(min(k, m), m, ALPHA)
    moved = list(p)
    collapse, clear = moved[at % m]
    moved[at % m] = (collapse * less, clear + (1 - clear) * more)
    before, after = (
        apply_rule(rule, [given_p(str(i), *both, m) for i, both in enumerate(evidence)]) for evidence in (p, moved)
    )
    assert RANK[after.verdict] >= RANK[before.verdict]


@given(studies)
def test_a_model_that_could_not_be_tested_counts_as_one_in_both_directions(
    study: tuple[int, list[float | None]],
) -> None:
    k, z = study
    m = len(z)
    rule = DecisionRule(k, m, ALPHA)
    ones = [given_p(one.model, 1.0, 1.0, m) if isinstance(one, Untested) else one for one in stand(rule, *z)]
    with_reason, with_ones = apply_rule(rule, stand(rule, *z)), apply_rule(rule, ones)
    assert (with_reason.verdict, with_reason.p_go, with_reason.p_no_go) == (
        with_ones.verdict, with_ones.p_go, with_ones.p_no_go,
    )  # fmt: skip
    assert [one.reason for one in with_reason.undetermined] == ["29 images are fewer than 30"] * z.count(None)


def test_a_model_that_is_significant_both_ways_is_undetermined() -> None:
    evidence = [given_p("a", 0.001, 0.001, 1)]
    found = apply_rule(DecisionRule(1, 1, ALPHA), evidence)
    assert found.verdict == "INCONCLUSIVE"
    assert "both directions" in found.undetermined[0].reason


def shifted(rule: DecisionRule, z: list[float | None], by: Callable[[str], float]) -> GateResult:
    names = [one.model for one in stand(rule, *z)]
    return apply_rule(
        rule, stand(rule, *(at if at is None else at + by(name) for name, at in zip(names, z, strict=True)))
    )


@given(studies)
def test_the_flip_gives_its_verdict_and_no_smaller_change_gives_any_other(
    study: tuple[int, list[float | None]],
) -> None:
    k, z = study
    rule = DecisionRule(k, len(z), ALPHA)
    found = apply_rule(rule, stand(rule, *z))
    if found.flip is None:
        assert found.verdict == "INCONCLUSIVE"
        assert len([at for at in z if at is not None]) < min(rule.at_least, rule.against), "too few to decide anything"
        return
    moves = {
        change.model: (change.standard_errors * (1 + 1e-6) + math.copysign(1e-6, change.standard_errors))
        * (1 if change.direction == "collapse" else -1)
        for change in found.flip.changes
    }
    assert shifted(rule, z, lambda name: moves.get(name, 0.0)).verdict == found.flip.to != found.verdict
    assert found.flip.standard_errors == max(abs(change.standard_errors) for change in found.flip.changes)
    for direction in (1, -1):
        less = max(0.0, found.flip.standard_errors - 1e-6) * direction
        assert shifted(rule, z, lambda _, less=less: less).verdict == found.verdict  # type: ignore[misc]


def test_the_smallest_change_of_a_go_is_the_model_that_is_nearest_to_its_bound() -> None:
    found = apply_rule(TWO_OF_THREE, stand(TWO_OF_THREE, 3.0, 2.5, 0.0))
    assert found.flip is not None
    assert found.flip.to == "INCONCLUSIVE"
    (change,) = found.flip.changes
    assert (change.model, change.direction) == ("b", "collapse")
    assert change.bound == pytest.approx(ALPHA / 2)
    assert change.standard_errors == pytest.approx(NORMAL.inv_cdf(1 - ALPHA / 2) - 2.5)
    assert str(found.flip) == "INCONCLUSIVE if means moved by standard errors: b -0.54 (p of collapse above 0.025)"


def test_a_verdict_that_rests_on_one_model_more_than_it_needs_flips_only_when_two_change() -> None:
    found = apply_rule(TWO_OF_THREE, stand(TWO_OF_THREE, 4.0, 2.5, 2.4))
    assert found.flip is not None
    assert [change.model for change in found.flip.changes] == ["b", "c"]
    assert found.flip.standard_errors == pytest.approx(2.5 - NORMAL.inv_cdf(1 - ALPHA / 2))


def test_three_small_moves_can_flip_what_two_larger_ones_would() -> None:
    """Nothing is shown once not even the smallest p is within alpha/3."""
    found = apply_rule(TWO_OF_THREE, stand(TWO_OF_THREE, 4.0, 3.9, 3.8))
    assert found.flip is not None
    assert [change.model for change in found.flip.changes] == ["a", "b", "c"]
    assert found.flip.standard_errors == pytest.approx(4.0 - NORMAL.inv_cdf(1 - ALPHA / 3))


def test_an_open_verdict_names_the_nearer_of_go_and_no_go() -> None:
    found = apply_rule(TWO_OF_THREE, stand(TWO_OF_THREE, 3.0, 1.5, -1.0))
    assert found.flip is not None
    assert found.flip.to == "GO"
    assert [change.model for change in found.flip.changes] == ["b"]
    assert str(found.flip) == "GO if means moved by standard errors: b +0.46 (p of collapse below 0.025)"
    reverse = apply_rule(TWO_OF_THREE, stand(TWO_OF_THREE, -3.0, -1.5, 1.0))
    assert reverse.flip is not None
    assert (reverse.flip.to, reverse.flip.standard_errors) == ("NO_GO", found.flip.standard_errors)


def test_an_open_verdict_tells_the_images_that_would_decide_it() -> None:
    found = apply_rule(TWO_OF_THREE, stand(TWO_OF_THREE, 3.0, 1.5, -1.0))
    assert found.more is not None
    needed = math.ceil(100 * ((NORMAL.inv_cdf(1 - ALPHA / 2) + NORMAL.inv_cdf(0.8)) / 1.5) ** 2)
    assert (found.more.to, found.more.images, found.more.models) == ("GO", needed - 100, ("b",))
    assert str(found.more) == f"GO with {needed - 100} more images, if b went on as observed"


@given(studies)
def test_images_are_told_for_open_verdicts_that_effects_can_decide(study: tuple[int, list[float | None]]) -> None:
    k, z = study
    rule = DecisionRule(k, len(z), ALPHA)
    found = apply_rule(rule, stand(rule, *z))
    beyond = sum(at is not None and at > 1e-3 for at in z)
    short = sum(at is not None and at < -1e-3 for at in z)
    decidable = beyond >= rule.at_least or short >= rule.against
    assert (found.more is not None) == (found.verdict == "INCONCLUSIVE" and decidable)
    assert found.more is None or found.more.images >= 1


def test_no_change_of_one_model_alone_can_decide_about_three() -> None:
    found = apply_rule(TWO_OF_THREE, stand(TWO_OF_THREE, 1.0, None, None))
    assert (found.verdict, found.flip, found.more) == ("INCONCLUSIVE", None, None)
    assert found.reason.startswith(
        "too few models are decided either way; undecided: a, b (29 images are fewer than 30)"
    )


def test_what_the_images_at_hand_should_have_shown_takes_at_least_one_more() -> None:
    unlucky = Determined("a", 100, Side(0.2, (1.0,), (60,)), Side(0.8, (4.0,), (None,)))
    found = apply_rule(DecisionRule(1, 1, ALPHA), [unlucky])
    assert found.more is not None
    assert (found.more.to, found.more.images) == ("GO", 1)


def test_of_two_models_that_are_near_the_nearer_one_flips_the_verdict() -> None:
    far, near = (
        Determined(name, 100, Side(0.2, (shift, shift + 0.5), (400, 500)), Side(0.8, (9.0, 9.5), (None, None)))
        for name, shift in (("a", 0.8), ("b", 0.3))
    )
    found = apply_rule(DecisionRule(1, 2, ALPHA), [far, near])
    assert found.flip is not None
    assert [(change.model, change.standard_errors) for change in found.flip.changes] == [("b", 0.8)]


@pytest.mark.parametrize(
    ("looks", "planned", "look", "used_up"),
    [("bonferroni", 1, 1, True), ("pocock", 3, 2, False), ("pocock", 3, 3, True), ("open", 1, 9, False)],
)
def test_an_open_verdict_says_when_no_look_is_left(looks: Looks, planned: int, look: int, used_up: bool) -> None:
    rule = DecisionRule(2, 3, ALPHA, looks, planned)
    assert ("no look is left" in apply_rule(rule, stand(rule, 0.0, 0.0, 0.0), look).reason) == used_up


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"at_least": 4, "models": 3, "alpha": 0.05}, "at_least: 4 of 3"),
        ({"at_least": 0, "models": 3, "alpha": 0.05}, "at_least: 0 of 3"),
        ({"at_least": 1, "models": 3, "alpha": 0.0}, "alpha"),
        ({"at_least": 1, "models": 3, "alpha": 1.0}, "alpha"),
        ({"at_least": 1, "models": 3, "alpha": math.nan}, "alpha"),
        ({"at_least": 1, "models": 3, "alpha": 0.05, "planned": 0}, "planned"),
        ({"at_least": 1.5, "models": 3, "alpha": 0.05}, "at_least: 1.5 is no whole number"),
        ({"at_least": True, "models": 3, "alpha": 0.05}, "at_least: True is no whole number"),
        ({"at_least": 1, "models": 3, "alpha": 0.05, "looks": "often"}, "looks: 'often' is none of"),
    ],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused_by_name(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        DecisionRule(**arguments)  # type: ignore[arg-type]


def test_evidence_that_does_not_belong_to_the_rule_is_refused_by_name() -> None:
    rule = TWO_OF_THREE
    a, b, c = stand(rule, 0.0, 1.0, 2.0)
    assert isinstance(c, Determined)
    for evidence, look, said in (
        ([a, b], 1, "the rule is about 3 models, not a, b"),
        ([a, b, b], 1, "the rule is about 3 models"),
        ([], 1, "not none"),
        ([a, b, c], 2, "look: 2 of 1"),
        ([a, b, c], 0, "look: 0 of 1"),
        ([a, b, replace(c, collapse=replace(c.collapse, p=math.nan))], 1, "p of model c"),
        ([a, b, replace(c, clear=replace(c.clear, p=1.5))], 1, "p of model c"),
        ([a, b, replace(c, clear=replace(c.clear, shifts=(0.0,)))], 1, "shifts and images of model c"),
        ([a, b, replace(c, clear=replace(c.clear, shifts=(0.0, math.nan, 1.0)))], 1, "shifts of model c"),
    ):
        with pytest.raises(BadInput, match=said):
            apply_rule(rule, evidence, look)


@given(studies)
def test_the_images_still_needed_are_the_fewest_of_all_ways_to_decide(study: tuple[int, list[float | None]]) -> None:
    k, z = study
    rule = DecisionRule(k, len(z), ALPHA)
    evidence = stand(rule, *z)
    found = apply_rule(rule, evidence)
    assume(found.verdict == "INCONCLUSIVE")
    tested = [one for one in evidence if isinstance(one, Determined)]

    def extra(one: Determined, direction: Direction, j: int) -> float:
        """Images that bring a model within alpha/j; none where it is there."""
        side = one.side(direction)
        if side.p * j <= ALPHA:
            return 0.0
        images = side.images[j - 1]
        return math.inf if images is None else max(1, images - one.n)

    ways: list[float] = []
    directions: tuple[tuple[Direction, int], ...] = (("collapse", rule.at_least), ("clear", rule.against))
    for direction, needed in directions:
        for chosen in permutations(tested, needed):
            ways.append(max(extra(one, direction, rule.models - v) for v, one in enumerate(chosen)))
    fewest = min(ways, default=math.inf)
    assert (None if found.more is None else found.more.images) == (int(fewest) if math.isfinite(fewest) else None)


def test_an_open_study_always_has_another_look() -> None:
    rule = replace(TWO_OF_THREE, looks="open", planned=1)
    assert "no look is left" not in apply_rule(rule, stand(rule, 0.0, 0.0, 0.0), 1).reason


def test_a_p_that_is_alpha_is_within_it() -> None:
    rule = DecisionRule(1, 1, ALPHA)
    assert apply_rule(rule, [given_p("a", ALPHA, 1.0, 1)]).verdict == "GO"
    assert apply_rule(rule, [given_p("a", math.nextafter(ALPHA, 1), 0.9, 1)]).verdict == "INCONCLUSIVE"


def test_the_p_of_no_go_is_that_of_the_models_against() -> None:
    rule = DecisionRule(3, 3, ALPHA)
    found = apply_rule(rule, [given_p(name, 1.0, p, 3) for name, p in zip("abc", (0.01, 0.2, 0.4), strict=True)])
    assert (found.verdict, found.p_no_go) == ("NO_GO", pytest.approx(0.03))
