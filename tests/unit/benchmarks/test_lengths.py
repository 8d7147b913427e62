"""Sound attention by formula: what is named of it, and of the same with what makes it sound taken away."""

from __future__ import annotations

import pytest

from benchmarks.validity.lengths import measured, page


def test_nothing_is_called_a_collapse_for_length_or_a_sink_alone() -> None:
    rows = list(measured((7, 20), (0.0, 0.8, 0.95)))
    assert len(rows) == 3 * 2 * 3
    assert {kind for row in rows for kind in row.kinds} == {"sink"}
    assert all(("sink" in row.kinds) == (row.sink > 0.5) for row in rows)
    assert [row.taken for row in rows] == pytest.approx([row.sink for row in rows], abs=0.01)
    assert any(row.lost for row in rows), "half of the entropy is lost, which is no collapse"
    assert "A kind of collapse is named in 0 of 18 layers" in page(rows)


def test_without_what_follows_the_input_or_tells_heads_apart_it_is_named() -> None:
    fixed = list(measured((20,), (0.0, 0.8), by_input=0.05))
    assert all("static" in row.kinds or "diffuse" in row.kinds for row in fixed)
    assert sum("static" in row.kinds for row in fixed) == 4, "of those that look to any place nothing is left"
    alike = list(measured((20,), (0.0, 0.8), alike=True))
    assert all("redundant" in row.kinds for row in alike)
