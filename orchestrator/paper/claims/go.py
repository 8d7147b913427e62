"""GO: the claim holds by the rule."""

from __future__ import annotations

from orchestrator.paper.claims.wording import Wording

WORDING = Wording(
    title="the claim holds by a locked rule",
    abstract="By the rule that was locked before there was any result, the claim holds.",
    introduction="A verdict of GO: collapse is shown in as many models as the claim asks for.",
    results="The rule gives GO: the evidence shows collapse in as many models as the claim in force asks for.",
    caption="Collapse is shown where the adjusted p-value of the first direction is at most alpha.",
    conclusion="The claim holds by the rule, for the models, the data and the measure of this study.",
    outlook="Whether it holds for other models, other data or another measure is for other studies to show.",
)
