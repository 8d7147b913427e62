"""Small papers for the tests of checks: a record, and the sources that print it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

FIGURES = {
    "model-clip/loss": "0.563", "model-clip/loss/low": "0.536", "model-clip/loss/high": "0.592", "looks/done": "2",
    "model-blip/p": "< 0.001", "model-blip/change": "-0.12",
}  # fmt: skip

RECORD: Mapping[str, Any] = {
    "figures": FIGURES,
    "uses": {
        "model-clip/loss": 2, "model-clip/loss/low": 1, "model-clip/loss/high": 1, "looks/done": 1, "model-blip/p": 1,
        "model-blip/change": 1,
    },
    "known": ["ViT-B/32", "event 41", "2026-12-01"],
    "citations": ["dosovitskiy2021image"],
    "standings": {"smith2020bad": "it was excluded at event 17 (off-topic)"},
    "verdict": "NO_GO",
    "forbidden": ["The claim holds by the rule."],
    "anonymous": False,
    "names": ["Grace Hopper", "Yale University"],
    "page_limit": 4,
    "counted": "body",
    "deadline": None,
    "as_of": "2026-12-01",
    "replaced": [],
    "labels": {"tab:one": "table"},
}  # fmt: skip

FRAME = r"""\documentclass[10pt,twocolumn]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{mathptmx}
\usepackage[scaled=.9]{helvet}
\usepackage{courier}
\usepackage{booktabs}
\usepackage[hidelinks]{hyperref}
\pdfcompresslevel=0
\pdfobjcompresslevel=0
\newcommand{\gonogodef}[2]{\expandafter\def\csname gonogo@#1\endcsname{#2}}
\DeclareRobustCommand{\fig}[1]{\ifcsname gonogo@#1\endcsname
  \mbox{\hyperlink{src.#1}{\csname gonogo@#1\endcsname}}\else
  \PackageError{gonogo}{there is no figure #1}{numbers.tex has all of them}\fi}
\input{numbers.tex}
\title{A small paper on ViT-B/32}
\author{Grace Hopper \\ Yale University}
\date{2026-12-01}
\begin{document}
\maketitle
\section{Results}
The loss is \fig{model-clip/loss} [\fig{model-clip/loss/low}, \fig{model-clip/loss/high}], after \fig{looks/done} looks
(see \mbox{Table~\ref{tab:one}}), as \cite{dosovitskiy2021image} has it.
\begin{table}[tbp]
\caption{Tests: the loss \fig{model-clip/loss} of ViT-B/32.}\label{tab:one}
\begin{tabular}{lr}
\toprule
p & \fig{model-blip/p} \\
change & \fig{model-blip/change} \\
\bottomrule
\end{tabular}
\end{table}
MORE
\bibliographystyle{plain}
\bibliography{references}
\appendix
\section{Reproducibility}
Rendered as of event 41.
\begin{itemize}
ROWS
\end{itemize}
\end{document}
"""

BIB = r"""@inproceedings{dosovitskiy2021image,
  author = {Dosovitskiy, Alexey}, title = {{An image is worth 16x16 words}}, booktitle = {ICLR}, year = {2021}
}
"""

needs_latex = pytest.mark.skipif(
    not all(shutil.which(program) for program in ("pdflatex", "bibtex")), reason="LaTeX is not on this machine"
)


def printed(text: str) -> str:
    """As numbers.tex has it."""
    text = f"\\ensuremath{{-}}{text[1:]}" if text.startswith("-") else text
    return text.replace("< ", "\\ensuremath{<}\\,")


def sources(folder: Path, more: str = "", frame: str = FRAME, **changes: Any) -> Path:
    """The sources of a paper whose text goes on with `more`, and whose record has other values under some keys."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = "\n".join(f"\\item \\hypertarget{{src.{key}}}{{}}" for key in FIGURES)
    (folder / "paper.tex").write_text(frame.replace("MORE", more).replace("ROWS", rows))
    numbers = "\n".join(f"\\gonogodef{{{key}}}{{{printed(text)}}}" for key, text in FIGURES.items())
    (folder / "numbers.tex").write_text(numbers + "\n")
    (folder / "references.bib").write_text(BIB)
    whole = {"as_of_at": "2026-12-01T10:00:00Z", "paper": {**RECORD, **changes}}
    (folder / "paper.json").write_text(json.dumps(whole))
    return folder


def prose(folder: Path, text: str, name: str = "introduction") -> Path:
    """What people wrote beside them."""
    (folder / "prose").mkdir(exist_ok=True)
    (folder / "prose" / f"{name}.tex").write_text(text)
    return folder
