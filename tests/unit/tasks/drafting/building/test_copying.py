"""Only plain files are copied into a build, and out of it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tasks.drafting.building.copying import NotCopied, copy_sources, put, take
from tasks.drafting.building.limits import Limits

EPOCH = 1_700_000_000


@pytest.fixture
def into(tmp_path: Path) -> Path:
    made = tmp_path / "into"
    made.mkdir()
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "from"
    (made / "sections").mkdir(parents=True)
    (made / "sections" / "a.tex").write_text("a")
    return made


def copied(folder: Path, into: Path, limits: Limits = Limits()) -> None:  # noqa: B008
    copy_sources(folder, into, limits, frozenset({"paper.pdf"}), EPOCH)


def test_files_are_copied_with_one_date(folder: Path, into: Path) -> None:
    (folder / "paper.pdf").write_text("old")
    copied(folder, into)
    assert [path.relative_to(into).as_posix() for path in into.rglob("*.*")] == ["sections/a.tex"]
    assert (into / "sections" / "a.tex").stat().st_mtime == EPOCH


@pytest.mark.parametrize("to", ["/etc/passwd", "/etc", "sections/a.tex", "nowhere"])
@pytest.mark.parametrize("at", ["link", "sections/link.tex"])
def test_no_link_is_followed_wherever_it_leads(folder: Path, into: Path, to: str, at: str) -> None:
    (folder / at).symlink_to(to)
    with pytest.raises(NotCopied, match=f"^{at} is a link; a paper has files$"):
        copied(folder, into)


def test_a_folder_that_becomes_a_link_while_it_is_copied_is_not_followed(
    folder: Path, into: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = os.stat

    def swapped(path: object, **told: object) -> os.stat_result:
        found = plain(path, **told)  # type: ignore[arg-type, call-overload]
        if path == "sections" and (folder / "sections").is_dir() and not (folder / "sections").is_symlink():
            (folder / "sections").rename(tmp_path / "moved")
            (folder / "sections").symlink_to("/etc")
        return found

    monkeypatch.setattr(os, "stat", swapped)
    with pytest.raises(OSError):
        copied(folder, into)
    monkeypatch.undo()
    assert not (into / "sections" / "passwd").exists()


def test_pipes_and_sockets_are_refused_and_not_waited_for(folder: Path, into: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "pipe.tex")
    with pytest.raises(NotCopied, match=r"pipe\.tex is a pipe"):
        copied(folder, into)
    (folder / "pipe.tex").unlink()
    there = Path.cwd()
    os.chdir(folder)  # the path of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind("s.tex")
            with pytest.raises(NotCopied, match=r"s\.tex is a socket"):
                copied(folder, tmp_path / "into")
    finally:
        os.chdir(there)


def test_a_name_with_control_characters_is_refused_in_one_line(folder: Path, into: Path) -> None:
    (folder / "a\n\x1b[2Jb.tex").write_text("x")
    with pytest.raises(NotCopied) as refused:
        copied(folder, into)
    assert str(refused.value).isprintable()


def test_more_than_the_limits_allow_is_refused(folder: Path, into: Path, tmp_path: Path) -> None:
    (folder / "large.tex").write_bytes(b"x" * 1000)
    with pytest.raises(NotCopied, match="more than 999 bytes"):
        copied(folder, into, Limits(folder_bytes=999))
    with pytest.raises(NotCopied, match="more than 2 files"):
        copied(folder, tmp_path, Limits(files=2))
    deep = folder.joinpath(*"abcdefghij")
    deep.mkdir(parents=True)
    (tmp_path / "again").mkdir()
    with pytest.raises(NotCopied, match="deeper than"):
        copied(folder, tmp_path / "again")


def test_a_link_is_not_taken_for_what_a_build_has_made(tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").symlink_to("/etc/passwd")
    assert take(tmp_path / "paper.pdf", 1000) is None
    assert take(tmp_path, 1000) is None
    assert take(tmp_path / "missing", 1000) is None


def test_a_link_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("other")
    (tmp_path / "paper.pdf").symlink_to("other")
    put(b"%PDF", tmp_path / "paper.pdf")
    assert (tmp_path / "other").read_text() == "other"
    assert not (tmp_path / "paper.pdf").is_symlink()
