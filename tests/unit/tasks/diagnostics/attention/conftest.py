"""Attention in float64, written down as it is defined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from tasks.diagnostics.attention.calls import Projected
from tasks.diagnostics.attention.entropy import BLOCKED, FAINT, Groups, Parts, Rows

Reference = Callable[[Projected, Groups], Rows]


@pytest.fixture(autouse=True)
def without_gradients() -> Any:
    with torch.inference_mode():
        yield


@pytest.fixture(scope="session")
def reference() -> Reference:
    """Rows of a call of four dimensions, by the whole matrix in float64."""

    def measure(call: Projected, groups: Groups) -> Rows:
        q, k = call.q.double(), call.k.double()
        scores = q @ k.repeat_interleave(q.shape[1] // k.shape[1], dim=1).mT * call.scale
        free = torch.ones_like(scores, dtype=torch.bool)
        if call.causal:
            free = free.tril()
        if call.mask is not None and call.mask.is_floating_point():
            scores, free = scores + call.mask.double(), free & (call.mask > BLOCKED)
        elif call.mask is not None:
            free = free & call.mask
        p = scores.masked_fill(~free, -torch.inf).softmax(dim=-1).masked_fill(~free, 0.0)
        members = torch.nn.functional.one_hot(groups.labels, groups.count).double()[:, None]
        mass, terms = p @ members, torch.special.entr(p) @ members
        within = torch.where(mass > FAINT, terms / mass.clamp_min(FAINT) + mass.clamp_min(FAINT).log(), 0.0)
        parts = Parts(mass, within, (free.double() @ members).long())
        return Rows(torch.special.entr(p).sum(dim=-1), free.sum(dim=-1), parts)

    return measure


@pytest.fixture(scope="session")
def assert_close() -> Callable[..., None]:
    """Rows agree with the reference: entropies to 2e-5 nat, masses to 5e-6, counts exactly."""

    def check(found: Rows, exact: Rows, nats: float = 2e-5, mass: float = 5e-6) -> None:
        def off(one: Tensor, other: Tensor) -> float:
            return float((one.double() - other).abs().max())

        assert off(found.entropy, exact.entropy) <= nats
        assert torch.equal(found.attendable.expand_as(exact.attendable), exact.attendable)
        if found.parts is not None:
            assert exact.parts is not None
            assert off(found.parts.mass, exact.parts.mass) <= mass
            # what is left of a float32 tells less of a group, the less mass the group has
            solid = exact.parts.mass > 1e-6
            assert off(found.parts.entropy * solid, exact.parts.entropy * solid) <= 2 * nats
            assert torch.equal(found.parts.attendable.expand_as(exact.parts.attendable), exact.parts.attendable)

    return check
