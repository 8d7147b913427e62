"""Blocks that are not run again: the output is the one of all blocks run, for every family and every site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from tasks.diagnostics.intervention.recalling import BlockMemory
from tasks.diagnostics.intervention.steering import Change, Steering
from tasks.diagnostics.site_layout import find_layout

Load = Callable[..., Any]
RNG = np.random.default_rng(1)
IMAGES = [Image.fromarray(RNG.integers(0, 255, (64, 64, 3), dtype=np.uint8)) for _ in range(3)]
TEXTS = ["a red circle", "two shapes", "a large blue square"]
FAMILIES = (
    "openclip:shapes-clip@zoo",
    "clip:tiny@random",
    "siglip:tiny@random",
    "align:tiny@random",
    "blip:tiny@random",
    "vilt:tiny@random",
    "flava:tiny@random",
    "idefics:tiny@random",
    "llava:tiny@random",
    "mllama:tiny@random",
    "qwen2_vl:tiny@random",
)


@pytest.mark.parametrize("locator", FAMILIES)
def test_a_change_at_any_site_gives_the_output_that_it_gives_with_all_blocks_run(
    locator: str, load_model: Load, tmp_path: Path
) -> None:
    model = load_model(locator, tmp_path)
    layout = find_layout(model, IMAGES, [[text] for text in TEXTS])
    sites = [spot.name for spots in layout.roles.values() for spot in spots]
    base = {sites[0]: (Change(sharpness=3.0),)}
    memory = BlockMemory(model.module, sites, base)
    ask = model.ask(IMAGES, TEXTS)
    ran = 0

    def count(*_: Any) -> None:
        nonlocal ran
        ran += 1

    hooks = [module.register_forward_pre_hook(count) for module in model.module.modules()]

    def output(changes: Any, site: str | None = None, keep: bool = False) -> Tensor:
        with memory.recalling(model.module, changes, keep), Steering(model.module, changes):
            found: Tensor = ask(site).logits.clone()
        return found

    try:
        with torch.inference_mode():
            with Steering(model.module, base):
                plain = ask(None).logits.clone()
            whole, ran = ran, 0
            assert torch.equal(output(base, keep=True), plain)
            assert ran == whole
            ran = 0
            assert torch.equal(output(base), plain)
            assert ran < whole, "blocks were not run again"
            for site in sites:
                changes = {**base, site: (*base.get(site, ()), Change(sharpness=0.0))}
                with Steering(model.module, changes):
                    expected = ask(site).logits.clone()
                assert torch.equal(output(changes, site), expected), site
    finally:
        for hook in hooks:
            hook.remove()


class Block(nn.Module):
    """One that counts, and whose later calls depend on earlier ones where it is run twice."""

    def __init__(self, shift: float) -> None:
        super().__init__()
        self.site = nn.Identity()
        self.shift = shift
        self.ran = 0

    def forward(self, x: Tensor, cache: object = None) -> tuple[Tensor, None]:
        del cache
        self.ran += 1
        return self.site(x) + self.shift, None


class Stack(nn.Module):
    """Two blocks, the first of which is run again after the second."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([Block(1.0), Block(10.0)])

    def forward(self, x: Tensor, **given: Any) -> Tensor:
        for block in (self.layers[0], self.layers[1], self.layers[0]):
            x = block(x, **given)[0]
            x += 0.5  # in place, after the block
        return x


SITES = ("layers.0.site", "layers.1.site")


def test_a_block_that_is_run_twice_is_recalled_by_what_it_is_given() -> None:
    stack = Stack()
    memory = BlockMemory(stack, SITES, {})
    with memory.recalling(stack, {}, keep=True):
        first = stack(torch.zeros(2, 3))
    with memory.recalling(stack, {}):
        assert torch.equal(stack(torch.zeros(2, 3)), first)
    assert [block.ran for block in stack.layers] == [2, 1]
    with memory.recalling(stack, {}):
        other = stack(torch.ones(2, 3))
    assert torch.equal(other, first + 1)
    assert [block.ran for block in stack.layers] == [4, 2]
    with memory.recalling(stack, {SITES[1]: (Change(sharpness=0.0),)}):
        stack(torch.zeros(2, 3))
    assert [block.ran for block in stack.layers] == [4, 3], "what the second made is what it was"
    assert not any("forward" in vars(block) for block in stack.layers), "the blocks are as they were"


def test_what_cannot_be_compared_or_has_no_room_is_run_each_time() -> None:
    stack = Stack()
    memory = BlockMemory(stack, SITES, {})
    for _ in range(2):
        with memory.recalling(stack, {}, keep=True):
            stack(torch.zeros(2, 3), cache=object())
    assert [block.ran for block in stack.layers] == [4, 2]
    small = Stack()
    memory = BlockMemory(small, SITES, {}, limit=1)
    for _ in range(2):
        with memory.recalling(small, {}, keep=True):
            small(torch.zeros(2, 3))
    assert [block.ran for block in small.layers] == [3, 2], "the first of all alone was kept"


def test_nothing_is_recalled_of_a_copy_or_after_it_was_cleared() -> None:
    stack, copy = Stack(), Stack()
    memory = BlockMemory(stack, SITES, {})
    with memory.recalling(stack, {}, keep=True):
        stack(torch.zeros(1, 1))
    with memory.recalling(copy, {}):
        copy(torch.zeros(1, 1))
    assert [block.ran for block in copy.layers] == [2, 1]
    memory.clear()
    with memory.recalling(stack, {}):
        stack(torch.zeros(1, 1))
    assert [block.ran for block in stack.layers] == [4, 2]


def test_a_failing_pass_leaves_the_blocks_as_they_were() -> None:
    stack = Stack()
    memory = BlockMemory(stack, SITES, {})
    with pytest.raises(TypeError), memory.recalling(stack, {}, keep=True):
        stack(torch.zeros(1, 1), unknown=1)
    assert not any("forward" in vars(block) for block in stack.layers)
