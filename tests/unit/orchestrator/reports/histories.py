"""Logs to render: studies that the real agents play on the real ledger, with computed outcomes and a fake clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from agents.agent import Capacity
from agents.teams import TEAMS
from store import commands as c
from store.evidence import Artifact
from store.kinds.diagnostics import DiagnosticSpec
from store.record import Recorded
from store.study.protocol import Approvals, Data, DecisionRule, Study, StudyModel
from store.task.state import Task
from tests.unit.orchestrator.reports.diagnosed import DECODER, IDEFICS, ONE_TOWER, PLANTED, Diagnosed
from tests.unit.orchestrator.reports.outcomes import audited, digest
from tests.unit.orchestrator.reports.player import Outcome, Player


def blocked(reason: str, remedy: str = "") -> Outcome:
    return lambda task: c.Block(task.task_id, task.fence, reason, remedy)


def failed(error: str) -> Outcome:
    return lambda task: c.Fail(task.task_id, task.fence, error)


def model(
    model_id: str,
    weights: str = "random",
    substitutes: Sequence[str] = (),
    plant: str = "",
    family: str = "openclip",
) -> StudyModel:
    name = f"ViT-{model_id}" if family == "openclip" else model_id
    return StudyModel(
        id=model_id, family=family, name=name, weights=weights, substitutes=tuple(substitutes), plant=plant
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
    player.troubles[1, "blip"] = [too_few(player)]
    player.open("the study begins").work().judge()
    return player


def too_few(player: Player) -> Outcome:
    """A diagnostic of four images in five."""

    def outcome(task: Task) -> c.Succeed:
        assert isinstance(task.spec, DiagnosticSpec)
        return player.succeed(task, images=4 * task.spec.data.n // 5)

    return outcome


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
        counts = {each.metric: each.value for each in audited(2).measurements}
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
        (1, "short"): [too_few(player)] * 2,
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
    """Many models, long ids, one that cannot be tested and one that is not decided."""
    long = "a-model-with-a-very-long-name-that-somebody-chose-on-purpose-v12"
    models = [model(long), *(model(f"m{i:02d}", weights="openai") for i in range(11))]
    means = {entry.id: 0.42 + 0.0232 * i for i, entry in enumerate(models)}
    player = Player(
        study(*models, decision=DecisionRule(threshold=0.6, at_least=(6,))), means=means, layers=6,
        undetermined=frozenset({"m03"}),
    )  # fmt: skip
    return player.open("the study begins").work().judge().entries


def zoo(**changes: Diagnosed) -> tuple[Recorded, ...]:
    """Models whose diagnostics report nulls and influence: a planted collapse, closed gates, a tower without attention,
    too many heads for the log; one of which no more than entropies is known; and one that could not be had.
    """
    families = {"planted": "openclip", "idefics": "idefics", "align": "align", "decoder": "llava"}
    names = (*families, "older", "gone")
    weights = {"idefics": "random"}
    player = Player(
        study(
            *(
                model(name, weights=weights.get(name, "openai"), family=families.get(name, "openclip"))
                for name in names
            ),
            name="Entropy and influence",
            decision=DecisionRule(metric="text_entropy_norm", null=1.0, threshold=0.7, at_least=(3,)),
        ),
        means={"older": 0.52},
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
