"""Attention entropy beside what transformers offers: `output_attentions=True` and an entropy over its matrices."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.timing import Row, compared, interleaved

IMAGES = 8


def rows() -> Iterator[Row]:
    """The vision tower of CLIP ViT-B/32, random weights: tapped, plain, and with the library's own matrices."""
    import torch
    from transformers import CLIPVisionConfig, CLIPVisionModel

    from tasks.diagnostics.attention.entropy import measure
    from tasks.diagnostics.attention.tap import AttentionTap

    config = CLIPVisionConfig(
        hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, patch_size=32
    )
    model = CLIPVisionModel(config).eval()
    eager = CLIPVisionModel._from_config(config, attn_implementation="eager").eval()
    pixels = torch.randn(IMAGES, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    seen: list[object] = []

    def tapped() -> None:
        with torch.inference_mode(), AttentionTap(model, lambda call: seen.append(measure(call, IMAGES).entropy)):
            model(pixels)
        seen.clear()

    def plain() -> None:
        with torch.inference_mode():
            model(pixels)

    def matrices() -> None:
        with torch.inference_mode():
            for weights in eager(pixels, output_attentions=True).attentions:
                seen.append(-torch.xlogy(weights, weights).sum(-1))
        seen.clear()

    yield compared(
        "entropy of CLIP ViT-B/32, per image", *interleaved(tapped, plain, 7), "the plain forward", per=IMAGES
    )
    yield compared(
        "entropy of CLIP ViT-B/32, per image",
        *interleaved(tapped, matrices, 7),
        "output_attentions + entropy",
        per=IMAGES,
    )
