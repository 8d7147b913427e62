"""The tap sees all attention as the model computes it, and changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from store.errors import BadInput
from tasks.diagnostics.attention.calls import AttentionCall, Projected, Scored
from tasks.diagnostics.attention.entropy import measure
from tasks.diagnostics.attention.tap import AttentionTap


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
        found = measure(call, 2)
        counts = (found.attendable > 0).expand_as(found.entropy)
        torch.testing.assert_close(found.entropy[counts], entropy_of(weights)[counts], atol=1e-5, rtol=0)
        assert torch.equal(found.attendable.expand(2, 4, 5), (weights > 0).sum(dim=-1))

    def test_grouped_queries_share_their_keys(self) -> None:
        q, k = random(2, 4, 5, 8), random(2, 2, 5, 8, seed=1)
        (call,), _ = tapped(
            nn.Identity(), lambda: functional.scaled_dot_product_attention(q, k, k, is_causal=True, enable_gqa=True)
        )
        whole = measure(Projected("", q, k.repeat_interleave(2, dim=1), None, True, 8**-0.5), 2)
        torch.testing.assert_close(measure(call, 2).entropy, whole.entropy, atol=1e-6, rtol=0)


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
        torch.testing.assert_close(measure(call, 2).entropy, entropy_of(weights), atol=1e-5, rtol=0)
        assert tap.blind == ()

    def test_a_causal_hint_is_followed_as_the_module_follows_it(self) -> None:
        module = nn.MultiheadAttention(8, 2, batch_first=True).eval()
        x, mask = random(2, 4, 8), nn.Transformer.generate_square_subsequent_mask(4)
        (call,), _ = tapped(module, lambda: module(x, x, x, attn_mask=mask, is_causal=True, need_weights=False))
        assert measure(call, 2).attendable[0, 0].tolist() == [1, 2, 3, 4]

    def test_an_input_without_a_batch_is_a_batch_of_one(self) -> None:
        module = nn.MultiheadAttention(8, 2).eval()
        x = random(4, 8)
        (call,), _ = tapped(module, lambda: module(x, x, x))
        assert measure(call, 1).entropy.shape == (1, 2, 4)

    def test_static_keys_are_keys(self) -> None:
        x, weight, keys = random(3, 1, 8), random(24, 8), random(2, 3, 4)
        rest = (None, None, None, False, 0.0, random(8, 8), None)
        (call,), _ = tapped(
            nn.Identity(),
            lambda: functional.multi_head_attention_forward(
                x, x, x, 8, 2, weight, *rest, need_weights=False, static_k=keys
            ),
        )
        assert isinstance(call, Projected)
        assert torch.equal(call.k[0], keys)

    def test_the_body_of_the_function_runs_as_it_is_in_this_version(self) -> None:
        module, x = nn.MultiheadAttention(8, 2).eval(), random(4, 3, 8)
        (call,), tap = tapped(module, lambda: module(x, x, x))
        assert isinstance(call, Scored)
        assert call.probabilities is not None
        assert torch.equal(module(x, x, x, average_attn_weights=False)[1].flatten(0, 1), call.probabilities)
        assert tap.sites == {"": 1}


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
    torch.testing.assert_close(measure(call, 2).entropy[:, 0], entropy_of((x @ x.mT).softmax(-1)))
    assert tapped(gate, lambda: gate(x))[0] == []


def test_what_looks_like_attention_but_is_not_seen_into_is_named() -> None:
    model = nn.Sequential(Block(LinearAttention()), Block(EagerAttention()))
    calls, tap = tapped(model, lambda: model(random(2, 3, 4)))
    assert [call.site for call in calls] == ["1.attention"]
    assert tap.blind == ("0.attention",)


@pytest.mark.parametrize(
    "softmax",
    [
        lambda x: functional.softmax(x, -1),
        lambda x: functional.softmax(x, dim=3),
        lambda x: functional.softmax(input=x, dim=-1, dtype=torch.float32).to(torch.bfloat16),
        lambda x: torch.softmax(x, dim=-1, dtype=torch.float32),
        lambda x: torch.softmax(x, 3),
        lambda x: x.softmax(-1),
        lambda x: x.softmax(dim=-1, dtype=torch.float64),
        lambda x: torch.special.softmax(x, -1),
        lambda x: torch.ops.aten._softmax(x, -1, False),
        lambda x: torch.ops.aten.softmax.int(x, -1),
        nn.Softmax(dim=-1),
    ],
)
def test_every_spelling_of_a_softmax_is_seen(softmax: Callable[[Tensor], Tensor]) -> None:
    x = random(2, 3, 4, 5).to(torch.bfloat16)
    (call,), _ = tapped(nn.Identity(), lambda: softmax(x))
    assert isinstance(call, Scored)
    assert torch.equal(call.scores, x)
    torch.testing.assert_close(measure(call, 2).entropy, entropy_of(x.float().softmax(-1)), atol=1e-5, rtol=0)


@pytest.mark.parametrize("dim", [0, 1, 2, -2])
def test_a_softmax_over_another_dimension_is_not_attention(dim: int) -> None:
    assert tapped(nn.Identity(), lambda: random(2, 3, 4, 5).softmax(dim))[0] == []


def test_a_bare_softmax_is_a_part_of_the_module_that_holds_it() -> None:
    class Windows(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.softmax = nn.Softmax(dim=-1)

        def forward(self, x: Tensor) -> Tensor:
            return self.softmax(torch.einsum("bhqd,bhkd->bhqk", x, x)) @ x

    model = nn.Sequential(Windows())
    _, tap = tapped(model, lambda: model(random(2, 2, 3, 4)))
    assert tap.sites == {"0": 1}


@pytest.mark.filterwarnings("ignore")
def test_a_kernel_that_keeps_its_scores_to_itself_leaves_its_module_blind() -> None:
    class Flexible(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            from torch.nn.attention.flex_attention import flex_attention

            return flex_attention(x, x, x)

    class Direct(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(x, x, x)[0]

    class Both(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return functional.scaled_dot_product_attention(x, x, x) + Direct.forward(self, x)

    model = nn.Sequential(Flexible(), Direct(), Both())
    calls, tap = tapped(model, lambda: model(random(1, 2, 16, 16)))
    assert [call.site for call in calls] == ["2"]
    assert tap.blind == ("0", "1", "2")


@pytest.mark.parametrize(
    "part", ["AttentionNorm", "SelfAttentionOutput", "AttnDropout", "AttentionMask", "ChannelAttn", "MLP"]
)
def test_what_only_goes_by_the_name_of_attention_is_not_called_blind(part: str) -> None:
    model = nn.Sequential(type(part, (Gate,), {})(), nn.Dropout())
    assert tapped(model, lambda: model(random(2, 3)))[1].blind == ()


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


def test_a_module_that_fails_before_it_begins_leaves_the_others_where_they_are() -> None:
    class Patient(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            try:
                return self.part(x)
            except ValueError:
                return x.softmax(-1)

    def refuse(*_: Any) -> None:
        raise ValueError

    model = nn.Sequential(Patient())
    model[0].part.register_forward_pre_hook(refuse)
    _, tap = tapped(model, lambda: model(random(1, 2, 4, 4)))
    assert tap.sites == {"0": 1}


def test_two_threads_tap_two_models_at_once_without_mixing() -> None:
    def stack(seed: int) -> nn.Module:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return nn.Sequential(*(nn.TransformerEncoderLayer(16, 2, 32, batch_first=True) for _ in range(3))).eval()

    models, x = [stack(0), stack(1)], random(2, 9, 16)
    alone = [tapped(model, lambda model=model: model(x))[0] for model in models]
    assert [len(calls) for calls in alone] == [3, 3]
    together: dict[int, list[list[AttentionCall]]] = {0: [], 1: []}
    barrier = threading.Barrier(2)

    def work(which: int) -> None:
        barrier.wait()
        with torch.inference_mode():
            for _ in range(10):
                calls, tap = tapped(models[which], lambda: models[which](x))
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
                torch.testing.assert_close(measure(one, 2).entropy, measure(other, 2).entropy)


def test_one_model_in_two_threads_is_seen_from_the_tapping_thread_alone() -> None:
    model = EagerAttention()
    calls: list[AttentionCall] = []
    with AttentionTap(model, calls.append):
        thread = threading.Thread(target=model, args=(random(2, 3, 4),))
        thread.start()
        thread.join()
    assert calls == []


@pytest.mark.slow
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
