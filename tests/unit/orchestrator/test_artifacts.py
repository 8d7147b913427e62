"""Files kept by content."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from orchestrator.artifacts import ArtifactStore, write_durably
from store.errors import IntegrityFailure


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "kept")


def test_a_kept_file_is_found_by_the_digest_of_its_bytes(store: ArtifactStore, tmp_path: Path) -> None:
    source = tmp_path / "a.bin"
    source.write_bytes(b"bytes")
    artifact = store.keep("a.bin", source)
    assert (artifact.digest, artifact.size) == (hashlib.sha256(b"bytes").hexdigest(), 5)
    source.unlink()
    assert store.find(artifact.digest).read_bytes() == b"bytes"
    assert store.digests() == [artifact.digest]


def test_the_same_bytes_are_kept_once(store: ArtifactStore, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"same")
        store.keep(name, tmp_path / name)
    assert len(store.digests()) == 1


def test_an_altered_or_missing_file_is_an_integrity_failure(store: ArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"bytes")
    digest = store.keep("a", tmp_path / "a").digest
    store.find(digest).write_bytes(b"other")
    with pytest.raises(IntegrityFailure, match="altered"):
        store.find(digest)
    store._place(digest).unlink()
    with pytest.raises(IntegrityFailure, match="missing"):
        store.find(digest)


def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "file"
    write_durably(target, b"old")
    write_durably(target, b"new")
    assert target.read_bytes() == b"new"
    assert [path.name for path in target.parent.iterdir()] == ["file"]
