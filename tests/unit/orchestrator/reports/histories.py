"""Logs to render: studies that the real agents play on the real ledger, with invented outcomes and a fake clock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from agents.agent import Capacity
from agents.teams import TEAMS
from store import commands as c
from store.board import Board
from store.evidence import Artifact, Evidence, Interval
from store.kinds.audit import AuditSpec
from store.kinds.diagnostic import DiagnosticSpec
from store.kinds.statistics import StatisticsSpec
from store.log.ledger import Ledger
from store.log.memory import MemoryLog
from store.record import Recorded
from store.study.protocol import Approvals, Data, DecisionRule, Study, StudyModel
from store.task.state import Task
from tests.unit.orchestrator.reports.diagnosed import DECODER, IDEFICS, ONE_TOWER, PLANTED, Diagnosed

Outcome = Callable[[Task], c.Succeed | c.Fail | c.Block]


def digest(*parts: object) -> str:
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


@dataclass
class Player:
    """Plays a study. `troubles` are outcomes by (cycle, subject), used up in order before the invented ones."""

    study: Study
    means: dict[str, float] = field(default_factory=dict)
    troubles: dict[tuple[int, str], list[Outcome]] = field(default_factory=dict)
    layers: int = 4
    undetermined: frozenset[str] = frozenset()
    diagnoses: dict[str, Diagnosed] = field(default_factory=dict)
    """By subject: what its diagnostics find besides the measures that every model has."""
    unreported: frozenset[str] = frozenset()
    """Last parts of the metrics that tasks do not report."""
    now: datetime = datetime(2026, 3, 2, 9, 0, 0, 250_000, tzinfo=UTC)

    def __post_init__(self) -> None:
        self.log = MemoryLog(lambda: self.now)
        self.ledger = Ledger(self.log)
        self.submit(c.RegisterStudy(self.study), actor="human:Ada")

    @property
    def board(self) -> Board:
        return self.ledger.board

    @property
    def entries(self) -> tuple[Recorded, ...]:
        return tuple(self.log.read())

    def submit(self, *commands: c.Command, actor: str = "system", after: float = 0.5) -> None:
        self.now += timedelta(seconds=after)
        self.ledger.submit(*commands, actor=actor)

    def open(self, because: str) -> Player:
        self.submit(c.OpenCycle(because))
        return self

    def work(self, steps: int = 10_000) -> Player:
        """Plan, claim, do and review until nothing moves any more, or a number of tasks were done."""
        planner, reviewer, _ = TEAMS["planning"]
        moved = True
        while moved and steps:
            moved = False
            for agent in (planner, *TEAMS["executive"]):
                commands = agent.choose(self.board, Capacity())
                if commands:
                    before = self.board.position
                    self.submit(*commands, actor=agent.actor)
                    moved = moved or self.board.position > before
                    for command in commands:
                        if isinstance(command, c.ClaimTask) and steps:
                            self._do(command.task_id)
                            steps -= 1
            reviews = reviewer.choose(self.board, Capacity())
            if reviews:
                self.submit(*reviews, actor=reviewer.actor)
                moved = True
        return self

    def judge(self) -> Player:
        """Assess, ask and advise."""
        for agent in (*TEAMS["assessment"], TEAMS["planning"][2]):
            commands = agent.choose(self.board, Capacity())
            if commands:
                self.submit(*commands, actor=agent.actor)
        return self

    def answer(self, decision_id: str, choice: str, by: str, reason: str) -> Player:
        self.now += timedelta(minutes=42)
        self.submit(c.MakeDecision(decision_id, choice, by, reason, at=self.now), actor=f"human:{by}")
        return self

    def publish(self) -> Player:
        """Record a report, of invented bytes, and audit it."""
        number = len(self.board.cycles)
        names = [f"{name}.{format}" for name in ("cycle-report", "assessment") for format in ("md", "html", "json")]
        files = tuple(
            Artifact(name=f"reports/cycle-{number:03d}/{name}", digest=digest(number, name), size=9000)
            for name in (*names, "handover.md", "handover.json")
        )
        self.submit(c.WriteReport(number, self.board.position, "0.1.0", files), after=2)
        return self.work()

    def close(self) -> Player:
        self.submit(c.CloseCycle(len(self.board.cycles)))
        return self

    def amend(self, study: Study, reason: str) -> Player:
        self.submit(c.AmendStudy(study, reason), actor="human:Ada", after=3600)
        return self

    def _do(self, task_id: str) -> None:
        task = self.board.tasks_by_id[task_id]
        troubles = self.troubles.get((task.cycle, task.subject), [])
        outcome = troubles.pop(0) if troubles else self.succeed
        seconds = {"environment": 12.4, "diagnostic": 95.7, "statistics": 3.08, "audit": 0.41}[task.kind]
        self.submit(outcome(task), actor="worker:host/4711", after=seconds + task.position % 7)

    def succeed(self, task: Task) -> c.Succeed:
        run = digest("run", task.task_id, task.fence)[:32]
        samples = digest("samples", task.task_id, task.fence)
        values = self._values(task)
        name = {"statistics": "comparison.json", "audit": "audit.json"}.get(task.kind, "samples.npz")
        evidence = tuple(
            Evidence(
                run_id=run, metric=metric, value=value, unit=unit, n=n,
                interval=Interval(low=value - half, high=value + half) if half else None,
                digest=samples if task.kind in ("diagnostic", "audit") else None,
            )
            for metric, value, unit, half, n in values
            if metric.rpartition("/")[2] not in self.unreported
        )  # fmt: skip
        file = Artifact(name=name, digest=samples, size=48_213 + task.position)
        done = c.Succeed(
            task.task_id, task.fence, _SUMMARIES[task.kind], run, evidence, (file,), facts=self._facts(task)
        )
        diagnosed = self.diagnoses.get(task.subject) if task.kind == "diagnostic" else None
        return done if diagnosed is None else diagnosed.added_to(done)

    def _facts(self, task: Task) -> dict[str, str]:
        match task.spec:
            case DiagnosticSpec(model=model):
                return {
                    "Weights": model.weights,
                    "Device": "cpu",
                    "Verdict": "ok: The interval lies within [0.3, 0.7].",
                }
            case StatisticsSpec():
                undetermined = {f"Undetermined {m}": "the values do not differ by more than rounding noise" for m in
                                sorted(self.undetermined)}  # fmt: skip
                return {"Unit of analysis": "image", "Tests": "Student's t", **undetermined}
            case AuditSpec():
                return {}
            case _:
                return {"Device": "cpu", "Processor": "x86_64, 2 cores", "Operating system": "Linux"}

    def _values(self, task: Task) -> list[tuple[str, float, str, float, int | None]]:
        match task.spec:
            case DiagnosticSpec() as spec:
                return _diagnostic(self.means.get(spec.model.id, 0.5), spec, self.layers)
            case StatisticsSpec() as spec:
                return _statistics(spec, self.means, self.undetermined)
            case AuditSpec():
                return _audited(0)
            case _:
                return [
                    ("throughput/batch_1", 41.72, "images/s", 0, None),
                    ("throughput/batch_8", 118.31, "images/s", 0, None),
                    ("throughput/best", 118.31, "images/s", 0, None),
                    ("batch_size/best", 8, "images", 0, None),
                    ("memory/total_bytes", 33_562_353_664, "bytes", 0, None),
                    ("gpu/count", 0, "", 0, None),
                    ("cpu/count", 2, "", 0, None),
                    ("peak_bytes", 812_646_400, "bytes", 0, None),
                ]


_SUMMARIES = {
    "environment": "Described the machine and timed the image tower over batch sizes.",
    "diagnostic": "Measured every attention site on the images of this look.",
    "statistics": "Tested each model against the null value and the threshold, and every pair of models.",
    "audit": "Held the claims of the report against one another.",
}


def _audited(inconsistent: int) -> list[tuple[str, float, str, float, int | None]]:
    counts = {"inconsistent": inconsistent, "depends_on_reading": 0, "not_checkable": 1, "consistent": 316}
    return [(f"count/{verdict}", count, "findings", 0, None) for verdict, count in counts.items()]


def _diagnostic(mean: float, spec: DiagnosticSpec, layers: int) -> list[tuple[str, float, str, float, int | None]]:
    n, drift = spec.data.n, spec.data.first * 1e-6
    found: list[tuple[str, float, str, float, int | None]] = [
        ("mcs_norm", mean + drift, "", 0.0021, n),
        ("mcs_raw", 0.25 + mean + drift, "", 0.0502, n),
        ("mcs_raw_uniform", 0.7548, "", 0.0511, n),
        ("vision_entropy", 3.7021, "nat", 0.0102, n),
        ("text_entropy", 1.8952, "nat", 0.0241, n),
        ("vision_entropy_norm", 1.9 * mean / (1 + mean), "", 0.0031, n),
        ("text_entropy_norm", 1.9 * (1 - mean) / (2 - mean), "", 0.0042, n),
        ("latency_s", 0.0234 + drift, "s", 0, None),
        ("latency_tapped_s", 0.0412 + drift, "s", 0, None),
        ("peak_bytes", 1_431_655_765, "bytes", 0, None),
        ("sites_seen", 2 * layers, "sites", 0, None),
        ("sites_expected", 2 * layers, "sites", 0, None),
        ("parameters", 151_277_313, "", 0, None),
        ("images", n, "images", 0, None),
        ("captions", 5 * n, "captions", 0, None),
    ]
    for layer in range(layers):
        slope = 0.3 * layer / max(layers - 1, 1)
        found += [
            (f"layer/vision/{layer:02d}/entropy_norm", 0.95 - slope * (1.6 - mean), "", 0.02, n),
            (f"layer/text/{layer:02d}/entropy_norm", 0.92 - slope * mean, "", 0.03, n),
            (f"layer/{layer:02d}/mcs_norm", 0.5 + slope * (mean - 0.5), "", 0.01, n),
        ]
    return found


def _statistics(
    spec: StatisticsSpec, means: dict[str, float], undetermined: frozenset[str]
) -> list[tuple[str, float, str, float, int | None]]:
    models = list(dict.fromkeys(source.model_id for source in spec.sources))
    tested = [model for model in models if model not in undetermined]
    n = 60 * len([source for source in spec.sources if source.model_id == models[0]])
    level = spec.alpha / spec.looks
    above = {model: means.get(model, 0.5) > spec.threshold for model in tested}
    found: list[tuple[str, float, str, float, int | None]] = [
        ("count/models", len(models), "models", 0, None),
        ("count/collapsed", sum(above.values()), "models", 0, None),
        ("count/cleared", len(tested) - sum(above.values()), "models", 0, None),
        ("count/undetermined", len(models) - len(tested), "models", 0, None),
        ("alpha", spec.alpha, "", 0, None),
        ("alpha/look", level, "", 0, None),
        ("power/n_for_medium_effect", 41, "images", 0, None),
        ("power/mde", 0.4137, "SD", 0, 60),
    ]
    for k in spec.at_least:
        key = f"claim/{k}_of_{len(models)}"
        found += [
            (f"{key}/error_bound", level, "", 0, None),
            (f"{key}/error_independent", level / k, "", 0, None),
            (f"{key}/power", 0.97 - 0.07 * k, "", 0, None),
        ]
    for place, model in enumerate(tested):
        mean, small, large = means.get(model, 0.5), 10.0 ** -(4 + place), 1.0
        collapse, clear = (small, large) if above[model] else (large, small)
        key = f"model/{model}"
        found += [
            (f"{key}/mean", mean, "", 0.0019, n),
            (f"{key}/sd", 0.0171, "", 0, n),
            *_direction(f"{key}/collapse", collapse, n, len(models)),
            *_direction(f"{key}/clear", clear, n, len(models)),
            (f"{key}/p_null", 0.0234 * (place + 1), "", 0, n),
            (f"{key}/t_null", -4.0621, "", 0, n),
            (f"{key}/df", n - 1, "", 0, n),
            (f"{key}/dz_threshold", (mean - spec.threshold) / 0.0171, "SD", 0.25, n),
            (f"{key}/dz_null", -0.6412, "SD", 0.21, n),
            (f"{key}/skew", 0.0812, "", 0, n),
            (f"{key}/collapse/p_signed_rank", collapse / 2, "", 0, n),
            (f"{key}/collapse/p_sign_flip", collapse / 4, "", 0, n),
            (f"{key}/collapse/p_bootstrap_t", collapse / 3, "", 0, n),
            (f"{key}/collapse/p_max_t", collapse / 4, "", 0, n),
            (f"{key}/collapse/boundary", spec.threshold + 0.004, "", 0, n),
            (f"{key}/clear/boundary", spec.threshold - 0.004, "", 0, n),
            (f"{key}/null_error", 0.0021, "", 0, None),
            (f"{key}/balanced/p", 0.0312 * (place + 1), "", 0, n),
            (f"{key}/balanced/margin", abs(spec.threshold - spec.null), "", 0, None),
            (f"{key}/trend/slope", 0.1234 * (place + 1), "", 0.0271, n),
            (f"{key}/trend/p", 0.0051, "", 0, n),
            (f"{key}/trend/p_bh", 0.0153, "", 0, n),
            (f"{key}/mean_any_look", mean, "", 0.0031, n),
            (f"{key}/left_out/p_low", collapse / 8, "", 0, n),
            (f"{key}/left_out/p_high", min(1.0, collapse * 8), "", 0, n),
            (f"{key}/shapiro_p", 0.3811, "", 0, n),
        ]
    found += [(f"sequential/{k}_of_{len(models)}/p", min(1.0, 0.012 * 4.0**k), "", 0, None)
              for k in range(1, len(models) + 1)]  # fmt: skip
    if tested:
        mean = sum(means.get(each, 0.5) for each in tested) / len(tested)
        found += [
            ("across/fixed/mean", mean, "", 0.0011, n),
            ("across/fixed/p_collapse", 0.0417, "", 0, n),
            ("across/population/mean", mean, "", 0.11, n),
            ("across/independent/mean", mean, "", 0.09, None),
        ]
    for place, first in enumerate(tested):
        for second in tested[place + 1 :]:
            key = f"pair/{first}/{second}"
            found += [
                (f"{key}/difference", means.get(first, 0.5) - means.get(second, 0.5), "", 0.0029, n),
                (f"{key}/t", 5.1234, "", 0, n),
                (f"{key}/p", 0.00031, "", 0, n),
                (f"{key}/p_holm", 0.00093, "", 0, n),
                (f"{key}/dz", 0.6614, "SD", 0.2, n),
                (f"{key}/d_av", 0.6021, "SD", 0, n),
            ]
    return found


def _direction(key: str, p: float, n: int, models: int) -> list[tuple[str, float, str, float, int | None]]:
    """One direction of a model's test; p as adjusted for looks and models."""
    shown = p < 0.01
    return [
        (f"{key}/p", p / 6, "", 0, n),
        (f"{key}/p_looks", p / 3, "", 0, n),
        (f"{key}/p_adjusted", p, "", 0, n),
        *(
            (f"{key}/shift/alpha_over_{j}", -2.75 + j / 8 if shown else 3.5 + j / 8, "SE", 0, n)
            for j in range(1, models + 1)
        ),
        *((f"{key}/images/alpha_over_{j}", 40.0 + j, "images", 0, None) for j in range(1, models + 1) if shown),
    ]


