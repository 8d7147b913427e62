"""Every family on a GPU: it sees what it sees on a CPU, and the numbers are the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from store.kinds.diagnostics import Method
from store.models import DataRef, ModelRef
from tasks.diagnostics.diagnose import diagnose
from tasks.diagnostics.families import FAMILIES

FEW = DataRef(source="shapes", n=3, captions_per_image=2)
TINY = [f"{key}:tiny@random" for key in FAMILIES if key != "openclip"]


@pytest.mark.parametrize("locator", TINY)
def test_the_entropies_of_a_family_are_those_of_the_cpu(locator: str, workspace: Path) -> None:
    model = ModelRef.parse(locator)
    there, here = (
        diagnose(model, FEW, workspace, method=Method(nulls=0, influence="none", device=device))
        for device in ("cuda", "cpu")
    )
    assert there.device == torch.cuda.get_device_name()
    assert [(site.name, site.role, site.heads) for site in there.sites] == [
        (site.name, site.role, site.heads) for site in here.sites
    ]
    assert there.blind == ()
    for one, other in zip(there.sites, here.sites, strict=True):
        np.testing.assert_allclose(one.entropy, other.entropy, atol=1e-4, err_msg=one.name)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("locator", ["openclip:shapes-clip@zoo", "blip:shapes-blip@zoo", "llava:shapes-llava@zoo"])
def test_a_trained_model_in_low_precision_has_nearly_the_entropies_of_float32(
    locator: str, dtype: str, workspace: Path
) -> None:
    model = ModelRef.parse(locator)
    low, full = (
        diagnose(model, FEW, workspace, method=Method(nulls=0, influence="none", device="cuda", dtype=each))
        for each in (dtype, "float32")
    )
    assert low.dtype == dtype
    for one, other in zip(low.sites, full.sites, strict=True):
        assert abs(one.entropy_norm.mean() - other.entropy_norm.mean()) < 0.02, one.name
