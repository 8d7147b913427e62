"""The attention sites of real architectures: all are seen, measured right, and missed by name if they were not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tasks.diagnostics.attention import tap as tap_module
from tasks.diagnostics.attention.calls import AttentionCall, Projected, Scored
from tasks.diagnostics.attention.entropy import measure
from tasks.diagnostics.attention.tap import AttentionTap
from tasks.diagnostics.intervention.steering import Change, Steering

Made = tuple[nn.Module, Callable[[nn.Module], Any], int]
"""A small model, how to run it, and how many attention calls that makes."""

SMALL = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2}
VISION = {**SMALL, "image_size": 32, "patch_size": 8}
TEXT = {**SMALL, "vocab_size": 100, "max_position_embeddings": 32}


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


PIXELS = random(2, 3, 32, 32)
IDS = torch.randint(3, 90, (2, 7), generator=torch.Generator().manual_seed(1))


def clip(kind: str) -> Made:
    from transformers import CLIPConfig, CLIPModel

    text = {**TEXT, "eos_token_id": 2, "bos_token_id": 1}
    config = CLIPConfig(text_config=text, vision_config=VISION)
    model = CLIPModel._from_config(config, attn_implementation=kind)
    return model, lambda m: m(input_ids=IDS, pixel_values=PIXELS, attention_mask=torch.ones_like(IDS)), 4


def siglip(kind: str) -> Made:
    from transformers import SiglipConfig, SiglipModel

    text = {**TEXT, "eos_token_id": 2, "bos_token_id": 1}
    model = SiglipModel._from_config(SiglipConfig(text_config=text, vision_config=VISION), attn_implementation=kind)
    return model, lambda m: m(input_ids=IDS, pixel_values=PIXELS), 5  # with the pooling head


def blip(kind: str) -> Made:
    from transformers import BlipConfig, BlipForImageTextRetrieval

    text = {
        **TEXT,
        "encoder_hidden_size": 32,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "sep_token_id": 2,
    }
    config = BlipConfig(text_config=text, vision_config=VISION, projection_dim=16, image_text_hidden_size=16)
    return BlipForImageTextRetrieval(config), lambda m: m(input_ids=IDS, pixel_values=PIXELS), 6  # with cross-attention


def flava(kind: str) -> Made:
    from transformers import FlavaConfig, FlavaModel

    config = FlavaConfig(
        image_config=VISION, text_config=TEXT, multimodal_config=SMALL, projection_dim=16, hidden_size=32
    )
    return FlavaModel(config), lambda m: m(input_ids=IDS, pixel_values=PIXELS), 6


def idefics(kind: str) -> Made:
    from transformers import IdeficsConfig, IdeficsForVisionText2Text

    vision = {"embed_dim": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2}
    perceiver = {"resampler_n_latents": 4, "resampler_depth": 2, "resampler_n_heads": 2, "resampler_head_dim": 16}
    config = IdeficsConfig(
        vocab_size=100,
        **SMALL,
        cross_layer_interval=1,
        use_resampler=True,
        vision_config={**vision, "image_size": 32, "patch_size": 8},
        perceiver_config={**perceiver, "use_resampler": True, "qk_layer_norms_perceiver": False},
    )
    model = IdeficsForVisionText2Text._from_config(config, attn_implementation=kind)
    given = {"attention_mask": torch.ones_like(IDS), "image_attention_mask": torch.ones(2, 7, 1, dtype=torch.long)}
    return model, lambda m: m(input_ids=IDS, pixel_values=PIXELS[:, None], **given), 8


def qwen2_vl(kind: str) -> Made:
    from transformers.models.qwen2_vl.configuration_qwen2_vl import Qwen2VLVisionConfig
    from transformers.models.qwen2_vl.modeling_qwen2_vl import Qwen2VisionTransformerPretrainedModel

    config = Qwen2VLVisionConfig(depth=2, embed_dim=32, hidden_size=32, num_heads=2, patch_size=4, mlp_ratio=2)
    model = Qwen2VisionTransformerPretrainedModel._from_config(config, attn_implementation=kind)
    grids = torch.tensor([[1, 4, 4], [1, 4, 8]])
    return model, lambda m: m(random(48, 96), grid_thw=grids), 4  # each image of a pack is a call


def swin(kind: str) -> Made:
    from transformers import SwinConfig, SwinModel

    config = SwinConfig(image_size=32, patch_size=4, embed_dim=8, depths=[2, 2], num_heads=[2, 2], window_size=4)
    return SwinModel(config), lambda m: m(PIXELS), 4


def bert(kind: str) -> Made:
    from transformers import BertConfig, BertModel

    return BertModel._from_config(BertConfig(**TEXT), attn_implementation=kind), lambda m: m(input_ids=IDS), 2


def mixtral(kind: str) -> Made:
    from transformers import MixtralConfig, MixtralForCausalLM

    config = MixtralConfig(**TEXT, num_key_value_heads=1, num_local_experts=4)
    model = MixtralForCausalLM._from_config(config, attn_implementation=kind)
    return model, lambda m: m(input_ids=IDS), 2  # and no router


def timm_siglip(kind: str) -> Made:
    import timm

    options = {"embed_dim": 32, "depth": 2, "num_heads": 2, "img_size": 32}
    return timm.create_model("vit_base_patch16_siglip_224", **options), lambda m: m(PIXELS), 3


def timm_swin(kind: str) -> Made:
    import timm

    options = {"embed_dim": 8, "depths": (2, 2), "num_heads": (2, 2), "img_size": 32, "window_size": 4}
    return timm.create_model("swin_tiny_patch4_window7_224", **options), lambda m: m(PIXELS), 4


def open_clip(kind: str) -> Made:
    from open_clip.model import CLIP

    model = CLIP(
        embed_dim=32,
        vision_cfg={"layers": 2, "width": 64, "head_width": 32, "patch_size": 8, "image_size": 32},
        text_cfg={"context_length": 7, "vocab_size": 100, "width": 64, "heads": 2, "layers": 3},
    )
    return model, lambda m: m(PIXELS, IDS), 5


def coca(kind: str) -> Made:
    from open_clip.coca_model import CoCa

    text = {"context_length": 8, "vocab_size": 100, "width": 32, "heads": 2, "layers": 2}
    vision = {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8}
    pooled = {"attentional_pool": True, "attn_pooler_heads": 2, "output_tokens": True}
    model = CoCa(
        embed_dim=32,
        multimodal_cfg=text,
        text_cfg={**text, "embed_cls": True, "output_tokens": True},
        vision_cfg={**vision, **pooled},
    )
    nn.init.normal_(model.text_decoder.text_projection)  # which the library leaves as memory happens to hold
    return model, lambda m: m(PIXELS, IDS), 9  # two layers and a pooler, two, and two of self- and cross-attention


EITHER = ("sdpa", "eager")
OF_ONE_KIND = (blip, flava, swin, timm_siglip, timm_swin, open_clip, coca)
CASES = [
    pytest.param(make, kind, id=f"{make.__name__}-{kind}")
    for make in (clip, siglip, idefics, qwen2_vl, bert, mixtral)
    for kind in EITHER
]
CASES += [pytest.param(make, "its own", id=make.__name__) for make in OF_ONE_KIND]


def made(make: Callable[[str], Made], kind: str) -> Made:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model, run, calls = make(kind)
    return model.eval(), run, calls


def swin_eager(_: str) -> Made:
    from transformers import SwinConfig, SwinModel

    config = SwinConfig(image_size=32, patch_size=4, embed_dim=8, depths=[2, 2], num_heads=[2, 2], window_size=4)
    return SwinModel._from_config(config, attn_implementation="eager"), lambda m: m(PIXELS), 4


def timm_swin_v2(_: str) -> Made:
    import timm

    options = {"embed_dim": 8, "depths": (2, 2), "num_heads": (2, 2), "img_size": 32, "window_size": 4}
    return timm.create_model("swinv2_tiny_window8_256", **options), lambda m: m(PIXELS), 4


@pytest.mark.parametrize("make", [swin, swin_eager, timm_swin, timm_swin_v2])
def test_shifted_windows_attend_within_their_parts_and_are_uniform_over_them(make: Callable[[str], Made]) -> None:
    """Eight by eight tokens in windows of four by four, shifted by two: parts of sixteen, eight and four tokens."""
    model, run, _ = made(make, "its own")
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "relative_position_bias_table" in name:
                parameter.copy_(random(*parameter.shape))
    seen: list[AttentionCall] = []
    with torch.inference_mode(), AttentionTap(model, seen.append):
        run(model)
    site = seen[1].site
    keys = measure(seen[1], 2).attendable.expand(-1, 2, -1)[:4, 0]
    expected = [[16] * 16, ([8] * 8) * 2, ([8] * 8) * 2, [4] * 16]
    assert keys.tolist() == expected
    seen.clear()
    with torch.inference_mode(), AttentionTap(model, seen.append), Steering(model, {site: (Change(sharpness=0.0),)}):
        run(model)
    uniform = measure(next(call for call in seen if call.site == site), 2)
    torch.testing.assert_close(uniform.entropy, uniform.attendable.float().log().expand_as(uniform.entropy))
    assert uniform.attendable.expand(-1, 2, -1)[:4, 0].tolist() == expected


def batch(call: AttentionCall) -> int:
    whole = call.q if isinstance(call, Projected) else call.scores
    return whole.shape[0] if whole.dim() == 4 else 2


@pytest.mark.parametrize(("make", "kind"), CASES)
def test_every_site_is_seen_and_measured(make: Callable[[str], Made], kind: str) -> None:
    model, run, calls = made(make, kind)
    rows = []
    with AttentionTap(model, lambda call: rows.append(measure(call, batch(call)))) as tap:
        run(model)
    assert len(rows) == sum(tap.sites.values()) == calls
    assert tap.blind == ()
    assert all(bool((found.entropy <= found.attendable.clamp_min(1).log() + 1e-5).all()) for found in rows)


@pytest.mark.parametrize(("make", "kind"), CASES)
def test_every_site_is_named_where_it_cannot_be_seen(
    make: Callable[[str], Made], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, run, _ = made(make, kind)
    with AttentionTap(model, lambda _: None) as tap:
        run(model)
    monkeypatch.setattr(tap_module, "_WATCHED", {})
    with AttentionTap(model, print) as shut:
        run(model)
    assert shut.sites == {}
    assert set(shut.blind) == set(tap.sites)


@pytest.mark.parametrize("make", [clip, siglip, bert])
def test_entropies_agree_with_the_attentions_that_transformers_gives_out(make: Callable[[str], Made]) -> None:
    model, run, _ = made(make, "sdpa")
    seen: list[AttentionCall] = []
    with AttentionTap(model, seen.append):
        run(model)
    seen = [call for call in seen if "head" not in call.site]
    model.set_attn_implementation("eager")  # type: ignore[operator]
    eager: list[AttentionCall] = []
    with AttentionTap(model, eager.append):
        run(model)
    eager = [call for call in eager if "head" not in call.site]
    given = eager_attentions(model)
    assert len(seen) == len(given)
    for call, other, weights in zip(seen, eager, given, strict=True):
        found, exact = measure(call, 2), torch.special.entr(weights).sum(dim=-1)
        assert isinstance(call, Projected)
        assert isinstance(other, Scored)
        assert call.site == other.site
        torch.testing.assert_close(found.entropy, exact, atol=1e-5, rtol=0)
        torch.testing.assert_close(measure(other, 2).entropy, exact, atol=1e-5, rtol=0)


def eager_attentions(model: Any) -> list[Tensor]:
    if not hasattr(model, "vision_model"):
        return list(model(input_ids=IDS, output_attentions=True).attentions)
    text = model.text_model(IDS, output_attentions=True).attentions
    vision = model.vision_model(PIXELS, output_attentions=True).attentions
    first = "vision" if type(model).__name__ in ("SiglipModel", "CLIPModel") else "text"
    return [*vision, *text] if first == "vision" else [*text, *vision]


def test_entropies_agree_with_the_weights_of_open_clips_multi_head_attention() -> None:
    model, run, _ = made(open_clip, "")
    asked: list[tuple[nn.Module, Any, Any]] = []
    for module in model.modules():
        if isinstance(module, nn.MultiheadAttention):
            module.register_forward_pre_hook(lambda *call: asked.append(call), with_kwargs=True)
    seen: list[AttentionCall] = []
    with AttentionTap(model, seen.append):
        run(model)
    for call, (module, args, kwargs) in zip(seen, list(asked), strict=True):
        _, weights = module(*args, **{**kwargs, "need_weights": True, "average_attn_weights": False})
        exact = torch.special.entr(weights).sum(dim=-1)
        torch.testing.assert_close(measure(call, 2).entropy, exact, atol=1e-5, rtol=0)


@pytest.mark.parametrize(("make", "kind"), CASES)
def test_outputs_are_bit_for_bit_those_of_the_ordinary_path(make: Callable[[str], Made], kind: str) -> None:
    model, run, _ = made(make, kind)
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        plain = run(model)
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
    with AttentionTap(model, lambda call: measure(call, batch(call))):
        under_tap = run(model)
    tensors = list(zip(numbers(plain), numbers(under_tap), strict=True))
    assert tensors
    assert all(torch.equal(one, other) for one, other in tensors)


def numbers(output: Any) -> list[Tensor]:
    """The tensors of an output, in order."""
    if isinstance(output, Tensor):
        return [output]
    parts = output.values() if hasattr(output, "values") else output if isinstance(output, list | tuple) else ()
    return [tensor for part in parts for tensor in numbers(part)]
