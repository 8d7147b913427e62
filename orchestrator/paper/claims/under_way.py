"""No verdict yet: an outline, and results as they come."""

from __future__ import annotations

from orchestrator.paper.claims.wording import Wording

WORDING = Wording(
    title="a study under way",
    abstract="The study is under way, and has not been assessed; this draft is an outline.",
    introduction="",
    results="The study has not been assessed, so that nothing follows from these numbers yet.",
    caption="",
    conclusion="",
    outlook="",
)
