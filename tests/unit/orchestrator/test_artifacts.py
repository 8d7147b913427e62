"""Files kept by content."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

import pytest

from orchestrator.artifacts import PARTIAL, ArtifactStore, replacing, sweep, write_durably
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
    store.place(digest).unlink()
    with pytest.raises(IntegrityFailure, match="missing"):
        store.find(digest)


def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "file"
    write_durably(target, b"old")
    write_durably(target, b"new")
    assert target.read_bytes() == b"new"
    assert [path.name for path in target.parent.iterdir()] == ["file"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_durably(tmp_path / "file", b"old")
    with pytest.raises(KeyboardInterrupt), replacing(tmp_path / "file") as file:
        file.write(b"new")
        raise KeyboardInterrupt
    assert (tmp_path / "file").read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_full_disk_leaves_nothing_behind(
    store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"bytes")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("orchestrator.artifacts.shutil.copyfileobj", full)
    with pytest.raises(OSError, match="No space left"):
        store.keep("a", tmp_path / "a")
    assert names(tmp_path) == ["a"]


def test_a_sweep_removes_what_dead_writers_left_and_nothing_that_is_being_written(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / f"{PARTIAL}dead").write_bytes(b"half")
    with replacing(tmp_path / "deep" / "file") as file:
        file.write(b"whole")
        sweep(tmp_path)
        (under_way,) = names(tmp_path)
        assert under_way.startswith(PARTIAL)
        assert under_way != f"{PARTIAL}dead"
    assert names(tmp_path) == ["file"]
    assert (tmp_path / "deep" / "file").read_bytes() == b"whole"


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_files_have_the_permissions_of_the_umask(store: ArtifactStore, tmp_path: Path, umask: int, mode: int) -> None:
    (tmp_path / "a").write_bytes(b"bytes")
    before = os.umask(umask)
    try:
        kept = store.find(store.keep("a", tmp_path / "a").digest)
        write_durably(tmp_path / "report", b"report")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (kept, tmp_path / "report")] == [mode, mode]
