"""Memory: the peak of a stretch of work, as closely as the platform tells it, and the error of having none left."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_PROC = Path("/proc/self")


def reset_peak(device: torch.device) -> None:
    """Start a new stretch. Without CUDA this needs Linux's `clear_refs`; elsewhere the peak is not reset."""
    if device.type == "cuda":
        import torch

        torch.cuda.reset_peak_memory_stats(device)
        return
    with contextlib.suppress(OSError):
        (_PROC / "clear_refs").write_text("5")


def peak_bytes(device: torch.device) -> int:
    """Most bytes held since the last reset.

    CUDA: what PyTorch's allocator held. CPU: the resident set of this whole process, its high-water mark where Linux
    tells it, otherwise what is resident now.
    """
    if device.type == "cuda":
        import torch

        return int(torch.cuda.max_memory_allocated(device))
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB", (_PROC / "status").read_text(), re.MULTILINE)
    except OSError:
        found = None
    if found:
        return int(found[1]) * 1024
    import psutil

    return int(psutil.Process().memory_info().rss)


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that memory ran out; PyTorch's CPU allocator raises a plain RuntimeError."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in said or "can't allocate memory" in said
