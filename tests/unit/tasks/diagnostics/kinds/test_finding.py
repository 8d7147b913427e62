"""Which kinds of collapse a site shows, by what was measured of its maps."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from store.kinds.diagnostics_collapse import DEFINITIONS, KIND_NAMES
from store.kinds.diagnostics_sites import SitePlace
from tasks.diagnostics.kinds.finding import Reading, read_kinds
from tasks.diagnostics.kinds.words import kinds_in_words, places_in_words
from tasks.diagnostics.maps.site_maps import Maps, Similarity, SiteMaps


def maps(keys: float = 20.0, of: float = 65.0, **changes: Any) -> SiteMaps:
    """A site with four heads whose rows attend to some of 65 keys, three quarters of it by the input."""
    reach, entropy = np.full(4, math.log(of)), np.full(4, math.log(keys))
    away = reach - entropy
    whole = SiteMaps(
        inputs=64,
        keys=of,
        reach=reach,
        narrow=min(math.log(3.5), math.log(of) / 3),
        entropy=entropy,
        fixed_part=away / 4,
        sink=np.zeros(4),
        raw=float(away.mean()),
        between_heads=float(away.mean()) / 3,
        between_rest=float(away.mean()) / 3,
        entropy_norm=math.log(keys) / math.log(of),
        value_entropy_norm=None,
    )
    return replace(whole, **changes)


def shown(site: SiteMaps | None, within: float | None = 0.6, untrained: float | None = 0.02) -> tuple[str, ...]:
    similarity = None if within is None else Similarity(0.5, within)
    return Reading(SitePlace("vision", 0), "blocks.0", site, similarity, untrained).found


def test_sound_attention_shows_nothing() -> None:
    assert shown(maps()) == ()


@pytest.mark.parametrize(
    ("site", "kinds"),
    [
        (maps(keys=3.4), ("peaked",)),
        (maps(keys=3.6), ()),
        (maps(keys=2.6, of=8.0), ()),
        (maps(keys=1.9, of=8.0), ("peaked",)),
        (maps(keys=62.0), ("diffuse",)),
        (maps(keys=60.0), ()),
        (maps(keys=65.0, fixed_part=np.zeros(4)), ("diffuse",)),
        (maps(fixed_part=np.full(4, 0.96 * math.log(65 / 20))), ("static",)),
        (maps(fixed_part=np.full(4, 0.94 * math.log(65 / 20))), ()),  # a tenth is 0.118 nats, and 0.07 are left
        (maps(keys=40.0, fixed_part=np.full(4, 0.89 * math.log(65 / 40))), ()),  # 0.053 nats, and no tenth
        (maps(between_heads=0.05, between_rest=0.05), ("redundant",)),
        (maps(between_heads=0.061, between_rest=0.0, raw=5.0), ()),
        (maps(keys=40.0, between_heads=0.03, between_rest=0.03), ()),
        (maps(between_heads=0.05, between_rest=0.3, raw=5.0), ()),
        (maps(sink=np.full(4, 0.3)), ("sink",)),
        (maps(keys=3.0, sink=np.full(4, 0.3)), ("sink", "peaked")),
        (maps(keys=3.0, inputs=29), ()),
    ],
)
def test_each_kind_begins_at_its_limit(site: SiteMaps, kinds: tuple[str, ...]) -> None:
    assert shown(site) == kinds


def test_what_is_as_uniform_as_untrained_copies_is_diffuse_up_to_a_tenth_of_a_nat() -> None:
    near = maps(keys=65 / math.exp(0.08))
    assert shown(near, untrained=0.02) == ()
    assert shown(near, untrained=0.07) == ("diffuse",)
    assert shown(maps(keys=65 / math.exp(0.2)), untrained=0.3) == (), "untrained text is far from uniform"
    assert shown(near, untrained=None) == ()


def test_tokens_that_are_one_and_the_same_are_over_smoothed_whatever_the_maps_are() -> None:
    assert shown(maps(), within=0.09) == ("over-smoothed",)
    assert shown(None, within=0.01) == (), "without maps nobody counted the inputs"
    assert shown(maps(), within=None) == ()


def test_sites_are_named_by_role_and_layer_and_cross_attention_has_no_tokens_of_its_own() -> None:
    found = read_kinds(
        {"vision": ["v0", "v1"], "cross": ["c0"], "pooling": ["head"]},
        Maps(
            {"v0": maps(), "v1": maps(keys=2.0), "c0": maps(keys=64.9)},
            {"head": "it attends several times in one pass"},
            {name: Similarity(0.99, 0.01) for name in ("v0", "c0")},
        ),
        {"c0": 0.01},
    )
    assert found.places == {"over-smoothed": ("vision/00",), "peaked": ("vision/01",), "diffuse": ("cross/00",)}
    assert found.unseen == {"pooling": "it attends several times in one pass"}
    assert "sink" not in found.collapsed


def test_a_pooling_head_that_looks_at_the_same_places_of_all_images_shows_nothing() -> None:
    """As those of SigLIP do, whose query is learnt and the same for all images."""
    static = maps(fixed_part=np.full(4, math.log(65 / 20)))
    assert shown(static) == ("static",)
    assert Reading(SitePlace("pooling", None), "head.attention", static, None, 0.02).found == ()


def test_kinds_are_told_in_words() -> None:
    assert places_in_words(["vision/01", "vision/02", "text/00"]) == "vision layers 1 and 2 and text layer 0"
    assert kinds_in_words({"peaked": ("vision/01",)}) == "peaked in vision layer 1"
    assert all(kind in kinds_in_words({}) for kind in KIND_NAMES)
    assert "too few images" in kinds_in_words({}, too_few=True)
    for inputs, few in ((29, True), (30, False)):
        found = read_kinds({"vision": ["a"]}, Maps({"a": maps(inputs=inputs)}, {}, {}), {})
        assert found.too_few == few
    assert not read_kinds({"vision": ["a"]}, Maps({}, {"a": "packed"}, {}), {}).too_few


def test_every_kind_is_defined_with_a_source() -> None:
    assert set(DEFINITIONS) == {*KIND_NAMES, "sink"}
    assert all(found.source and not any(c.isdigit() for c in found.decided) for found in DEFINITIONS.values())
