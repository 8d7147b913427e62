"""Blocks that are not run again, in a small model of every family: the output is that of all blocks run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from tasks.diagnostics.intervention.recalling import memory_of
from tasks.diagnostics.intervention.steering import Change, Steering
from tasks.diagnostics.site_layout import find_layout

from .conftest import TINY

RNG = np.random.default_rng(1)
IMAGES = [Image.fromarray(RNG.integers(0, 255, (64, 64, 3), dtype=np.uint8)) for _ in range(4)]
TEXTS = ["a red circle", "two shapes"]
CACHED = ("chameleon:tiny",)
"""Its blocks are given a cache of keys, which cannot be compared, so that all of them are run each time."""


@pytest.mark.parametrize("name", TINY)
def test_a_change_at_any_site_gives_the_output_that_it_gives_with_all_blocks_run(
    name: str, tiny: Callable[[str], Any]
) -> None:
    model = tiny(name)
    layout = find_layout(model, IMAGES[:2], [[text] for text in TEXTS])
    sites = [spot.name for spots in layout.roles.values() for spot in spots]
    base = {sites[0]: (Change(sharpness=3.0),)}
    memory = memory_of(model, layout, base)
    ask, others = (model.ask(images, TEXTS) for images in (IMAGES[:2], IMAGES[2:]))
    ran = 0

    def count(*_: Any) -> None:
        nonlocal ran
        ran += 1

    def output(asked: Any, changes: Any, site: str | None = None, keep: bool | None = None) -> Tensor:
        with torch.inference_mode(), Steering(model.module, changes):
            if keep is None:
                return asked(site).logits.clone()  # type: ignore[no-any-return]
            with memory.recalling(model.module, changes, keep):
                return asked(site).logits.clone()  # type: ignore[no-any-return]

    assert ask() is not None
    hooks = [module.register_forward_pre_hook(count) for module in model.module.modules()]
    try:
        plain = output(ask, base)
        whole, ran = ran, 0
        assert torch.equal(output(ask, base, keep=True), plain)
        assert ran == whole
        ran = 0
        assert torch.equal(output(ask, base, keep=False), plain)
        assert (ran < whole) == (name not in CACHED), "blocks were not run again"
        assert torch.equal(output(others, base, keep=False), output(others, base)), "other images are other images"
        for site in sites:
            changes = {**base, site: (*base.get(site, ()), Change(sharpness=0.0))}
            expected = output(ask, changes, site)
            assert torch.equal(output(ask, changes, site, keep=False), expected), site
    finally:
        for hook in hooks:
            hook.remove()
