"""Entropy weighed by values, and rollout, on real models, against plain formulas over whole matrices in float64.

The matrices come from the models' own projections, or from what the transformers library gives out: not by the tap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from store.models import DataRef, ModelRef, Role
from tasks.diagnostics.datasets import open_data
from tasks.diagnostics.datasets.images import read_image
from tasks.diagnostics.families import find_family
from tasks.diagnostics.families.model import PADDING
from tasks.diagnostics.maps.site_maps import Maps
from tasks.diagnostics.measuring import Measuring
from tasks.diagnostics.site_layout import find_layout

Matrix = NDArray[np.float64]
IMAGES, CAPTIONS = 5, 2


@dataclass
class Layer:
    """What one layer attends with, over samples."""

    attention: Matrix
    """[samples, heads, tokens, tokens]."""
    norms: Matrix
    """[samples, heads, tokens]."""


@dataclass
class Whole:
    """All layers of a role, of every sample."""

    layers: list[Layer]
    causal: bool
    tokens: Matrix
    """[samples, tokens], 1 for what is no padding."""
    readout: Any
    """[samples] or None."""


def softmax(scores: Matrix, free: Matrix) -> Matrix:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True)) * free
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def entropy(p: Matrix) -> Matrix:
    return np.asarray(-np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=-1))


def by_hand(q: Matrix, k: Matrix, v: Matrix, heads: int, causal: bool, tokens: Matrix) -> Layer:
    """From what projections gave, [samples, tokens, width]."""
    q, k, v = (
        x.reshape(len(x), x.shape[1], heads, -1).swapaxes(1, 2) for x in (q, k, v)
    )  # [samples, heads, tokens, width of a head]
    n = q.shape[2]
    free = np.tril(np.ones((n, n))) if causal else np.ones((n, n))
    free = np.broadcast_to(free, (len(q), 1, n, n)) * tokens[:, None, None]
    return Layer(softmax(q @ k.swapaxes(-1, -2) / q.shape[-1] ** 0.5, free), np.linalg.norm(v, axis=-1))


def double(x: Any) -> Matrix:
    return np.asarray(x.detach().double().numpy())


def hooked(modules: dict[str, Any], run: Callable[[], Any], kept: Callable[[Any, Any, Any], Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def hook(name: str) -> Any:
        return lambda module, args, made: found.__setitem__(name, kept(module, args, made))

    handles = [module.register_forward_hook(hook(name)) for name, module in modules.items()]
    with torch.inference_mode():
        run()
    for handle in handles:
        handle.remove()
    return found


def projected(model: Any, prefix: str, work: Any, heads: int, causal: bool, tokens: Matrix) -> list[Layer]:
    """Layers with a q_proj, a k_proj and a v_proj each."""
    names = [name for name, _ in model.module.named_modules() if name.startswith(prefix) and name.endswith("self_attn")]
    parts = {
        f"{name}.{part}": model.module.get_submodule(f"{name}.{part}")
        for name in names
        for part in ("q_proj", "k_proj", "v_proj")
    }
    made = hooked(parts, work.run, lambda _, __, out: double(out))
    return [
        by_hand(*(made[f"{name}.{part}"] for part in ("q_proj", "k_proj", "v_proj")), heads, causal, tokens)
        for name in names
    ]


def joined(model: Any, prefix: str, work: Any, causal: bool, tokens: Matrix) -> list[Layer]:
    """Layers that are an nn.MultiheadAttention each, whose projections are one matrix."""
    names = [
        n
        for n, m in model.module.named_modules()
        if n.startswith(prefix) and isinstance(m, torch.nn.MultiheadAttention)
    ]
    blocks = {name: model.module.get_submodule(name.rpartition(".")[0] + ".ln_1") for name in names}
    made = hooked(blocks, work.run, lambda _, __, out: double(out))
    layers = []
    for name in names:
        attn = model.module.get_submodule(name)
        every = made[name] @ double(attn.in_proj_weight).T + double(attn.in_proj_bias)
        layers.append(by_hand(*np.split(every, 3, axis=-1), attn.num_heads, causal, tokens))
    return layers


def clip_like(model: Any, images: Any, captions: Any, layers: Any) -> dict[Role, Whole]:
    found: dict[Role, Whole] = {}
    for role, work in zip(("vision", "text"), model.passes(images, captions), strict=True):
        of = work.sequences["image" if role == "vision" else "text"]
        shape = None if of.kinds is None else (of.kinds != PADDING).numpy().astype(np.float64)
        tokens = np.ones((work.samples, 10_000)) if shape is None else shape
        causal = role == "text"
        first = layers(model, role, work, causal, np.ones((work.samples, 1)))
        whole = Whole(first, causal, tokens[:, : first[0].attention.shape[-1]], of.readout)
        found[role] = whole  # type: ignore[index]
    return found


def openclip(model: Any, images: Any, captions: Any) -> dict[Role, Whole]:
    def layers(model: Any, role: str, work: Any, causal: bool, tokens: Matrix) -> list[Layer]:
        return joined(model, "visual." if role == "vision" else "transformer.", work, causal, tokens)

    return clip_like(model, images, captions, layers)


def clip(model: Any, images: Any, captions: Any) -> dict[Role, Whole]:
    def layers(model: Any, role: str, work: Any, causal: bool, tokens: Matrix) -> list[Layer]:
        return projected(model, f"{role}_model.", work, 2, causal, tokens)

    return clip_like(model, images, captions, layers)


def llava(model: Any, images: Any, captions: Any) -> dict[Role, Whole]:
    """The decoder as the transformers library gives out its attention; one head of values serves two of queries."""
    (work,) = model.passes(images, captions)
    model.module.set_attn_implementation("eager")
    language = {
        name: module
        for name, module in model.module.named_modules()
        if "language_model" in name and name.endswith("v_proj")
    }
    kept: list[Any] = []
    values = hooked(
        language,
        lambda: kept.append(model.module(**model.inputs(*pairs(images, captions)), output_attentions=True).attentions),
        lambda _, __, out: double(out),
    )
    model.module.set_attn_implementation("sdpa")
    layers = [
        Layer(double(a), np.repeat(np.linalg.norm(v, axis=-1)[:, None], a.shape[1], axis=1))
        for a, v in zip(kept[0], values.values(), strict=True)
    ]
    kinds = work.sequences["joint"].kinds
    return {"fusion": Whole(layers, True, (kinds != PADDING).numpy().astype(np.float64), None)}


def pairs(images: Any, captions: Any) -> tuple[list[Any], list[str]]:
    return [image for image, texts in zip(images, captions, strict=True) for _ in texts], [
        text for texts in captions for text in texts
    ]


MODELS = {
    "openclip:shapes-clip@zoo": openclip,
    "clip:tiny@random": clip,
    "llava:tiny@random": llava,
}


@pytest.fixture(scope="module", params=MODELS)
def measured(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Maps, Any, dict[Role, Whole]]:
    """What a model shows in two batches, and its whole matrices: the first caption of every image."""
    ref = ModelRef.parse(request.param)
    data = open_data(DataRef(source="shapes", n=IMAGES, captions_per_image=CAPTIONS), tmp_path_factory.mktemp("shapes"))
    images = [read_image(sample)[0] for sample in data.samples]
    captions = [sample.captions for sample in data.samples]
    if ref.family == "llava":  # whose tokens are letters: so that all rows are looked at
        captions = [[text[: 9 + at + 4 * image] for at, text in enumerate(of)] for image, of in enumerate(captions)]
    model = find_family(ref.family).load(ref, Path(), 0, torch.device("cpu"))
    layout = find_layout(model, images[:1], captions[:1])
    measuring = Measuring(model, layout, maps_of=IMAGES)
    with torch.inference_mode():
        for part in (slice(0, 3), slice(3, IMAGES)):
            measuring.search_sinks(len(images[part]), model.passes(images[part], captions[part]))
        for part in (slice(0, 3), slice(3, IMAGES)):
            measuring.measure(images[part], captions[part])
    return measuring.maps, layout, MODELS[request.param](model, images, captions)


def first_of_each(whole: Whole) -> slice:
    return slice(None, None, max(1, len(whole.tokens) // IMAGES))


def test_entropy_is_weighed_by_the_norms_of_values(measured: tuple[Maps, Any, dict[Role, Whole]]) -> None:
    maps, layout, roles = measured
    for role, whole in roles.items():
        of, n = first_of_each(whole), whole.tokens.shape[1]
        looked = np.linspace(0, n - 1, 64).round().astype(int) if n > 64 else np.arange(n)
        lead = n - whole.tokens[of].sum(axis=1).astype(int) if whole.tokens[:, 0].min() == 0 else np.zeros(IMAGES, int)
        for spot, layer in zip(layout.roles[role], whole.layers, strict=True):
            plain: dict[int, list[float]] = {}
            weighed: dict[int, list[float]] = {}
            for at, (a, norms) in enumerate(zip(layer.attention[of], layer.norms[of], strict=True)):
                for place in looked:
                    row = place + lead[at]
                    if row >= n or not whole.tokens[of][at, row]:
                        continue
                    free = whole.tokens[of][at] * (np.arange(n) <= row if whole.causal else 1)
                    if free.sum() > 1:
                        times = a[:, row] * norms
                        share = np.log(free.sum())
                        plain.setdefault(place, []).append(entropy(a[:, row]).mean() / share)
                        times = times / times.sum(axis=-1, keepdims=True)
                        weighed.setdefault(place, []).append(entropy(times).mean() / share)
            shared = [place for place, of_place in plain.items() if len(of_place) >= IMAGES / 2]
            found = maps.sites[spot.name]
            expected = [np.concatenate([each[place] for place in shared]).mean() for each in (plain, weighed)]
            assert found.entropy_norm == pytest.approx(expected[0], abs=1e-6), spot.name
            assert found.value_entropy_norm == pytest.approx(expected[1], abs=1e-6), spot.name
            assert abs(expected[0] - expected[1]) > 1e-4, "values of one length would tell nothing"


def test_rollout_is_the_product_of_layers(measured: tuple[Maps, Any, dict[Role, Whole]]) -> None:
    maps, layout, roles = measured
    assert maps.unrolled == {}
    for role, whole in roles.items():
        of, n = first_of_each(whole), whole.tokens.shape[1]
        for at in range(IMAGES):
            rolled, real = np.eye(n), whole.tokens[of][at] > 0
            readout = None if whole.readout is None else int(whole.readout[of][at])
            for spot, layer in zip(layout.roles[role], whole.layers, strict=True):
                rolled = (layer.attention[of][at].mean(axis=0) + np.eye(n)) / 2 @ rolled
                shares = []
                for row in np.flatnonzero(real) if readout is None else [readout]:
                    reach = (real & (np.arange(n) <= row)).sum() if whole.causal else real.sum()
                    if reach > 1:
                        shares.append(entropy(rolled[row]) / np.log(reach))
                assert maps.rollout[spot.name][at] == pytest.approx(np.mean(shares), abs=1e-6), (spot.name, at)
            assert not np.isclose(rolled, np.eye(n) / 2 + layer.attention[of][at].mean(axis=0) / 2).all()
    names = {spot.name for role, spots in layout.roles.items() for spot in spots}
    assert set(maps.rollout) == names and all(each.shape == (IMAGES,) for each in maps.rollout.values())
