"""The sites of a role are one stack of layers, in the order of its depth, in every family."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.errors import BadInput
from store.models import LAYER_ROLES, ModelRef
from tasks.diagnostics.families import find_family
from tasks.diagnostics.intervention.planting import planted
from tasks.diagnostics.site_layout import SiteLayout, find_layout

from .conftest import TINY
from .test_encoders import CAPTIONS, uneven

CONTINUED = {"mllama:tiny": r"\.(global_)?transformer\.layers"}
"""Model -> what its vision tower is split into: the layers that go on from the others are in a list of their own."""


def laid_out(model: Any) -> SiteLayout:
    return find_layout(model, uneven(), CAPTIONS)


@pytest.mark.parametrize("name", TINY)
def test_layers_of_a_role_differ_by_their_number_alone_which_counts_up(name: str, tiny: Callable[[str], Any]) -> None:
    for role, spots in laid_out(tiny(name)).roles.items():
        if role not in LAYER_ROLES:
            continue
        names = [re.sub(CONTINUED.get(name, "$^"), ".layers", spot.name) for spot in spots]
        assert len({re.sub(r"\d+", "N", each) for each in names}) == 1, (role, names)
        if name not in CONTINUED:
            numbers = [[int(number) for number in re.findall(r"\d+", each)] for each in names]
            assert numbers == sorted(numbers), (role, names)


def with_siglip(key: str, folder: Path, head: bool) -> Any:
    """A small model of LLaVA's kin with SigLIP's vision tower, saved and loaded."""
    import torch
    import transformers

    family: Any = find_family(key)
    options = copy.deepcopy(dict(family.sizes["tiny"]))
    vision = {**options["vision_config"], "model_type": "siglip_vision_model", "vision_use_head": head}
    options |= {"vision_config": vision, "vision_feature_select_strategy": "full"}
    family.build(getattr(transformers, family.config_class)(**options), 0).save_pretrained(folder)
    return family.load(ModelRef(id="t", family=key, name="mine", weights=str(folder)), folder, 0, torch.device("cpu"))


def test_the_pooling_head_of_siglip_is_no_layer_of_llavas_vision_tower(tmp_path: Path) -> None:
    roles = laid_out(with_siglip("llava", tmp_path, head=True)).roles
    assert {role: len(spots) for role, spots in roles.items()} == {"vision": 2, "pooling": 1, "fusion": 2}
    assert [spot.name for spot in roles["pooling"]] == ["model.vision_tower.head.attention"]


def test_llava_next_takes_siglip_without_its_pooling_head_and_refuses_it_with_one(tmp_path: Path) -> None:
    from tasks.diagnostics.measuring import Measuring

    model = with_siglip("llava_next", tmp_path / "without", head=False)
    measuring = Measuring(model, laid_out(model))
    measuring.measure(uneven(), CAPTIONS)
    assert {role: len(measuring.record.layers(role)) for role in ("vision", "fusion")} == {"vision": 2, "fusion": 2}
    with pytest.raises(BadInput, match=r"pools each tile by a head .*; write vision_use_head false"):
        with_siglip("llava_next", tmp_path / "with", head=True)


def test_the_latents_of_instructblip_and_its_language_model_are_not_averaged(tiny: Callable[[str], Any]) -> None:
    roles = laid_out(tiny("instructblip:tiny")).roles
    assert all(spot.name.startswith("language_model.") for spot in roles["fusion"])
    assert all(spot.name.startswith("qformer.") for spot in roles["pooling"])


def test_a_plant_names_a_stream_as_it_names_a_tower(tiny: Callable[[str], Any]) -> None:
    from store.models import Plant

    layout = laid_out(tiny("bridgetower:tiny"))
    changes = planted(layout, Plant.parse("tower=text_stream,layers=1,scale=8"))
    assert list(changes) == ["bridgetower.cross_modal_text_layers.1.attention.self"]
