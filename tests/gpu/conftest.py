"""Everything here needs a CUDA device, and says so where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.models import DataRef
from tasks.diagnostics.datasets import shapes

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = [item for item in items if _HERE in item.path.parents]
    if not here:
        return
    import torch

    missing = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
    for item in here:
        item.add_marker(pytest.mark.gpu)
        item.add_marker(missing)


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with 40 images of shapes."""
    root = tmp_path_factory.mktemp("workspace")
    shapes.ensure(root / "data" / "shapes-0", seed=0, n=40, captions_per_image=5)
    return root


@pytest.fixture(scope="session")
def data() -> DataRef:
    return DataRef(source="shapes", n=32, captions_per_image=2)
