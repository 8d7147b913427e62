"""Describes the machine that does the work, and measures how many images a second it encodes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from store.errors import BadInput
from store.kinds.environment import (
    BEST_BATCH_SIZE,
    BEST_THROUGHPUT,
    CPUS,
    GPU_MEMORY_FREE,
    GPU_MEMORY_TOTAL,
    GPUS,
    LARGEST_BATCH_SIZE,
    LOAD,
    MEMORY_AVAILABLE,
    MEMORY_TOTAL,
    PEAK_BYTES,
    THROUGHPUT,
    EnvironmentFacts,
    EnvironmentSpec,
)
from tasks.environment.device import (
    Driver,
    Machine,
    Torch,
    inspect_driver,
    inspect_machine,
    inspect_torch,
)
from tasks.environment.throughput import Sweep, sweep
from tasks.environment.tower import ImageTower, load_tower, reference_packages
from tasks.handler import Blocked, Done, Measurement, Needs, Outcome, TaskContext, TaskHandler, measured
from tasks.libraries import INSTALL, require_libraries
from tasks.memory import peak_bytes, reset_peak
from tasks.stopwatch import stopwatch_of

RESULT_FILE = "environment.json"

NO_GPU = "no GPU: CPU only"


def measure_environment(spec: EnvironmentSpec, context: TaskContext) -> Outcome:
    """Look at the machine, then time the image tower of the spec's model over its batch sizes.

    Blocked where the libraries, the model or the memory for a single batch are missing. Raises BadInput for a model
    that is not known or batch sizes below one.
    """
    if not spec.batch_sizes or min(spec.batch_sizes) < 1:
        raise BadInput(f"batch sizes {list(spec.batch_sizes)}: give one or more, each at least 1")
    try:
        torch = inspect_torch()
    except (ImportError, OSError) as error:
        return Blocked(f"PyTorch is missing or broken ({error})", INSTALL)
    machine, driver = inspect_machine(), inspect_driver()
    reset_peak(torch.device)
    try:
        tower = load_tower(spec.model, context.workspace, spec.seed, torch.device)
    except ImportError as error:
        return Blocked(f"a library of family {spec.model.family} is missing or broken ({error})", INSTALL)
    found = sweep(tower.prepare, spec.batch_sizes, stopwatch_of(tower.model.device), progress=context.progress)
    if not found.measured:
        return Blocked(
            f"a batch of {found.too_large} runs out of memory",
            "give smaller batch sizes, or a machine with more memory",
        )
    told = facts(machine, driver, torch, tower, found)
    return Done(
        summary=f"Described the machine and timed the image tower of {spec.model.id} on it.",
        measurements=(
            *_of_machine(machine, torch),
            *_of_sweep(found),
            measured(PEAK_BYTES, peak_bytes(torch.device)),
        ),
        facts=told,
        parameters={
            "model": spec.model.locator,
            "batch_sizes": ", ".join(map(str, spec.batch_sizes)),
            "seed": str(spec.seed),
        },
        files={RESULT_FILE: _kept(context.scratch / RESULT_FILE, told, found)},
    )


def _kept(path: Path, told: EnvironmentFacts, found: Sweep) -> Path:
    """The raw timings and the description, as a file."""
    whole = {
        "schema": "gonogo.environment/1",
        "facts": told.told(),
        "images_per_second": {str(each.batch_size): list(each.samples) for each in found.measured},
        "too_large": found.too_large,
    }
    path.write_text(json.dumps(whole, indent=1, sort_keys=True, allow_nan=False) + "\n", encoding="utf-8")
    return path


def _of_machine(machine: Machine, torch: Torch) -> Iterator[Measurement]:
    yield measured(CPUS, machine.cpus)
    yield measured(LOAD, machine.load)
    yield measured(MEMORY_TOTAL, machine.memory_total)
    yield measured(MEMORY_AVAILABLE, machine.memory_available)
    yield measured(GPUS, len(torch.gpus))
    for gpu in torch.gpus[:1]:
        yield measured(GPU_MEMORY_TOTAL, gpu.memory_total)
        yield measured(GPU_MEMORY_FREE, gpu.memory_free)


def _of_sweep(found: Sweep) -> Iterator[Measurement]:
    """Medians over the repetitions, with the quartiles as bounds and the number of repetitions as n."""
    for each in found.measured:
        yield measured(THROUGHPUT, each.median, each.low, each.high, each.repetitions, batch=each.batch_size)
    best = found.best
    yield measured(BEST_THROUGHPUT, best.median, best.low, best.high, best.repetitions)
    yield measured(BEST_BATCH_SIZE, best.batch_size)
    yield measured(LARGEST_BATCH_SIZE, found.measured[-1].batch_size)


def facts(machine: Machine, driver: Driver | None, torch: Torch, tower: ImageTower, found: Sweep) -> EnvironmentFacts:
    """What the machine is, and how it was timed."""
    return EnvironmentFacts(
        device=_device(driver, torch),
        driver=f"NVIDIA {driver.version}, for CUDA up to {driver.cuda}" if driver else "no NVIDIA driver",
        cuda=f"PyTorch built for {torch.cuda}" if torch.cuda else "PyTorch built without CUDA",
        cudnn=torch.cudnn or "none",
        torch=torch.version,
        cpu=f"{machine.cpu}, {machine.cpus} logical CPUs, threads an operation: {torch.threads}",
        os=machine.os,
        python=machine.python,
        libraries=", ".join(f"{name} {version}" for name, version in machine.libraries.items()),
        model=f"{tower.model.provenance.architecture}, {tower.model.provenance.weights}",
        timing="image tower in float32 on noise; median over repetitions, bounds are the quartiles",
        peak_memory="allocated on the GPU" if torch.gpus else "resident in the whole process, libraries included",
        note=(
            f"timed with random weights, since speed is a matter of architecture: {tower.unavailable}"
            if tower.unavailable
            else ""
        ),
        out_of_memory=(
            f"at a batch of {found.too_large}; the largest that fitted is {found.measured[-1].batch_size}"
            if found.too_large
            else ""
        ),
    )


def _device(driver: Driver | None, torch: Torch) -> str:
    if torch.gpus:
        return ", ".join(gpu.name for gpu in torch.gpus)
    if driver and driver.gpus:
        return f"CPU only: PyTorch cannot use the {', '.join(driver.gpus)} of this machine"
    return NO_GPU


def require_fit(spec: EnvironmentSpec, workspace: Path) -> None:  # noqa: ARG001
    """Raise Unfit where the libraries of the model are not here that stands in for any other."""
    require_libraries(reference_packages())


HANDLER: TaskHandler[EnvironmentSpec] = measure_environment

NEEDS: Needs[EnvironmentSpec] = require_fit
