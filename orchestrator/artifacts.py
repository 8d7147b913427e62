"""Files kept by content: the name of a file is the digest of its bytes, so it can never quietly change."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from store.errors import IntegrityFailure
from store.evidence import Artifact

_CHUNK = 1 << 20

PARTIAL = ".partial-"
"""How the name of a file begins that is being written."""


class ArtifactStore:
    """A folder of files by SHA-256."""

    def __init__(self, root: Path) -> None:
        self._root = root / "sha256"

    def keep(self, name: str, source: Path) -> Artifact:
        """Copy a file in, durably, and return its reference. Keeping the same bytes twice keeps them once."""
        digest = digest_of_file(source)
        target = self.place(digest)
        if not target.is_file():
            with replacing(target) as copy, source.open("rb") as original:
                shutil.copyfileobj(original, copy, _CHUNK)
        return Artifact(name=name, digest=digest, size=target.stat().st_size)

    def find(self, digest: str) -> Path:
        """The file of a digest, checked; IntegrityFailure when it is missing or altered."""
        path = self.place(digest)
        if not path.is_file():
            raise IntegrityFailure(f"artifact {digest[:12]} is missing from {self._root}")
        if digest_of_file(path) != digest:
            raise IntegrityFailure(f"artifact {digest[:12]} was altered after it was kept ({path})")
        return path

    def digests(self) -> list[str]:
        """The names of all kept files, sorted."""
        return sorted(path.name for path in self._root.glob("*/*") if len(path.name) == 64)

    def place(self, digest: str) -> Path:
        """Where the file of a digest lies, if it is kept."""
        return self._root / digest[:2] / digest


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file's content at once: readers see the old bytes or the new, never half of them."""
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path`, whole and durably, when the block ends; where the block fails it is gone.

    It is written beside its place, under a name that begins with PARTIAL, and is locked as long as its writer lives:
    what a killed writer leaves is removed by `sweep`. Its permissions are those of the umask.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.parent / f"{PARTIAL}{secrets.token_hex(8)}"
    try:
        with _claimed(partial) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            partial.replace(path)
        _sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def partial_folder(parent: Path) -> Iterator[Path]:
    """An empty folder to make something in, which is gone when the block ends; `sweep` knows it as it knows files."""
    folder = parent / f"{PARTIAL}{secrets.token_hex(8)}"
    folder.mkdir(parents=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)


def sweep(root: Path, pattern: str = "**/") -> None:
    """Remove what is partial below a folder and whose writer is dead; all else, and what may not be removed, stays."""
    for partial in list(root.glob(f"{pattern}{PARTIAL}*")):
        with contextlib.suppress(OSError):
            handle = os.open(partial, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(partial) if partial.is_dir() else partial.unlink()
            finally:
                os.close(handle)


def _claimed(partial: Path) -> BinaryIO:
    """A new file that no sweep removes."""
    while True:
        file = partial.open("xb")
        with contextlib.suppress(OSError):  # a file system without locks, on which nothing is swept either
            fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()  # a sweep was faster


def _sync(folder: Path) -> None:
    """Make the names in a folder durable, where the file system can."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
