"""What a gated site adds to its stream, |tanh(gate) x output| / |stream|, by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tasks.diagnostics.gates import Gates


class Site(nn.Module):
    """Gives back what it is told to."""

    def __init__(self, output: Tensor, as_tuple: bool) -> None:
        super().__init__()
        self.output, self.as_tuple = output, as_tuple

    def forward(self, _: Tensor) -> Any:
        return (self.output, None) if self.as_tuple else self.output


class Layer(nn.Module):
    """A stream to which a site is added through a gate."""

    def __init__(self, output: Tensor, gate: Tensor, as_tuple: bool = False) -> None:
        super().__init__()
        self.cross = Site(output, as_tuple)
        self.alpha = nn.Parameter(gate)

    def forward(self, hidden_states: Tensor) -> Tensor:
        made = self.cross(hidden_states)
        return hidden_states + self.alpha.tanh() * (made[0] if isinstance(made, tuple) else made)


STREAM = torch.tensor([[[3.0, 0.0], [0.0, 4.0]], [[0.0, 1.0], [0.0, 0.0]]])
"""Two samples of two positions: of norms 5 and 1."""
OUTPUT = torch.tensor([[[1.0, 2.0], [2.0, 4.0]], [[0.0, 0.0], [6.0, 8.0]]])
"""Of norms 5 and 10."""


ALL = torch.ones(2, 2, dtype=torch.bool)


def ratios(layer: nn.Module, run: Callable[[nn.Module], object], samples: int = 2, counts: Tensor = ALL) -> Tensor:
    model = nn.ModuleDict({"layer": layer})
    with Gates(model, {"layer.cross": "layer.alpha"}, samples, lambda _: counts) as gates, torch.inference_mode():
        run(layer)
    (found,) = gates.ratios.values()
    return found


@pytest.mark.parametrize("as_tuple", [False, True])
@pytest.mark.parametrize("run", [lambda layer: layer(STREAM), lambda layer: layer(hidden_states=STREAM)])
def test_it_is_the_norm_of_what_is_added_over_that_of_the_stream_for_each_sample(
    as_tuple: bool, run: Callable[[nn.Module], object]
) -> None:
    found = ratios(Layer(OUTPUT, torch.tensor([0.5]), as_tuple), run)
    assert found.shape == (2, 1)
    assert found.dtype == torch.float64
    assert found[:, 0].tolist() == pytest.approx([math.tanh(0.5) * 5 / 5, math.tanh(0.5) * 10 / 1])


def test_a_gate_for_each_channel_weighs_each_channel() -> None:
    found = ratios(Layer(OUTPUT, torch.tensor([0.0, 1.0])), lambda layer: layer(STREAM))
    second = math.tanh(1.0)
    assert found[:, 0].tolist() == pytest.approx([second * math.sqrt(4 + 16) / 5, second * 8 / 1])


def test_a_closed_gate_adds_nothing_and_its_sign_does_not_matter() -> None:
    closed, opened, turned = (
        ratios(Layer(OUTPUT, torch.tensor([gate])), lambda layer: layer(STREAM)) for gate in (0.0, 2.0, -2.0)
    )
    assert closed.tolist() == [[0.0], [0.0]]
    assert torch.equal(opened, turned)


def test_it_is_the_change_that_the_layer_really_makes() -> None:
    layer = Layer(OUTPUT, torch.tensor([0.3]))
    found = ratios(layer, lambda layer: layer(STREAM))
    added = (layer(STREAM) - STREAM).flatten(1).norm(dim=1) / STREAM.flatten(1).norm(dim=1)
    torch.testing.assert_close(found[:, 0], added.double(), atol=1e-6, rtol=0)


def test_half_precision_is_summed_in_float64() -> None:
    large = torch.full((1, 4, 1000), 200.0, dtype=torch.float16)  # whose squares float16 cannot hold
    layer = Layer(large, torch.tensor([10.0], dtype=torch.float16))
    assert ratios(layer, lambda layer: layer(large), samples=1).item() == pytest.approx(1.0, abs=1e-6)


def test_windows_and_further_dimensions_belong_to_their_sample() -> None:
    found = ratios(
        Layer(OUTPUT.reshape(4, 1, 2), torch.tensor([0.5])), lambda layer: layer(STREAM.reshape(4, 1, 2)), samples=2
    )
    assert found[:, 0].tolist() == pytest.approx([math.tanh(0.5), math.tanh(0.5) * 10])


def test_no_hook_is_left_behind_even_by_a_pass_that_fails() -> None:
    layer = Layer(OUTPUT, torch.tensor([0.5]))
    with pytest.raises(RuntimeError, match="invalid for input"):
        ratios(layer, lambda layer: layer(torch.zeros(2, 3, 5)))
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in layer.modules())
    assert ratios(layer, lambda layer: layer(STREAM))[0].item() == pytest.approx(math.tanh(0.5))


def test_each_gated_site_of_a_model_has_its_own() -> None:
    model = nn.ModuleDict({name: Layer(OUTPUT, torch.tensor([gate])) for name, gate in (("a", 0.5), ("b", 1.0))})
    with (
        Gates(model, {f"{name}.cross": f"{name}.alpha" for name in ("a", "b")}, 2, lambda _: ALL) as gates,
        torch.no_grad(),
    ):
        model["b"](model["a"](STREAM))
    stream = STREAM + math.tanh(0.5) * OUTPUT
    second = math.tanh(1.0) * OUTPUT.flatten(1).norm(dim=1) / stream.flatten(1).norm(dim=1)
    assert gates.ratios["a.cross"][:, 0].tolist() == pytest.approx([math.tanh(0.5), math.tanh(0.5) * 10])
    torch.testing.assert_close(gates.ratios["b.cross"][:, 0], second.double(), atol=1e-6, rtol=0)


def test_positions_that_do_not_count_are_left_out_of_both_norms() -> None:
    counts = torch.tensor([[True, False], [True, True]])
    found = ratios(Layer(OUTPUT, torch.tensor([0.5])), lambda layer: layer(STREAM), counts=counts)
    opened = math.tanh(0.5)
    assert found.flatten().tolist() == pytest.approx([opened * math.sqrt(5) / 3, opened * 10])
