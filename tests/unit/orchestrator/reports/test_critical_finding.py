"""What a report says of the model that weighs most, held against the samples it was computed from."""

from __future__ import annotations

import re

import pytest

from store.kinds.statistics import StatisticsSpec
from store.task.state import Task
from tests.unit.orchestrator.reports.conftest import played
from tests.unit.orchestrator.reports.expected import comparisons, dz, joined, student
from tests.unit.orchestrator.reports.test_honesty import DONE, OPEN, section, text


def critical(history: str) -> tuple[str, Task, StatisticsSpec, str]:
    """The section on the critical finding, the comparison it is taken from, and the model that it is about."""
    finding = section(history, "Critical finding")
    *_, (comparison, spec) = comparisons(played(history)[0])
    named = re.search(r"Collapse shown\*\* in (\S+)\.", finding)
    assert named is not None
    return finding, comparison, spec, named[1]


def test_the_critical_finding_is_the_smallest_p_value_of_those_that_show_collapse() -> None:
    for history in (OPEN, DONE, "twelve models"):
        _, comparison, spec, model = critical(history)
        p = {each: comparison.evidence.of(f"model/{each}/collapse/p_adjusted") for each in joined(spec)}
        shown = {each: item.value for each, item in p.items() if item is not None and item.value <= spec.alpha}
        assert shown[model] == min(shown.values())


@pytest.mark.parametrize(("history", "look", "images"), [(OPEN, 1, 60), (DONE, 2, 120)])
def test_the_critical_finding_has_all_that_is_needed_to_weigh_it(history: str, look: int, images: int) -> None:
    finding, comparison, spec, model = critical(history)
    values, level = joined(spec)[model], comparison.evidence.of("alpha/look")
    printed = re.search(
        rf"Its mean `mcs_norm` over {images} images is (\S+) (\S+), (\S+), against a null value of 0.5", finding
    )
    assert values.size == images
    assert printed is not None
    assert printed[1] == f"{values.mean():.3f}"
    assert [float(bound) for bound in printed.groups()[1:]] == pytest.approx(student(values), abs=0.002)
    assert "a threshold of 0.6" in finding
    assert "p\u00a0&lt; 0.001" in finding
    assert level is not None
    assert f"at look {look} of 2, at level {level.value:#.3g}" in finding


def test_the_effect_against_the_threshold_comes_before_that_against_the_null_value() -> None:
    for history in (OPEN, DONE):
        finding, _, spec, model = critical(history)
        printed = re.findall(r"d_z\u00a0=\u00a0(\S+) (\S+), ([^\s:;]+)", finding)
        values = joined(spec)[model]
        assert [effect for effect, _, _ in printed] == [f"{dz(values, at):.2f}" for at in (0.6, 0.5)]
        assert all(float(low) < float(effect) < float(high) for effect, low, high in printed)
        assert finding.index("relative to the threshold (used") < finding.index("relative to the null value (not used")
    for name in ("cycle-report", "assessment"):
        assert "| Mean | d_z vs threshold | d_z vs null value |" in text(OPEN, name)
