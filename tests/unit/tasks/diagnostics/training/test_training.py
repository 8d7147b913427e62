"""Training repeats itself for a seed, says when it diverges, and packs texts that do not see each other."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.diagnostics.quiet import quiet
from tasks.diagnostics.training.batches import HELD_OUT, batches, training_seed, with_things
from tasks.diagnostics.training.loop import Diverged, TrainingPlan, fit, rate_at, stages
from tasks.diagnostics.training.questions import ask
from tasks.diagnostics.training.recipes import find_recipe
from tasks.diagnostics.training.recipes.writer import Writer
from tasks.diagnostics.zoo import NAMES


def losses(name: str, folder: Path, seed: int) -> list[tuple[int, float]]:
    import torch

    recipe = find_recipe(name)
    plan = replace(recipe.plan, steps=3, batch=8)
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(seed)
        module = recipe.begin(folder, None)
        return list(fit(module, recipe.losses(module, plan, training_seed(seed)), plan, lambda _: None).curve)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_losses_and_another_seed_others(name: str, tmp_path: Path) -> None:
    first = losses(name, tmp_path, 5)
    assert first == losses(name, tmp_path, 5)
    assert first != losses(name, tmp_path, 6)
    assert len(first) == 3


def test_scenes_of_training_are_never_those_of_scores_or_of_data_sets() -> None:
    seeds = {training_seed(seed) for seed in range(100)}
    assert len(seeds) == 100
    assert max(seeds) < HELD_OUT < 0


def test_batches_never_repeat_a_scene_and_keep_to_their_stage() -> None:
    drawn = list(itertools.islice(batches(3, 10, lambda step: 1 + step), 3))
    flat = [index for batch in drawn for index in batch]
    assert len(set(flat)) == 30
    assert set(drawn[0]) <= set(with_things(3, 1, 100))
    stage = stages(TrainingPlan(steps=10, batch=1, rate=1.0), ((0.2, 1), (0.5, 2), (1.0, 3)))
    assert [stage(step) for step in range(11)] == [1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3]


def test_the_rate_rises_and_falls() -> None:
    plan = TrainingPlan(steps=100, batch=1, rate=2.0, warm_up=10)
    rates = [rate_at(step, plan) for step in range(1, 101)]
    assert max(rates) == pytest.approx(2.0, rel=0.05)
    assert rates.index(max(rates)) == 9
    assert rates[-1] == pytest.approx(0.02)


def test_a_loss_that_is_no_number_ends_the_training() -> None:
    import torch

    module = torch.nn.Linear(1, 1)
    with pytest.raises(Diverged, match="step 1"):
        fit(
            module,
            (module(torch.full((1, 1), torch.nan)).sum() for _ in range(3)),
            TrainingPlan(3, 1, 1.0),
            lambda _: None,
        )


@pytest.mark.parametrize("name", ["shapes-llava", "shapes-idefics"])
def test_packed_texts_do_not_see_each_other(name: str, tmp_path: Path) -> None:
    import torch

    from tasks.diagnostics.datasets.scenes import scene
    from tasks.diagnostics.training.batches import pixels

    recipe = find_recipe(name)
    assert isinstance(recipe, Writer)
    with torch.random.fork_rng(devices=[]), quiet(), torch.no_grad():
        torch.manual_seed(0)
        module = recipe.begin(tmp_path, None).eval()
        for parameter in (p for n, p in module.named_parameters() if "alpha" in n):
            parameter.fill_(1.0)
        texts = [recipe.dialogue(ask(kind, scene(3, 0)[0])) for kind in ("colour", "place")] + [recipe.text("a star")]
        seen = recipe.see(module, pixels(3, [0]))
        together = recipe.logits(module, seen, recipe.pack([texts]))
        at = len(recipe.prefix)
        for text in texts:
            alone = recipe.logits(module, recipe.see(module, pixels(3, [0])), recipe.pack([[text]]))
            part = together[:, at : at + len(text.ids)]
            torch.testing.assert_close(part, alone[:, len(recipe.prefix) :], atol=1e-4, rtol=1e-4)
            at += len(text.ids)
