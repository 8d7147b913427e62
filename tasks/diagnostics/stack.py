"""Which block of its stack an attention site is part of, by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable

_BLOCK = re.compile(r"^(.*\.\d+)(?=\.|$)")


def blocks_of(sites: Iterable[str]) -> dict[str, list[str]]:
    """Block, the innermost numbered part of a model around a site -> its sites; a site without one is left out."""
    found: dict[str, list[str]] = {}
    for site in sites:
        if match := _BLOCK.match(site):
            found.setdefault(match[1], []).append(site)
    return found
