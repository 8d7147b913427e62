"""Diagnoses that measure some rows of the image tokens for all: what stays exact, and what is off, by how much."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from store.kinds.diagnostics import Method
from store.models import DataRef, ModelRef
from tasks.diagnostics.diagnose import diagnose
from tasks.diagnostics.diagnosis import Diagnosis
from tasks.diagnostics.document import to_json

DATA = DataRef(source="shapes", n=6, captions_per_image=2)


def measured(locator: str, workspace: Path, rows: int | None) -> Diagnosis:
    method = Method(nulls=2, influence="none", rows=rows)
    return diagnose(ModelRef.parse(locator), DATA, workspace, batch_size=4, method=method)


@pytest.fixture(scope="module", params=["openclip:shapes-clip@zoo", "llava:shapes-llava@zoo"])
def both(request: pytest.FixtureRequest, workspace: Path) -> tuple[Diagnosis, Diagnosis]:
    """With sixteen rows of 64 image tokens, and with all."""
    some, whole = (measured(request.param, workspace, rows) for rows in (16, None))
    return some, whole


def test_rows_of_text_and_those_that_are_read_out_are_exact(both: tuple[Diagnosis, Diagnosis]) -> None:
    some, whole = both
    exact = ("text_entropy", "text_entropy_norm", "text_eot_entropy", "vision_cls_entropy")
    compared = [name for name in exact if name in whole.values]
    assert len(compared) >= 2
    for name in compared:
        np.testing.assert_allclose(some.values[name], whole.values[name], atol=1e-6, err_msg=name)


def test_a_site_is_off_by_no_more_than_a_few_of_its_standard_errors(both: tuple[Diagnosis, Diagnosis]) -> None:
    some, whole = both
    off = [
        (one.entropy.mean() - other.entropy.mean()) / one.sampling_error
        for one, other in zip(some.sites, whole.sites, strict=True)
        if one.sampling_error
    ]
    assert len(off) >= 3
    assert np.abs(off).max() < 4
    assert not any(site.sampling_error for site in whole.sites)


def test_a_site_of_which_every_row_that_counts_was_measured_states_no_error(workspace: Path) -> None:
    """Captions are padded to a common length, by more positions than rows are drawn."""
    some, whole = (measured("clip:tiny@random", workspace, rows) for rows in (8, None))
    exact = [(one, other) for one, other in zip(some.sites, whole.sites, strict=True) if one.role == "text"]
    assert exact
    for one, other in exact:
        assert one.sampling_error == 0, "padding is no row"
        np.testing.assert_allclose(one.entropy, other.entropy, atol=1e-6)


def test_an_image_is_measured_at_the_same_rows_in_whatever_batch_it_comes(workspace: Path) -> None:
    first, other = (
        diagnose(
            ModelRef.parse("openclip:shapes-clip@zoo"),
            DATA,
            workspace,
            batch_size=size,
            method=Method(nulls=0, influence="none", rows=16),
        )
        for size in (2, 6)
    )
    np.testing.assert_allclose(first.values["vision_entropy"], other.values["vision_entropy"], atol=1e-6)
    sites = zip(first.sites, other.sites, strict=True)
    assert all(one.sampling_error == pytest.approx(two.sampling_error, rel=1e-4) for one, two in sites)


def test_the_error_is_stated(both: tuple[Diagnosis, Diagnosis]) -> None:
    some, whole = both
    assert some.sampling_error == max(site.sampling_error for site in some.sites) > 0
    said, unsaid = to_json(some), to_json(whole)
    assert (said["rows"], said["sampling_error"]) == (16, some.sampling_error)
    assert (unsaid["rows"], unsaid["sampling_error"]) == (None, 0.0)


def test_as_many_rows_as_there_are_change_nothing(workspace: Path) -> None:
    some, whole = (measured("openclip:shapes-clip@zoo", workspace, rows) for rows in (64, None))
    assert some.sampling_error == 0
    for name, values in whole.values.items():
        np.testing.assert_array_equal(some.values[name], values)


def test_a_method_without_the_option_is_written_as_before_it_was_there() -> None:
    assert "rows" not in Method().model_dump_json()
    assert Method.model_validate_json(Method(rows=64).model_dump_json()).rows == 64
