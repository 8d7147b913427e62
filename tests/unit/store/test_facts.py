"""Typed facts: what a task leaves as texts by label is read back as fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.facts import Facts, fact, facts_by
from store.kinds import KINDS
from store.patterns import Template

from .templates import filled

TEXTS = st.text(min_size=1, max_size=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Facts):
    """Facts of an imaginary kind."""

    device: str = fact("Device")
    missing: Mapping[str, str] = facts_by("Missing {model}")
    pairs: Mapping[tuple[str, str], str] = facts_by("Pair {first} - {second}")


def any_facts(kind: type[Facts]) -> st.SearchStrategy[Facts]:
    """Facts of a kind, with any texts, and with labels that it does not know."""
    given: dict[str, st.SearchStrategy[Any]] = {"other": st.dictionaries(TEXTS.map("?{}".format), TEXTS, max_size=2)}
    for each in fields(kind):
        if "label" in each.metadata:
            template: Template = each.metadata["label"]
            of = filled(template).map(
                lambda found: next(iter(found.values())) if len(found) == 1 else (*found.values(),)
            )
            given[each.name] = st.dictionaries(of, TEXTS, max_size=3) if template.fields else TEXTS | st.just("")
    return st.builds(kind, **given)


@pytest.mark.parametrize("name", KINDS)
def test_the_facts_of_every_kind_are_read_back_as_they_were_told(name: str) -> None:
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    @given(any_facts(KINDS[name].facts))
    def check(facts: Facts) -> None:
        assert type(facts).read(facts.told()) == facts

    check()


def test_labels_become_fields_and_what_is_not_known_is_kept() -> None:
    texts = {"Device": "CPU", "Missing b32": "2 images", "Pair a - b": "alike", "Recalled": "yes", "Colour": "blue"}
    found = Sample.read(texts)
    assert found == Sample(
        device="CPU",
        missing={"b32": "2 images"},
        pairs={("a", "b"): "alike"},
        recalled="yes",
        other={"Colour": "blue"},
    )
    assert found.told() == texts


def test_an_empty_text_is_no_fact() -> None:
    assert Sample(device="").told() == {}
    assert Sample.read({}) == Sample()


def test_a_kind_knows_its_own_labels_and_those_of_every_task() -> None:
    assert {label.text for label in Sample.labels()} == {
        "Recalled",
        "Device",
        "Missing {model}",
        "Pair {first} - {second}",
    }
