"""Environment tasks: the machine, and how many images a second it encodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from store.facts import Facts, fact
from store.kinds.kind import Kind, Phase, Spec, Wording
from store.metrics import Metric, Style, metrics_in
from store.models import ModelRef


class EnvironmentSpec(Spec):
    """Describe the machine and measure the throughput of a model's image tower over batch sizes."""

    kind: Literal["environment"] = "environment"
    model: ModelRef
    batch_sizes: tuple[int, ...] = (1, 2, 4, 8)
    seed: int = 0


CPUS = Metric("cpu/count", "CPUs", style=Style.COUNT)
LOAD = Metric("load/one_minute", "processes")
MEMORY_TOTAL = Metric("memory/total_bytes", "bytes", style=Style.BYTES)
MEMORY_AVAILABLE = Metric("memory/available_bytes", "bytes", style=Style.BYTES)
GPUS = Metric("gpu/count", "GPUs", style=Style.COUNT)
GPU_MEMORY_TOTAL = Metric("gpu/memory_total_bytes", "bytes", style=Style.BYTES)
GPU_MEMORY_FREE = Metric("gpu/memory_free_bytes", "bytes", style=Style.BYTES)
THROUGHPUT = Metric("throughput/batch_{batch}", "images/s", style=Style.RATE)
"""Median over the repetitions, with the quartiles as bounds."""
BEST_THROUGHPUT = Metric("throughput/best", "images/s", style=Style.RATE)
BEST_BATCH_SIZE = Metric("batch_size/best", "images", style=Style.COUNT)
LARGEST_BATCH_SIZE = Metric("batch_size/largest", "images", style=Style.COUNT)
PEAK_BYTES = Metric("peak_bytes", "bytes", style=Style.BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentFacts(Facts):
    """What the machine is, and how it was timed."""

    device: str = fact("Device")
    driver: str = fact("Driver")
    cuda: str = fact("CUDA")
    cudnn: str = fact("cuDNN")
    torch: str = fact("torch")
    cpu: str = fact("CPU")
    os: str = fact("OS")
    python: str = fact("Python")
    libraries: str = fact("Libraries")
    model: str = fact("Model")
    timing: str = fact("Timing")
    peak_memory: str = fact("Peak memory")
    note: str = fact("Note")
    out_of_memory: str = fact("Out of memory")


KIND = Kind(
    name="environment",
    spec=EnvironmentSpec,
    facts=EnvironmentFacts,
    metrics=metrics_in(globals()),
    shown=(BEST_THROUGHPUT, BEST_BATCH_SIZE, PEAK_BYTES, MEMORY_TOTAL, GPUS, CPUS),
    agent="operations",
    phase=Phase.WORK,
    charged=False,  # else a small budget would measure nothing
    required=True,
    wording=Wording(
        without="What depends on it goes ahead, on a machine of which nothing is recorded.",
    ),
)
