"""Batches that do not fit in memory: smaller ones are taken, whatever is being done, and the results are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from store.errors import GonogoError
from store.kinds.diagnostics import Method
from store.models import DataRef, ModelRef
from tasks.diagnostics.diagnose import diagnose
from tasks.diagnostics.diagnosing import NULL_IMAGES
from tasks.diagnostics.diagnosis import Diagnosis

HUNGRY = '''
"""Models that ask for more memory than any machine has, where they are given more than some images at once."""

import torch

from tasks.diagnostics.families.blip import Blip
from tasks.diagnostics.families.clip import Clip
from tasks.diagnostics.nulls.random_init import FIRST_SEED


class Hungry:
    most, most_of_twins = 3, 3

    def build(self, config, seed):
        module = super().build(config, seed)
        most = self.most if seed < FIRST_SEED else self.most_of_twins
        module.vision_model.register_forward_pre_hook(
            lambda _, args, kwargs: eat(len(kwargs["pixel_values"] if kwargs else args[0]), most), with_kwargs=True
        )
        return module


def eat(images, most):
    if images > most:
        torch.empty(2**60)


class Dual(Hungry, Clip):
    pass


class Pair(Hungry, Blip):
    pass


class HungryTwins(Hungry, Clip):
    most_of_twins = 1


class Never(Hungry, Clip):
    most = 0


class Late(Clip):
    """Has no room for the second of the batches in which sinks are looked for: one image ran before to find sites."""

    runs = 0

    def build(self, config, seed):
        module = super().build(config, seed)
        module.vision_model.register_forward_pre_hook(self.count)
        return module

    def count(self, *_):
        Late.runs += 1
        eat(Late.runs == 3, 0)


class Faulty(Clip):
    runs = 0

    def build(self, config, seed):
        module = super().build(config, seed)
        module.vision_model.register_forward_pre_hook(self.fail)
        return module

    def fail(self, *_):
        Faulty.runs += 1
        raise RuntimeError("the shapes do not fit")
'''

DATA = DataRef(source="shapes", n=10, captions_per_image=1)
METHOD = Method(nulls=2, influence="sites")


@pytest.fixture(scope="module")
def hungry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hungry")
    (folder / "hungry_models.py").write_text(HUNGRY)
    return folder


def measured(locator: str, workspace: Path, batch_size: int = 8, told: list[str] | None = None) -> Diagnosis:
    def tell(done: int, total: int, note: str) -> None:
        if told is not None:
            told.append(note)

    return diagnose(ModelRef.parse(locator), DATA, workspace, batch_size, progress=tell, method=METHOD)


@pytest.mark.parametrize(("hungry_one", "plain"), [("Dual", "clip"), ("Pair", "blip")])
def test_batches_are_halved_until_they_fit_and_nothing_is_lost(hungry_one: str, plain: str, hungry: Path) -> None:
    told: list[str] = []
    found = measured(f"hungry_models.{hungry_one}:tiny@random", hungry, told=told)
    assert found.cost.batch_size == 2
    sizes = [note.rpartition(" ")[2] for note in told if note.startswith("out of memory; going on with batches of")]
    assert sizes == ["4", "2"], "what was learned of the memory is kept for what comes next"
    whole = measured(f"{plain}:tiny@random", hungry)
    assert found.data_digest == whole.data_digest
    assert found.values.keys() == whole.values.keys()
    for metric, values in whole.values.items():
        np.testing.assert_allclose(found.values[metric], values, atol=1e-6, err_msg=metric)
    assert [(effect.kind, effect.site) for effect in found.effects] == [(e.kind, e.site) for e in whole.effects]
    for one, other in zip(found.effects, whole.effects, strict=True):
        np.testing.assert_allclose(one.change, other.change, atol=1e-6)
    maps, whole_maps = ([reading.maps for reading in each.kinds.readings] for each in (found, whole))
    for one, other in zip(maps, whole_maps, strict=True):
        assert one is not None and other is not None
        assert one.inputs == other.inputs == DATA.n, "each image counts once, however often memory ran out"
        np.testing.assert_allclose(one.entropy, other.entropy, atol=1e-5)
        np.testing.assert_allclose(one.fixed_part, other.fixed_part, atol=1e-5)


def test_images_are_rolled_out_once_where_memory_runs_out_after_some_of_them(hungry: Path) -> None:
    def rolled(locator: str) -> dict[str, Any]:
        found = diagnose(ModelRef.parse(locator), DATA, hungry, 4, method=Method(nulls=0, influence="none"))
        assert found.cost.batch_size == (2 if "Late" in locator else 4)
        return {reading.place.name: reading.rollout for reading in found.kinds.readings}

    found, whole = rolled("hungry_models.Late:tiny@random"), rolled("clip:tiny@random")
    for place, entropies in whole.items():
        assert entropies.shape == found[place].shape == (DATA.n,)
        np.testing.assert_allclose(found[place], entropies, atol=1e-6)


def test_batches_are_halved_for_the_nulls_alone_where_only_those_do_not_fit(hungry: Path) -> None:
    told: list[str] = []
    found = measured("hungry_models.HungryTwins:tiny@random", hungry, batch_size=3, told=told)
    assert found.cost.batch_size == 1
    assert [note for note in told if "out of memory" in note] == ["out of memory; going on with batches of 1"]
    null, whole = found.nulls.random_init, measured("clip:tiny@random", hungry).nulls.random_init
    assert null is not None
    assert whole is not None
    assert null.images == NULL_IMAGES
    np.testing.assert_allclose(null.roles["vision"], whole.roles["vision"], atol=1e-6)


def test_a_batch_size_that_was_asked_for_is_never_exceeded(hungry: Path) -> None:
    found = measured("hungry_models.Dual:tiny@random", hungry, batch_size=3)
    assert found.cost.batch_size == 3, "also where all pairs are compared with one another"


def test_a_model_of_which_not_one_image_fits_is_one_clear_error(hungry: Path) -> None:
    with pytest.raises(GonogoError, match="out of memory on cpu, even for one image; take a smaller model"):
        measured("hungry_models.Never:tiny@random", hungry)


def test_another_error_is_not_tried_again(hungry: Path) -> None:
    with pytest.raises(RuntimeError, match="the shapes do not fit"):
        measured("hungry_models.Faulty:tiny@random", hungry)
    import sys

    assert sys.modules["hungry_models"].Faulty.runs == 1
