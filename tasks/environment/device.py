"""The machine that does the work: processor, memory, GPUs, drivers and libraries."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tasks.libraries import versions

DeviceKind = Literal["cuda", "cpu"]

LIBRARIES = ("numpy", "scipy", "torch", "torchvision", "open_clip_torch", "timm", "transformers", "tokenizers")


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine apart from its GPUs."""

    cpu: str
    cpus: int
    """Logical CPUs that this process may use."""
    memory_total: int
    """Bytes."""
    memory_available: int
    """Bytes that can be had without swapping."""
    load: float
    """Processes that ran or waited to run, averaged over the last minute."""
    os: str
    python: str
    libraries: Mapping[str, str]
    """Version of each of `LIBRARIES` that is installed."""


@dataclass(frozen=True, slots=True)
class Driver:
    """The NVIDIA driver, and the GPUs that it knows, whether or not the installed PyTorch can use them."""

    version: str
    cuda: str
    """Newest CUDA version that it supports."""
    gpus: tuple[str, ...]
    """Names."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU that PyTorch can use."""

    name: str
    memory_total: int
    """Bytes."""
    memory_free: int
    """Bytes, before a model is loaded."""


@dataclass(frozen=True, slots=True)
class Torch:
    """What the installed PyTorch was built for, and what it can use here."""

    version: str
    cuda: str | None
    """CUDA version that it was built for; None in a CPU build."""
    cudnn: str | None
    gpus: tuple[Gpu, ...]
    threads: int
    """CPU threads of one operation."""

    @property
    def device(self) -> DeviceKind:
        """Where models run."""
        return "cuda" if self.gpus else "cpu"


def inspect_machine() -> Machine:
    """Look at processor, memory, operating system and library versions."""
    import psutil

    memory = psutil.virtual_memory()
    return Machine(
        cpu=_cpu_model(),
        cpus=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_total=memory.total,
        memory_available=memory.available,
        load=psutil.getloadavg()[0],
        os=platform.platform(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        libraries=versions(LIBRARIES),
    )


def inspect_driver() -> Driver | None:
    """Ask the NVIDIA driver; None where there is none, or it does not answer."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    try:
        cuda = pynvml.nvmlSystemGetCudaDriverVersion()
        handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
        return Driver(
            version=str(pynvml.nvmlSystemGetDriverVersion()),
            cuda=f"{cuda // 1000}.{cuda % 1000 // 10}",
            gpus=tuple(str(pynvml.nvmlDeviceGetName(handle)) for handle in handles),
        )
    except pynvml.NVMLError:
        return None
    finally:
        pynvml.nvmlShutdown()


def inspect_torch() -> Torch:
    """Look at PyTorch. Raises ImportError when it is not installed, and OSError when its libraries do not load."""
    import torch

    cudnn = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]
    return Torch(
        version=torch.__version__,
        cuda=torch.version.cuda,
        cudnn=None if cudnn is None else str(cudnn),
        gpus=tuple(_gpu(index) for index in range(torch.cuda.device_count())) if torch.cuda.is_available() else (),
        threads=torch.get_num_threads(),
    )


def _gpu(index: int) -> Gpu:
    import torch

    free, total = torch.cuda.mem_get_info(index)
    return Gpu(torch.cuda.get_device_name(index), memory_total=total, memory_free=free)


def _cpu_model() -> str:
    """Model name of the processor; the architecture where the system does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()
