"""The tap sees all attention as the model computes it, and changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from store.errors import BadInput, GonogoError
from tasks.diagnostics.calls import AttentionCall, Projected, Scored
from tasks.diagnostics.entropy import measure, row_entropy
from tasks.diagnostics.tap import AttentionTap

Load = Callable[..., Any]
CAPTIONS = ["a red circle", "a large blue square above a small green ring at the top left"]


@pytest.fixture(autouse=True)
def without_gradients() -> Any:
    with torch.inference_mode():
        yield


def tapped(model: nn.Module, run: Callable[[], Any]) -> tuple[list[AttentionCall], AttentionTap]:
    calls: list[AttentionCall] = []
    with AttentionTap(model, calls.append) as tap:
        run()
    return calls, tap


def entropy_of(weights: Tensor) -> Tensor:
    """Entropy of attention weights that a library gives out, where it is computed with 0 ln 0 = 0."""
    return torch.special.entr(weights).sum(dim=-1)


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


class TestModels:
    @pytest.mark.parametrize("locator", ["clip:tiny@random", "siglip:tiny@random"])
    def test_entropies_agree_with_the_attentions_that_transformers_gives_out(
        self, locator: str, load_model: Load, tmp_path: Path
    ) -> None:
        loaded = load_model(locator, tmp_path)
        pixels, texts = random(2, 3, 32, 32), loaded.texts(CAPTIONS)
        seen, _ = tapped(loaded.module, lambda: (loaded.encode_images(pixels), loaded.encode_texts(texts)))
        seen = [call for call in seen if not loaded.place(call.site).pooling]
        loaded.module.set_attn_implementation("eager")
        vision = loaded.module.vision_model(pixels, output_attentions=True).attentions
        text = loaded.module.text_model(texts.ids, attention_mask=texts.attended, output_attentions=True).attentions
        assert [call.site for call in seen] == [
            f"{tower}_model.encoder.layers.{layer}.self_attn" for tower in ("vision", "text") for layer in (0, 1)
        ]
        for call, weights in zip(seen, (*vision, *text), strict=True):
            found = measure(call)
            counts = found.attendable > 0
            torch.testing.assert_close(found.entropy[counts], entropy_of(weights)[counts], atol=1e-5, rtol=0)

    def test_eager_and_fused_attention_are_measured_alike(self, load_model: Load, tmp_path: Path) -> None:
        loaded = load_model("clip:tiny@random", tmp_path)
        texts = loaded.texts(CAPTIONS)
        fused, _ = tapped(loaded.module, lambda: loaded.encode_texts(texts))
        loaded.module.set_attn_implementation("eager")
        eager, _ = tapped(loaded.module, lambda: loaded.encode_texts(texts))
        for one, other in zip(fused, eager, strict=True):
            assert isinstance(one, Projected)
            assert isinstance(other, Scored)
            assert torch.equal(measure(one).attendable, measure(other).attendable)
            torch.testing.assert_close(measure(one).entropy, measure(other).entropy, atol=1e-5, rtol=0)

    def test_entropies_agree_with_the_weights_of_open_clips_multi_head_attention(
        self, open_clip_folder: Path, load_model: Load
    ) -> None:
        loaded = load_model(f"openclip:tiny@{open_clip_folder}", open_clip_folder)
        asked: list[tuple[nn.Module, Any, Any]] = []
        for module in loaded.module.modules():
            if isinstance(module, nn.MultiheadAttention):
                module.register_forward_pre_hook(lambda *call: asked.append(call), with_kwargs=True)
        seen, tap = tapped(
            loaded.module,
            lambda: (loaded.encode_images(random(2, 3, 32, 32)), loaded.encode_texts(loaded.texts(CAPTIONS))),
        )
        assert len(seen) == 5
        assert tap.blind == ()
        for call, (module, args, kwargs) in zip(seen, list(asked), strict=True):
            _, weights = module(*args, **{**kwargs, "need_weights": True, "average_attn_weights": False})
            torch.testing.assert_close(measure(call).entropy, entropy_of(weights), atol=1e-5, rtol=0)

    def test_the_pooling_head_of_siglip_is_a_site_of_its_own(self, load_model: Load, tmp_path: Path) -> None:
        loaded = load_model("siglip:tiny@random", tmp_path)
        _, tap = tapped(loaded.module, lambda: loaded.encode_images(random(2, 3, 32, 32)))
        assert list(tap.sites)[-1] == "vision_model.head.attention"
        assert loaded.place("vision_model.head.attention").pooling
        assert tap.blind == ()

    def test_outputs_are_bit_for_bit_those_of_the_ordinary_path(self, open_clip_folder: Path, load_model: Load) -> None:
        for locator in (f"openclip:tiny@{open_clip_folder}", "clip:tiny@random", "siglip:tiny@random"):
            loaded = load_model(locator, open_clip_folder)
            pixels, texts = random(2, 3, 32, 32), loaded.texts(CAPTIONS)
            fast = torch.backends.mha.get_fastpath_enabled()
            torch.backends.mha.set_fastpath_enabled(False)
            try:
                plain = loaded.encode_images(pixels), loaded.encode_texts(texts)
            finally:
                torch.backends.mha.set_fastpath_enabled(fast)
            with AttentionTap(loaded.module, measure):
                under_tap = loaded.encode_images(pixels), loaded.encode_texts(texts)
            assert all(torch.equal(one, other) for one, other in zip(plain, under_tap, strict=True))


class TestScaledDotProduct:
    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"is_causal": True},
            {"scale": 0.3},
            {"dropout_p": 0.5},
            {"attn_mask": torch.rand(2, 1, 5, 5, generator=torch.Generator().manual_seed(3)) > 0.4},
            {"attn_mask": random(4, 5, 5, seed=4)},
            {"attn_mask": torch.full((5, 5), -torch.inf).triu(1)},
        ],
        ids=["plain", "causal", "scale", "dropout", "boolean mask", "bias", "minus infinity"],
    )
    def test_every_option_is_followed(self, options: dict[str, Any]) -> None:
        q, k, v = random(2, 4, 5, 8), random(2, 4, 5, 8, seed=1), random(2, 4, 5, 8, seed=2)
        (call,), _ = tapped(nn.Identity(), lambda: functional.scaled_dot_product_attention(q, k, v, **options))
        # an attention whose values are one-hot gives its weights out
        eye = torch.eye(5).expand(2, 4, 5, 5)
        weights = functional.scaled_dot_product_attention(q, k, eye, **{**options, "dropout_p": 0.0})
        found = measure(call)
        counts = found.attendable > 0
        torch.testing.assert_close(found.entropy[counts], entropy_of(weights)[counts], atol=1e-5, rtol=0)
        assert torch.equal(found.attendable, (weights > 0).sum(dim=-1))

    def test_grouped_queries_share_their_keys(self) -> None:
        q, k = random(2, 4, 5, 8), random(2, 2, 5, 8, seed=1)
        (call,), _ = tapped(
            nn.Identity(), lambda: functional.scaled_dot_product_attention(q, k, k, is_causal=True, enable_gqa=True)
        )
        whole = measure(Projected("", q, k.repeat_interleave(2, dim=1), None, True, 8**-0.5))
        assert torch.equal(measure(call).entropy, whole.entropy)


class TestMultiHeadAttention:
    @pytest.mark.parametrize(
        ("made", "asked"),
        [
            ({}, {}),
            ({"bias": False}, {}),
            ({"kdim": 6, "vdim": 7}, {}),
            ({"add_bias_kv": True}, {}),
            ({"add_zero_attn": True}, {}),
            ({}, {"key_padding_mask": torch.tensor([[False] * 4, [False, False, True, True]])}),
            ({}, {"key_padding_mask": torch.tensor([[0.0] * 4, [0.0, 1.0, -2.0, -torch.inf]])}),
            ({}, {"attn_mask": torch.ones(3, 4, dtype=torch.bool).triu(2)}),
            ({}, {"attn_mask": random(4, 3, 4, seed=5)}),
            (
                {"add_bias_kv": True, "add_zero_attn": True},
                {
                    "attn_mask": torch.ones(3, 4, dtype=torch.bool).triu(1),
                    "key_padding_mask": torch.tensor([[False] * 4, [False, False, True, True]]),
                },
            ),
        ],
        ids=["plain", "no bias", "widths", "key bias", "zero key", "padding", "float padding", "mask", "heads", "all"],
    )
    @pytest.mark.parametrize("need_weights", [True, False])
    def test_every_option_is_followed(self, made: dict[str, Any], asked: dict[str, Any], need_weights: bool) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            module = nn.MultiheadAttention(8, 2, batch_first=True, **made).eval()
        q, k, v = random(2, 3, 8), random(2, 4, made.get("kdim", 8), seed=1), random(2, 4, made.get("vdim", 8), seed=2)
        (call,), tap = tapped(module, lambda: module(q, k, v, need_weights=need_weights, **asked))
        _, weights = module(q, k, v, average_attn_weights=False, **asked)
        torch.testing.assert_close(measure(call).entropy, entropy_of(weights), atol=1e-5, rtol=0)
        assert tap.blind == ()

    def test_a_causal_hint_is_followed_as_the_module_follows_it(self) -> None:
        module = nn.MultiheadAttention(8, 2, batch_first=True).eval()
        x, mask = random(2, 4, 8), nn.Transformer.generate_square_subsequent_mask(4)
        (call,), _ = tapped(module, lambda: module(x, x, x, attn_mask=mask, is_causal=True, need_weights=False))
        assert measure(call).attendable[0, 0].tolist() == [1, 2, 3, 4]

    def test_an_input_without_a_batch_is_a_batch_of_one(self) -> None:
        module = nn.MultiheadAttention(8, 2).eval()
        x = random(4, 8)
        (call,), _ = tapped(module, lambda: module(x, x, x))
        assert measure(call).entropy.shape == (1, 2, 4)

    def test_static_keys_are_refused_by_name(self) -> None:
        x, weight, keys = random(3, 1, 8), random(24, 8), random(2, 3, 4)
        rest = (None, None, None, False, 0.0, random(8, 8), None)
        with pytest.raises(GonogoError, match="static keys"):
            tapped(
                nn.Identity(),
                lambda: functional.multi_head_attention_forward(x, x, x, 8, 2, weight, *rest, static_k=keys),
            )


class EagerAttention(nn.Module):
    """Attention over flattened heads, by a softmax alone."""

    def forward(self, x: Tensor) -> Tensor:
        return (x @ x.transpose(-2, -1)).softmax(-1) @ x


class Gate(nn.Module):
    """No attention: probabilities over a vocabulary."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.softmax(x, dim=-1)


