"""Studies drawn at random, whose numbers agree as those of real ones do: values are drawn by image, and then tested."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from store import commands as c
from store.errors import GonogoError, Refused
from store.evidence import Evidence, Interval
from store.kinds import range_of
from store.kinds.diagnostic import DiagnosticSpec
from store.kinds.statistics import StatisticsSpec
from store.record import Recorded
from store.study.protocol import Approvals, Data, DecisionRule, StudyModel
from store.task.state import Task
from tasks.handler import Measurement
from tasks.ranges import held
from tasks.statistics.comparison import compare
from tasks.statistics.handler import facts
from tasks.statistics.in_range import in_range
from tasks.statistics.measurements import measurements
from tasks.statistics.samples import Joined
from tests.unit.orchestrator.reports.diagnosed import NULL, Attention, Diagnosed
from tests.unit.orchestrator.reports.histories import Outcome, Player, blocked, failed, model, study, too_few

Values = NDArray[np.float64]
Generator = np.random.Generator

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
NAMES = ("clip", "blip", "siglip-so400m", "llava", "align", "flava", "model_7b", "vilt", "idefics-9b")


@dataclass
class Drawn(Player):
    """Plays a study whose outcomes are drawn."""

    rng: Generator = field(default_factory=np.random.default_rng)
    per_image: dict[str, dict[str, Values]] = field(default_factory=dict)
    """By task: every measure, of shape [n]."""
    strength: dict[str, tuple[float, float]] = field(default_factory=dict)
    """By model: the mean of its normalised entropies."""

    def _do(self, task_id: str) -> None:
        self.now += timedelta(seconds=float(self.rng.lognormal(2, 2)))
        super()._do(task_id)

    def succeed(self, task: Task) -> c.Succeed | c.Fail:  # type: ignore[override]
        try:
            return self._done(task)
        except GonogoError as error:
            return c.Fail(task.task_id, task.fence, str(error))

    def _done(self, task: Task) -> c.Succeed:
        done = super().succeed(task)
        match task.spec:
            case DiagnosticSpec() as spec:
                found, told = tuple(self._diagnosed(task, spec)), done.facts
            case StatisticsSpec() as spec:
                found, told = self._compared(spec)
            case _:
                found, told = tuple(self._machine()), done.facts
        digest = done.artifacts[0].digest if task.kind == "diagnostic" else None
        evidence = tuple(_logged(each, done.run_id, digest) for each in found)
        done = replace(done, evidence=evidence, facts=told)
        drawn = self._sites() if task.kind == "diagnostic" and self.rng.random() < 0.7 else None
        return done if drawn is None else drawn.added_to(done)

    def _values(self, _: Task) -> list[tuple[str, float, str, float, int | None]]:
        return []  # all are drawn

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

    def _diagnosed(self, task: Task, spec: DiagnosticSpec) -> Iterator[Measurement]:
        values = self.per_image[task.task_id] = self._images(spec)
        yield from (_mean(metric, each) for metric, each in values.items())
        latency = float(self.rng.lognormal(-5, 2))
        sites, captions = int(self.rng.integers(2, 60)), spec.data.captions_per_image
        yield Measurement("latency_s", latency, "s")
        yield Measurement("latency_tapped_s", latency * float(self.rng.uniform(1, 2)), "s")
        yield Measurement("peak_bytes", float(self.rng.integers(2**18, 2**38)), "bytes")
        yield Measurement("sites_seen", sites)
        yield Measurement("sites_expected", sites)
        yield Measurement("parameters", float(self.rng.integers(10**4, 10**10)))
        yield Measurement("images", spec.data.n, "images")
        yield Measurement("captions", captions * spec.data.n, "captions")

    def _images(self, spec: DiagnosticSpec) -> dict[str, Values]:
        """Entropies of both modalities, and what is worked out from them image by image."""
        n, rng = spec.data.n, self.rng
        centre = self.strength.setdefault(spec.model.id, (float(rng.uniform(0.2, 0.95)), float(rng.uniform(0.3, 0.95))))
        image, patches = rng.normal(0, 0.02, n), math.log(rng.choice([17, 50, 197, 577]))
        words = np.log(rng.integers(4, 30, n))
        vision, text = (np.clip(mean + image + rng.normal(0, 0.03, n), 0.02, 0.999) for mean in centre)
        return {
            "mcs_norm": vision / (vision + text),
            "mcs_raw": vision * patches / (vision * patches + text * words),
            "mcs_raw_uniform": patches / (patches + words),
            "vision_entropy": vision * patches,
            "text_entropy": text * words,
            "vision_entropy_norm": vision,
            "text_entropy_norm": text,
            "vision_entropy_loss": 1 - vision / NULL,
            "text_entropy_loss": 1 - text / NULL,
        }

    def _compared(self, spec: StatisticsSpec) -> tuple[tuple[Measurement, ...], Mapping[str, str]]:
        """What the real comparison says of what was drawn."""
        parts: dict[str, list[Values]] = {}
        for source in spec.sources:
            parts.setdefault(source.model_id, []).append(self.per_image[source.task_id][spec.metric])
        values = {name: np.concatenate(parts[name]) for name in sorted(parts)}
        n = min(each.size for each in values.values())
        joined = Joined(np.arange(n), {name: each[:n] for name, each in values.items()})
        found = in_range(compare(joined, spec.model_copy(update={"resamples": RESAMPLES})), spec.metric)
        return measurements(found), facts(found, spec)

    def _sites(self) -> Diagnosed:
        rng = self.rng
        towers = [("vision", "visual.blocks.{}.attn"), ("text", "text.blocks.{}.attn")]
        if rng.random() < 0.4:
            towers = [("vision", "vision_tower.layers.{}.attn"), ("fusion", "language.layers.{}.attn")]
        heads, swapped = int(rng.integers(1, 9)), float(rng.uniform(0, 1))
        sites = tuple(
            Attention(name.format(layer), role, layer, tuple(map(float, rng.uniform(0.02, 0.99, heads))),
                      float(rng.uniform(0, 0.9)))
            for role, name in towers
            for layer in range(rng.integers(1, 6))
        )  # fmt: skip
        r = float(rng.uniform(-0.7, 0.7))
        correlations = {"sites": (r, max(r - 0.3, -1), min(r + 0.3, 1), len(sites))} if len(sites) > 3 else {}
        verdict = str(rng.choice(["ok", "collapsed", "inconclusive"]))
        return Diagnosed(
            sites=sites,
            swapped=swapped,
            correlations=correlations,
            facts_besides={
                "Verdict": verdict,
                "Reason": "The interval of the loss of vision layer 2 reaches one half.",
                "Influence": "ok" if swapped > 0.01 else "collapsed",
                "Reason of the influence": "Another image moves one hundredth or more of the probability.",
                "Output": "the next token of the caption",
            },
            labelled=bool(rng.random() < 0.5),
            heads_in_log=bool(rng.random() < 0.5),
        )


def _mean(metric: str, values: Values) -> Measurement:
    """With Student's interval, held to the range of the metric."""
    mean, n = float(values.mean()), values.size
    half = float(stdtrit(n - 1, 0.975) * values.std(ddof=1) / math.sqrt(n))
    low, high = held(mean, mean - half, mean + half, range_of(metric))
    return Measurement(metric, mean, "nat" if metric.endswith("_entropy") else "", low, high, n)


