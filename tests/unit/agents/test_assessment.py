"""The assessment: GO, NO_GO or INCONCLUSIVE, by the rule and the evidence alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.agent import Capacity
from agents.assessment.assessor import assess
from agents.assessment.evidence import DecisionRule, Determined, ModelEvidence, Side, Untested
from agents.assessment.gate import apply_rule
from agents.planning.questions.claim_strength import matters
from agents.planning.strategist import STRATEGIST
from store import commands as c
from store.study.protocol import Study

from .conftest import compared, ordinary


def assessed(study, collapsed: int, cleared: int):
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    study.work(lambda task: compared(task, collapsed, cleared) if task.kind == "statistics" else ordinary(task))
    return assess(study.board)


@pytest.mark.parametrize(
    ("collapsed", "cleared", "verdicts", "verdict"),
    [
        (3, 0, ["GO", "GO"], "GO"),
        (2, 1, ["GO", "NO_GO"], "INCONCLUSIVE"),
        (2, 0, ["GO", "INCONCLUSIVE"], "INCONCLUSIVE"),
        (1, 1, ["INCONCLUSIVE", "NO_GO"], "INCONCLUSIVE"),
        (1, 2, ["NO_GO", "NO_GO"], "NO_GO"),
        (0, 0, ["INCONCLUSIVE", "INCONCLUSIVE"], "INCONCLUSIVE"),
    ],
)
def test_the_verdict_follows_from_the_counts_for_every_claim(play, collapsed, cleared, verdicts, verdict) -> None:
    made = assessed(play(), collapsed, cleared)
    assert [claim.verdict for claim in made.claims] == verdicts
    assert made.verdict == verdict


LEVELS = (0.001, 0.01, 0.02, 0.2, 0.6)
p_values = st.sampled_from(LEVELS) | st.floats(0, 1)
"""Often the same, and often small both ways."""
tests = st.none() | st.tuples(p_values, p_values)
"""The p of collapse and that of its opposite; None for a model that could not be tested."""


def evidence_of(name: str, p: tuple[float, float] | None, models: int) -> ModelEvidence:
    if p is None:
        return Untested(name, "29 images are fewer than 30")
    collapse, clear = (Side(each, (0.0,) * models, (None,) * models) for each in p)
    return Determined(name, 40, collapse, clear)


@given(st.lists(tests, min_size=1, max_size=6), st.sampled_from(LEVELS))
def test_go_and_no_go_never_hold_together(p: list[tuple[float, float] | None], alpha: float) -> None:
    models = len(p)
    evidence = [evidence_of(f"m{at}", each, models) for at, each in enumerate(p)]
    verdicts = []
    for k in range(1, models + 1):
        found = apply_rule(DecisionRule(k, models, alpha), evidence)
        assert not (len(found.collapsed) >= k and len(found.cleared) >= models - k + 1)
        assert not (found.p_go <= alpha and found.p_no_go <= alpha)
        verdicts.append(found.verdict)
    order = ("GO", "INCONCLUSIVE", "NO_GO")
    assert sorted(verdicts, key=order.index) == verdicts, "what holds of more models holds of fewer"


def test_evidence_that_points_both_ways_decides_nothing(play) -> None:
    """A comparison in which all models are significant in both directions, as no real one is."""
    made = assessed(play(), 3, 3)
    assert [claim.verdict for claim in made.claims] == ["INCONCLUSIVE", "INCONCLUSIVE"]
    assert "both directions" in made.claims[0].reason


def test_the_claim_that_a_human_chose_decides(play) -> None:
    study = play()
    study.cycle(lambda task: compared(task, 2, 1) if task.kind == "statistics" else ordinary(task))
    assert study.board.cycles[1].assessment.verdict == "INCONCLUSIVE"
    assert study.board.cycles[1].assessment.reason.startswith("the verdict depends on the strength of the claim")
    study.decide("c1-claim-strength", "at-least-2")
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    assert assess(study.board).verdict == "GO"


def test_without_a_comparison_nothing_is_decided(play) -> None:
    study = play()
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    made = assess(study.board)
    assert (made.verdict, made.reason) == ("INCONCLUSIVE", "there is no accepted comparison")
    assert {finding.criterion: finding.status for finding in made.findings} == {
        "models_covered": "unmet",
        "scope_of_collapse": "unknown",
        "significance": "unknown",
    }


def test_models_that_were_compared_on_other_data_are_not_covered(play, study_data) -> None:
    study = play(decision={"threshold": 0.7, "at_least": 2})
    study.cycle()
    assert study.board.cycles[1].assessment.verdict == "NO_GO"
    data = {"source": "shapes", "n": 50}
    amended = Study.model_validate(study_data(decision={"threshold": 0.7, "at_least": 2}, data=data))
    study.ledger.submit(c.AmendStudy(amended, "more images"), c.OpenCycle("x"), actor="human")
    made = assess(study.board)
    covered = next(finding for finding in made.findings if finding.criterion == "models_covered")
    assert (covered.status, made.verdict) == ("unmet", "INCONCLUSIVE")
    assert {claim.reason for claim in made.claims} == {"not every model of the study is covered"}


def test_every_finding_names_the_evidence_it_rests_on(play) -> None:
    made = assessed(play(), 0, 3)
    by_name = {finding.criterion: finding for finding in made.findings}
    assert [item.metric for item in by_name["significance"].evidence] == ["model/a/clear/p_adjusted", "alpha"]
    assert by_name["models_covered"].because.startswith("not measured, and covered by a substitute: c")
    assert made.reason.endswith("c counts through a substitute")
    assert by_name["scope_of_collapse"].status == "unmet"


@pytest.mark.parametrize(
    ("at_least", "looks", "asked"),
    [
        (2, 2, []),
        ([2, 3], 2, ["c1-claim-strength"]),
        ([2, 3], 1, []),
    ],
    ids=["the rule leaves no choice", "a look is left", "every claim is NO-GO for good"],
)
def test_the_strategist_asks_only_what_can_change_something(play, at_least, looks, asked) -> None:
    study = play(decision={"threshold": 0.7, "at_least": at_least, "looks": looks})
    study.cycle()
    assert {claim.verdict for claim in study.board.cycles[1].assessment.claims} == {"NO_GO"}
    assert [d.request.decision_id for d in study.board.decisions] == asked


@pytest.mark.parametrize(
    ("verdicts", "look_left", "asked"),
    [
        ({2: "GO", 3: "INCONCLUSIVE"}, False, True),
        ({2: "GO", 3: "GO"}, True, False),
        ({2: "NO_GO", 3: "NO_GO"}, True, True),
        ({2: "NO_GO", 3: "NO_GO"}, False, False),
        ({2: "INCONCLUSIVE", 3: "INCONCLUSIVE"}, True, True),
        ({2: "INCONCLUSIVE", 3: "INCONCLUSIVE"}, False, False),
        ({}, False, True),
    ],
)
def test_a_choice_matters_where_it_changes_the_verdict_or_what_is_done_next(verdicts, look_left, asked) -> None:
    assert matters(verdicts, look_left=look_left) is asked


def test_every_option_says_what_it_leads_to(play) -> None:
    study = play()
    study.cycle()
    two, three, stop = study.board.decisions[0].request.options
    for option in (two, three):
        leads_to = option.trade_off.partition("On the evidence so far it ")[2]
        assert leads_to == "gives NO-GO, and the next look measures 40 fresh images with each of the 3 models."
    assert "nothing more is measured" in stop.trade_off


def test_the_strategist_recommends_the_strongest_claim_with_adequate_power(play) -> None:
    study = play()
    study.cycle()
    request = study.board.decisions[0].request
    assert [option.key for option in request.options] == ["at-least-2", "at-least-3", "stop"]
    assert request.recommended == "at-least-2"
    assert request.if_silent == "at-least-3", "silence is the cautious answer"
    assert [item.metric for item in request.options[0].evidence] == ["claim/2_of_3/power"]


def test_the_strategist_speaks_once_a_cycle(play) -> None:
    study = play()
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    study.work()
    study.ask(STRATEGIST)
    assert STRATEGIST.choose(study.board, Capacity()) == []
