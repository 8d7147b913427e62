"""Copies the sources of a paper into a private folder, and the finished PDF back, without following a link."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from tasks.drafting.building.built import one_line
from tasks.drafting.building.limits import Limits

_DEEPEST = 8
_PIECE = 1 << 20


class NotCopied(Exception):
    """The folder holds what no paper needs."""


def copy_sources(folder: Path, into: Path, limits: Limits, leave: frozenset[str], epoch: int) -> None:
    """Copy all files below `folder` into the empty folder `into`, dated `epoch`, but those at its top named in `leave`.

    Raises NotCopied, with the reason in one line, at a link, a pipe, a device or a socket, at a name with control
    characters, and where there is more than `limits` allow. Raises OSError where a file cannot be read.
    """
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _Copy(limits, leave, epoch).folder(opened, into, "", 0)
    finally:
        os.close(opened)


class _Copy:
    """One copying, which counts what it has copied."""

    def __init__(self, limits: Limits, leave: frozenset[str], epoch: int) -> None:
        self._limits, self._leave, self._epoch = limits, leave, epoch
        self._files = self._bytes = 0

    def folder(self, opened: int, into: Path, shown: str, depth: int) -> None:
        if depth > _DEEPEST:
            raise NotCopied(f"{one_line(shown)} lies deeper than {_DEEPEST} folders")
        for name in sorted(os.listdir(opened)):
            path = f"{shown}{name}"
            if not name.isprintable():
                raise NotCopied(f"{one_line(path)} has control characters in its name")
            if not depth and name in self._leave:
                continue
            self._files += 1
            if self._files > self._limits.files:
                raise NotCopied(f"there are more than {self._limits.files} files")
            mode = os.stat(name, dir_fd=opened, follow_symlinks=False).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise NotCopied(f"{one_line(path)} is {_KINDS.get(stat.S_IFMT(mode), 'no file')}; a paper has files")
            self._one(opened, name, into, path, depth, stat.S_ISDIR(mode))

    def _one(self, opened: int, name: str, into: Path, path: str, depth: int, is_folder: bool) -> None:
        kind = os.O_DIRECTORY if is_folder else os.O_NONBLOCK
        inner = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | kind, dir_fd=opened)
        try:
            if is_folder:
                (into / name).mkdir(mode=0o700)
                self.folder(inner, into / name, f"{path}/", depth + 1)
                return
            if not stat.S_ISREG(os.fstat(inner).st_mode):
                raise NotCopied(f"{one_line(path)} is no file any more")
            with (into / name).open("xb") as copy:
                self._content(inner, copy)
            os.utime(into / name, (self._epoch, self._epoch))
        finally:
            os.close(inner)

    def _content(self, opened: int, copy: BinaryIO) -> None:
        while piece := os.read(opened, _PIECE):
            self._bytes += len(piece)
            if self._bytes > self._limits.folder_bytes:
                raise NotCopied(f"the files have more than {self._limits.folder_bytes} bytes")
            copy.write(piece)


_KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def take(path: Path, most: int) -> bytes | None:
    """The last `most` bytes of a file that a build has left; None where it left no plain file."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    found = os.fstat(opened)
    if not stat.S_ISREG(found.st_mode):
        os.close(opened)
        return None
    with os.fdopen(opened, "rb") as file:
        file.seek(max(0, found.st_size - most))
        return file.read(most)


def put(content: bytes, path: Path) -> None:
    """Write `content` to `path` in one move, in place of whatever is there."""
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    with partial.open("xb") as file:
        file.write(content)
    partial.replace(path)


def kept(folder: Path, stem: str, pdf: bytes | None, log: str) -> Path | None:
    """Put the log of a build, and the PDF if there is one, into `folder`. Gives the path of the PDF."""
    put(log.encode(), folder / f"{stem}.log")
    if pdf is None:
        return None
    put(pdf, folder / f"{stem}.pdf")
    return folder / f"{stem}.pdf"
