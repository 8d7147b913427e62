"""Attention weighed by what its keys hand on: a key with a short value takes part in little, whatever it is given.

For attention a(j) of a row, the weighed attention is a(j) * ||v(j)|| over its sum, of which the entropy is taken: norms
after Kobayashi et al. 2020, arXiv:2004.10102. There f(x) is the value put through the part of the output projection
that is its head's. Here it is the value vector alone, as attention is seen where it is computed: what projects the
heads back lies behind it, in another module in some models (BERT), behind a norm or a gate in others, and nothing that
all models share tells which it is. So a projection that stretches some directions of a head does not show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.diagnostics.attention.tensor_layout import four

if TYPE_CHECKING:
    from torch import Tensor


def value_norms(values: Tensor, samples: int, heads: int, keys: int, site: str) -> Tensor | None:
    """[samples, windows, heads, keys], lengths of values, float32 or better; None where they are laid out otherwise.

    `values` are [..., heads, keys, width] as an attention call has them; with fewer heads than `heads`, each serves a
    run of them. Raises GonogoError where a batch cannot be told apart into samples.
    """
    import torch

    found = four(values, samples, site)
    batch, served = found.shape[:2]
    if found.shape[2] != keys or batch % samples or heads % served:
        return None
    norms: Tensor = found.to(torch.promote_types(found.dtype, torch.float32)).norm(dim=-1)
    return norms.repeat_interleave(heads // served, dim=1).reshape(samples, -1, heads, keys)


def weighed_entropy(weights: Tensor, norms: Tensor) -> Tensor:
    """Entropies in nats, [..., rows], of `weights`, [..., rows, keys], times `norms`, [..., keys], over their sum.

    NaN where all that a row attends to is 0. By H = ln S - E / S, with S the sum of w = a * n and E that of w ln w:
    three products of a matrix and a vector.
    """
    import torch

    scaled = (norms / norms.amax(dim=-1, keepdim=True).clamp_min(torch.finfo(norms.dtype).tiny))[..., None]
    surprise = torch.special.xlogy(weights, weights)
    whole = (weights @ scaled)[..., 0]
    inner = (surprise @ scaled + weights @ torch.special.xlogy(scaled, scaled))[..., 0]
    entropy: Tensor = (whole.log() - inner / whole).clamp_min(0.0)
    return entropy
