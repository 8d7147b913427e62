"""Data and helpers that the statistics tests share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from store.kinds.statistics import Source
from tasks.handler import TaskContext

Keep = Callable[..., Source]


@pytest.fixture
def sleep() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Student's sleep data (1908): extra hours of sleep of ten patients under two drugs."""
    return (
        np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]),
        np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]),
    )


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Keep arrays as the samples of a model under their digest, as the artifact store does."""

    def keep_arrays(model_id: str, /, **arrays: object) -> Source:
        draft = tmp_path / "samples.npz"
        np.savez(draft, **arrays)  # type: ignore[arg-type]
        digest = hashlib.sha256(draft.read_bytes()).hexdigest()
        draft.rename(tmp_path / digest)
        return Source(model_id=model_id, task_id=f"diagnose-{model_id}", run_id="0" * 32, digest=digest)

    return keep_arrays


@pytest.fixture
def context(tmp_path: Path) -> TaskContext:
    """A context whose artifacts are what `keep` has kept."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return TaskContext(workspace=tmp_path, scratch=scratch, artifact=lambda digest: tmp_path / digest)
