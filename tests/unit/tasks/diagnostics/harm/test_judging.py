"""When a model is called harmful, harmless, or neither: by drawn losses of pairs whose truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from tasks.diagnostics.harm.judging import Harm, band, best_rescue, judge_harm, needs
from tasks.diagnostics.harm.measuring import Performance, Rescue
from tasks.diagnostics.harm.rise import Rise
from tasks.diagnostics.harm.task_loss import TEMPERATURES, TaskLoss
from tasks.diagnostics.intervention.influence import Kind
from tasks.diagnostics.measures import Floats

N = 40
RNG = np.random.default_rng(0)
BASE = RNG.gamma(2.0, 0.2, N)


def task_loss(rise: float = 0.0, beaten: float = 0.95, noise: float = 0.02, n: int = N, seed: int = 1) -> TaskLoss:
    """A model whose loss is higher by `rise` than that of a sound one, pair by pair but for some noise."""
    rng = np.random.default_rng(seed)
    loss = np.maximum(BASE[:n] + rise + noise * rng.normal(size=n), 0.0)
    at = np.stack([loss + 0.5 * step for step in range(len(TEMPERATURES))], axis=1)
    return TaskLoss(at, np.clip(beaten + 0.02 * rng.normal(size=n), 0, 1))


GUESSING = (task_loss(2.0, beaten=0.5, seed=8), task_loss(2.0, beaten=0.52, seed=9))


def judged(own: TaskLoss | None = None, swapped: Any = (), **what: Any) -> Harm:
    found = Performance(own or task_loss(), **{"untrained": GUESSING, **what})
    return judge_harm(found, dict(swapped), untrained=False)


def test_without_anything_to_compare_a_sound_model_is_undecided() -> None:
    found = judged()
    assert found.label == "undecided"
    assert "no sound model was named" in found.reason


def test_a_model_that_does_no_better_than_its_untrained_copies_is_harmful() -> None:
    found = judged(task_loss(2.0, beaten=0.51))
    assert (found.label, found.reason) == ("harmful", "It does its task no better than re-initialised copies.")
    assert judged(task_loss(2.0, beaten=0.51), untrained=()).label == "undecided", "the floor was not measured"


def test_untrained_weights_are_at_the_floor_and_neither_harmful_nor_harmless() -> None:
    found = judge_harm(Performance(task_loss(2.0, beaten=0.51), GUESSING), {}, untrained=True)
    assert (found.label, found.reason.partition(":")[0]) == ("undecided", "At the floor")


@pytest.mark.parametrize(("factor", "how"), [(0.5, "softer"), (2.0, "sharper")])
def test_attention_that_would_do_better_otherwise_is_harmful_and_says_how(factor: float, how: str) -> None:
    rescues = {"vision": (Rescue(factor, task_loss(-0.2)), Rescue(1 / factor, task_loss(0.3)))}
    found = judged(rescues=rescues)
    assert (found.label, found.reason) == ("harmful", f"It does its task better with {how} attention in vision.")


def test_of_a_role_that_would_do_better_the_layers_that_do_are_named_in_its_place() -> None:
    better, same = (Rescue(0.5, task_loss(-0.2)),), (Rescue(0.5, task_loss(0.1)),)
    found = judged(rescues={"vision": better, "vision/00": same, "vision/01": better})
    assert found.reason == "It does its task better with softer attention in vision/01."


def test_a_loss_that_falls_by_chance_or_by_nothing_rescues_nobody() -> None:
    unsure, little = (Rescue(0.5, task_loss(-0.1, noise=0.5)),), (Rescue(0.5, task_loss(-0.03, noise=0.001)),)
    assert judged(rescues={"vision": unsure, "text": little}).label == "undecided"


def test_an_output_that_is_only_less_sure_rescues_nobody() -> None:
    """The loss at its own temperature falls; at the best temperature of each it does not."""
    own = task_loss(0.5)
    sharp = TaskLoss(np.concatenate([own.at[:, :1] + 3.0, own.at[:, :-1]], axis=1), own.beaten)
    assert judged(sharp, rescues={"text": (Rescue(0.5, own),)}).label == "undecided"


def test_of_several_rescues_the_sure_one_with_the_lowest_loss_is_the_best() -> None:
    unsure, sure = Rescue(0.25, task_loss(-0.3, noise=1.5)), Rescue(0.5, task_loss(-0.2))
    found = best_rescue((unsure, sure), task_loss())
    assert found is not None and found[0] is sure
    assert best_rescue((), task_loss()) is None


def test_a_plant_is_held_to_the_same_weights_without_it() -> None:
    harmed = judged(task_loss(0.1), twin=task_loss(seed=2))
    assert (harmed.label, "without what was planted" in harmed.reason) == ("harmful", True)
    sound = judged(task_loss(), twin=task_loss(seed=2))
    assert (sound.label, "as well as the same weights" in sound.reason) == ("harmless", True)
    unclear = judged(task_loss(0.05, noise=0.4), twin=task_loss(noise=0.4, seed=2))
    assert (unclear.label, "so few pairs" in unclear.reason) == ("undecided", True)


def test_references_are_a_band_where_there_are_enough_and_twins_where_there_are_not() -> None:
    seeds = {f"seed {i}": task_loss(0.05 * i, seed=i) for i in range(6)}
    means = [each.loss.mean() for each in seeds.values()]
    low, high = band(list(seeds.values()), 0.95)
    assert low < min(means) and high > max(means)
    of_means = stats.t.interval(0.95, 5, np.mean(means), np.std(means, ddof=1) * (1 + 1 / 6) ** 0.5)
    assert (low, high) == (pytest.approx(of_means[0]), pytest.approx(of_means[1]))
    near = {f"seed {i}": task_loss(0.0, noise=1e-5, seed=i) for i in range(5)}
    for rise, label in ((0.03, "harmless"), (0.07, "harmful")):
        assert judged(task_loss(rise, noise=1e-5), references=near).label == label, "a hair beyond a band is no harm"
    edge = (high + band(list(seeds.values()), 0.99)[1]) / 2 - task_loss().loss.mean()
    assert judged(task_loss(edge), references=seeds).label == "undecided", "of sound ones, too, some lie there"
    assert judged(task_loss(0.1), references=seeds).label == "harmless"
    assert judged(task_loss(1.0), references=seeds).label == "harmful"
    one = {"twin": task_loss(seed=3)}
    assert judged(task_loss(1.0), references=one).reason == "It does its task worse than its reference."
    assert judged(task_loss(), references=one).label == "harmless"
    two = {**one, "worse": task_loss(2.0, seed=4)}
    assert judged(task_loss(1.0), references=two).label == "harmless", "no worse than one of them"


def swapped(image: float, text: float, noise: float = 0.1, n: int = N) -> dict[str, Floats]:
    return {"image": image + noise * RNG.normal(size=n), "text": text + noise * RNG.normal(size=n)}


@pytest.mark.parametrize(
    ("rises", "expected"),
    [
        (swapped(2.0, 1.0), {"image": "needed", "text": "needed"}),
        (swapped(2.0, 0.0), {"image": "needed", "text": "neglected"}),
        (swapped(0.02, 3.0), {"image": "neglected", "text": "needed"}),
        (swapped(0.0, 0.0, noise=0.01), {"image": "neglected", "text": "neglected"}),
        (swapped(2.0, 0.2, noise=1.0), {"image": "needed", "text": "unclear"}),
        (swapped(2.0, 0.0, n=29), {}),
        ({}, {}),
    ],
)
def test_a_modality_is_neglected_where_its_exchange_costs_hardly_anything(rises: Any, expected: Any) -> None:
    assert needs(rises) == expected


def test_a_neglected_modality_is_harmful_and_named() -> None:
    found = judged(swapped=swapped(0.0, 2.0))
    assert (found.label, found.reason) == ("harmful", "It hardly makes use of the image.")


def test_what_attention_reads_in_the_input_is_used_unused_or_unclear() -> None:
    resampled = {"vision": task_loss(1.0), "text": task_loss(0.0), "cross": task_loss(0.1, noise=0.8)}
    assert judged(resampled=resampled).use == {"vision": "used", "text": "unused", "cross": "unclear"}
    noisy = judged(resampled={"vision": task_loss(0.3)}, jittered=task_loss(0.25))
    assert noisy.use == {"vision": "unused"}, "images that are not quite the same cost as much"


def test_fewer_than_thirty_pairs_settle_nothing() -> None:
    few = Performance(task_loss(2.0, beaten=0.51, n=29), tuple(TaskLoss(g.at[:29], g.beaten[:29]) for g in GUESSING))
    assert judge_harm(few, {}, False).label == "undecided"


def test_without_a_task_the_reason_is_given() -> None:
    assert judge_harm(None, {}, False).reason == "The model has no task with right answers on these data."
    assert judge_harm(None, {}, False, "Nobody asked.").reason == "Nobody asked."


def test_a_modality_that_was_not_exchanged_is_named_with_the_reason() -> None:
    untried: dict[Kind, str] = {"swap-text": "all texts are the same", "cut-text": "it would have nothing to write"}
    found = judge_harm(Performance(task_loss(), GUESSING), {}, untrained=False, untried=untried)
    assert found.reason.endswith(" Not tried: another text, as all texts are the same.")
    assert "nothing to write" not in found.reason, "an empty text decides nothing"


def test_a_rise_has_its_t_interval_and_no_spread_leaves_no_doubt() -> None:
    values = np.array([0.1, 0.3, 0.2, 0.4])
    found = Rise.of(values)
    reach = 3.182446 * values.std(ddof=1) / 2
    assert (found.low, found.high) == pytest.approx((0.25 - reach, 0.25 + reach), abs=1e-6)
    assert found.z == pytest.approx(0.25 / (values.std(ddof=1) / 2))
    assert Rise.of(np.full(4, 0.2)).z == np.inf
    assert Rise.of(np.zeros(4)).z == 0


def test_where_copies_do_the_task_well_being_no_better_is_no_harm_that_is_known() -> None:
    """As where crops are found by their colours: random weights do that."""
    able = (task_loss(0.2, beaten=0.93, seed=8), task_loss(0.2, beaten=0.93, seed=9))
    own = task_loss(0.5, beaten=0.79)
    found = judge_harm(Performance(own, able), {}, untrained=False)
    assert (found.label, "no test of what was learnt" in found.reason) == ("undecided", True)
    below = judge_harm(Performance(own, able, twin=task_loss(0.0)), {}, untrained=False)
    assert (below.label, "without what was planted" in below.reason) == ("harmful", True)
    same = judge_harm(Performance(own, able, twin=own), {}, untrained=False)
    assert (same.label, same.reason[:28]) == ("harmless", "It does its task as well as ")
    assert judge_harm(Performance(task_loss(0.5, beaten=0.52), GUESSING), {}, untrained=False).label == "harmful"
