"""Whether attention has lost more than half of the normalised entropy that the same architecture has untrained.

It is a measure of change from random initialisation, and no verdict on a model: trained attention may be that sharp and
serve its model well (`benchmarks/validity.md`). Kinds of collapse and harm are told by `kinds` and `harm`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tasks.diagnostics.judgement import FEWEST_IMAGES, Label, listed
from tasks.diagnostics.losses import LOST, Loss, Losses

ALPHA = 0.05
FEW = 0.25
"""Share of all heads up to which those that differ are named one by one."""

_UNTRAINED = "The weights are a random initialisation, so this says nothing of a trained model."


@dataclass(frozen=True, slots=True)
class LossVerdict:
    """What the losses of entropy allow to be said."""

    label: Label
    reason: str
    losses: tuple[Loss, ...] = ()
    """By role."""
    layers: tuple[Loss, ...] = ()
    """By layer, named role/NN."""
    heads: tuple[Loss, ...] = ()
    """By head, named role/NN/HH. They do not decide the label, as single peaked heads are normal in trained models."""
    different: Mapping[str, float] = field(default_factory=dict)
    """Head -> p-value of its being one of a further re-initialised copy; without roles that have too few of them."""

    @property
    def lost_layers(self) -> tuple[str, ...]:
        """Layers that have lost more than half, by Holm's correction over all layers."""
        return _rejected(self.layers, ALPHA / 2)

    @property
    def lost_heads(self) -> tuple[str, ...]:
        """Heads that have, by Benjamini and Hochberg: 5 % of them falsely so on average, at most."""
        return _found({loss.name: loss.p_collapsed for loss in self.heads}, ALPHA)

    @property
    def lost_heads_by_layer(self) -> dict[str, str]:
        """Layer -> the numbers of such heads of it in words, or `all`; layers without any are left out."""
        return _by_layer(self.lost_heads, [loss.name for loss in self.heads])

    @property
    def different_heads(self) -> tuple[str, ...]:
        """Heads whose normalised entropy differs from that of re-initialised copies, found in the same way.

        In a trained model these are most of them, and it says no more than that. Where they are few, they are odd ones.
        """
        return _found(self.different, ALPHA)

    @property
    def heads_not_compared(self) -> tuple[str, ...]:
        """Roles whose heads are too few in all copies for that."""
        compared = {name.partition("/")[0] for name in self.different}
        return tuple(dict.fromkeys(r for loss in self.heads if (r := loss.name.partition("/")[0]) not in compared))

    @property
    def different_heads_in_words(self) -> str:
        """Where they are, if they are few, or else how many; empty where there are none."""
        found = self.different_heads
        if len(found) > FEW * len(self.different):
            return f"{len(found)} of {len(self.different)}"
        return "; ".join(f"{layer}: {numbers}" for layer, numbers in _by_layer(found, self.different).items())


def judge(
    found: Losses | None,
    n: int,
    untrained: bool,
    undefined: str | None,
    blind: Sequence[str] = (),
) -> LossVerdict:
    """Weigh losses over `n` images.

    `undefined` says why a modality has no attention to judge, and is None where both have some; `found` is None where
    the null of random initialisation was left out; `blind` names modules whose attention was not seen into.
    """
    if undefined is not None:
        rest = found or Losses()
        also = f" Of the rest: {_attentional(rest, n, blind)[1]}" if rest.roles else ""
        reason = f"There is not all attention to judge: {undefined}.{also}"
        return LossVerdict("undefined", reason, rest.roles, rest.layers, rest.heads, rest.different)
    if found is None:
        return LossVerdict("inconclusive", "No null of random initialisation was measured.")
    label, reason = _attentional(found, n, blind)
    reason = " ".join([reason, *([_UNTRAINED] if untrained else [])])
    return LossVerdict(label, reason, found.roles, found.layers, found.heads, found.different)


def _attentional(found: Losses, n: int, blind: Sequence[str]) -> tuple[Label, str]:
    if n < FEWEST_IMAGES:
        return "inconclusive", f"Fewer than {FEWEST_IMAGES} images were measured."
    # two families share the level, so that together they err no more often than one
    whole, parts = _rejected(found.roles, ALPHA / 2), _rejected(found.layers, ALPHA / 2)
    if whole or parts:
        where = [f"{name} attention as a whole" for name in whole]
        where += [f"{role} {_numbered(layers)}" for role, layers in _by_role(parts).items()]
        return "lost", f"Normalised entropy is below half of that of random initialisation in {listed(where)}."
    if against := _unsettled(found, blind):
        return "inconclusive", " ".join(against)
    heads = _found({loss.name: loss.p_collapsed for loss in found.heads}, ALPHA)
    but = " Single heads have lost more than half of theirs." if heads else ""
    told = "In no role and no layer is the normalised entropy below half of that of random initialisation."
    return "kept", f"{told}{but}"


def _unsettled(found: Losses, blind: Sequence[str]) -> list[str]:
    """What stands against saying that no more than half is lost anywhere, in sentences."""
    unclear = [f"{loss.name} attention" for loss in found.roles if not loss.high < LOST]
    reached = [loss.name for loss in found.layers if not loss.high < LOST]
    unclear += [f"{role} {_numbered(layers)}" for role, layers in _by_role(reached).items()]
    said = [f"The interval of the loss of {listed(unclear)} reaches one half."] if unclear else []
    said += [f"There is no loss of {name}: {reason}." for name, reason in found.unjudged.items()]
    if blind:
        said.append(f"The attention of {listed(blind)} was not seen.")
    if not (said or found.roles or found.layers):
        said.append("Nothing has a null to be compared with.")
    return said


def _rejected(losses: Sequence[Loss], level: float) -> tuple[str, ...]:
    from tasks.statistics.multiplicity import holm

    if not losses:
        return ()
    adjusted = holm(np.array([loss.p_collapsed for loss in losses]))
    return tuple(loss.name for loss, p in zip(losses, adjusted, strict=True) if p <= level)


def _found(p_values: Mapping[str, float], rate: float) -> tuple[str, ...]:
    from tasks.statistics.multiplicity import benjamini_hochberg

    adjusted = benjamini_hochberg(np.array(list(p_values.values())))
    return tuple(name for name, p in zip(p_values, adjusted, strict=True) if p <= rate)


def _by_layer(names: Sequence[str], of: Iterable[str]) -> dict[str, str]:
    """Layer -> the numbers of some heads of it in words, or `all` where no other is among those of all layers."""
    found: dict[str, list[int]] = {}
    for layer, _, head in (name.rpartition("/") for name in names):
        found.setdefault(layer, []).append(int(head))
    have = Counter(name.rpartition("/")[0] for name in of)
    return {layer: "all" if len(at) == have[layer] else listed([*map(str, at)]) for layer, at in found.items()}


def _by_role(names: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for role, _, layer in (name.partition("/") for name in names):
        found.setdefault(role, []).append(int(layer))
    return found


def _numbered(layers: Sequence[int]) -> str:
    return f"layer {layers[0]}" if len(layers) == 1 else f"layers {listed([str(layer) for layer in layers])}"
