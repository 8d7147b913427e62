"""Kinds of tasks: metrics that are told apart, golden logs that are understood, and lists that miss nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings

import agents.assessment.criteria as criteria
import agents.planning.rules as rules
import store.kinds as kinds
from agents.assessment.criteria import CRITERIA
from agents.assessment.criteria.criterion import Criterion
from agents.executive import EXECUTIVES
from agents.planning.rules import RULES
from store.board import fold
from store.facts import Facts
from store.kinds import KINDS, ROOMS, range_of, unit_of
from store.kinds.diagnostics_metrics import DECIDED_BY_DEFAULT, MCS_NORM, SHUFFLED
from store.kinds.kind import Kind
from store.log.chain import EventRow
from store.log.codec import recorded
from store.metrics import FREE, Metric, MetricTable
from store.patterns import Template
from store.task.state import Task

from .templates import filled

ROOT = Path(__file__).resolve().parents[3]
HELPERS = {
    "kind",
    "diagnostics_collapse",
    "diagnostics_metrics",
    "diagnostics_sites",
    "statistics_metrics",
    "rule",
    "criterion",
}
"""Modules beside kinds, rules and criteria that are none themselves."""
LOGS = sorted((Path(__file__).resolve().parents[2] / "golden" / "logs").glob("*.jsonl"))
METRICS = [
    pytest.param(kind, metric, id=f"{name}:{metric.path}") for name, kind in KINDS.items() for metric in kind.metrics
]


@pytest.mark.parametrize(("kind", "metric"), METRICS)
def test_a_key_is_read_back_and_is_that_of_one_metric_of_its_kind(kind: Kind, metric: Metric) -> None:
    @settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
    @given(filled(Template(metric.path)))
    def check(values: dict[str, str]) -> None:
        key = metric.key(**values)
        assert metric.match(key) == values
        assert [each.path for each in kind.metrics if each.match(key) is not None] == [metric.path]

    check()


@pytest.mark.parametrize("name", KINDS)
def test_shown_metrics_are_keys_of_the_kind(name: str) -> None:
    known = MetricTable(KINDS[name].metrics)
    unknown = [metric.path for metric in KINDS[name].shown if known.find(metric.path) is None]
    assert not unknown, "what a report shows is a metric of the kind: pass metrics_in(globals()) as `metrics`"


@pytest.fixture(scope="module", params=LOGS, ids=lambda path: path.stem)
def golden_tasks(request: pytest.FixtureRequest) -> tuple[Task, ...]:
    rows = [EventRow(**json.loads(line)) for line in request.param.read_text(encoding="utf-8").splitlines()]
    return tuple(fold(recorded(row) for row in rows).tasks)


def test_every_number_of_a_golden_log_is_a_metric_of_its_kind_in_its_unit(golden_tasks: tuple[Task, ...]) -> None:
    assert any(task.evidence for task in golden_tasks)
    for task in golden_tasks:
        known = MetricTable(task.traits.metrics)
        for item in task.evidence:
            metric = known.find(item.metric)
            assert metric is not None, item.metric
            shuffled = SHUFFLED.match(item.metric)  # a difference, in the unit of its measure
            assert item.unit == (metric.unit if shuffled is None else unit_of(shuffled["measure"])), item.metric


def test_every_fact_of_a_golden_log_has_a_field_of_its_kind(golden_tasks: tuple[Task, ...]) -> None:
    assert any(task.facts for task in golden_tasks)
    for task in golden_tasks:
        facts = task.traits.facts.read(task.facts)
        assert not facts.other
        assert facts.told() == dict(task.facts)


def test_bytes_keep_the_units_that_each_kind_has_always_logged() -> None:
    units = {name: MetricTable(kind.metrics).find("peak_bytes") for name, kind in KINDS.items()}
    assert {name: metric.unit for name, metric in units.items() if metric} == {
        "environment": "bytes",
        "diagnostic": "B",
    }


def test_a_key_that_no_kind_knows_has_no_unit_and_no_bounds() -> None:
    assert (unit_of("not/a/metric"), range_of("not/a/metric")) == ("", FREE)


def test_a_study_decides_on_the_normalised_score_unless_it_names_another() -> None:
    assert MCS_NORM.path == DECIDED_BY_DEFAULT


@pytest.mark.parametrize(
    ("package", "constant"),
    [(kinds, "KIND"), (rules, "RULE"), (criteria, "CRITERION")],
    ids=lambda it: getattr(it, "__name__", it),
)
def test_every_module_that_defines_one_is_listed(package: ModuleType, constant: str) -> None:
    found = {name for name, module in _modules(package) if hasattr(module, constant)}
    idle = {name for name, _ in _modules(package)} - found - HELPERS
    assert not idle, f"a module of {package.__name__} defines a {constant}, or is none of it"
    assert found == set(package.NAMES), (
        f"name every module with a {constant} in NAMES of {package.__name__.replace('.', '/')}/__init__.py"
    )


def test_every_kind_has_a_handler_a_planning_rule_and_an_executive_agent() -> None:
    for kind, room in ROOMS.items():
        path = ROOT / "tasks" / room / "handler.py"
        assert path.is_file(), f"{path.relative_to(ROOT)} is missing: it defines the HANDLER of the kind {kind}"
        for part in ("HANDLER", "NEEDS"):
            assert hasattr(import_module(f"tasks.{room}.handler"), part), f"tasks/{room}/handler.py defines no {part}"
    assert {rule.kind for rule in RULES} == set(KINDS), (
        "tasks of every kind are planned by some rule: add a module with a RULE to agents/planning/rules"
    )
    assert [agent.name for agent in EXECUTIVES] == [kind.agent for kind in KINDS.values()], (
        "every kind has one executive agent: it is made from the kind, in agents/executive"
    )
    assert len({kind.agent for kind in KINDS.values()}) == len(KINDS), "no two kinds share an executive agent"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_says_all_that_is_asked_of_it(kind: Kind) -> None:
    assert kind.spec.model_fields["kind"].default == kind.name, "`kind` of the spec is the name of the kind"
    assert kind.agent, "an agent works on it: give its name"
    assert kind.metrics, "a task reports a number: define a Metric in its room, and pass metrics_in(globals())"
    assert kind.shown, "a report shows a metric of each task: name some in `shown`"
    assert kind.facts is not Facts, "a task tells of a fact: give it a subclass of Facts"
    assert kind.wording.without, "a question to a human says what follows without the work: give `without`"
    if kind.required:
        assert kind.wording.again or kind.replaceable or kind.name == "environment", (
            "a study that needs it has to hear how to go on: give `again` and `cut_short`"
        )


@pytest.mark.parametrize("criterion", CRITERIA.values(), ids=CRITERIA)
def test_a_criterion_says_what_it_asks_for(criterion: Criterion) -> None:
    assert criterion.goal, "a report shows what is asked for: give `goal`"


def _modules(package: ModuleType) -> Iterator[tuple[str, ModuleType]]:
    assert package.__file__ is not None
    for path in sorted(Path(package.__file__).parent.glob("*.py")):
        if path.stem != "__init__":
            yield path.stem, import_module(f"{package.__name__}.{path.stem}")
