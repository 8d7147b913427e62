"""Templates of keys: what is filled in can be read back, and nothing else can."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.patterns import FIELDS, Template

from .templates import filled

LAYER = Template("layer/{role}/{layer}/entropy")


@given(
    st.sampled_from(sorted(FIELDS)).flatmap(lambda name: filled(Template(f"x/{{{name}}}/y")).map(lambda v: (name, v)))
)
def test_what_was_filled_in_is_read_back(case: tuple[str, dict[str, str]]) -> None:
    name, values = case
    template = Template(f"x/{{{name}}}/y")
    assert template.match(template.fill(**values)) == values


def test_layers_and_heads_are_written_with_two_digits_so_that_keys_sort() -> None:
    assert LAYER.fill(role="text", layer=3) == "layer/text/03/entropy"
    assert LAYER.fill(role="text", layer=112) == "layer/text/112/entropy"
    assert LAYER.match("layer/text/112/entropy") == {"role": "text", "layer": "112"}
    assert LAYER.match("layer/text/3/entropy") is None


@pytest.mark.parametrize(
    "text",
    ["layer/pooling/03/entropy", "layer/text/03/entropy_norm", "a/layer/text/03/entropy", "layer//03/entropy", ""],
)
def test_other_texts_do_not_match(text: str) -> None:
    assert LAYER.match(text) is None


def test_a_template_without_fields_matches_itself_alone() -> None:
    plain = Template("count/models")
    assert plain.fill() == "count/models"
    assert plain.match("count/models") == {}
    assert plain.match("count/modelss") is None


def test_characters_that_mean_something_in_patterns_are_taken_as_they_are() -> None:
    dotted = Template("a.b({model})")
    assert dotted.match("a.b(x)") == {"model": "x"}
    assert dotted.match("aXb(x)") is None


def test_a_missing_field_and_one_that_is_not_there_are_refused_by_name() -> None:
    with pytest.raises(KeyError, match="layer"):
        LAYER.fill(role="text")
    with pytest.raises(ValueError, match=re.escape("has no field 'head'")):
        LAYER.fill(role="text", layer=3, head=1)


def test_a_site_ends_before_its_heads() -> None:
    whole, head = Template("site/{site}/entropy"), Template("site/{site}/head/{head}/entropy")
    assert whole.match("site/a.head.b/entropy") == {"site": "a.head.b"}
    assert whole.match("site/a/head/03/entropy") is None
    assert head.match("site/a/head/03/entropy") == {"site": "a", "head": "03"}
