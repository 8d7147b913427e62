"""Sets a preview with typst, whose compiler comes as a wheel. Same sources and the same typst give the same bytes."""

from __future__ import annotations

import json
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tasks.drafting.building.built import Built, Limits
from tasks.drafting.building.guarded import run_guarded

SOURCE, PAGES = "paper.typ", "paper.pdf"

_SCRIPT = """
import json, sys
import typst
folder, source, pages, epoch = json.loads(sys.argv[1])
try:
    typst.compile(source, output=pages, root=folder, ignore_system_fonts=True, timestamp=epoch)
except Exception as error:
    print(str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__)
    sys.exit(1)
"""


def has_typst() -> bool:
    """Whether the extra for previews is installed."""
    return bool(typst_version())


def typst_version() -> str:
    """The version of typst; empty where there is none."""
    try:
        return version("typst")
    except PackageNotFoundError:
        return ""


def build_preview(folder: Path, epoch: int, limits: Limits = Limits()) -> Built:  # noqa: B008 - frozen
    """Set the preview whose source lies in a folder that is the build's own; nothing outside of it is read."""
    pages = folder / PAGES
    told = json.dumps([str(folder), str(folder / SOURCE), str(pages), epoch])
    command = [sys.executable, "-I", "-c", _SCRIPT, told]
    environment = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(folder)}
    ended = run_guarded(command, folder, environment, limits, alone=False)
    guards = ("reads in its own folder only (typst's root)", *ended.guards)
    toolchain = f"typst {typst_version()}"
    if ended.code == 0 and pages.is_file():
        return Built(pages, ended.output, toolchain, guards, preview=True)
    said = ended.error or (ended.output.strip().splitlines() or ["typst ended without pages"])[0]
    return Built(None, ended.output, toolchain, guards, said[:300], preview=True)
