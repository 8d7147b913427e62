"""The benchmark of verdicts: members are built as their recipe says, and the page counts what rows hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.validity.family import Members
from benchmarks.validity.members import SETTINGS, Job, Row, Seen, Setting, _rows, jobs
from benchmarks.validity.page import page
from benchmarks.validity.pictures import LENGTH, SIDE, WORDS, dataset, picture
from benchmarks.validity.recipes import RECIPES, SOUND, Recipe
from benchmarks.validity.separation import area, bounds
from benchmarks.validity.training import train
from store.kinds.diagnostics import Method
from store.models import ModelRef
from tasks.diagnostics.diagnose import diagnose
from tasks.diagnostics.harm.measuring import Performance, Rescue
from tasks.diagnostics.harm.task_loss import TEMPERATURES, TaskLoss

QUICK = Setting("dual", 8, "shapes", 2, 1)


@pytest.mark.parametrize("data", ["shapes", "stripes"])
def test_a_picture_and_its_caption_follow_from_seed_and_index_alone(data: str) -> None:
    pixels, caption = picture(data, 5, 3)  # type: ignore[arg-type]
    again, _ = picture(data, 5, 3)  # type: ignore[arg-type]
    assert pixels.shape == (SIDE, SIDE, 3)
    assert np.array_equal(pixels, again)
    assert len(caption.split()) == LENGTH
    assert set(caption.split()) <= set(WORDS)
    assert len({picture(data, 5, index)[1] for index in range(50)}) > 40  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("architecture", "recipe", "kind"),
    [
        ("dual", "uniform", "diffuse"),
        ("matcher", "by place", "static"),
        ("writer", "one map", "redundant"),
        ("captioner", "one map", "redundant"),
        ("dual", "sharp start", "peaked"),
    ],
)
def test_a_member_shows_what_it_was_built_to(architecture: str, recipe: str, kind: str, tmp_path: Path) -> None:
    """After two steps of training, from queries and keys that are a little larger so that maps are not uniform yet."""
    data = dataset("shapes", 9, 32, tmp_path / "pictures")
    built: Recipe = next(each for each in RECIPES if each.name == recipe)
    if recipe in ("by place", "one map"):
        built = replace(built, sharper=3.0)
    train(built, architecture, 8, "shapes", 3, 2, tmp_path / "member.safetensors")  # type: ignore[arg-type]
    ref = ModelRef.parse("benchmarks.validity.family.Members:member@member.safetensors")
    found = diagnose(ref, data, tmp_path, batch_size=32, method=Method(nulls=0, influence="none"))
    role = "fusion" if architecture == "writer" else "vision"
    assert kind in {name for name, places in found.kinds.collapsed.items() if any(p.startswith(role) for p in places)}
    assert Members().names() == ("member",)


def test_every_setting_has_sound_members_and_every_recipe_that_it_can_have() -> None:
    for setting in SETTINGS:
        trained, planted = jobs(setting)
        assert sum(job.is_sound for job in trained) == setting.sound
        names = {job.recipe.name for job in trained}
        assert names == {recipe.name for recipe in RECIPES if setting.architecture in recipe.of}
        assert all(job.plant and not job.is_sound for job in planted)
        assert len({(job.file, job.plant) for job in (*trained, *planted)}) == len(trained) + len(planted)


def seen(job: Job, loss: float, kinds: tuple[str, ...] = ()) -> Seen:
    rng = np.random.default_rng(job.seed)
    at = np.repeat((loss + 0.01 * rng.normal(size=40))[:, None], len(TEMPERATURES), axis=1)
    own = TaskLoss(at, np.full(40, 0.9) + 0.01 * rng.normal(size=40))
    rescues = {"vision": (Rescue(0.5, TaskLoss(at + 0.1, own.beaten)), Rescue(2.0, TaskLoss(at - 0.04, own.beaten)))}
    ratios = {
        "vision/00": {"diffuse": 0.5 if kinds else 4.0},
        "vision/01": {"diffuse": 3.0, "static": 2.0},
        "text/00": {},
    }
    return Seen(job, dict.fromkeys(kinds, ("vision/00",)), ratios, Performance(own, rescues=rescues), {}, loss)


def test_a_member_is_harmed_where_it_does_worse_than_sound_ones_by_three_deviations() -> None:
    sound = [seen(Job(QUICK, SOUND, seed), 0.5 + 0.02 * seed) for seed in range(1, 7)]
    worse, same = (Job(QUICK, RECIPES[2], seed, kind="diffuse") for seed in (1, 2))
    rows = list(_rows([*sound, seen(worse, 2.0, ("diffuse",)), seen(same, 0.6)]))
    assert [row.harmed for row in rows] == [False] * 6 + [True, False]
    assert [row.beside for row in rows[-2:]] == ["harmful", "harmless"]
    assert {row.alone for row in rows} == {"undecided"}, "nothing to compare with, and no floor"
    text = page(rows, "a test")
    assert "| diffuse | 1 of 2 [0.01, 0.99] | 6 of 6 [0.54, 1.00] |" in text
    assert "| beside | 1 | 1 of 1 [0.03, 1.00] |" in text
    assert "| diffuse, found | 0.90 | 0.50 | [0.01, 0.99] | no |" in text
    assert "| diffuse, not named in sound members | 0.90 | 1.00 | [0.54, 1.00] | yes |" in text
    assert "- diffuse, found: not in dual, 17 keys, shapes, sharp start (1)." in text
    assert text.count("| dual, 17 keys, shapes |") == len(rows)
    assert isinstance(rows[0], Row)
    assert [row.ratios for row in rows[5:7]] == [{"diffuse": 3.0, "static": 2.0}, {"diffuse": 0.5, "static": 2.0}]
    assert [row.saved for row in rows] == [pytest.approx(0.04)] * 8
    assert rows[6].above > 10 > abs(rows[2].above)
    assert "| diffuse | 0.75 [0.30, 0.95] | 1 of 2 | 0.50 to 3.00 | 3.00 |" in text
    assert "| beside | 1.00 [" in text


def test_the_bounds_of_an_area_are_those_of_a_search_over_its_score_test() -> None:
    """Newcombe's method 5: bounds are where the area is 1.96 standard errors of their own away."""
    for value, m, n in ((0.75, 2, 6), (1.0, 12, 12), (0.9, 30, 8), (0.0, 5, 5)):
        low, high = bounds(value, m, n)
        assert 0 <= low <= value <= high <= 1
        for bound in (low, high):
            if 0 < bound < 1:
                half = (m + n) / 2 - 1
                of = bound * (1 - bound) * (1 + half * ((1 - bound) / (2 - bound) + bound / (1 + bound))) / (m * n)
                assert abs(value - bound) == pytest.approx(1.96 * of**0.5)
    assert bounds(1.0, 12, 12)[0] < 0.95, "no certainty where all pairs are in order"
    assert area([1, 2], [2, 3]) == (1 + 1 + 0.5 + 1) / 4
