"""The rule applied to a comparison: every number that the gate is asked about comes from the one it is named after."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from agents.assessment.applied import applied, evidence_on
from agents.assessment.assessor import assess
from agents.assessment.evidence import Determined, Untested
from store import commands as c
from store.evidence import EvidenceTable
from store.queries.comparison import newest_comparison
from store.task.state import Task

from .conftest import compared, ordinary


def comparison(study, collapsed: int = 1, cleared: int = 1) -> Task:
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    study.work(lambda task: compared(task, collapsed, cleared) if task.kind == "statistics" else ordinary(task))
    found = newest_comparison(study.board)
    assert found is not None
    return found


def test_a_model_stands_where_the_comparison_says(play) -> None:
    task = comparison(play())
    found = evidence_on(["a", "x", "y"], task)[0]
    assert isinstance(found, Determined)
    assert (found.n, found.collapse.p, found.clear.p) == (40, 0.0001, 0.9)
    assert found.collapse.shifts == (-2.0, -2.0, -2.0)
    assert found.clear.shifts == (4.0, 5.0, 6.0)
    assert found.collapse.images == found.clear.images == (40, 80, 120)


def test_what_no_shift_and_no_number_of_images_achieves_is_infinite_and_none(play) -> None:
    task = comparison(play())
    bare = replace(task, evidence=EvidenceTable(item for item in task.evidence if "alpha_over_2" not in item.metric))
    found = evidence_on(["a", "x", "y"], bare)[0]
    assert isinstance(found, Determined)
    assert (found.collapse.shifts[1], found.collapse.images[1]) == (math.inf, None)
    assert (found.collapse.shifts[2], found.collapse.images[2]) == (-2.0, 120)


def test_a_model_without_a_p_is_undetermined_for_the_reason_that_the_comparison_gives(play) -> None:
    task = comparison(play())
    kept = EvidenceTable(item for item in task.evidence if item.metric != "model/a/collapse/p_looks")
    told = replace(task, evidence=kept, facts={"Undetermined a": "29 images are fewer than 30"})  # type: ignore[arg-type]
    assert evidence_on(["a", "x", "y"], told)[0] == Untested("a", "29 images are fewer than 30")
    assert evidence_on(["a", "x", "y"], replace(task, evidence=kept))[0] == Untested(
        "a", "the comparison gives no p-value for it"
    )
    assert evidence_on(["z", "x", "y"], task)[0] == Untested("z", "it was not compared")


@pytest.mark.parametrize(("looks", "used_up"), [(1, True), (2, False), ("open", False)])
def test_the_gate_knows_which_look_it_is_and_how_many_there_are(play, looks: object, used_up: bool) -> None:
    study = play(decision={"threshold": 0.7, "at_least": [3], "looks": looks})
    comparison(study, collapsed=1, cleared=0)
    found = applied(study.board, 3)
    assert found is not None
    assert ("no look is left" in found.reason) == used_up


def test_what_would_decide_goes_into_the_record(play) -> None:
    study = play(decision={"threshold": 0.7, "at_least": [3]})
    comparison(study, collapsed=2, cleared=0)
    (claim,) = assess(study.board).claims
    found = applied(study.board, 3)
    assert found is not None
    assert claim.verdict == "INCONCLUSIVE"
    assert claim.flip == found.flip is not None
    assert claim.more == found.more is not None
    assert (claim.flip.to, claim.flip.standard_errors) == ("GO", 4.0)
    assert (claim.more.to, claim.more.images) == ("GO", 1)


def test_the_p_of_go_and_of_no_go_are_those_of_their_own_counts(play) -> None:
    study = play(decision={"threshold": 0.7, "at_least": [3]})
    comparison(study, collapsed=0, cleared=1)
    (claim,) = assess(study.board).claims
    assert claim.p_go == pytest.approx(1.0)
    assert claim.p_no_go == pytest.approx(3 * 0.0001)
