"""Logs in which models are measured more than once: at two looks, and once more than the comparison rests on."""

from __future__ import annotations

from store import commands as c
from store.kinds.diagnostics import DiagnosticSpec
from store.record import Recorded
from store.study.protocol import DecisionRule
from store.task.state import Task
from tests.unit.orchestrator.reports.diagnosed import IDEFICS, PLANTED
from tests.unit.orchestrator.reports.histories import Player, model, study

MODELS = ("planted", "idefics")


def two_looks() -> Player:
    """Two looks of two models whose diagnostics report nulls and influence; the second is not assessed yet."""
    player = Player(
        study(
            *(model(name, weights="openai") for name in MODELS),
            name="Two looks",
            decision=DecisionRule(metric="text_entropy_norm", threshold=0.6, at_least=(1,), looks=2),
        ),
        means={"planted": 0.41, "idefics": 0.53},
        diagnoses={"planted": PLANTED, "idefics": IDEFICS},
    )
    player.open("the study begins").work().judge().publish().close()
    return player.open("the rule plans a further look").work()


def measured_again(player: Player, model_id: str, look: int, mean: float) -> Player:
    """A further measurement, of other values, that is accepted after the comparison and belongs to none."""
    spec = measurement(player, model_id, look).spec
    assert isinstance(spec, DiagnosticSpec)
    player.means[model_id] = mean
    again = spec.model_copy(update={"seed": 4711})
    player.submit(c.PlanTask("Measure once more", again, model_id, "low", "by_hand", "somebody wanted to see it again"))
    return player.work()


def measurement(player: Player, model_id: str, look: int) -> Task:
    """The accepted diagnostic of a model at a look; the first, if it was measured more than once."""
    return next(
        task
        for task in player.board.tasks
        if isinstance(task.spec, DiagnosticSpec)
        if task.subject == model_id and task.spec.data.first == (look - 1) * task.spec.data.n
        if task.status == "accepted"
    )


def once() -> tuple[Recorded, ...]:
    """Both looks."""
    return two_looks().judge().entries


def again() -> tuple[Recorded, ...]:
    """Both looks, and one of them measured again in the second cycle."""
    return measured_again(two_looks(), "planted", 1, mean=0.93).judge().entries
