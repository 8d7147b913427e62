"""What tests and boundaries are called in words: in the facts of a comparison, and in reports."""

from __future__ import annotations

from collections.abc import Mapping

from store.kinds.statistics import Boundary, Test

TESTS: Mapping[Test, str] = {"student": "Student's t", "johnson": "Johnson's t, which allows for skew"}

BOUNDARIES: Mapping[Boundary, str] = {
    "bonferroni": "each look is tested at an equal part of alpha",
    "pocock": "Pocock's boundary, the same at every look",
    "obrien-fleming": "O'Brien and Fleming's boundary, high at first",
}