def blocked(reason: str, remedy: str = "") -> Outcome:
    return lambda task: c.Block(task.task_id, task.fence, reason, remedy)


def failed(error: str) -> Outcome:
    return lambda task: c.Fail(task.task_id, task.fence, error)


def model(model_id: str, weights: str = "random", substitutes: Sequence[str] = (), plant: str = "") -> StudyModel:
    name = f"ViT-{model_id}"
    return StudyModel(
        id=model_id, family="openclip", name=name, weights=weights, substitutes=tuple(substitutes), plant=plant
    )


def study(*models: StudyModel, **changes: object) -> Study:
    values: dict[str, object] = {
        "name": "Attention collapse in small vision-language models",
        "question": "Does attention collapse onto one modality, and in how many models?",
        "claim": "Attention collapses in most of the models under study.",
        "seed": 7,
        "target": date(2026, 3, 9),
        "models": models,
        "data": Data(source="shapes", n=60),
        "decision": DecisionRule(threshold=0.6, at_least=(2, 3) if len(models) > 2 else (1,), looks=2),
        "approvals": Approvals(expires_days=7),
        **changes,
    }
    return Study.model_validate(values)


def two_cycles(unreported: frozenset[str] = frozenset(), **changes: object) -> Player:
    """Trained, untrained and unavailable models; a failure, a return, a decision, an amendment; two looks."""
    registered = study(
        model("clip"),
        model("blip", weights="zoo:blip"),
        model("align", weights="kakaobrain/align-base", substitutes=("openclip:ViT-B-16@openai",)),
        **changes,
    )
    undefined = "mcs_norm is undefined in align: its vision tower (EfficientNet) has no softmax attention"
    player = Player(
        registered,
        unreported=unreported,
        means={"clip": 0.5113, "blip": 0.6648, "openclip-vit-b-16-openai": 0.6312},
        troubles={
            (1, "environment"): [failed("RuntimeError: the machine went away")],
            (1, "align"): [blocked(undefined, "take a model whose towers both use softmax attention")],
        },
    )
    player.troubles[1, "blip"] = [lambda task: too_few(player.succeed(task))]
    player.open("the study begins").work().judge()
    return player


