"""A whole diagnosis on a GPU: verdict, nulls, influence, cost, and smaller batches when its memory runs out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from store.kinds.diagnostics import Method
from store.models import DataRef, ModelRef
from tasks.diagnostics.diagnose import diagnose
from tasks.diagnostics.diagnosis import Diagnosis

PLANTED = "openclip:shapes-clip@zoo#tower=vision,layers=1-2,scale=8"


@pytest.fixture(scope="module", params=[PLANTED, "idefics:shapes-idefics@zoo"])
def both(request: pytest.FixtureRequest, workspace: Path, data: DataRef) -> tuple[Diagnosis, Diagnosis]:
    """The same diagnosis there and here."""
    there, here = (
        diagnose(ModelRef.parse(request.param), data, workspace, method=Method(nulls=3, device=device))
        for device in ("cuda", "cpu")
    )
    return there, here


def test_the_verdict_is_that_of_the_cpu(both: tuple[Diagnosis, Diagnosis]) -> None:
    there, here = both
    assert there.losses.label == here.losses.label
    assert there.losses.lost_layers == here.losses.lost_layers
    assert there.kinds.places == here.kinds.places
    assert there.harm == here.harm


def test_every_metric_of_every_image_is_that_of_the_cpu(both: tuple[Diagnosis, Diagnosis]) -> None:
    there, here = both
    assert set(there.values) == set(here.values)
    for metric, values in here.values.items():
        np.testing.assert_allclose(there.values[metric], values, atol=1e-3, rtol=1e-3, err_msg=metric)


def test_interventions_do_what_they_do_on_the_cpu(both: tuple[Diagnosis, Diagnosis]) -> None:
    there, here = both
    assert [(effect.kind, effect.site, effect.head) for effect in there.effects] == [
        (effect.kind, effect.site, effect.head) for effect in here.effects
    ]
    for one, other in zip(there.effects, here.effects, strict=True):
        np.testing.assert_allclose(one.change, other.change, atol=1e-3, err_msg=f"{one.kind} {one.site}")


def test_latency_is_timed_by_the_device_and_its_memory_is_the_allocators(both: tuple[Diagnosis, Diagnosis]) -> None:
    there, _ = both
    assert 0 < there.cost.latency_s < 10
    assert 0 < there.cost.latency_tapped_s < 10
    assert 0 < there.cost.peak_bytes < torch.cuda.get_device_properties(0).total_memory


class TestLittleMemory:
    """The process may use no more than a little of the device."""

    @pytest.fixture
    def limited(self) -> Iterator[None]:
        torch.cuda.empty_cache()
        whole = torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + 1.0e9) / whole)
        yield
        torch.cuda.set_per_process_memory_fraction(1.0)
        torch.cuda.empty_cache()

    @pytest.mark.usefixtures("limited")
    def test_a_batch_that_does_not_fit_is_halved_until_it_does(self, workspace: Path) -> None:
        data = DataRef(source="shapes", n=40, captions_per_image=1)
        said: list[str] = []
        found = diagnose(
            ModelRef.parse("siglip:base-patch16-224@random"),
            data,
            workspace,
            batch_size=40,
            method=Method(nulls=0, influence="none", device="cuda"),
            progress=lambda done, whole, note: said.append(note),
        )
        assert found.n == 40
        assert found.cost.batch_size < 40
        assert any("out of memory; going on with batches of" in note for note in said)
