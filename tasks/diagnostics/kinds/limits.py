"""Where a kind of collapse begins: locked before the models were looked at that `benchmarks/validity.md` reports on.

NEAR_OTHERS came later, after a sound model and a curve over lengths had been called static (`benchmarks/trained.md`,
`benchmarks/lengths.md`). It can only make kinds be named less often.
"""

from __future__ import annotations

NEAR_UNIFORM = 0.06
"""Nats of KL to uniform below which attention is diffuse."""
LIKE_UNTRAINED, AT_MOST = 1.3, 0.1
"""So is attention no further from uniform than so many times its re-initialised copies, up to so many nats."""
FIXED = 0.1
"""Attention is static where a smaller share of its KL to uniform follows the input, and less than NEAR_OTHERS."""
AGREEING = 0.05
"""Heads are redundant where a smaller share of the KL to uniform tells them apart, and less than NEAR_OTHERS."""
NEAR_OTHERS = 0.06
"""Nats of KL to the mean over inputs, or over heads, from which on maps are not the same.

A share alone would not do: local attention, and heads that point to one place, are the further from uniform the longer
the sequence is, and what the input does within such a window stays what it is.
"""
ONE_TOKEN = 0.1
"""Tokens are over-smoothed where a smaller share of their variance lies within inputs."""
SINK = 0.25
"""A sink is told of where it takes a larger share of attention."""
