"""When a test says that screening may stop. Pure."""

from __future__ import annotations

_ROUNDING = 1e-12
"""By which `1 - confidence` misses what was meant."""


def rejected(p: float, confidence: float) -> bool:
    """Whether the hypothesis that too little was found is rejected at a confidence."""
    return p <= 1 - confidence + _ROUNDING
