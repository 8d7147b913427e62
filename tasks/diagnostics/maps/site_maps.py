"""What the maps of one site are over several inputs, in nats: how far from uniform, and what of that follows the input.

For the attention p(k | x) of a row over n attendable keys, given the input x, and its mean p̄ over inputs,

    ln n - E[H(p)]  =  [ln n - H(p̄)]  +  I(k; x)

so that the distance from uniform attention, KL(p || uniform), is a fixed pattern, the same for all inputs, and a part
that depends on the input, the mutual information of key and input. Where masks leave other keys to other inputs, the
fixed part is the divergence of p̄ from the mean of their uniform attention, which is the same where they do not. All
terms are at least 0 and of one unit. The last is biased down where inputs are few, and no larger than their logarithm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from store.models import Role
from tasks.diagnostics.measures import Floats


@dataclass(frozen=True, slots=True, eq=False)
class SiteMaps:
    """One site; what is behind `sink` is of all attention, and the rest of attention renormalised without its sinks.

    Means are over inputs, windows and those rows that at least half of the inputs have, with two keys or more.
    """

    inputs: int
    keys: float
    """Mean number of attendable keys, without sinks."""
    reach: Floats
    """[heads], mean of ln(attendable keys): what the entropy of uniform attention would be, nats."""
    narrow: float
    """Mean over rows of the entropy, nats, below which attention to so many keys counts as peaked."""
    entropy: Floats
    """[heads], nats."""
    fixed_part: Floats
    """[heads], what of `kl` is the same for all inputs, nats."""
    sink: Floats
    """[heads], share of attention that goes to sinks."""
    raw: float
    """KL to uniform of attention with its sinks, nats, mean over heads."""
    between_heads: float
    """I(key; head), nats: entropy of the mean over heads less the mean of their entropies. 0 where heads agree."""
    between_rest: float
    """The same of attention without sinks, which all heads may share."""
    entropy_norm: float
    """Entropy of attention as a share of ln(attendable keys), mean over heads and rows, 0 to 1."""
    value_entropy_norm: float | None
    """The same of attention weighed by the norms of its values, on the same rows; see `maps.values`. None where values
    were not seen."""

    @property
    def kl(self) -> Floats:
        """[heads], KL to uniform, nats."""
        return self.reach - self.entropy

    @property
    def input_part(self) -> Floats:
        """[heads], I(key; input): what of `kl` follows the input, nats."""
        return self.kl - self.fixed_part

    @property
    def input_share(self) -> float:
        """What of the distance from uniform follows the input, over all heads; NaN where attention is uniform."""
        whole = float(self.kl.mean())
        return float(self.input_part.mean()) / whole if whole > 0 else float("nan")


@dataclass(frozen=True, slots=True)
class Similarity:
    """How alike the tokens of one input are; see `similarity`."""

    cosine: float
    """Mean cosine of two of them, -1 to 1."""
    within: float
    """Share of the variance of directions that lies within inputs, 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """The maps of a model over several inputs."""

    sites: Mapping[str, SiteMaps]
    unseen: Mapping[str, str]
    """Site -> why its maps were not looked at."""
    similarity: Mapping[str, Similarity]
    """Site -> how alike tokens are behind the block that the site is part of."""
    rollout: Mapping[str, Floats] = field(default_factory=dict)
    """Site -> [inputs], normalised entropy of the rollout of its role behind it, 0 to 1; see `rollout`."""
    unrolled: Mapping[Role, str] = field(default_factory=dict)
    """Role that attends within its sequence -> why it was not rolled out."""
