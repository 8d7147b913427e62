"""NO_GO: the claim is excluded by the rule."""

from __future__ import annotations

from orchestrator.paper.claims.wording import Wording

WORDING = Wording(
    title="the claim is excluded by a locked rule",
    abstract="By the rule that was locked before there was any result, the claim is excluded.",
    introduction="A verdict of NO-GO: collapse is excluded in so many models that the claim cannot hold.",
    results="The rule gives NO-GO: the evidence excludes collapse in so many models that the claim cannot hold.",
    caption="Collapse is excluded where the adjusted p-value of the second direction is at most alpha.",
    conclusion="The claim does not hold, for the models, the data and the measure of this study.",
    outlook="That it is excluded here tells nothing of models, data or measures that were not part of the study.",
)
