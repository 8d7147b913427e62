"""Blocks that are not run again: what they are told by, and what is run all the same; `families` has real models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from tasks.diagnostics.families.model import VisionLanguageModel
from tasks.diagnostics.intervention.recalling import BlockMemory, memory_of
from tasks.diagnostics.intervention.steering import Change
from tasks.diagnostics.site_layout import find_layout

Load = Callable[..., Any]
IMAGES, TEXTS = [Image.new("RGB", (64, 64), "red")] * 2, ["a red circle", "two shapes"]


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


class Nested(nn.Module):
    """A block with another one in it."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Module()])
        self.layers[0].attn = nn.Identity()
        self.layers[0].branches = nn.ModuleList([Block(1.0)])
        self.layers[0].forward = lambda x: self.layers[0].branches[0](self.layers[0].attn(x))[0]

    def forward(self, x: Tensor) -> Tensor:
        return self.layers[0](x)


def test_a_block_is_run_where_a_block_in_it_is_changed_and_keeps_a_forward_of_its_own() -> None:
    nested = Nested()
    own = nested.layers[0].forward
    memory = BlockMemory(nested, ("layers.0.attn", "layers.0.branches.0.site"), {})
    inner = nested.layers[0].branches[0]
    for changes in ({}, {"layers.0.branches.0.site": (Change(sharpness=0.0),)}):
        with memory.recalling(nested, changes, keep=True):
            nested(torch.zeros(1, 1))
        assert nested.layers[0].forward is own
    assert inner.ran == 2


def test_one_module_under_two_names_is_run_where_either_is_changed() -> None:
    stack = Stack()
    stack.layers[1] = stack.layers[0]
    memory = BlockMemory(stack, SITES, {})
    for changes, ran in (({}, 3), ({}, 3), ({SITES[1]: (Change(sharpness=0.0),)}, 6)):
        with memory.recalling(stack, changes, keep=True):
            stack(torch.zeros(1, 1))
        assert stack.layers[0].ran == ran


def test_a_block_that_writes_into_what_it_is_given_is_run_each_time() -> None:
    class Writes(Block):
        def forward(self, x: Tensor, cache: Any = None) -> tuple[Tensor, None]:
            del cache
            self.ran += 1
            x += 1
            return x, None

    stack = Stack()
    stack.layers[0] = Writes(0.0)
    memory = BlockMemory(stack, SITES, {})
    first, second = [], []
    for found in (first, second):
        with memory.recalling(stack, {}, keep=True):
            found.append(stack(torch.zeros(1, 1)))
    assert torch.equal(first[0], second[0])
    assert stack.layers[0].ran == 4


def test_a_model_that_does_not_say_so_has_all_its_blocks_run(load_model: Load, tmp_path: Path) -> None:
    model = load_model("clip:tiny@random", tmp_path)
    layout = find_layout(model, IMAGES, [[text] for text in TEXTS])
    assert memory_of(model, layout, {})._blocks
    model.recalls = False
    assert not memory_of(model, layout, {})._blocks
    assert not VisionLanguageModel.recalls
