"""The registry of models: every entry has a source and a day, and says what it does not know."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.registry import MODELS, UNKNOWN, Release, models_in, releases
from store.registry.entry import weight_bytes

RELEASES = [release for _, release in releases()]
LICENCES = {"MIT", "Apache-2.0", "BSD-3-Clause"}
"""Those that have an SPDX identifier."""


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
def test_an_entry_is_whole(release: Release) -> None:
    assert release.source
    assert date(2026, 1, 1) < release.as_of <= date(2030, 1, 1)
    assert release.where == "" or release.where == UNKNOWN or release.where.startswith("https://")
    assert (release.access in ("public", "gated")) <= release.where.startswith("https://")
    assert release.licence in LICENCES | {UNKNOWN} or release.licence.endswith(("License", "Terms of Use"))
    assert release.parameters is None or release.parameters > 1_000_000
    assert (release.parameters is None) <= (not release.exact and release.memory() is None)
    assert (release.access == "not public") <= (not release.families)


def test_names_are_unique_and_models_have_sources() -> None:
    for names in ([model.name for model in MODELS], [release.name for release in RELEASES]):
        assert len({name.casefold() for name in names}) == len(names)
    assert all("arXiv:" in model.source and model.releases for model in MODELS)


def test_the_models_of_the_report_are_in_it() -> None:
    access = {release.name: release.access for release in RELEASES}
    assert access["ALIGN"] == access["Gemini"] == access["Flamingo"] == "not public"
    for name in ("ALIGN (COYO)", "CLIP", "BLIP", "OpenFlamingo", "IDEFICS", "LLaVA-1.5"):
        assert access[name] == "public"


@given(st.integers(-4000, 4000), st.integers(0, 4000))
def test_an_entry_is_old_once_more_days_have_passed_than_the_horizon(days: int, horizon: int) -> None:
    release = RELEASES[0]
    today = release.as_of + timedelta(days)
    assert release.age(today) == max(0, days)
    assert release.is_older_than(horizon, today) == (days > horizon)


def test_memory_follows_from_parameters() -> None:
    assert weight_bytes(1000, "float32") == 2 * weight_bytes(1000, "bfloat16") == 4000
    clip = RELEASES[0]
    assert clip.memory() == 4 * 151_277_313
    assert clip.memory("float16") == 2 * 151_277_313


def test_a_name_that_means_other_things_names_no_model() -> None:
    assert models_in("GIT keeps the history, and Gemini is a telescope") == []
    assert [model.name for model, _ in models_in("BLIP-2 beside OpenCLIP and BLIP")] == ["BLIP-2", "CLIP", "BLIP"]
