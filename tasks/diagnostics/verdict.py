"""The verdict on one model: decided on the normalised score, with an interval, and never on a bare crossing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LOW, HIGH = 0.3, 0.7
"""The bands of the score's definition: below the first is text collapse, above the second vision collapse."""

FEWEST_IMAGES = 30

_NO_RANDOM_NULL = "The null of random initialisation has not been measured; the null of uniform attention is 0.5."
_UNTRAINED = "The weights are a random initialisation, so this says nothing of a trained model."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the measurement allows to be said."""

    label: Literal["ok", "collapsed", "undefined", "inconclusive"]
    reason: str


def judge(interval: tuple[float, float] | None, n: int, untrained: bool, undefined: str | None) -> Verdict:
    """Weigh the 95 % interval of `mcs_norm` over `n` images, which one image does not give.

    `undefined` says why there is no score at all, and is None where there is one. The labels keep the words of the
    definition, though a low score means that the vision tower is the more peaked.
    """
    if undefined is not None:
        return Verdict("undefined", f"There is no mcs_norm: {undefined}.")
    found = _weigh(interval, n)
    return Verdict(found.label, " ".join([found.reason, _NO_RANDOM_NULL, *([_UNTRAINED] if untrained else [])]))


def _weigh(interval: tuple[float, float] | None, n: int) -> Verdict:
    if interval is None or n < FEWEST_IMAGES:
        return Verdict("inconclusive", f"Fewer than {FEWEST_IMAGES} images were measured.")
    low, high = interval
    if high < LOW:
        return Verdict("collapsed", f"The interval of mcs_norm lies below {LOW} (text collapse, as it is defined).")
    if low > HIGH:
        return Verdict("collapsed", f"The interval of mcs_norm lies above {HIGH} (vision collapse, as it is defined).")
    if low >= LOW and high <= HIGH:
        return Verdict("ok", f"The interval of mcs_norm lies within [{LOW}, {HIGH}].")
    return Verdict("inconclusive", f"The interval of mcs_norm crosses {LOW if low < LOW else HIGH}.")
