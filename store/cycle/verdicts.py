"""What an assessment says: findings, the verdict on each claim, and what would change it."""

from __future__ import annotations

from typing import ClassVar, Literal

from store.base import Evolving, Frozen
from store.evidence import Evidence

Verdict = Literal["GO", "NO_GO", "INCONCLUSIVE"]

Direction = Literal["collapse", "clear"]
"""Beyond the threshold, or short of it: the hypothesis of a model and its reverse."""

DIRECTIONS: tuple[Direction, ...] = ("collapse", "clear")


class CriterionResult(Evolving):
    """One criterion of an assessment, applied to the evidence."""

    added: ClassVar[frozenset[str]] = frozenset({"required"})

    criterion: str
    goal: str
    target: str
    status: Literal["met", "unmet", "unknown"]
    because: str
    evidence: tuple[Evidence, ...] = ()
    required: bool | None = None
    """Whether GO and NO_GO both need it to be met; None in assessments that did not record it."""


class Change(Frozen):
    """One model that has to change for a verdict to change."""

    model: str
    direction: Direction
    p: float
    """As it is, adjusted for looks."""
    bound: float
    """The p that has to be passed, from the side it is on."""
    standard_errors: float
    """Move of the mean that brings p to the bound: positive in this direction, negative against it."""

    def __str__(self) -> str:
        way = "below" if self.p > self.bound else "above"
        return f"{self.model} {self.standard_errors:+.2f} (p of {self.direction} {way} {self.bound:.3g})"


class Flip(Frozen):
    """The smallest change of the models' means that gives another verdict: no mean has to move further than this."""

    to: Verdict
    standard_errors: float
    """The largest of the moves, in standard errors of each model's mean, without its sign."""
    changes: tuple[Change, ...]
    """All that have to change, together."""

    def __str__(self) -> str:
        return f"{self.to} if means moved by standard errors: {', '.join(map(str, self.changes))}"


class MoreImages(Frozen):
    """The fewest further images that would decide, prospectively: were the observed effects the true ones."""

    to: Verdict
    images: int
    """Beyond those at hand. Each model then reaches its level with power 0.8."""
    models: tuple[str, ...]
    """Models that need them."""

    def __str__(self) -> str:
        return f"{self.to} with {self.images} more images, if {', '.join(self.models)} went on as observed"


class ClaimVerdict(Evolving):
    """The verdict, should the claim be collapse in at least `at_least` models."""

    added: ClassVar[frozenset[str]] = frozenset({"p_go", "p_no_go", "flip", "more"})

    at_least: int
    models: int
    verdict: Verdict
    reason: str
    p_go: float | None = None
    """Partial conjunction p of "fewer than `at_least` models collapse"; GO at alpha or below."""
    p_no_go: float | None = None
    """Partial conjunction p of the reverse; NO_GO at alpha or below."""
    flip: Flip | None = None
    """The smallest change that gives another verdict; None where none does."""
    more: MoreImages | None = None
    """The further images that would decide; None where it is decided, or where none would."""
