"""The verifier that travels rounds as reports do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.export.verify_crate import rounded
from store.figures import Rounding, round_figure

rules = st.builds(
    Rounding,
    st.sampled_from(["exact", "whole", "decimals", "significant", "p"]),
    st.integers(1, 6),
    st.sampled_from([1.0, 1e-3, 60.0, 2.0**20]),
)


@given(st.floats(-1e12, 1e12), rules)
def test_the_verifier_rounds_as_reports_do(value: float, rule: Rounding) -> None:
    assert rounded(value, str(rule)) == round_figure(value, rule)


@pytest.mark.parametrize("value", [0.0, -0.0, -0.0004, 0.0005, 0.9995, 9.995, -9.995, 1e-9, 12345.678])
@pytest.mark.parametrize("rule", ["exact", "whole", "decimals:3", "significant:3", "p:3", "decimals:1/0.001"])
def test_so_it_does_at_the_edges(value: float, rule: str) -> None:
    assert rounded(value, rule) == round_figure(value, rule)
