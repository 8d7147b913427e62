"""Memory: the peak of a stretch of work, as closely as the platform tells it, and the error of having none left."""

from __future__ import annotations

import contextlib
import platform
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_PROC = Path("/proc/self")

_SIGNS = ("out of memory", "allocate memory", "not enough memory")


def reset_peak(device: torch.device | str) -> None:
    """Start a new stretch. Without CUDA this needs Linux's `clear_refs`; elsewhere the peak is not reset."""
    import torch

    if torch.device(device).type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        return
    with contextlib.suppress(OSError):
        (_PROC / "clear_refs").write_text("5")


def peak_bytes(device: torch.device | str) -> int:
    """Most bytes held since the last reset.

    CUDA: what PyTorch's allocator held. CPU: the resident set of this whole process, its libraries included.
    """
    import torch

    if torch.device(device).type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    return resident_peak_bytes()


def resident_peak_bytes() -> int:
    """Most bytes this process has held in memory since it began, or since the last reset, its libraries included.

    On Linux the kernel's high-water mark of this very program: `ru_maxrss` would start at what the process held that
    started it.
    """
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB", (_PROC / "status").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return int(found[1]) * 1024 if found else _peak_ever()


def _peak_ever() -> int:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024


def is_out_of_memory(error: Exception) -> bool:
    """Whether an allocation failed. PyTorch has a class of its own for that on GPUs only; on CPUs its message tells."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or any(sign in said for sign in _SIGNS)