def _logged(each: Measurement, run: str, digest: str | None) -> Evidence:
    interval = None if each.low is None or each.high is None else Interval(low=each.low, high=each.high)
    return Evidence(
        run_id=run, metric=each.metric, value=each.value, unit=each.unit, n=each.n, interval=interval, digest=digest
    )


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


def _study(rng: Generator) -> Any:
    metric, null, (low, high) = RULES[rng.integers(len(RULES))]
    chosen = [str(name) for name in rng.permutation(NAMES)[: rng.integers(1, 7, 2).min()]]
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


def _model(name: str, rng: Generator) -> StudyModel:
    weights = str(rng.choice(["random", "zoo", "openai"]))
    return model(name, weights, ("openclip:ViT-B-16@openai",) if rng.random() < 0.3 else ())


def _trouble(player: Drawn, rng: Generator) -> list[Outcome]:
    """What happens to a model's first tasks, if anything does."""
    kinds: list[list[Outcome]] = [
        [blocked("the weights cannot be had", "give a local path")],
        [failed("RuntimeError: out of memory")],
        [failed("RuntimeError: out of memory")] * 2,
        [lambda task: too_few(player.succeed(task))],
        [lambda task: too_few(player.succeed(task))] * 2,
    ]
    return kinds[rng.integers(len(kinds))] if rng.random() < 0.25 else []
