"""How much a build may take before it is ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a build may take: time on the clock, address space, the largest file, and all files together."""

    seconds: float = 120.0
    memory_bytes: int = 2 << 30
    file_bytes: int = 200_000_000
    folder_bytes: int = 500_000_000
    files: int = 5_000
