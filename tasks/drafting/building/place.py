"""The private folder of a build: a copy of the sources, with a style laid beside them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.drafting.building.built import one_line
from tasks.drafting.building.copying import NotCopied, copy_sources, take
from tasks.drafting.building.limits import Limits

SOURCES = "paper"
"""The folder of the copy in the private folder. What lies beside it is out of reach of a name without dots."""


@contextmanager
def private_copy(
    folder: Path, main: str, epoch: int, limits: Limits, made: frozenset[str], style: Path | None = None
) -> Iterator[Path]:
    """A private folder with a copy of `folder`, without the files `made` by builds before, for as long as this lasts.

    Raises NotCopied, with the reason in one line.
    """
    with tempfile.TemporaryDirectory(prefix="gonogo-paper-") as name:
        private = Path(name).resolve()
        sources = private / SOURCES
        sources.mkdir()
        try:
            copy_sources(folder, sources, limits, made, epoch)
            if style is not None:
                _lay(style, sources, private / "style", limits, epoch)
        except OSError as error:
            raise NotCopied(one_line(str(error))) from error
        if not (sources / main).is_file():
            raise NotCopied(f"{main} is not there")
        yield private


def _lay(style: Path, sources: Path, apart: Path, limits: Limits, epoch: int) -> None:
    """Lay a style beside the sources, which it must not replace."""
    apart.mkdir()
    if style.is_dir():
        copy_sources(style, apart, limits, frozenset(), epoch)
    else:
        content = take(style, limits.file_bytes)
        if content is None:
            raise NotCopied(f"{one_line(style.name)} is no file")
        (apart / style.name).write_bytes(content)
        os.utime(apart / style.name, (epoch, epoch))
    for path in sorted(apart.iterdir()):
        if (sources / path.name).exists():
            raise NotCopied(f"{one_line(path.name)} is in the style and among the sources")
        shutil.move(path, sources / path.name)
    apart.rmdir()
