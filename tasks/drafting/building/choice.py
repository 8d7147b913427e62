"""Builds a paper with what is installed: LaTeX, else a preview with Typst, else nothing, and what to install."""

from __future__ import annotations

from pathlib import Path

from tasks.drafting.building.built import Built
from tasks.drafting.building.latex import build_latex, has_latex
from tasks.drafting.building.limits import Limits
from tasks.drafting.building.typst import build_typst, typst_version

PACKAGES = ("texlive-latex-base", "texlive-latex-recommended", "texlive-fonts-recommended")
"""What brings LaTeX, as Debian and Ubuntu name it."""

INSTALL = f"apt-get install --no-install-recommends {' '.join(PACKAGES)}"
INSTALL_PREVIEW = 'pip install "gonogo[paper]"'
NOTHING = f"The sources are there; for a PDF of them, {INSTALL}, or for a preview {INSTALL_PREVIEW}."


def build(
    folder: Path,
    epoch: int,
    limits: Limits = Limits(),  # noqa: B008, as it is frozen
    style: Path | None = None,
) -> Built:
    """Build the paper in `folder`: `paper.tex`, or `paper.typ` where there is no LaTeX.

    Where nothing can build it, that is no error: the log says what to install.
    """
    if has_latex():
        return build_latex(folder, epoch, limits, style=style)
    if typst_version():
        return build_typst(folder, epoch, limits)
    return Built(None, NOTHING, "", (), "", False)
