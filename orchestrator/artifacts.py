"""Files kept by content: the name of a file is the digest of its bytes, so it can never quietly change."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from store.errors import IntegrityFailure
from store.evidence import Artifact

_CHUNK = 1 << 20


class ArtifactStore:
    """A folder of files by SHA-256."""

    def __init__(self, root: Path) -> None:
        self._root = root / "sha256"

    def keep(self, name: str, source: Path) -> Artifact:
        """Copy a file in, durably, and return its reference. Keeping the same bytes twice keeps them once."""
        digest = digest_of_file(source)
        target = self._place(digest)
        if not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as copy, source.open("rb") as original:
                shutil.copyfileobj(original, copy, _CHUNK)
                copy.flush()
                os.fsync(copy.fileno())
            Path(copy.name).replace(target)
        return Artifact(name=name, digest=digest, size=target.stat().st_size)

    def find(self, digest: str) -> Path:
        """The file of a digest, checked; IntegrityFailure when it is missing or altered."""
        path = self._place(digest)
        if not path.is_file():
            raise IntegrityFailure(f"artifact {digest[:12]} is missing from {self._root}")
        if digest_of_file(path) != digest:
            raise IntegrityFailure(f"artifact {digest[:12]} was altered after it was kept ({path})")
        return path

    def digests(self) -> list[str]:
        """The names of all kept files, sorted."""
        return sorted(path.name for path in self._root.glob("*/*") if len(path.name) == 64)

    def _place(self, digest: str) -> Path:
        return self._root / digest[:2] / digest


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file's content at once: readers see the old bytes or the new, never half of them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
