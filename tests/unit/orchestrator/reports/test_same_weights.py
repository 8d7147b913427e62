"""Two models that are the same weights under two names count once, and are named."""

from __future__ import annotations

from orchestrator.reports.render import render_cycle
from store.kinds.statistics import StatisticsSpec
from store.queries.models import counted_models, same_weights
from store.study.protocol import DecisionRule
from tests.unit.orchestrator.reports import histories
from tests.unit.orchestrator.reports.histories import model
from tests.unit.orchestrator.reports.player import Player

ONE, OTHER = "model.safetensors, SHA-256 " + "1f" * 32, "model.safetensors, SHA-256 " + "2e" * 32


def played(*weights: str, controls: str = "apart") -> Player:
    models = [model(name, weights=of) for name, of in zip("abc", weights, strict=True)]
    rule = DecisionRule(threshold=0.6, at_least=(1, 2), controls=controls)
    player = Player(histories.study(*models, decision=rule), means={"a": 0.9, "b": 0.9, "c": 0.5})
    return player.open("the study begins").work().judge()


def compared(player: Player) -> tuple[str, ...]:
    (spec,) = (task.spec for task in player.board.tasks if isinstance(task.spec, StatisticsSpec))
    return tuple(source.model_id for source in spec.sources)


def test_the_second_of_two_names_enters_no_comparison_and_no_count() -> None:
    player = played(ONE, ONE, OTHER)
    assert same_weights(player.board) == {"b": "a"}
    assert [counted.id for counted in counted_models(player.board)] == ["a", "c"]
    assert compared(player) == ("a", "c")
    assert player.board.cycle is not None and player.board.cycle.assessment is not None
    claims = {claim.at_least: claim.verdict for claim in player.board.cycle.assessment.claims}
    assert claims[1] == "GO"
    assert claims[2] == "NO_GO", "two names for one model would have made it GO"


def test_the_report_names_both_on_its_first_page() -> None:
    text = render_cycle(played(ONE, ONE, OTHER).entries, 1)["cycle-report.md"].decode()
    assert "b has the same weights as a, and is not counted once more." in text.split("\n## Task by task")[0]


def test_other_weights_and_weights_without_a_digest_all_count() -> None:
    assert same_weights(played(ONE, OTHER, "openai").board) == {}
    assert same_weights(played("openai", "openai", "openai").board) == {}


def test_a_study_of_an_earlier_rule_counts_every_model_as_ever() -> None:
    player = played(ONE, ONE, OTHER, controls="counted")
    assert compared(player) == ("a", "b", "c")
