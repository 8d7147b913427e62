"""Words of captions that are hidden, in every family whose models say something of a pair by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from .conftest import TINY
from .test_encoders import uneven

CAPTIONS = ("a red ring", "two blue squares and a star")


@pytest.mark.parametrize("name", [name for name in TINY if not name.startswith("openclip:")])
def test_hidden_words_are_the_only_change_and_what_is_right_stays(tiny: Callable[[str], Any], name: str) -> None:
    model, images = tiny(name), uneven()[:2]
    if model.coupled:
        assert model.ask_without(images, CAPTIONS, [(), ()]) is None
        return
    with torch.inference_mode():
        own = model.ask(images, CAPTIONS)()
        asked = {hidden: model.ask_without(images, CAPTIONS, [hidden, ()]) for hidden in ((), (0,), (1,), (0, 1, 2))}
        said = {hidden: ask() for hidden, ask in asked.items()}
    torch.testing.assert_close(said[()].logits, own.logits)
    for hidden, found in said.items():
        assert torch.equal(found.valid, own.valid) and torch.equal(found.labels, own.labels)
        torch.testing.assert_close(found.logits[1], own.logits[1], atol=1e-4, rtol=1e-3)
        apart = (found.logits[0] - own.logits[0]).abs()[found.valid[0]].max()
        assert (apart > 0) == bool(hidden)
    if not model.matches:
        before = int(own.valid[0].nonzero()[0])
        assert not torch.equal(said[(0,)].logits[0, before:], said[(1,)].logits[0, before:])
    assert model.hidden_word.startswith("taken out" if model.matches else "replaced by '")
