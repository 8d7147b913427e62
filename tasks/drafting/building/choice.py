"""Which program sets the paper: LaTeX where it is there, else typst as a preview, else none."""

from __future__ import annotations

from pathlib import Path

from tasks.drafting.building.built import Built
from tasks.drafting.building.latex import build_latex, has_latex
from tasks.drafting.building.preview import build_preview, has_typst

INSTALL = (
    "neither LaTeX nor typst is there; for the paper install texlive-latex-base texlive-latex-recommended "
    "texlive-fonts-recommended latexmk (Debian), for a preview the extra gonogo[paper]"
)


def build(folder: Path, epoch: int) -> Built:
    """Set the paper whose sources lie in a folder that is the build's own; where nothing can, the log says why."""
    if has_latex():
        return build_latex(folder, epoch)
    if has_typst():
        return build_preview(folder, epoch)
    return Built(None, INSTALL, "")