class LinearAttention(nn.Module):
    """Looks like attention, and has none that could be seen."""

    def forward(self, x: Tensor) -> Tensor:
        return x * x.mean(dim=1, keepdim=True)


class Block(nn.Module):
    def __init__(self, attention: nn.Module) -> None:
        super().__init__()
        self.attention = attention

    def forward(self, x: Tensor) -> Tensor:
        return self.attention(x)


def test_a_softmax_of_scores_is_attention_and_a_softmax_of_logits_is_not() -> None:
    x = random(2, 3, 4)
    attention, gate = EagerAttention(), Gate()
    (call,), _ = tapped(attention, lambda: attention(x))
    expected = row_entropy(x @ x.mT, torch.ones(2, 3, 3, dtype=torch.bool)).entropy
    torch.testing.assert_close(measure(call).entropy, expected)
    assert tapped(gate, lambda: gate(x))[0] == []


def test_what_looks_like_attention_but_is_not_seen_into_is_named() -> None:
    model = nn.Sequential(Block(LinearAttention()), Block(EagerAttention()))
    calls, tap = tapped(model, lambda: model(random(2, 3, 4)))
    assert [call.site for call in calls] == ["1.attention"]
    assert tap.blind == ("0.attention",)


def test_a_module_that_attends_twice_is_counted_twice() -> None:
    attention = EagerAttention()
    model = nn.Sequential(attention, attention)
    _, tap = tapped(model, lambda: model(random(2, 3, 4)))
    assert tap.sites == {"0": 2}