def too_few(done: c.Succeed) -> c.Succeed:
    fewer = tuple(item.model_copy(update={"n": 48}) if item.n else item for item in done.evidence)
    return c.Succeed(done.task_id, done.fence, done.summary, done.run_id, fewer, done.artifacts, done.facts)


def second_cycle(player: Player) -> Player:
    """As gonogo goes on today: the first cycle's report is written and audited."""
    return going_on(player.publish())


def going_on(player: Player) -> Player:
    """As it went on before reports were audited."""
    player.answer("c1-claim-strength", "at-least-2", "Ada", "two of three is what the claim says: most")
    player.close()
    rule = player.study.decision.model_copy(update={"alpha": 0.04})
    player.amend(player.study.model_copy(update={"decision": rule}), "the second look is to be stricter")
    return player.open("the rule plans a further look").work().judge()


def amended_while_asked() -> tuple[Recorded, ...]:
    """The rule, and the number of looks, are amended while a question on the claim is open."""
    player = two_cycles()
    player.close()
    rule = player.study.decision.model_copy(update={"at_least": (2,), "looks": 4})
    player.amend(player.study.model_copy(update={"decision": rule}), "two of three is what the claim says")
    return player.open("the protocol was amended").work().judge().entries


def claim_no_longer_possible() -> tuple[Recorded, ...]:
    """A claim was chosen that the rule, as it was amended later, no longer has."""
    player = two_cycles()
    player.answer("c1-claim-strength", "at-least-3", "Ada", "all of them")
    player.close()
    rule = player.study.decision.model_copy(update={"at_least": (1, 2)})
    player.amend(player.study.model_copy(update={"decision": rule}), "three cannot be had")
    return player.open("the protocol was amended").work().judge().entries


