"""The verdict on one model: whether attention is collapsed against its nulls, and modalities move its output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasks.diagnostics.intervention.functional_collapse import judge_influence
from tasks.diagnostics.intervention.influence import Interventions
from tasks.diagnostics.judgement import FEWEST_IMAGES, Judgement, Label, listed
from tasks.diagnostics.losses import LOST, Loss, Losses

ALPHA = 0.05

_UNTRAINED = "The weights are a random initialisation, so this says nothing of a trained model."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the measurement allows to be said."""

    label: Label
    """Of attention, against its nulls."""
    reason: str
    functional: Judgement
    """Of influence: `collapsed` where a modality no longer moves the output."""
    losses: tuple[Loss, ...] = ()
    """By role."""
    layers: tuple[Loss, ...] = ()
    """By layer, named role/NN."""
    heads: tuple[Loss, ...] = ()
    """By head, named role/NN/HH. They do not decide the label, as single peaked heads are normal in trained models."""

    @property
    def collapsed_layers(self) -> tuple[str, ...]:
        """Layers that are collapsed, by Holm's correction over all layers."""
        return _rejected(self.layers, ALPHA / 2)

    @property
    def collapsed_heads(self) -> tuple[str, ...]:
        """Heads that are collapsed, by Benjamini and Hochberg: 5 % of them falsely so on average, at most."""
        return _found(self.heads, ALPHA)

    @property
    def collapsed_heads_by_layer(self) -> dict[str, str]:
        """Layer -> the numbers of its collapsed heads in words, or `all`; layers without any are left out."""
        found: dict[str, list[int]] = {}
        for layer, _, head in (name.rpartition("/") for name in self.collapsed_heads):
            found.setdefault(layer, []).append(int(head))
        have = Counter(loss.name.rpartition("/")[0] for loss in self.heads)
        return {layer: "all" if len(of) == have[layer] else listed([*map(str, of)]) for layer, of in found.items()}


def judge(
    found: Losses | None,
    n: int,
    untrained: bool,
    undefined: str | None,
    made: Interventions,
    task: str,
    blind: Sequence[str] = (),
) -> Verdict:
    """Weigh losses over `n` images and what interventions did.

    `undefined` says why a modality has no attention to judge, and is None where both have some; `found` is None where
    the null of random initialisation was left out; `blind` names modules whose attention was not seen into.
    """
    functional = judge_influence(made, task)
    if undefined is not None:
        rest = found or Losses()
        also = f" Of the rest: {_attentional(rest, n, blind)[1]}" if rest.roles else ""
        reason = f"There is not all attention to judge: {undefined}.{also}"
        return Verdict("undefined", reason, functional, rest.roles, rest.layers, rest.heads)
    if found is None:
        return Verdict("inconclusive", "No null of random initialisation was measured.", functional)
    label, reason = _attentional(found, n, blind)
    reason = " ".join([reason, *([_UNTRAINED] if untrained else [])])
    return Verdict(label, reason, functional, found.roles, found.layers, found.heads)


def _attentional(found: Losses, n: int, blind: Sequence[str]) -> tuple[Label, str]:
    if n < FEWEST_IMAGES:
        return "inconclusive", f"Fewer than {FEWEST_IMAGES} images were measured."
    # two families share the level, so that together they err no more often than one
    whole, parts = _rejected(found.roles, ALPHA / 2), _rejected(found.layers, ALPHA / 2)
    if whole or parts:
        where = [f"{name} attention as a whole" for name in whole]
        where += [f"{role} {_numbered(layers)}" for role, layers in _by_role(parts).items()]
        return "collapsed", f"Normalised entropy is below half of that of random initialisation in {listed(where)}."
    if against := _unsettled(found, blind):
        return "inconclusive", " ".join(against)
    heads = _found(found.heads, ALPHA)
    but = " Single heads have lost more than half of theirs." if heads else ""
    return "ok", f"In no role and no layer is the normalised entropy below half of that of random initialisation.{but}"


def _unsettled(found: Losses, blind: Sequence[str]) -> list[str]:
    """What stands against saying that nothing is collapsed, in sentences."""
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


def _found(losses: Sequence[Loss], rate: float) -> tuple[str, ...]:
    from tasks.statistics.multiplicity import benjamini_hochberg

    adjusted = benjamini_hochberg(np.array([loss.p_collapsed for loss in losses]))
    return tuple(loss.name for loss, p in zip(losses, adjusted, strict=True) if p <= rate)


def _by_role(names: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for role, _, layer in (name.partition("/") for name in names):
        found.setdefault(role, []).append(int(layer))
    return found


def _numbered(layers: Sequence[int]) -> str:
    return f"layer {layers[0]}" if len(layers) == 1 else f"layers {listed([str(layer) for layer in layers])}"
