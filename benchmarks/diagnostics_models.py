"""Models of real shapes with random weights, each to be run plain, under the tap, and with its own matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.diagnostics.attention.calls import AttentionCall, Projected
from tasks.diagnostics.attention.entropy import Groups, Rows, measure
from tasks.diagnostics.attention.tap import AttentionTap

if TYPE_CHECKING:
    from torch import Tensor, nn

Work = Callable[[], object]

BATCH = 8
"""Images, or captions, of a pass of CLIP ViT-B-32."""


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


def models() -> Iterator[Callable[[], Model]]:
    """Cases, each made when it is called, so that one model is held at a time."""
    yield lambda: open_clip_tower("vision")
    yield lambda: open_clip_tower("text")
    yield lambda: clip_vision(336, depth=4, rounds=5)
    yield lambda: decoder(depth=2, rounds=3)
    yield lambda: clip_vision(896, depth=1, rounds=3)


def open_clip_tower(tower: str) -> Model:
    """A tower of open_clip's ViT-B-32; its matrices are asked of each module by a hook."""
    import open_clip
    import torch

    clip = open_clip.create_model("ViT-B-32").eval()
    drawn = torch.Generator().manual_seed(0)
    if tower == "vision":
        pixels = torch.randn(BATCH, 3, 224, 224, generator=drawn)
        run: Work = lambda: clip.encode_image(pixels)  # noqa: E731
    else:
        ids = torch.randint(1, 49000, (BATCH, 77), generator=drawn)
        run = lambda: clip.encode_text(ids)  # noqa: E731
    length = 50 if tower == "vision" else 77
    what = f"open_clip ViT-B-32 {tower}, N = {length}, {BATCH} samples"
    return Model(what, run, lambda: tapped(clip, run, BATCH), lambda: _asked(clip, run), 5, lambda: _ordinary(run))


def clip_vision(image_size: int, depth: int, rounds: int) -> Model:
    """The vision tower of CLIP ViT-L/14 as transformers has it, with less depth; ratios do not depend on it."""
    import torch

    model, eager = (clip_vision_model(image_size, depth, kind) for kind in ("sdpa", "eager"))
    pixels = torch.randn(1, 3, image_size, image_size, generator=torch.Generator().manual_seed(0))
    what = f"HF CLIP ViT-L/14 vision, N = {(image_size // 14) ** 2 + 1}, {depth} of 24 layers"
    return Model(
        what,
        lambda: model(pixels),
        lambda: tapped(model, lambda: model(pixels), 1),
        lambda: [entropy(weights).mean(-1) for weights in eager(pixels, output_attentions=True).attentions],
        rounds,
    )


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


def decoder(depth: int, rounds: int) -> Model:
    """A decoder as LLaVA's, of 1.1 billion parameters' width: 576 image tokens amid text, 32 heads on 4 of keys."""
    import torch
    from transformers import LlamaConfig, LlamaModel

    shape = {"hidden_size": 2048, "intermediate_size": 5632, "num_attention_heads": 32, "num_key_value_heads": 4}
    # a configuration for each, as a model writes its kind of attention into its own
    configs = [LlamaConfig(vocab_size=1000, num_hidden_layers=depth, use_cache=False, **shape) for _ in range(2)]
    model, eager = (
        LlamaModel._from_config(config, attn_implementation=kind).eval()
        for config, kind in zip(configs, ("sdpa", "eager"), strict=True)
    )
    labels = torch.tensor([2] + [1] * 6 + [0] * 576 + [1] * 25)[None]
    ids = torch.randint(1, 1000, labels.shape, generator=torch.Generator().manual_seed(0))

    def matrices() -> list[Any]:
        found = []
        members = torch.nn.functional.one_hot(labels, 3).float()[:, None]
        for weights in eager(ids, output_attentions=True).attentions:
            mass, of_terms = weights @ members, torch.special.entr(weights) @ members
            within = of_terms / mass.clamp_min(1e-30) + mass.clamp_min(1e-30).log()
            found.append((of_terms.sum(-1).mean(-1), mass.mean(-2), within.mean(-2)))
        return found

    return Model(
        f"LLaVA-shaped decoder, N = {labels.shape[1]}, 3 groups, {depth} of 22 layers",
        lambda: model(ids),
        lambda: tapped(model, lambda: model(ids), 1, Groups(labels, 3)),
        matrices,
        rounds,
    )


def attention_only(n: int) -> tuple[Work, Work]:
    """Attention and its entropies, and attention alone, over 12 heads of width 64."""
    import torch

    q, k, v = torch.randn(3, 1, 12, n, 64, generator=torch.Generator().manual_seed(0))
    call = Projected("alone", q, k, None, False, 0.125)

    def attend() -> object:
        return torch.nn.functional.scaled_dot_product_attention(q, k, v)

    return lambda: (attend(), measure(call, 1).entropy.mean(-1)), attend


def entropy(weights: Tensor) -> Tensor:
    """Entropy of matrices, as one writes it down."""
    import torch

    return -torch.xlogy(weights, weights).sum(-1)


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