def test_a_failing_model_leaves_no_hook_and_no_mode_behind() -> None:
    model = nn.Sequential(EagerAttention(), nn.Linear(3, 3))
    calls: list[AttentionCall] = []
    with pytest.raises(RuntimeError), AttentionTap(model, calls.append):
        model(random(2, 3, 4))
    assert all(not module._forward_hooks and not module._forward_pre_hooks for module in model.modules())
    model[0](random(2, 3, 4))
    assert len(calls) == 1


def test_two_threads_tap_two_models_at_once_without_mixing(load_model: Load, tmp_path: Path) -> None:
    models = [load_model("clip:tiny@random", tmp_path, seed) for seed in (0, 1)]
    pixels = random(2, 3, 32, 32)
    alone = [tapped(model.module, lambda model=model: model.encode_images(pixels))[0] for model in models]
    together: dict[int, list[list[AttentionCall]]] = {0: [], 1: []}
    barrier = threading.Barrier(2)

    def work(which: int) -> None:
        barrier.wait()
        with torch.inference_mode():
            for _ in range(10):
                calls, tap = tapped(models[which].module, lambda: models[which].encode_images(pixels))
                assert tap.blind == ()
                together[which].append(calls)

    threads = [threading.Thread(target=work, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for which in (0, 1):
        assert len(together[which]) == 10
        for calls in together[which]:
            for one, other in zip(calls, alone[which], strict=True):
                assert one.site == other.site
                torch.testing.assert_close(measure(one).entropy, measure(other).entropy)


def test_one_model_in_two_threads_is_seen_from_the_tapping_thread_alone() -> None:
    model = EagerAttention()
    calls: list[AttentionCall] = []
    with AttentionTap(model, calls.append):
        thread = threading.Thread(target=model, args=(random(2, 3, 4),))
        thread.start()
        thread.join()
    assert calls == []


@pytest.mark.parametrize("how", ["torch.compile", "Module.compile", "inside", "script"])
def test_a_compiled_model_is_refused(how: str) -> None:
    model: Any = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    match how:
        case "torch.compile":
            model = torch.compile(model)
        case "Module.compile":
            model[1].compile()
        case "inside":
            model[1].forward = torch.compile(model[1].forward)
        case _:
            model = torch.jit.script(model)
    with pytest.raises(BadInput, match="is compiled; give the model uncompiled"):
        AttentionTap(model, print)
