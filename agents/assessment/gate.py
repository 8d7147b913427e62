"""The gate: GO, NO_GO or INCONCLUSIVE, as a pure function of the locked rule and of the evidence on each model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.assessment.changes import fewest_images, nearest_break, nearest_flip, within
from agents.assessment.evidence import DecisionRule, Determined, ModelEvidence, Untested, check
from store.cycle.verdicts import Direction, Flip, MoreImages, Verdict


@dataclass(frozen=True, slots=True)
class GateResult:
    """The verdict, how near it was, and what would change it."""

    verdict: Verdict
    reason: str
    collapsed: tuple[str, ...]
    """Models shown to collapse, in order of their names. Their number û is a lower bound, at level alpha, on how many
    of these models do, whichever k the rule asks for."""
    cleared: tuple[str, ...]
    """Models shown not to collapse, as a bound of the same kind."""
    p_go: float
    """Partial conjunction p-value of "fewer than k models collapse"; GO at alpha or below."""
    p_no_go: float
    """Partial conjunction p-value of "k or more models may collapse"; NO_GO at alpha or below."""
    flip: Flip | None
    """The smallest change of evidence that gives another verdict; None when none of the tested models can."""
    more: MoreImages | None
    """The further images that would decide an INCONCLUSIVE verdict; None otherwise, and when none would."""
    undetermined: tuple[Untested, ...]
    """Models that count as p = 1 in both directions, in order of their names."""


def apply_rule(rule: DecisionRule, evidence: Iterable[ModelEvidence], look: int = 1) -> GateResult:
    """Apply the rule. The order of the evidence has no influence.

    GO when partial conjunction shows collapse in k or more of the m models; NO_GO when it shows the reverse in
    m − k + 1 or more. Both would need one model that is significant in both directions; such a model is undetermined,
    so that they never hold together. Raises BadInput when the evidence does not belong to the rule.
    Source: Benjamini and Heller (2008), "Screening for partial conjunction hypotheses", Biometrics 64.
    """
    given = tuple(evidence)
    check(rule, given, look)
    ordered = sorted((_coherent(one, rule.alpha) for one in given), key=lambda one: one.model)
    tested = [one for one in ordered if isinstance(one, Determined)]
    undetermined = tuple(one for one in ordered if isinstance(one, Untested))
    collapsed, cleared = _shown(tested, rule, "collapse"), _shown(tested, rule, "clear")
    verdict: Verdict = "INCONCLUSIVE"
    if len(collapsed) >= rule.at_least:
        verdict, flip = "GO", nearest_break(tested, rule, "collapse", rule.at_least)
    elif len(cleared) >= rule.against:
        verdict, flip = "NO_GO", nearest_break(tested, rule, "clear", rule.against)
    else:
        flip = nearest_flip(tested, rule)
    return GateResult(
        verdict=verdict,
        reason=_reason(verdict, ordered, collapsed, cleared, rule, look),
        collapsed=collapsed,
        cleared=cleared,
        p_go=partial_conjunction([one.collapse.p for one in tested], rule.models)[rule.at_least - 1],
        p_no_go=partial_conjunction([one.clear.p for one in tested], rule.models)[rule.against - 1],
        flip=flip,
        more=fewest_images(tested, rule) if verdict == "INCONCLUSIVE" else None,
        undetermined=undetermined,
    )


def partial_conjunction(p: Sequence[float], models: int) -> list[float]:
    """p_{u/m} = max over v ≤ u of min(1, (m − v + 1)·p_(v)) for u = 1 … m; a model without a p counts as 1.

    Source: Benjamini and Heller (2008), with Bonferroni's combination.
    """
    found: list[float] = []
    for v, value in enumerate(sorted([*p, *[1.0] * (models - len(p))]), start=1):
        found.append(max(min(1.0, (models - v + 1) * value), found[-1] if found else 0.0))
    return found


def _coherent(one: ModelEvidence, alpha: float) -> ModelEvidence:
    if isinstance(one, Determined) and within(one.collapse.p, 1, alpha) and within(one.clear.p, 1, alpha):
        return Untested(one.model, "it is significant in both directions, which no sample can be")
    return one


def _shown(tested: Sequence[Determined], rule: DecisionRule, direction: Direction) -> tuple[str, ...]:
    """The û models of smallest p, which are those that Holm's procedure rejects."""
    ranked = sorted(tested, key=lambda one: (one.side(direction).p, one.model))
    joint = partial_conjunction([one.side(direction).p for one in ranked], rule.models)
    return tuple(sorted(one.model for one, p in zip(ranked, joint, strict=False) if p <= rule.alpha))


def _reason(
    verdict: Verdict,
    evidence: Sequence[ModelEvidence],
    collapsed: Sequence[str],
    cleared: Sequence[str],
    rule: DecisionRule,
    look: int,
) -> str:
    match verdict:
        case "GO":
            return f"collapse is shown in enough models: {', '.join(collapsed)}"
        case "NO_GO":
            return f"too many models are shown not to collapse: {', '.join(cleared)}"
    undecided = [
        f"{one.model} ({one.reason})" if isinstance(one, Untested) else one.model
        for one in evidence
        if one.model not in {*collapsed, *cleared}
    ]
    used_up = rule.looks != "open" and look == rule.planned
    return f"too few models are decided either way; undecided: {', '.join(undecided)}" + (
        "; no look is left, so that more images are a new study" if used_up else ""
    )