def waiting() -> tuple[Recorded, ...]:
    """Cycle 1, with a question open."""
    return two_cycles().entries


def finished() -> tuple[Recorded, ...]:
    """Both cycles."""
    return second_cycle(two_cycles()).entries


CONTRADICTIONS = {
    "Inconsistent 1, percentages, line 12": "5/6 = 83.33 %, printed as 82 %",
    "Inconsistent 2, nesting, line 40": "256 seconds (255.5 to 256.5 s) within work of 140.2 s, as line 16 says",
}


def contradicting(player: Player) -> Outcome:
    """An audit that finds two claims wrong."""

    def outcome(task: Task) -> c.Succeed:
        done = player.succeed(task)
        counts = {metric: value for metric, value, *_ in _audited(2)}
        evidence = tuple(item.model_copy(update={"value": counts[item.metric]}) for item in done.evidence)
        return replace(done, evidence=evidence, facts=CONTRADICTIONS)

    return outcome


def faulty() -> tuple[Recorded, ...]:
    """A second cycle, after one of whose reports one contradicts itself and one could not be audited."""
    player = two_cycles()
    player.troubles[1, "audit"] = [contradicting(player), *[failed("RuntimeError: a check broke")] * 2]
    return second_cycle(player).entries


def untrained_only() -> tuple[Recorded, ...]:
    """One untrained model, one look, and nobody to compare it with."""
    return (
        Player(study(model("solo"), target=None, approvals=Approvals())).open("the study begins").work().judge().entries
    )


