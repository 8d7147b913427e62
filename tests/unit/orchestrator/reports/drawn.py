"""Studies drawn at random: models, rule, looks and troubles. What is found is computed, as in any other history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from store import commands as c
from store.errors import GonogoError, Refused
from store.kinds.diagnostics import DiagnosticSpec
from store.kinds.diagnostics_metrics import ROLE_ENTROPY_LOSS
from store.kinds.environment import EnvironmentSpec
from store.kinds.statistics import StatisticsSpec
from store.models import DataRef, ModelRef
from store.record import Recorded
from store.study.protocol import Approvals, Data, DecisionRule, Study, StudyModel
from store.task.state import Task
from tasks.diagnostics.families.model import Role
from tasks.handler import Measurement
from tests.unit.orchestrator.reports.diagnosed import CAPTIONS, NEXT_TOKEN, Diagnosed, sites
from tests.unit.orchestrator.reports.histories import Outcome, blocked, failed, model, study, too_few
from tests.unit.orchestrator.reports.measured import Measured, measured
from tests.unit.orchestrator.reports.outcomes import Found, compare
from tests.unit.orchestrator.reports.player import Player

RULES = (
    ("mcs_norm", 0.5, (0.55, 0.7)),
    ("mcs_norm", 0.5, (0.3, 0.45)),
    ("vision_entropy_norm", 1.0, (0.4, 0.9)),
    ("text_entropy_norm", 1.0, (0.4, 0.9)),
    ("vision_entropy_loss", 0.0, (0.1, 0.6)),
    ("text_entropy_loss", 0.0, (0.1, 0.6)),
)
"""Metric, null value and the range of the threshold."""
RESAMPLES = 100
FAMILIES = {
    "clip": "openclip", "blip": "openclip", "siglip-so400m": "siglip", "align": "openclip", "albef": "openclip",
    "model_7b": "llava", "llava": "llava", "mini_3b": "llava", "llava-next-13b": "llava",
}  # fmt: skip
"""Model -> its family."""


@dataclass
class Drawn(Player):
    """Plays a study whose models are drawn. Nothing is kept longer than the study, as there may be many."""

    rng: np.random.Generator = field(default_factory=np.random.default_rng)
    kept: dict[str, bytes] = field(default_factory=dict)
    models: dict[str, Diagnosed | None] = field(default_factory=dict)
    """By model: what it is like; None where it is diagnosed as before there were nulls and interventions."""

    def _do(self, task_id: str) -> None:
        self.now += timedelta(seconds=float(self.rng.lognormal(2, 2)))
        super()._do(task_id)

    def succeed(self, task: Task, images: int | None = None) -> c.Succeed | c.Fail:  # type: ignore[override]
        try:
            return super().succeed(task, images)
        except GonogoError as error:
            return c.Fail(task.task_id, task.fence, str(error))

    def find(self, task: Task, images: int | None = None) -> Found:
        found = super().find(task, images)
        if isinstance(task.spec, EnvironmentSpec):
            return Found(tuple(self._machine()), found.facts, found.file, found.content)
        return found

    def measure(self, like: Diagnosed, model: ModelRef, data: DataRef) -> Measured:
        return measured.__wrapped__(like, model, data)

    def compare(self, spec: StatisticsSpec) -> Found:
        return compare(spec.model_copy(update={"resamples": RESAMPLES}), self.kept)

    def like(self, _: str, spec: DiagnosticSpec) -> Diagnosed | None:
        name = spec.model.id
        if name not in self.models:
            before = spec.model.family == "openclip" and ROLE_ENTROPY_LOSS.match(spec.metric) is None
            older = before and self.rng.random() < 0.5
            self.models[name] = None if older else self._model(joint=spec.model.family == "llava")
            self.means[name] = float(self.rng.uniform(0.2, 0.8))
        return self.models[name]

    def _model(self, joint: bool) -> Diagnosed:
        rng = self.rng
        towers: list[tuple[Role, str]] = [("vision", "visual.blocks.{}.attn"), ("text", "text.blocks.{}.attn")]
        if joint:
            towers = [("vision", "vision_tower.layers.{}.attn"), ("fusion", "language.layers.{}.attn")]
        heads = int(rng.integers(1, 6))
        drawn = []
        for role, name in towers:
            centre, layers = rng.uniform(0.2, 0.95), int(rng.integers(1, 6))
            entropies = np.clip(rng.normal(centre, 0.1, layers), 0.05, 0.98)
            drawn += sites(name, role, entropies.tolist(), rng.uniform(0, 0.9, layers).tolist(), heads)
        return Diagnosed(
            sites=tuple(drawn),
            output=NEXT_TOKEN if joint else CAPTIONS,
            swapped=float(rng.choice([0.0, 0.004, rng.uniform(0, 1)])),
            other_text=None if joint else float(rng.uniform(0, 1)),
            silenced=float(rng.uniform(-0.4, 0.4)) if rng.random() < 0.5 else None,
            labelled=bool(rng.random() < 0.5),
            nulls=4,
            heads_in_log=bool(rng.random() < 0.5),
            size=float(rng.lognormal(0, 2)),
        )

    def _machine(self) -> Iterator[Measurement]:
        best, speed = (0.0, 1), float(self.rng.lognormal(4, 1.5))
        for batch in 2 ** np.arange(self.rng.integers(1, 7)):
            speed *= float(self.rng.uniform(0.8, 1.9))
            low, high = speed * self.rng.uniform(0.9, 1), speed * self.rng.uniform(1, 1.1)
            yield Measurement(f"throughput/batch_{batch}", speed, "images/s", low, high, 50)
            best = max(best, (speed, int(batch)))
        yield Measurement("throughput/best", best[0], "images/s")
        yield Measurement("batch_size/best", best[1], "images")
        yield Measurement("memory/total_bytes", float(self.rng.integers(2**28, 2**41)), "bytes")
        yield Measurement("gpu/count", int(self.rng.integers(0, 9)), "GPUs")
        yield Measurement("cpu/count", int(self.rng.integers(1, 129)), "CPUs")
        yield Measurement("peak_bytes", float(self.rng.integers(2**18, 2**34)), "bytes")


def draw(seed: int) -> tuple[tuple[Recorded, ...], int]:
    """The log of a study, and the cycle to report. Same seed, same log."""
    rng = np.random.default_rng(seed)
    player = Drawn(_study(rng), rng=rng)
    player.troubles = {(1, each.id): trouble for each in player.study.models if (trouble := _trouble(player, rng))}
    player.open("the study begins").work().judge()
    for _ in range(rng.integers(0, 3)):
        for decision in player.board.open_decisions:
            options = [option.key for option in decision.request.options]
            player.answer(decision.request.decision_id, str(rng.choice(options)), "Ada", "it was discussed")
        try:
            player.close().open("the rule plans a further look").work().judge()
        except Refused:
            break
    return player.entries, len(player.board.cycles)


def _study(rng: np.random.Generator) -> Study:
    metric, null, (low, high) = RULES[rng.integers(len(RULES))]
    chosen = [str(name) for name in rng.permutation(list(FAMILIES))[: rng.integers(1, 7, 2).min()]]
    k = sorted({int(each) for each in rng.integers(1, len(chosen) + 1, 2)})
    looks: Any = rng.choice(["1", "2", "3", "open"])
    return study(
        *(_model(name, rng) for name in chosen),
        target=date(2026, 3, 1) + timedelta(days=int(rng.integers(-30, 400))) if rng.random() < 0.8 else None,
        data=Data(source="shapes", n=int(rng.integers(12, 400)), captions_per_image=int(rng.integers(1, 6))),
        decision=DecisionRule(
            metric=metric,  # type: ignore[arg-type]
            null=null,
            threshold=round(float(rng.uniform(low, high)), 3),
            alpha=float(rng.choice([0.01, 0.05, 0.1])),
            at_least=tuple(k),
            looks=looks if looks == "open" else int(looks),
        ),
        approvals=Approvals(expires_days=int(rng.integers(1, 30))) if rng.random() < 0.5 else Approvals(),
    )


def _model(name: str, rng: np.random.Generator) -> StudyModel:
    weights = str(rng.choice(["random", "zoo", "openai"]))
    substitutes = ("openclip:ViT-B-16@openai",) if rng.random() < 0.3 else ()
    return model(name, weights, substitutes, family=FAMILIES[name])


def _trouble(player: Drawn, rng: np.random.Generator) -> list[Outcome]:
    """What happens to a model's first tasks, if anything does."""
    kinds: list[list[Outcome]] = [
        [blocked("the weights cannot be had", "give a local path")],
        [failed("RuntimeError: out of memory")],
        [failed("RuntimeError: out of memory")] * 2,
        [too_few(player)],
        [too_few(player)] * 2,
    ]
    return kinds[rng.integers(len(kinds))] if rng.random() < 0.25 else []
