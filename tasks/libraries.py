"""The libraries that tasks need: which versions are installed, and how to get what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module, metadata
from importlib.util import find_spec

from store.errors import Unfit, first_line

INSTALL = 'pip install "gonogo[diagnostics]"'
"""What brings the model libraries."""

EXTRA: Mapping[str, str] = {
    "torch": "torch",
    "torchvision": "torchvision",
    "open_clip_torch": "open_clip",
    "timm": "timm",
    "transformers": "transformers",
    "tokenizers": "tokenizers",
    "safetensors": "safetensors",
    "sentencepiece": "sentencepiece",
}
"""Distributions of the extra `diagnostics`, and the module of each."""


class MissingLibraries(Unfit):
    """The libraries that models need are not installed."""


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Version of each distribution; those that are not installed are left out."""
    found = {}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def require_libraries(packages: Iterable[str]) -> None:
    """Import those of `packages` that the extra brings, as work that needs them would.

    Raises MissingLibraries, with the remedy, for those that are not installed or cannot be imported.
    """
    needed = {package: EXTRA[package] for package in packages if package in EXTRA}
    missing = [package for package, module in needed.items() if find_spec(module) is None]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise MissingLibraries(f"{', '.join(missing)} {are} not installed; {INSTALL}")
    for package, module in needed.items():
        try:
            import_module(module)
        except Exception as error:  # a library that was built for another one fails in any way
            said = f"{type(error).__name__}: {first_line(error)}"
            raise MissingLibraries(f"{package} is installed and cannot be imported ({said}); {INSTALL}") from error
