"""Steering: what is planted or silenced is so for as long as the model runs, and nothing of it stays."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from store.errors import BadInput, GonogoError
from store.models import Plant
from tasks.diagnostics.attention.entropy import measure
from tasks.diagnostics.attention.tap import AttentionTap
from tasks.diagnostics.intervention.influence import measure_influence
from tasks.diagnostics.intervention.planting import planted
from tasks.diagnostics.intervention.steering import Change, Steering
from tasks.diagnostics.measuring import Measuring
from tasks.diagnostics.site_layout import find_layout

Load = Callable[..., Any]
IMAGES = [Image.new("RGB", (64, 64), (40 * i, 90, 200 - 40 * i)) for i in range(4)]
CAPTIONS = [("a red circle",), ("two shapes",), ("a large blue square",), ("a star",)]
KINDS = ("clip:tiny@random", "openclip:shapes-clip@zoo", "blip:tiny@random", "idefics:tiny@random")
"""Seen through scaled dot products, nn.MultiheadAttention, and softmax; the last through gates too."""


def entropies(model: Any, layout: Any, changes: Any = None) -> dict[str, torch.Tensor]:
    measuring = Measuring(model, layout, changes)
    with torch.inference_mode():
        measuring.measure(IMAGES, CAPTIONS)
    return {site: torch.tensor(measuring.record.by_image(site, "entropy_norm")) for site in measuring.record.sites}


@pytest.mark.parametrize("locator", KINDS)
def test_uniform_attention_has_all_entropy_and_other_sites_before_it_are_untouched(
    locator: str, load_model: Load, tmp_path: Path
) -> None:
    model = load_model(locator, tmp_path)
    layout = find_layout(model, IMAGES, CAPTIONS)
    before = entropies(model, layout)
    first, second = (spot.name for spot in layout.roles["vision"][:2])
    after = entropies(model, layout, {second: (Change(sharpness=0.0),)})
    torch.testing.assert_close(after[second], torch.ones_like(after[second]), atol=1e-5, rtol=0)
    assert torch.equal(after[first], before[first])
    again = entropies(model, layout)
    assert all(torch.equal(again[site], before[site]) for site in before), "nothing stays"


@pytest.mark.parametrize("locator", KINDS)
def test_one_head_is_changed_and_the_others_are_not(locator: str, load_model: Load, tmp_path: Path) -> None:
    model = load_model(locator, tmp_path)
    layout = find_layout(model, IMAGES, CAPTIONS)
    site = layout.roles["vision"][0].name
    before = entropies(model, layout)[site]
    after = entropies(model, layout, planted(layout, Plant.parse("tower=vision,layers=0,heads=1,scale=300")))[site]
    assert (after[:, 1] < before[:, 1] - 1e-5).all()
    torch.testing.assert_close(after[:, 0], before[:, 0], atol=1e-6, rtol=0)


@pytest.mark.parametrize("locator", KINDS)
def test_silencing_every_head_of_a_site_moves_the_output_and_a_change_of_nothing_does_not(
    locator: str, load_model: Load, tmp_path: Path
) -> None:
    model = load_model(locator, tmp_path)
    layout = find_layout(model, IMAGES, CAPTIONS)
    site = layout.roles["text"][0].name
    ask = model.ask(IMAGES, [texts[0] for texts in CAPTIONS])
    with torch.inference_mode():
        with Steering(model.module, {}):
            plain = ask().logits
        with Steering(model.module, {site: (Change(),)}):
            same = ask().logits
        with Steering(model.module, {site: (Change(silent=True),)}):
            silent = ask().logits
    torch.testing.assert_close(same, plain, atol=1e-5, rtol=0)
    assert (silent - plain).abs().max() > 1e-4


class At(NamedTuple):
    """An attention site of a model, and what is edited in a copy of it to change it without steering."""

    locator: str
    site: str
    values: str
    """Module whose output the values are, the last part of it; of `nn.MultiheadAttention`, the site itself."""
    out: str
    """The projection that reads the heads."""
    causal: bool = False


_VISION, _TEXT = "vision_model.encoder.layers.0.self_attn", "text_model.encoder.layers.1.self_attn"
_CROSS, _GATED = "text_encoder.encoder.layer.1.crossattention", "model.gated_cross_attn_layers.0.cross_attn"
_OPEN = "visual.transformer.resblocks.1.attn"
EDITED = {
    "scaled dot product": At("clip:tiny@random", _VISION, f"{_VISION}.v_proj", f"{_VISION}.out_proj"),
    "scaled dot product, causal": At("clip:tiny@random", _TEXT, f"{_TEXT}.v_proj", f"{_TEXT}.out_proj", causal=True),
    "multi-head": At("openclip:shapes-clip@zoo", _OPEN, _OPEN, f"{_OPEN}.out_proj"),
    "softmax": At("blip:shapes-blip@zoo", _VISION, f"{_VISION}.qkv", f"{_VISION}.projection"),
    "softmax, cross": At("blip:shapes-blip@zoo", f"{_CROSS}.self", f"{_CROSS}.self.value", f"{_CROSS}.output.dense"),
    "gated cross": At("idefics:shapes-idefics@zoo", _GATED, f"{_GATED}.v_proj", f"{_GATED}.o_proj"),
}


def logits(model: Any, changes: Any = None) -> Tensor:
    captions = [texts[0] for texts in CAPTIONS]
    with torch.inference_mode(), Steering(model.module, changes or {}):
        found: Tensor = model.ask(IMAGES, captions)().logits
    return found


def edited(model: Any, edit: Callable[[Any], object]) -> Any:
    """A copy of a model whose module is edited."""
    twin = copy.copy(model)
    twin.module = copy.deepcopy(model.module)
    edit(twin.module)
    return twin


@pytest.mark.parametrize("at", EDITED.values(), ids=EDITED)
def test_a_silent_head_is_one_whose_columns_of_the_output_projection_are_zero(
    at: At, load_model: Load, tmp_path: Path
) -> None:
    model = load_model(at.locator, tmp_path)
    weight = model.module.get_submodule(at.out).weight
    heads = next(
        spot.heads
        for role in find_layout(model, IMAGES, CAPTIONS).roles.values()
        for spot in role
        if spot.name == at.site
    )
    width = weight.shape[1] // heads

    def cut(module: Any) -> None:
        module.get_submodule(at.out).weight.data[:, width : 2 * width] = 0

    plain, silent = logits(model), logits(model, {at.site: (Change((1,), silent=True),)})
    torch.testing.assert_close(silent, logits(edited(model, cut)), atol=1e-5, rtol=1e-5)
    assert (silent - plain).abs().max() > 1e-4


@pytest.mark.parametrize("at", EDITED.values(), ids=EDITED)
def test_a_uniform_site_reads_the_average_of_its_values(at: At, load_model: Load, tmp_path: Path) -> None:
    model = load_model(at.locator, tmp_path)

    def averaged(x: Tensor, along: int = 1) -> Tensor:
        return x.mean(along, keepdim=True).expand_as(x)

    def of_output(_: Any, __: Any, output: Tensor) -> Tensor:
        whole = output.shape[-1]
        width = whole // 3 if at.values.endswith("qkv") else whole
        return torch.cat([output[..., : whole - width], averaged(output[..., whole - width :])], dim=-1)

    def of_input(module: Any, args: Any, kwargs: Any) -> Any:
        query, key, value, *rest = args or (kwargs.pop("query"), kwargs.pop("key"), kwargs.pop("value"))
        return (query, key, averaged(value, 1 if module.batch_first else 0), *rest), kwargs

    def average(module: Any) -> None:
        values = module.get_submodule(at.values)
        if at.causal:  # what each token reads is the average of the values up to its own
            read: list[Tensor] = []
            values.register_forward_hook(lambda *call: read.append(call[2].cumsum(1)))
            module.get_submodule(at.out).register_forward_pre_hook(
                lambda *_: (read[-1] / torch.arange(1, read[-1].shape[1] + 1)[:, None],)
            )
        elif isinstance(values, nn.MultiheadAttention):
            values.register_forward_pre_hook(of_input, with_kwargs=True)
        else:
            values.register_forward_hook(of_output)

    plain, uniform = logits(model), logits(model, {at.site: (Change(sharpness=0.0),)})
    torch.testing.assert_close(uniform, logits(edited(model, average)), atol=1e-5, rtol=1e-5)
    assert (uniform - plain).abs().max() > 1e-6


@pytest.mark.parametrize("where", ["elsewhere", "at the same site"])
@pytest.mark.parametrize("kind", ["uniform-site", "silent-head"])
def test_what_is_planted_stays_in_place_while_sites_and_heads_are_changed(
    kind: str, where: str, load_model: Load, tmp_path: Path
) -> None:
    model = load_model("blip:shapes-blip@zoo", tmp_path)
    layout = find_layout(model, IMAGES, CAPTIONS)
    site = layout.roles["cross"][1].name
    planted_at = site if where == "at the same site" else layout.roles["cross"][0].name
    plant = Change(heads=(0,), silent=True)
    step = Change(sharpness=0.0) if kind == "uniform-site" else Change((1,), silent=True)
    captions = [texts[0] for texts in CAPTIONS]
    effects = measure_influence(
        model, layout, IMAGES, captions, "heads", 4, {planted_at: (plant,)}, lambda *_: None
    ).effects
    (found,) = (e for e in effects if (e.kind, e.site) == (kind, site) and e.head in (None, 1))
    changes = {planted_at: (plant,)}
    base = logits(model, changes).softmax(-1)
    both = logits(model, {**changes, site: (*changes.get(site, ()), step)}).softmax(-1)
    alone = logits(model, {site: (step,)}).softmax(-1)

    def moved(one: Tensor, other: Tensor) -> Tensor:
        return ((one - other).abs().sum(-1) / 2).mean(-1).double()

    torch.testing.assert_close(torch.from_numpy(found.change), moved(base, both), atol=1e-6, rtol=0)
    assert (moved(base, both) - moved(base, alone)).abs().max() > 1e-4, "a dropped plant would show"


SPELLINGS: dict[str, Callable[[Tensor], Tensor]] = {
    "functional": lambda x: functional.softmax(input=x, dim=-1),
    "torch": lambda x: torch.softmax(x, 3),
    "method": lambda x: x.softmax(dim=-1),
    "special": lambda x: torch.special.softmax(x, -1),
    "operator": lambda x: torch.ops.aten._softmax(x, -1, False),
    "overload": lambda x: torch.ops.aten.softmax.int(x, -1),
    "product": lambda x: functional.scaled_dot_product_attention(x, x, torch.eye(4).expand_as(x)),
    "operator of the product": lambda x: torch.ops.aten.scaled_dot_product_attention(x, x, torch.eye(4).expand_as(x)),
}


class Attends(nn.Module):
    def __init__(self, how: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.how = how

    def forward(self, x: Tensor) -> Tensor:
        return self.how(x)


@pytest.mark.parametrize("how", SPELLINGS.values(), ids=SPELLINGS)
def test_what_the_tap_sees_can_be_steered_in_every_spelling(how: Callable[[Tensor], Tensor]) -> None:
    model, x = nn.Sequential(Attends(how)), torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    seen: list[Any] = []
    with AttentionTap(model, seen.append), Steering(model, {"0": (Change(sharpness=0.0),)}):
        torch.testing.assert_close(model(x), torch.full_like(x, 0.25))
    torch.testing.assert_close(measure(seen[0], 2).entropy, torch.full((2, 3, 4), 4.0).log())
    assert not torch.allclose(model(x), torch.full_like(x, 0.25)), "nothing stays"


def test_a_softmax_that_is_no_attention_is_not_steered() -> None:
    model, x = nn.Sequential(Attends(lambda x: x.softmax(1))), torch.randn(2, 3, 4)
    plain = model(x)
    with Steering(model, {"0": (Change(sharpness=0.0),)}):
        assert torch.equal(model(x), plain)


def test_an_output_that_is_not_finite_is_told(load_model: Load, tmp_path: Path) -> None:
    model = load_model("clip:tiny@random", tmp_path)
    model.module.logit_scale.data.fill_(1e3)
    layout = find_layout(model, IMAGES, CAPTIONS)
    texts = [texts[0] for texts in CAPTIONS]
    with pytest.raises(GonogoError, match="output is not finite on some image; measure it in float32"):
        measure_influence(model, layout, IMAGES, texts, "modalities", 4, {}, lambda *_: None)


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        ("tower=fusion,scale=8", "the model has no fusion attention; it has"),
        ("tower=vision,layers=2,scale=8", "there are 2 vision layers; name any of 0 to 1"),
        ("tower=text,heads=7,scale=8", "2 heads; name any of 0 to 1"),
    ],
)
def test_a_plant_that_does_not_fit_the_model_is_refused(
    plant: str, said: str, load_model: Load, tmp_path: Path
) -> None:
    layout = find_layout(load_model("clip:tiny@random", tmp_path), IMAGES, CAPTIONS)
    with pytest.raises(BadInput, match=said):
        planted(layout, Plant.parse(plant))


def test_closed_gates_let_nothing_through_although_attention_has_all_its_entropy(
    load_model: Load, tmp_path: Path
) -> None:
    model = load_model("idefics:tiny@random", tmp_path)
    layout = find_layout(model, IMAGES, CAPTIONS)
    for gate in layout.gates.values():
        model.module.get_parameter(gate).data.zero_()
    measuring = Measuring(model, layout)
    with torch.inference_mode():
        measuring.measure(IMAGES, CAPTIONS)
    for site in layout.gates:
        assert (measuring.record.by_image(site, "gated_influence") == 0).all()
        assert (measuring.record.by_image(site, "entropy_norm") > 0.9).all()
    texts = [texts[0] for texts in CAPTIONS]
    swap = measure_influence(model, layout, IMAGES, texts, "modalities", 4, {}, lambda *_: None).effects[0]
    assert (swap.kind, float(swap.change.max())) == ("swap-image", 0.0)


@pytest.mark.parametrize("locator", ["clip:tiny@random", "siglip:tiny@random", "openclip:shapes-clip@zoo"])
def test_a_tower_without_the_changed_site_is_not_run_again_and_the_output_is_the_same(
    locator: str, load_model: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_model(locator, tmp_path)
    layout = find_layout(model, IMAGES, CAPTIONS)
    runs: list[str] = []
    for name in ("encode_images", "encode_texts"):
        encode = getattr(model, name)
        monkeypatch.setattr(model, name, lambda given, name=name, encode=encode: runs.append(name) or encode(given))
    captions = [texts[0] for texts in CAPTIONS]
    kept = model.ask(IMAGES, captions)
    for role, site, expected in (
        ("vision", layout.roles["vision"][-1].name, ["encode_images"]),
        ("text", layout.roles["text"][0].name, ["encode_texts"]),
        *[("pooling", spot.name, ["encode_images", "encode_texts"]) for spot in layout.roles.get("pooling", ())],
    ):
        with torch.inference_mode(), Steering(model.module, {}):
            kept()
        with torch.inference_mode(), Steering(model.module, {site: (Change(sharpness=0.0),)}):
            anew = model.ask(IMAGES, captions)()
            runs.clear()
            found = kept(site)
        assert runs == expected, role
        assert torch.equal(found.logits, anew.logits)