def just_opened() -> tuple[Recorded, ...]:
    """A cycle in which nothing has happened yet."""
    return Player(study(model("solo"), target=None)).open("the study begins").entries


def all_blocked() -> tuple[Recorded, ...]:
    """Nothing could be measured."""
    names = ("first", "second")
    player = Player(study(*(model(name, weights="gone") for name in names), target=date(2026, 2, 20)))
    player.troubles = {(1, name): [blocked("the weights cannot be had", "give a local path")] for name in names}
    return player.open("the study begins").work().judge().entries


def no_better() -> tuple[Recorded, ...]:
    """Two models whose measurement was tried twice in vain, so that substitutes take their places."""
    player = Player(study(
        model("breaks", weights="a", substitutes=("openclip:ViT-B-16@one",)),
        model("short", weights="b", substitutes=("openclip:ViT-B-16@two",)),
    ))  # fmt: skip
    player.troubles = {
        (1, "breaks"): [failed("RuntimeError: out of memory")] * 2,
        (1, "short"): [lambda task: too_few(player.succeed(task))] * 2,
    }
    return player.open("the study begins").work().judge().entries


def under_way() -> tuple[Recorded, ...]:
    """A claimed task, and others that wait."""
    player = Player(study(model("one"), model("two", weights="openai")))
    player.open("the study begins").work(steps=2)
    executive = TEAMS["executive"][1]
    player.submit(*executive.choose(player.board, Capacity()), actor=executive.actor)
    return player.entries


