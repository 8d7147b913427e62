"""Builds a preview of a paper with Typst, where there is no LaTeX."""

from __future__ import annotations

import re
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from tasks.drafting.building import typst_child
from tasks.drafting.building.built import Built, one_line
from tasks.drafting.building.copying import NotCopied, kept, take
from tasks.drafting.building.guards import walls
from tasks.drafting.building.limits import Limits
from tasks.drafting.building.place import SOURCES, private_copy
from tasks.drafting.building.running import run
from tasks.libraries import versions

_MAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*\.typ")
_ERROR = re.compile(r"^error: (?P<what>.*)$", re.MULTILINE)
_PLACE = re.compile(r"┌─ (?P<place>\S+:\d+):\d+")
_NOWHERE = "/nonexistent"
_NO_PROXY = "http://127.0.0.1:9"
"""Where nobody listens: what would be fetched is refused at once, also where nothing keeps a build off the network."""

_GUARDS = (
    "Typst opens files of the folder, and its own fonts",
    "no packages are fetched",
    "limits on time, memory, and the size and number of files",
)


def typst_version() -> str:
    """The version of the wheel; empty where there is none."""
    return versions(["typst"]).get("typst", "") if find_spec("typst") is not None else ""


def build_typst(
    folder: Path,
    epoch: int,
    limits: Limits = Limits(),  # noqa: B008, as it is frozen
    main: str = "paper.typ",
) -> Built:
    """Build `main` in a private copy of `folder`, and put the PDF and the log into `folder` under the name of `main`.

    `epoch`, in seconds since 1970, is the date of the paper. The same sources, epoch and version of the wheel give
    the same bytes in any folder, on one architecture.
    """
    stem = main.removesuffix(".typ")
    if not _MAIN.fullmatch(main) or epoch < 0:
        return Built(None, "", "", (), f"{one_line(main)} at {epoch} is nothing to build", True)
    if not (version := typst_version()):
        return Built(None, "", "", (), "the wheel typst is not installed", True)
    toolchain = f"typst {version}"
    try:
        with private_copy(folder, main, epoch, limits, frozenset({f"{stem}.pdf", f"{stem}.log"})) as private:
            script = Path(typst_child.__file__)
            around = walls(private, SOURCES, (Path(sys.prefix), Path(sys.base_prefix), script))
            command = [sys.executable, "-I", str(script), main, str(epoch), _NOWHERE]
            until = time.monotonic() + limits.seconds
            ran = run(command, private / SOURCES, _env(), limits, until, around)
            pdf = take(private / SOURCES / f"{stem}.pdf", limits.file_bytes)
    except NotCopied as refused:
        return Built(None, "", toolchain, (), str(refused), True)
    error = f"typst {ran.broke}" if ran.broke else "" if ran.code == 0 else _error(ran.said, ran.code)
    if not error and not (pdf or b"").startswith(b"%PDF-"):
        error = "typst left no PDF"
    guards = (*_GUARDS, *([] if around is None else [around.words]))
    return Built(kept(folder, stem, None if error else pdf, ran.said), ran.said, toolchain, guards, error, True)


def _env() -> dict[str, str]:
    return {
        "HOME": _NOWHERE,
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "HTTP_PROXY": _NO_PROXY,
        "HTTPS_PROXY": _NO_PROXY,
        "ALL_PROXY": _NO_PROXY,
        "RAYON_NUM_THREADS": "2",  # each thread takes address space, which is limited
        "MALLOC_ARENA_MAX": "2",
    }


def _error(said: str, code: int) -> str:
    found, place = _ERROR.search(said), _PLACE.search(said)
    if found is None:
        last = next((line for line in reversed(said.splitlines()) if line.strip()), "it said nothing")
        return one_line(f"typst ended with {code}: {last}")
    what = found["what"]
    if what.startswith("failed to download package"):
        what = "packages are not fetched; the paper has to do without"
    return one_line(what if place is None else f"{place['place']}: {what}")
