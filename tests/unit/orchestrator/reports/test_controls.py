"""A planted collapse is a control: it has to be found where it was planted, and enters no claim, test or headline."""

from __future__ import annotations

import json

import pytest

from orchestrator.reports.render import render_cycle
from store.cycle.verdicts import ClaimVerdict
from store.kinds.diagnostics import DiagnosticSpec
from store.kinds.statistics import StatisticsSpec
from store.queries.controls import controls
from store.study.protocol import DecisionRule
from tests.unit.orchestrator.reports import histories
from tests.unit.orchestrator.reports.diagnosed import PLANTED
from tests.unit.orchestrator.reports.histories import blocked, model
from tests.unit.orchestrator.reports.player import Player

WHERE_IT_IS = "tower=vision,layers=1-2,scale=8"
ELSEWHERE = "tower=vision,layers=0-1,scale=8"
RULE = DecisionRule(threshold=0.6, at_least=(1, 2), looks=2)


def played(plant: str | None, controls: str = "apart", trouble: bool = False) -> Player:
    """Two models that count, and a third in which two layers have collapsed, with the plant that the study names."""
    models = [model("a", weights="openai"), model("b", weights="openai")]
    if plant is not None:
        models.append(model("c", weights="openai", plant=plant))
    rule = RULE.model_copy(update={"controls": controls})
    player = Player(histories.study(*models, decision=rule), means={"a": 0.9, "b": 0.5}, diagnoses={"c": PLANTED})
    if trouble:
        player.troubles = {(1, "c"): [blocked("the weights cannot be had", "give a local path")]}
    return player.open("the study begins").work().judge()


def claims(player: Player) -> tuple[ClaimVerdict, ...]:
    assert player.board.cycle is not None
    assert player.board.cycle.assessment is not None
    return player.board.cycle.assessment.claims


def report(player: Player, name: str = "cycle-report") -> str:
    return render_cycle(player.entries, 1)[f"{name}.md"].decode()


def section(text: str) -> str:
    return text.split("\n## Does the instrument work?\n")[1].split("\n## ")[0]


def test_a_control_is_measured_and_compared_with_nothing() -> None:
    player = played(WHERE_IT_IS)
    measured = {t.spec.model.id for t in player.board.tasks if isinstance(t.spec, DiagnosticSpec)}
    (comparison,) = (t.spec for t in player.board.tasks if isinstance(t.spec, StatisticsSpec))
    assert measured == {"a", "b", "c"}
    assert {source.model_id for source in comparison.sources} == {"a", "b"}


def test_the_claims_are_those_of_the_study_without_the_control() -> None:
    with_one, without = claims(played(WHERE_IT_IS)), claims(played(None))
    assert [(claim.at_least, claim.models, claim.verdict) for claim in with_one] == [
        (claim.at_least, claim.models, claim.verdict) for claim in without
    ]
    assert {claim.verdict for claim in with_one} >= {"GO", "NO_GO"}, "and they decide something"


def test_a_control_that_is_found_is_told_with_the_layers_and_their_losses() -> None:
    text = report(played(WHERE_IT_IS))
    head = text.split("\n## ")[0]
    assert "The collapse that was planted in c was found, and enters no claim." in head
    told = section(text)
    assert "**The instrument works**: each was found in every layer in which it was planted." in told
    rows = [line.split(" | ") for line in told.splitlines() if "vision/0" in line]
    assert {row[1] for row in rows} == {f"`{WHERE_IT_IS}`"}
    assert [(row[3], row[5]) for row in rows] == [("`vision/01`", "yes"), ("`vision/02`", "yes")]
    losses = [float(row[4].split("[", 1)[1].split("]", 1)[0].split()[0]) for row in rows]
    assert min(losses) > 0.5
    found = json.loads(render_cycle(played(WHERE_IT_IS).entries, 1)["assessment.json"])["sections"]
    (criterion,) = (goal for goal in found["progress"]["goals"] if "planted collapse" in goal["goal"])
    assert (criterion["status"], len(criterion["evidence"])) == ("met", 2)


def test_a_control_that_is_missed_makes_the_study_inconclusive_on_its_first_page() -> None:
    player = played(ELSEWHERE)
    assert {claim.verdict for claim in claims(player)} == {"INCONCLUSIVE"}
    for name in ("cycle-report", "assessment"):
        text = report(player, name)
        head = text.split("\n## ")[0]
        assert "a planted collapse was not found" in head
        assert "**A collapse that was planted was not found** in c." in head
        told = section(text)
        assert "**One was not found**: either the plant is too weak" in told
        assert [line.split(" | ")[5] for line in told.splitlines() if "vision/0" in line] == ["no", "yes"]


def test_of_a_control_that_was_not_measured_nothing_is_said() -> None:
    player = played(WHERE_IT_IS, trouble=True)
    assert {claim.verdict for claim in claims(player)} == {"INCONCLUSIVE"}
    text = report(player)
    assert "Whether the instrument works is not known yet" in text.split("\n## ")[0]
    assert "not measured" in section(text)


