"""From rows of attention to a few numbers for each sample and head; the rows themselves are never kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from store.errors import GonogoError
from store.kinds import diagnostics_metrics as m
from tasks.diagnostics.attention.entropy import Parts, Rows
from tasks.diagnostics.families.model import IMAGE, PADDING, TEXT, Tokens

if TYPE_CHECKING:
    from torch import Tensor

Statistics = Mapping[str, "Tensor"]
"""Name -> [samples, heads], float64; NaN where no row counts.

`entropy`: nats, over rows with an attendable key. `entropy_norm`: H / ln(attendable keys), over rows with at least two,
as with one key H is 0 whatever the model does. `uniform`: ln(attendable keys), over the rows of `entropy`.
Where image and text keys meet: `image_mass`, the share of attention on image keys; `log_odds`, ln of image mass over
text mass, less ln of attendable image keys over text keys, so that uniform attention has 0, and cut off near 87 either
way; and `within_keys` of `image` and `text`, the normalised entropy within the keys of one modality.
A name followed by `/readout`, `/image` or `/text` speaks of those rows only.
"""

GATED_INFLUENCE = m.GATED_INFLUENCE.key()
"""Statistic of a gated site: the size of what it adds to its stream, as a share of the stream."""

GROUPS = 3
"""Groups of keys where modalities meet, by the numbers of IMAGE, TEXT and SPECIAL; padding counts as special."""

_LEAST_MASS = 1.1754944e-38
"""Mass below which log-odds are cut off: the least normal float32, e^-87. Down to it every backend keeps the relative
precision of a mass; below, some find 0, and a row would have other log-odds on another device."""


def statistics(
    rows: Rows, samples: int, queries: Tokens | None, site: str, weights: Tensor | None = None
) -> Statistics:
    """The statistics of one call over `samples` samples; windows of one sample are pooled.

    `queries` tells what each row is; without it all rows are of one kind. `weights`, [samples, queries], float64, tells
    how many rows each stands for, where not all were measured. Raises GonogoError when the shapes do not fit.
    """
    entropy, attendable = (_by_sample(x, samples, site) for x in (rows.entropy, rows.attendable))
    parts = None if rows.parts is None else Parts(*(part.unsqueeze(1) for part in rows.parts))
    kinds = None if queries is None else queries.kinds
    if kinds is not None and kinds.shape != (samples, entropy.shape[-1]):
        raise GonogoError(f"{site}: has {entropy.shape[-1]} query rows where {kinds.shape[-1]} tokens are known")
    found = _of_rows(entropy, attendable, parts, None if kinds is None else kinds != PADDING, weights)
    if queries is not None and queries.readout is not None:
        import torch

        only = torch.arange(entropy.shape[-1], device=entropy.device) == queries.readout[:, None]
        found |= _named("readout", _of_rows(entropy, attendable, None, only))
    if parts is not None and kinds is not None:
        for name, kind in (("image", IMAGE), ("text", TEXT)):
            found |= _named(name, _of_rows(entropy, attendable, parts, kinds == kind, weights))
    return found


def _named(rows: str, found: Statistics) -> dict[str, Tensor]:
    return {f"{name}/{rows}": value for name, value in found.items()}


def _of_rows(
    entropy: Tensor, attendable: Tensor, parts: Parts | None, keep: Tensor | None, weights: Tensor | None = None
) -> dict[str, Tensor]:
    counts = attendable > 0
    if keep is not None:
        counts = counts & keep[:, None, None, :]
    log_keys = attendable.clamp(min=1).to(entropy.dtype).log()
    several = counts & (attendable > 1)
    found = {
        "entropy": _mean(entropy, counts, weights),
        "entropy_norm": _mean(entropy / log_keys.where(attendable > 1, 1.0), several, weights),
        "uniform": _mean(log_keys.expand_as(entropy), counts, weights),
    }
    return found if parts is None else found | _of_groups(parts, counts, weights)


def _of_groups(parts: Parts, counts: Tensor, weights: Tensor | None) -> dict[str, Tensor]:
    image, text = parts.mass[..., IMAGE], parts.mass[..., TEXT]
    images, texts = parts.attendable[..., IMAGE], parts.attendable[..., TEXT]
    both = counts & (images > 0) & (texts > 0)
    odds = image.double().clamp_min(_LEAST_MASS).log() - text.double().clamp_min(_LEAST_MASS).log()
    by_chance = (images.clamp_min(1).to(odds.dtype) / texts.clamp_min(1)).log()
    return {
        "image_mass": _mean(image, counts, weights),
        "log_odds": _mean(odds - by_chance, both, weights),
        **{
            m.within_keys(name): _mean(
                parts.entropy[..., group] / keys.clamp_min(2).to(odds.dtype).log(), counts & (keys > 1), weights
            )
            for name, group, keys in (("image", IMAGE, images), ("text", TEXT, texts))
        },
    }


def _by_sample(x: Tensor, samples: int, site: str) -> Tensor:
    """[batch, heads, queries] to [samples, windows, heads, queries]."""
    if x.shape[0] % samples:
        raise GonogoError(f"{site}: its batch of {x.shape[0]} is no multiple of the {samples} samples that were given")
    return x.reshape(samples, -1, *x.shape[-2:])


def _mean(x: Tensor, counts: Tensor, weights: Tensor | None) -> Tensor:
    """Mean over windows and queries of what counts, in float64; [samples, heads]."""
    import torch

    stands = 1.0 if weights is None else weights[:, None, None]
    each = counts.double() * stands
    whole = torch.where(counts, x, 0.0).double()
    return (whole * stands).sum(dim=(1, 3)) / each.sum(dim=(1, 3))
