"""Models in half precision: measured as exactly as in float32, so that only their own rounding shows."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from tasks.diagnostics.attention.tap import AttentionTap
from tasks.diagnostics.recording import Batch

from .conftest import TINY
from .test_encoders import CAPTIONS, uneven
from .test_every_site import NATS, Comparison, Found

pytestmark = pytest.mark.slow

HALVES = (torch.bfloat16, torch.float16)

ROUNDINGS = 8
"""How many times the unit round-off of a number type a normalised entropy may move."""


@pytest.fixture(params=TINY)
def model(request: pytest.FixtureRequest, tiny: Callable[[str], Any]) -> Any:
    return tiny(request.param)


def cast(model: Any, dtype: torch.dtype) -> Any:
    """The same model in another number type."""
    low = copy.copy(model)
    low.module = copy.deepcopy(model.module).to(dtype)
    return low


def entropies(model: Any, found: Found) -> dict[str, Tensor]:
    """Normalised, [samples, heads], by site; how far off they are is noted in `found`."""
    sites: dict[str, Tensor] = {}
    for work in model.passes(uneven(), CAPTIONS):
        batch, comparison = Batch(model, work), Comparison(model, work, found)

        def sink(call: Any, batch: Batch = batch, comparison: Comparison = comparison) -> None:
            batch(call)
            comparison(call)

        with torch.inference_mode(), AttentionTap(model.module, sink):
            work.run()
        sites |= {site: statistics["entropy_norm"] for site, statistics in batch.sites.items()}
    return sites


@pytest.mark.parametrize("dtype", HALVES, ids=str)
def test_entropies_are_exact_and_close_to_those_of_float32(model: Any, dtype: torch.dtype) -> None:
    low, found = cast(model, dtype), Found()
    single, half = entropies(model, Found()), entropies(low, found)
    assert max(found.off.values()) <= NATS, found.off
    bound = ROUNDINGS * torch.finfo(dtype).eps / 2
    for site, values in single.items():
        assert torch.equal(values.isnan(), half[site].isnan()), site
        assert (values - half[site]).abs().nan_to_num().max() <= bound, site
    assert any(not torch.equal(values, half[site]) for site, values in single.items()), "it did run in half precision"
    with torch.inference_mode():
        output = low.output(uneven(), [of_image[0] for of_image in CAPTIONS])
    assert output.logits[output.valid].float().isfinite().all()
