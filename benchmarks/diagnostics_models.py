"""Models of real shapes with random weights, each to be run plain, under the tap, and with its own matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tasks.diagnostics.attention.calls import AttentionCall, Projected
from tasks.diagnostics.attention.entropy import Groups, Rows, measure
from tasks.diagnostics.attention.tap import AttentionTap

if TYPE_CHECKING:
    from torch import Tensor, nn

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how large: a CPU measures a few layers of the deep models, as ratios do not depend on depth."""

    device: str = "cpu"
    dtype: str = "float32"
    batch: int = 8
    """Images, or captions, of a pass of CLIP ViT-B-32."""
    few: int = 1
    """Samples of a pass of the larger models."""
    whole: bool = False
    """All layers."""

    def put(self, module: nn.Module) -> Any:
        """The module there, in eval mode."""
        import torch

        return module.eval().to(self.device, getattr(torch, self.dtype))

    def drawn(self, *shape: int) -> Tensor:
        """Normal numbers there, the same every time."""
        import torch

        found = torch.randn(*shape, generator=torch.Generator().manual_seed(0))
        return found.to(self.device, getattr(torch, self.dtype))

    def ids(self, *shape: int) -> Tensor:
        """Tokens there, the same every time."""
        import torch

        return torch.randint(1, 1000, shape, generator=torch.Generator().manual_seed(0)).to(self.device)


@dataclass(frozen=True, slots=True)
class Model:
    """One case, in three ways."""

    what: str
    plain: Work
    tapped: Work
    matrices: Work
    rounds: int
    ordinary: Work | None = None
    """Plain, but without the native fast path of `nn.MultiheadAttention`, which it leaves under any mode."""


def models(place: Place) -> Iterator[Callable[[], Model]]:
    """Cases, each made when it is called, so that one model is held at a time."""
    yield lambda: open_clip_tower("vision", place)
    yield lambda: open_clip_tower("text", place)
    yield lambda: clip_vision(336, 4, 5, place)
    yield lambda: clip_text(4, 5, place)
    yield lambda: decoder(2, 3, place)
    yield lambda: clip_vision(896, 1, 3, replace(place, few=1))  # the matrices of more would not fit


def open_clip_tower(tower: str, place: Place) -> Model:
    """A tower of open_clip's ViT-B-32; its matrices are asked of each module by a hook."""
    import open_clip

    clip = place.put(open_clip.create_model("ViT-B-32"))
    if tower == "vision":
        pixels = place.drawn(place.batch, 3, 224, 224)
        run: Work = lambda: clip.encode_image(pixels)  # noqa: E731
    else:
        ids = place.ids(place.batch, 77)
        run = lambda: clip.encode_text(ids)  # noqa: E731
    length = 50 if tower == "vision" else 77
    return Model(
        f"open_clip ViT-B-32 {tower}, N = {length}, {place.batch} samples",
        run,
        lambda: tapped(clip, run, place.batch),
        lambda: _asked(clip, run),
        7,
        lambda: _ordinary(run),
    )


def clip_vision(image_size: int, depth: int, rounds: int, place: Place) -> Model:
    """The vision tower of CLIP ViT-L/14 as transformers has it."""
    depth = 24 if place.whole else depth
    model, eager = (place.put(clip_vision_model(image_size, depth, kind)) for kind in ("sdpa", "eager"))
    pixels = place.drawn(place.few, 3, image_size, image_size)
    what = f"HF CLIP ViT-L/14 vision, N = {(image_size // 14) ** 2 + 1}, {depth} of 24 layers"
    return _of_transformers(what, model, eager, pixels, place.few, rounds)


def clip_vision_model(image_size: int, depth: int, attention: str) -> nn.Module:
    """The vision tower of CLIP ViT-L/14 with random weights."""
    from transformers import CLIPVisionConfig, CLIPVisionModel

    config = CLIPVisionConfig(
        hidden_size=1024,
        intermediate_size=4096,
        num_hidden_layers=depth,
        num_attention_heads=16,
        image_size=image_size,
        patch_size=14,
    )
    model: nn.Module = CLIPVisionModel._from_config(config, attn_implementation=attention).eval()
    return model


def clip_text(depth: int, rounds: int, place: Place) -> Model:
    """The text tower of CLIP ViT-L/14 as transformers has it, on full contexts."""
    from transformers import CLIPTextConfig, CLIPTextModel

    depth, batch = 12 if place.whole else depth, place.batch
    shape = {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "projection_dim": 768}
    # a configuration for each, as a model writes its kind of attention into its own
    model, eager = (
        place.put(
            CLIPTextModel._from_config(CLIPTextConfig(num_hidden_layers=depth, **shape), attn_implementation=kind)
        )
        for kind in ("sdpa", "eager")
    )
    what = f"HF CLIP ViT-L/14 text, N = 77, {batch} samples, {depth} of 12 layers"
    return _of_transformers(what, model, eager, place.ids(batch, 77), batch, rounds)