def test_no_headline_is_of_a_control() -> None:
    text = report(played(WHERE_IT_IS))
    finding = text.split("\n## Critical finding\n")[1].split("\n## ")[0]
    assert "scale=8" not in finding
    assert "Kinds of collapse that the maps" not in text, "no model that counts tells of kinds in this study"
    assert "show: c (peaked in vision/01, vision/02)" in report(played(WHERE_IT_IS, controls="counted"))


def test_a_study_without_controls_says_nothing_of_any() -> None:
    player = played(None)
    assert "Does the instrument work?" not in report(player)
    assert player.board.cycle is not None
    assert player.board.cycle.assessment is not None
    assert "controls_found" not in [each.criterion for each in player.board.cycle.assessment.findings]


def test_where_a_study_was_registered_before_there_were_controls_a_plant_counts_as_ever() -> None:
    player = played(WHERE_IT_IS, controls="counted")
    (comparison,) = (t.spec for t in player.board.tasks if isinstance(t.spec, StatisticsSpec))
    assert {source.model_id for source in comparison.sources} == {"a", "b", "c"}
    text = report(player)
    assert "Does the instrument work?" not in text
    assert "It counts in the verdict like any other" in text
    assert {claim.models for claim in claims(player)} == {3}


@pytest.mark.parametrize(
    ("models", "rule", "why"),
    [
        ([model("c", plant=WHERE_IT_IS)], {"at_least": (1,)}, "a collapse is planted in each of them"),
        ([model("a"), model("c", plant=WHERE_IT_IS)], {"at_least": (2,)}, "2 of 1 models cannot be reached, as those"),
    ],
)
def test_a_claim_can_only_be_about_models_that_count(models, rule, why) -> None:
    with pytest.raises(ValueError, match=why):
        histories.study(*models, decision=DecisionRule(threshold=0.6, **rule))


def test_a_control_that_was_missed_is_remembered_when_the_protocol_is_amended() -> None:
    """Neither counting it nor taking the plant away makes it unsaid."""
    player = played(ELSEWHERE).close()
    counted = player.study.decision.model_copy(update={"controls": "counted"})
    player.amend(player.study.model_copy(update={"decision": counted}), "count it")
    player.open("amended").work().judge()
    text = render_cycle(player.entries, 2)["cycle-report.md"].decode()
    assert "**A planted collapse was not found** in cycle 1." in text.split("\n## ")[0]
    amendments = [line for line in text.splitlines() if "decision.controls" in line and "from" in line]
    assert any("apart" in line and "counted" in line for line in amendments), amendments


@pytest.mark.parametrize("plant", ["scale=0.5", "scale=1", "heads=0,scale=0"])
def test_a_control_that_cannot_be_found_is_refused(plant: str) -> None:
    models = [model("a"), model("c", plant=f"tower=vision,{plant}")]
    with pytest.raises(ValueError, match="would not be found"):
        histories.study(*models, decision=DecisionRule(threshold=0.6, at_least=(1,)))
    histories.study(*models, decision=DecisionRule(threshold=0.6, at_least=(1,), controls="counted"))


def test_a_control_whose_attention_is_uniform_can_be_found() -> None:
    models = [model("a"), model("c", plant="tower=vision,scale=0")]
    assert histories.study(*models, decision=DecisionRule(threshold=0.6, at_least=(1,))).controls


def test_what_would_be_needed_names_the_control_first() -> None:
    needed = report(played(ELSEWHERE), "assessment").split("\n## What would be needed\n")[1]
    assert needed.strip().splitlines()[0].startswith(
        "- First of all: A planted collapse is found"
    ) or needed.strip().startswith("First of all: A planted collapse is found")


def test_a_human_who_may_drop_the_only_control_is_told_what_follows() -> None:
    player = played(WHERE_IT_IS, trouble=True)
    (asked,) = (d.request for d in player.board.open_decisions if d.request.kind == "unavailable_model")
    (drop,) = (option for option in asked.options if option.key == "drop")
    assert "every verdict is INCONCLUSIVE" in drop.trade_off
    assert player.board.cycle is not None
    assert player.board.cycle.assessment is not None
    assert "whether the instrument works is not known" in player.board.cycle.assessment.reason


def test_a_plant_that_was_amended_is_not_found_by_an_older_measurement() -> None:
    player = played(WHERE_IT_IS).close()
    models = tuple(
        each.model_copy(update={"plant": "tower=vision,layers=1-2,scale=4"}) if each.plant else each
        for each in player.study.models
    )
    player.amend(player.study.model_copy(update={"models": models}), "a weaker one")
    (control,) = controls(player.board)
    assert control.task is None
    player.open("amended").work()
    (control,) = controls(player.board)
    assert control.task is not None
    assert control.task.cycle == 2
