"""What tasks leave behind: computed by the product's own functions from drawn values, and kept by digest."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from store.kinds.environment import EnvironmentSpec
from store.kinds.literature import DUPLICATES, QUARANTINED, RECORDS, WORKS
from store.kinds.statistics import StatisticsSpec
from store.queries.literature import Flow
from tasks.environment.throughput import Sweep, sweep
from tasks.handler import Done, Measurement, TaskContext, measured
from tasks.statistics.handler import compare_models
from tests.unit.orchestrator.reports.measured import generator

KEPT: dict[str, bytes] = {}
"""By digest: every file that a task of any history left."""


def digest(*parts: object) -> str:
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


SHAPIRO_P = "shapiro_p"
"""Name of the p of Shapiro and Wilk's test."""


def shorter(value: float, name: str = "") -> float:
    """Nine digits: what is computed has them in common on every processor, and golden reports hold its digest.

    Six of the p of Shapiro and Wilk's test: the eighth differs between scipy 1.17 and 1.18.
    """
    return float(f"{value:.6g}" if name.endswith(SHAPIRO_P) else f"{value:.9g}")


def samples(sha256: str) -> Mapping[str, NDArray[np.float64]]:
    """The per-image values in a `samples.npz`, by name."""
    with np.load(io.BytesIO(KEPT[sha256]), allow_pickle=False) as archive:
        return dict(archive)


@dataclass(frozen=True)
class Found:
    """What came of a task."""

    measurements: tuple[Measurement, ...]
    facts: Mapping[str, str]
    file: str
    content: bytes


@cache
def compared(spec: StatisticsSpec) -> Found:
    """The comparison of files that are in `KEPT`."""
    return compare(spec, KEPT)


def compare(spec: StatisticsSpec, kept: Mapping[str, bytes]) -> Found:
    """What the product's own statistics say of the values that diagnostics left."""
    with tempfile.TemporaryDirectory() as folder:

        def artifact(sha256: str) -> Path:
            path = Path(folder, sha256)
            path.write_bytes(kept[sha256])
            return path

        done = compare_models(spec, TaskContext(Path(folder), Path(folder), artifact))
        assert isinstance(done, Done)
        ((name, path),) = done.files.items()
        content = json.loads(
            path.read_text(), parse_float=lambda text: shorter(float(text)), object_pairs_hook=_with_shorter_p
        )
        return Found(done.measurements, done.facts.told(), name, json.dumps(content, indent=1).encode())


def _with_shorter_p(pairs: list[tuple[str, object]]) -> dict[str, object]:
    return {name: shorter(value, name) if isinstance(value, float) else value for name, value in pairs}


@cache
def timed(spec: EnvironmentSpec) -> Found:
    """The throughput of a model on a machine whose batches take times that are drawn."""
    rng = generator("environment", spec.model.locator)
    speed = float(rng.lognormal(3.7, 0.3))

    def seconds(size: int) -> float:
        return size ** float(rng.normal(0.55, 0.02)) / speed

    found = sweep(lambda size: lambda: size, spec.batch_sizes, lambda work: seconds(work()))  # type: ignore[arg-type,return-value]
    memory = float(rng.integers(2**29, 2**30))
    facts = {"Device": "cpu", "Processor": "x86_64, 2 cores", "Operating system": "Linux"}
    timings = {each.batch_size: list(map(shorter, each.samples)) for each in found.measured}
    content = json.dumps({"facts": facts, "images_per_second": timings}, indent=1).encode()
    return Found((*_machine(found), Measurement("peak_bytes", memory, "bytes")), facts, "environment.json", content)


def _machine(found: Sweep) -> list[Measurement]:
    return [
        *(
            Measurement(
                f"throughput/batch_{each.batch_size}", each.median, "images/s", each.low, each.high, each.repetitions
            )
            for each in found.measured
        ),
        Measurement("throughput/best", found.best.median, "images/s"),
        Measurement("batch_size/best", found.best.batch_size, "images"),
        Measurement("memory/total_bytes", 33_562_353_664, "bytes"),
        Measurement("gpu/count", 0),
        Measurement("cpu/count", 2),
    ]


def audited(inconsistent: int) -> Found:
    """What an audit counts."""
    counts = {"inconsistent": inconsistent, "depends_on_reading": 0, "not_checkable": 1, "consistent": 316}
    found = tuple(Measurement(f"count/{verdict}", count, "findings") for verdict, count in counts.items())
    return Found(found, {}, "audit.json", digest("audit", inconsistent).encode())


def tracked(flow: Flow) -> Found:
    """What the librarian counts in a library that commands have brought up to date."""
    counts = {RECORDS: flow.records, WORKS: flow.works, DUPLICATES: flow.duplicates, QUARANTINED: flow.quarantined}
    found = tuple(measured(metric, count) for metric, count in counts.items())
    return Found(found, {}, "library.json", digest("library", flow.records).encode())
