"""The libraries that tasks need: which versions are installed, and how to get what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata

INSTALL = 'pip install "gonogo[diagnostics]"'
"""What brings the model libraries."""


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Version of each distribution; those that are not installed are left out."""
    found = {}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
