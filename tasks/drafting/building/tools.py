"""What papers are built with on this machine, and what to install for the rest."""

from __future__ import annotations

from tasks.drafting.building.child import landlock_version
from tasks.drafting.building.choice import INSTALL, INSTALL_PREVIEW
from tasks.drafting.building.guards import bubblewrap
from tasks.drafting.building.latex import has_latex, latex_version
from tasks.drafting.building.typst import typst_version


def builders() -> str:
    """In words, what builds a paper here."""
    latex, typst = latex_version() if has_latex() else "", typst_version()
    if latex:
        return f"{latex} builds papers"
    preview = f"typst {typst} builds previews" if typst else f"no typst; {INSTALL_PREVIEW} brings it, for previews"
    return f"no LaTeX; {INSTALL} brings it; {preview}"


def keepers() -> str:
    """In words, what keeps the build of a paper to its folder here."""
    if bubblewrap():
        return "bubblewrap keeps the build of a paper to its folder, and off the network"
    instead = (
        "Landlock keeps the build of a paper to its folder" if landlock_version() else "papers are built without it"
    )
    return f"bubblewrap is missing or does not start; {instead}; apt-get install bubblewrap brings it"