def twelve_models() -> tuple[Recorded, ...]:
    """Many models, long ids, one that cannot be tested."""
    long = "a-model-with-a-very-long-name-that-somebody-chose-on-purpose-v12"
    models = [model(long), *(model(f"m{i:02d}", weights="openai") for i in range(11))]
    means = {entry.id: 0.42 + 0.025 * i for i, entry in enumerate(models)}
    player = Player(
        study(*models, decision=DecisionRule(threshold=0.6, at_least=(6,))), means=means, layers=6,
        undetermined=frozenset({"m03"}),
    )  # fmt: skip
    return player.open("the study begins").work().judge().entries


def zoo(**changes: Diagnosed) -> tuple[Recorded, ...]:
    """Models whose diagnostics report nulls and influence: a planted collapse, closed gates, a tower without attention,
    too many heads for the log; one of which no more than entropies is known; and one that could not be had.
    """
    names = ("planted", "idefics", "align", "decoder", "older", "gone")
    weights = {"idefics": "random"}
    player = Player(
        study(
            *(model(name, weights=weights.get(name, "openai")) for name in names),
            name="Entropy and influence",
            decision=DecisionRule(metric="text_entropy_norm", threshold=0.6, at_least=(3,)),
        ),
        means={"planted": 0.41, "idefics": 0.53, "align": 0.49, "decoder": 0.55, "older": 0.52},
        diagnoses={"planted": PLANTED, "idefics": IDEFICS, "align": ONE_TOWER, "decoder": DECODER, **changes},
    )
    player.troubles = {(1, "gone"): [blocked("the weights cannot be had", "give a local path")]}
    return player.open("the study begins").work().judge().entries


HOSTILE = (
    "<script>alert(1)</script> & | pipe | *bold* _under_ `code` [x](javascript:alert(1)) https://evil.example/ "
    "www.evil.example ![i](http://evil.example/i.png) $x^2$ ~~gone~~ &lt; \\ {{ 7*7 }} {% raw %}\n\n# heading\n- item\n"
    "\u202egnp.exe \x1b[31m \u2028 'single' \"double\" --> ]]>"
)
LINE = "".join(character for character in HOSTILE if character.isprintable())
"""As much of it as a protocol may hold."""


def hostile() -> tuple[Recorded, ...]:
    """Every text that a user or a task can set is an attack on the formats."""
    evil = StudyModel(id="evil", family="x`|<b>", name=LINE, weights="y`|<i>")
    player = Player(study(evil, model("good"), name=LINE[:200].strip(), question=LINE, claim=LINE))
    player.troubles = {
        (1, "environment"): [lambda task: _loud(player.succeed(task))],
        (1, "evil"): [blocked(HOSTILE, HOSTILE)],
    }
    player.open(HOSTILE).work().judge()
    player.answer("c1-model-evil", "drop", HOSTILE, HOSTILE)
    return player.entries


def _loud(done: c.Succeed) -> c.Succeed:
    file = Artifact(name=HOSTILE, digest=digest("loud"), size=1)
    return c.Succeed(
        done.task_id, done.fence, HOSTILE, done.run_id, done.evidence, (file,), {HOSTILE: HOSTILE, **done.facts}
    )
