"""Metrics and the table that finds one by its key."""

from __future__ import annotations

import pytest

from store.metrics import AMOUNT, SHARE, Metric, MetricTable, Style, metrics_in

MEAN = Metric("model/{model}/mean", "SD", SHARE, Style.TWO_DECIMALS)
OF_A = Metric("model/a/mean", "nat")


def test_a_metric_for_some_values_of_its_fields_keeps_all_else() -> None:
    assert MEAN.at(model="clip") == Metric("model/clip/mean", "SD", SHARE, Style.TWO_DECIMALS)
    with pytest.raises(KeyError):
        MEAN.key()


def test_an_exact_path_is_found_before_a_template_that_matches_too() -> None:
    table = MetricTable([MEAN, OF_A])
    assert table.find("model/a/mean") is OF_A
    assert table.find("model/b/mean") is MEAN
    assert table.find("model/b/median") is None


def test_of_two_templates_the_first_is_found() -> None:
    either = Metric("model/{model}/{direction}", range=AMOUNT), Metric("model/{model}/{metric}")
    assert MetricTable(either).find("model/a/collapse") is either[0]
    assert MetricTable(either[::-1]).find("model/a/collapse") is either[1]
    assert MetricTable(either).find("model/a/mean") is either[1]


def test_a_table_forgets_keys_rather_than_hold_all_that_were_ever_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.metrics._MOST_REMEMBERED", 3)
    table = MetricTable([MEAN])
    for number in range(20):
        assert table.find(f"model/m{number}/mean") is MEAN
    assert len(table._found) <= 4


def test_the_metrics_of_a_module_are_those_it_names_and_those_in_its_mappings_each_once() -> None:
    namespace = {"MEAN": MEAN, "ALSO": MEAN, "BY_NAME": {"a": OF_A, "b": 3}, "GROUP": (MEAN, OF_A), "_x": "text"}
    assert metrics_in(namespace) == (MEAN, OF_A)
