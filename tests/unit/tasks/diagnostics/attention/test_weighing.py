"""A softmax of three dimensions is attention where it weighs values, whatever its module is called."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from tasks.diagnostics.attention.calls import Scored
from tasks.diagnostics.attention.entropy import measure
from tasks.diagnostics.attention.tap import AttentionTap
from tasks.diagnostics.intervention.steering import Change, Steering

WIDTH = 8

Weigh = Callable[[Tensor, Tensor], Tensor]

WEIGH: dict[str, Weigh] = {
    "@": lambda p, v: p @ v,
    "matmul": torch.matmul,
    "bmm": torch.bmm,
    "Tensor.bmm": lambda p, v: p.bmm(v),
    "einsum": lambda p, v: torch.einsum("brk,bkd->brd", p, v),
    "baddbmm": lambda p, v: torch.baddbmm(torch.zeros(1, 1, 1), p, v),
    "turned over": lambda p, v: (v.mT @ p.mT).mT,
    "after dropout": lambda p, v: torch.dropout(p, 0.3, True) @ v,
    "after a cast": lambda p, v: (p.double() @ v.double()).float(),
    "with a head of one": lambda p, v: (p.unsqueeze(1) @ v.unsqueeze(1)).squeeze(1),
}


class Mixer(nn.Module):
    """One head, whose name tells nothing."""

    def __init__(self, weigh: Weigh) -> None:
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.weigh = weigh

    def forward(self, x: Tensor) -> Tensor:
        keys = x[:, :4]
        return self.weigh((self.q(x) @ self.k(keys).mT).softmax(-1), self.v(keys))


class Parts(nn.Module):
    """The same, with the softmax in a module of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.scores = nn.Sequential(nn.Identity(), nn.Softmax(dim=-1))

    def forward(self, x: Tensor) -> Tensor:
        return self.scores(x @ x.mT) @ x


class Router(nn.Module):
    """Tokens go to the likeliest of some experts, and the words that follow them are drawn: neither attends."""

    def __init__(self) -> None:
        super().__init__()
        self.route, self.words = nn.Linear(WIDTH, 4), nn.Linear(WIDTH, 50)
        self.experts = nn.Parameter(torch.randn(4, WIDTH))
        self.after = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.route(x).softmax(-1) @ self.experts
        x = x + self.after(x) @ (x.mT @ x)
        return self.words(x).softmax(-1)


def seen(model: nn.Module, changes: dict[str, tuple[Change, ...]] | None = None) -> tuple[AttentionTap, list[Scored]]:
    calls: list[Scored] = []
    x = torch.randn(3, 5, WIDTH, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode(), AttentionTap(model, calls.append) as tap, Steering(model, changes or {}):  # type: ignore[arg-type]
        model(x)
    return tap, calls


@pytest.mark.parametrize("weigh", WEIGH)
def test_a_single_head_without_a_head_axis_is_seen_once(weigh: str) -> None:
    model = nn.ModuleDict({"mix": Mixer(WEIGH[weigh])})
    model.forward = lambda x: model["mix"](x)
    tap, (call,) = seen(model)
    assert tap.sites == {"mix": 1}
    assert tap.blind == ()
    rows = measure(call, samples=3)
    p = call.scores.double().softmax(-1)
    assert rows.entropy.shape == (3, 1, 5)
    torch.testing.assert_close(rows.entropy[:, 0].double(), -(p * p.log()).sum(-1), rtol=0, atol=1e-5)


def test_layers_that_share_a_module_are_each_seen() -> None:
    model = nn.ModuleDict({"mix": Mixer(torch.bmm)})
    model.forward = lambda x: model["mix"](model["mix"](x))
    assert seen(model)[0].sites == {"mix": 2}


def test_a_softmax_in_a_module_of_its_own_is_the_site() -> None:
    model = nn.Sequential(Parts(), Parts())
    assert seen(model)[0].sites == {"0.scores": 1, "1.scores": 1}


def test_routers_and_word_probabilities_are_no_attention() -> None:
    tap, calls = seen(nn.Sequential(nn.Sequential(Router())))
    assert calls == []
    assert tap.blind == ()


def test_what_is_steered_is_what_is_seen() -> None:
    model = nn.Sequential(Mixer(torch.bmm))
    _, (call,) = seen(model, {"0": (Change(sharpness=0.0),)})
    assert call.scores.abs().max() == 0
    _, (call,) = seen(model, {"0": (Change(silent=True),)})
    assert call.scores.abs().max() > 0


class Both(nn.Module):
    """Draws words, forgets them, and attends."""

    def __init__(self) -> None:
        super().__init__()
        self.draw, self.mix = nn.Sequential(Router()), Mixer(torch.bmm)

    def forward(self, x: Tensor) -> Tensor:
        self.draw(x)
        return self.mix(x)


def test_what_was_not_weighed_is_let_go_when_its_caller_has_ended() -> None:
    model, kept, alive = Both(), [], []
    model.draw[0].words.register_forward_hook(lambda *made: kept.append(weakref.ref(made[-1])))
    model.mix.register_forward_hook(lambda *_: alive.append((gc.collect(), kept[0]() is not None)[1]))
    assert seen(model)[0].sites == {"mix": 1}
    assert alive == [False]
