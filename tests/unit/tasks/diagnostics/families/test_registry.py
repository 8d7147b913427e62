"""The registry of models agrees with the families that load them."""

from __future__ import annotations

import pytest

from store.registry import Model, Release, releases, releases_of
from tasks.diagnostics.families import FAMILIES, find_family
from tasks.diagnostics.families.hf_decoder import HFDecoderFamily
from tasks.diagnostics.families.hf_dual import HFDualFamily

TEXT_MODELS = {"git"}
"""Families that are written as pairs are, and predict words."""
COUNTED = [(model, release) for model, release in releases() if release.exact]


def architecture_of(key: str) -> str:
    """What the class of a family says, by where it has attention."""
    family = find_family(key)
    if isinstance(family, HFDualFamily):
        return "dual encoder"
    places = [(pattern, place) for pattern, place in family.places]
    if any("qformer" in pattern for pattern, _ in places):
        return "query transformer"
    roles = {place.role for _, place in places}
    if isinstance(family, HFDecoderFamily) or key in TEXT_MODELS:
        return "gated cross-attention" if any(p.gate and p.role == "cross" for _, p in places) else "decoder"
    return "single stream" if roles == {"fusion"} else "fusion encoder"


@pytest.mark.parametrize("key", sorted(FAMILIES))
def test_a_family_that_is_loadable_has_an_entry_whose_architecture_is_its_own(key: str) -> None:
    found = releases_of(key)
    assert found, f"{key} has no release in store/registry"
    if key == "openclip":
        assert {model.architecture for model, _ in found} == {"dual encoder", "fusion encoder"}
    else:
        assert {model.architecture for model, _ in found} == {architecture_of(key)}


@pytest.mark.parametrize(("model", "release"), list(releases()), ids=lambda each: each.name)
def test_a_release_names_families_and_a_variant_that_exist(model: Model, release: Release) -> None:
    assert set(release.families) <= set(FAMILIES)
    if release.families:
        family, _, name = release.variant.partition(":")
        assert family in release.families
        assert name in find_family(family).names()


@pytest.mark.slow
@pytest.mark.parametrize(("model", "release"), COUNTED, ids=lambda each: each.name)
def test_parameters_are_those_of_the_architecture_that_is_built(model: Model, release: Release) -> None:
    torch = pytest.importorskip("torch")
    key, _, name = release.variant.partition(":")
    with torch.device("meta"):
        if key == "openclip":
            import open_clip

            module = open_clip.create_model(name, pretrained=None, device="meta")
        else:
            import transformers

            family = find_family(key)
            made = getattr(transformers, family.model_class)  # type: ignore[attr-defined]
            module = made._from_config(family.configuration(name))  # type: ignore[attr-defined]
    assert sum(parameter.numel() for parameter in module.parameters()) == release.parameters
