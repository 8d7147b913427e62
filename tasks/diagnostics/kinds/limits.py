"""Where a kind of collapse begins: locked before the models were looked at that `benchmarks/validity.md` reports on."""

from __future__ import annotations

NEAR_UNIFORM = 0.06
"""Nats of KL to uniform below which attention is diffuse."""
LIKE_UNTRAINED, AT_MOST = 1.3, 0.1
"""So is attention no further from uniform than so many times its re-initialised copies, up to so many nats."""
FIXED = 0.1
"""Attention is static where a smaller share of its KL to uniform follows the input."""
AGREEING = 0.05
"""Heads are redundant where a smaller share of the KL to uniform tells them apart."""
ONE_TOKEN = 0.1
"""Tokens are over-smoothed where a smaller share of their variance lies within inputs."""
SINK = 0.25
"""A sink is told of where it takes a larger share of attention."""
