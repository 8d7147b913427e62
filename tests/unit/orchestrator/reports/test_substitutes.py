"""Beside the verdict with substitutes stands the one without: a substitute is another model."""

from __future__ import annotations

import re

from orchestrator.reports.render import render_cycle
from store.study.protocol import DecisionRule
from tests.unit.orchestrator.reports import histories
from tests.unit.orchestrator.reports.histories import blocked, model
from tests.unit.orchestrator.reports.player import Player

TROUBLE = blocked("the weights cannot be had", "give a local path")
HEAD = "Without c, measured through a substitute, the same evidence gives, of the others:"


def report(plant: str = "", at_least: tuple[int, ...] = (2, 3), trouble: bool = True) -> tuple[str, str]:
    """Two models that collapse, one of which is a substitute, and one that does not: Markdown and HTML."""
    models = [model("a", weights="openai"), model("b", weights="openai")]
    models.append(model("c", weights="gone", substitutes=("openclip:ViT-B-16@openai",)))
    if plant:
        models.append(model("d", weights="openai", plant=plant))
    registered = histories.study(*models, decision=DecisionRule(threshold=0.6, at_least=at_least))
    means = {"a": 0.9, "b": 0.5, "c": 0.9, "openclip-vit-b-16-openai": 0.9}
    player = Player(registered, means=means, troubles={(1, "c"): [TROUBLE]} if trouble else {})
    files = render_cycle(player.open("x").work().judge().entries, 1)
    return tuple(re.sub(r"\]\(#fig-\d+\)", "]", files[f"cycle-report.{end}"].decode()) for end in ("md", "html"))  # type: ignore[return-value]


def test_the_verdicts_with_and_without_substitutes_stand_side_by_side() -> None:
    text, page = report()
    told = text.split("### Verdict for each claim")[1].split("\n## ")[0]
    assert "| ✓ GO |" in next(line for line in told.splitlines() if line.startswith("| Collapse in at least [2]"))
    assert told.strip().endswith(
        f"{HEAD}\n\n- collapse in at least [2]: **NO-GO**\n- collapse in at least [3]: out of reach, as they are fewer"
    )
    assert HEAD.partition(",")[0] in re.sub(r"<[^>]+>", "", page)


def test_where_every_model_was_measured_itself_there_is_nothing_to_set_beside() -> None:
    assert HEAD not in report(trouble=False)[0]


def test_what_every_verdict_lacks_is_lacking_without_substitutes_too() -> None:
    """The control is measured as older versions did, so nothing is known of what was planted in it."""
    text, _ = report(plant="tower=vision,layers=0,scale=8")
    assert "a planted collapse was not found" in text
    assert HEAD not in text
