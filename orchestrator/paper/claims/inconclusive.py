"""INCONCLUSIVE: the rule decides neither way, which is no finding."""

from __future__ import annotations

from orchestrator.paper.claims.wording import Wording

WORDING = Wording(
    title="not decided so far",
    abstract="By the rule that was locked before there was any result, the evidence decides neither way.",
    introduction="A verdict of INCONCLUSIVE, with what would be needed to decide.",
    results="The rule gives INCONCLUSIVE: the evidence neither establishes the claim nor excludes it.",
    caption="A model that is undecided is neither collapsed nor free of collapse.",
    conclusion="Whether the claim holds is not known.",
    outlook="This is no evidence for the claim, and none against it.",
)
