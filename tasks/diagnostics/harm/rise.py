"""A rise of the loss, pair by pair, and from where on it counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.diagnostics.measures import Floats

HURT = 0.05
"""Nats of loss from which a difference counts as harm."""
SURE = 3.0
"""Standard errors of a difference from 0 beyond which it is not chance, though the best of several was taken."""


@dataclass(frozen=True, slots=True)
class Rise:
    """Mean over pairs of a rise of the loss, nats, with its 95 % t interval and standard errors from 0."""

    value: float
    low: float
    high: float
    z: float
    n: int

    @classmethod
    def of(cls, differences: Floats) -> Rise:
        """Of [pairs]; all of them equal leave no doubt of the mean."""
        from tasks.statistics.intervals import t_interval

        value, n = float(differences.mean()), len(differences)
        error = float(differences.std(ddof=1)) / np.sqrt(n) if n > 1 else float("inf")
        low, high = map(float, t_interval(differences)) if n > 1 else (-np.inf, np.inf)
        return cls(value, low, high, value / error if error > 0 else np.sign(value) * np.inf if value else 0.0, n)

    @property
    def surely_worse(self) -> bool:
        """Whether the loss is higher by more than chance and by more than nothing."""
        return self.value > HURT and self.z > SURE