def _of_transformers(what: str, model: Any, eager: Any, given: Tensor, samples: int, rounds: int) -> Model:
    return Model(
        what,
        lambda: model(given),
        lambda: tapped(model, lambda: model(given), samples),
        lambda: [entropy(weights).mean(-1) for weights in eager(given, output_attentions=True).attentions],
        rounds,
    )


def decoder(depth: int, rounds: int, place: Place) -> Model:
    """A decoder as LLaVA's, of 1.1 billion parameters' width: 576 image tokens amid text, 32 heads on 4 of keys."""
    import torch
    from transformers import LlamaConfig, LlamaModel

    depth = 22 if place.whole else depth
    shape = {"hidden_size": 2048, "intermediate_size": 5632, "num_attention_heads": 32, "num_key_value_heads": 4}
    # a configuration for each, as a model writes its kind of attention into its own
    configs = [LlamaConfig(vocab_size=1000, num_hidden_layers=depth, use_cache=False, **shape) for _ in range(2)]
    model, eager = (
        place.put(LlamaModel._from_config(config, attn_implementation=kind))
        for config, kind in zip(configs, ("sdpa", "eager"), strict=True)
    )
    labels = torch.tensor([2] + [1] * 6 + [0] * 576 + [1] * 25, device=place.device).expand(place.few, -1)
    ids = place.ids(*labels.shape)

    def matrices() -> list[Any]:
        found = []
        members = torch.nn.functional.one_hot(labels, 3).float()[:, None]
        for weights in eager(ids, output_attentions=True).attentions:
            p = weights.float()
            mass, of_terms = p @ members, torch.special.entr(p) @ members
            within = of_terms / mass.clamp_min(1e-30) + mass.clamp_min(1e-30).log()
            found.append((of_terms.sum(-1).mean(-1), mass.mean(-2), within.mean(-2)))
        return found

    return Model(
        f"LLaVA-shaped decoder, N = {labels.shape[1]}, 3 groups, {depth} of 22 layers",
        lambda: model(ids),
        lambda: tapped(model, lambda: model(ids), place.few, Groups(labels, 3)),
        matrices,
        rounds,
    )


def attention_only(n: int, place: Place) -> tuple[Work, Work]:
    """Attention and its entropies, and attention alone, over 12 heads of width 64."""
    import torch

    q, k, v = place.drawn(3, 1, 12, n, 64)
    call = Projected("alone", q, k, None, False, 0.125)

    def attend() -> object:
        return torch.nn.functional.scaled_dot_product_attention(q, k, v)

    return lambda: (attend(), measure(call, 1).entropy.mean(-1)), attend


def entropy(weights: Tensor) -> Tensor:
    """Entropy of matrices, as one writes it down."""
    import torch

    p = weights.float()
    return -torch.xlogy(p, p).sum(-1)


def tapped(model: nn.Module, run: Work, samples: int, groups: Groups | None = None) -> object:
    """A forward under the tap; each call is reduced to its means as it happens."""
    kept: list[tuple[Tensor, ...]] = []

    def keep(call: AttentionCall) -> None:
        kept.append(_means(measure(call, samples, groups)))

    with AttentionTap(model, keep):
        run()
    return kept


def _means(rows: Rows) -> tuple[Tensor, ...]:
    if rows.parts is None:
        return (rows.entropy.mean(-1),)
    return rows.entropy.mean(-1), rows.parts.mass.mean(-2), rows.parts.entropy.mean(-2)


def _ordinary(run: Work) -> None:
    from torch.backends import mha

    fast = mha.get_fastpath_enabled()
    mha.set_fastpath_enabled(False)
    try:
        run()
    finally:
        mha.set_fastpath_enabled(fast)


def _asked(model: nn.Module, run: Work) -> object:
    """A forward in which each multi-head attention is asked for its weights."""
    from torch import nn

    kept: list[Tensor] = []
    hooks = []
    for module in model.modules():
        if isinstance(module, nn.MultiheadAttention):
            more = {"need_weights": True, "average_attn_weights": False}
            hooks.append(
                module.register_forward_pre_hook(
                    lambda _, args, given, more=more: (args, {**given, **more}), with_kwargs=True
                )
            )
            hooks.append(module.register_forward_hook(lambda _, __, out: kept.append(entropy(out[1]).mean(-1))))
    try:
        run()
    finally:
        for hook in hooks:
            hook.remove()
    return kept
