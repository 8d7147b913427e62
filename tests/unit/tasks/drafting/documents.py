"""Small papers that are made up, with their record: two columns, tables, floats, footnotes, citations, long tables."""

from __future__ import annotations

import json
import random
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tasks.drafting.building.latex import has_latex
from tasks.drafting.expected import Expected
from tasks.drafting.fault import Paper
from tasks.drafting.reading.pdf import pages_of

needs_latex = pytest.mark.skipif(not has_latex(), reason="pdflatex and bibtex are not installed")

VOCABULARY = """
attention entropy models images layers heads heatmaps collapse measure between rows keys vision language samples
the of and a where which under a re-initialised copy of efficient offline workflow difference across towers
scores are averaged so that sound weights finding fluent affine effects
"""
WORDS = VOCABULARY.split()
MODELS = ("ViT-B/32", "GPT-4", "SigLIP2", "openclip-vit-b-16-openai", "LLaVA-1.5", "BLIP-2")
TEXTS = ("0.563", "0.536", "-4.44", "< 0.001", "120", "7", "1.000", "12.5", "-0.02", "3", "0", "40")

FONTS = (
    r"\renewcommand{\labelitemi}{$\bullet$}",
    r"\usepackage[T1]{fontenc}\usepackage{mathptmx}",
    r"\usepackage{mathpazo}",
)

FRAME = r"""\documentclass[10pt%(columns)s]{article}
\pdfcompresslevel=0\pdfobjcompresslevel=0
\usepackage[utf8]{inputenc}
%(fonts)s
\usepackage[a4paper,margin=20mm]{geometry}
\usepackage{amsmath,booktabs,longtable,graphicx,array}
%(more)s
\usepackage[hidelinks]{hyperref}
\newcommand{\gonogodef}[2]{\expandafter\def\csname gonogo@#1\endcsname{#2}}
\DeclareRobustCommand{\fig}[1]{\mbox{\hyperlink{src.#1}{\csname gonogo@#1\endcsname}}}
\input{numbers.tex}
\sloppy\emergencystretch=4em
\hypersetup{pdftitle={A paper},pdfcreator={gonogo}}
\title{%(title)s}\author{Nobody}\date{2026-03-02}
\begin{document}\maketitle
%(body)s
%(bibliography)s
\clearpage\onecolumn\appendix
\section{Every figure}
{\scriptsize\begin{longtable}{@{}lrrl@{}}\toprule Key & Text & Event & Digest \\ \midrule\endhead
%(rows)s
\bottomrule\end{longtable}}
\end{document}
"""


@dataclass
class Document:
    """Sources by name, and what `paper.json` has under `paper`."""

    files: dict[str, str]
    record: dict[str, Any]
    prose: dict[str, str] = field(default_factory=dict)

    def expected(self, **changed: object) -> Expected:
        whole = {"as_of_at": "2026-03-02T00:00:00+00:00", "paper": self.record | changed}
        return Expected.read(json.dumps(whole).encode())

    def lay(self, folder: Path) -> None:
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")

    def paper(self, pdf: Path, log: str = "", **changed: object) -> Paper:
        return Paper(self.expected(**changed), pages_of(pdf), log, self.prose, self.files.get("references.bib", ""))


def record(**changed: object) -> dict[str, Any]:
    """A record of nothing, with what is given."""
    return {
        "figures": {}, "uses": {}, "known": [], "citations": [], "standings": {}, "verdict": "GO", "forbidden": [],
        "anonymous": False, "names": [], "page_limit": None, "counted": "all", "deadline": None, "as_of": "2026-03-02",
        "replaced": [], "labels": {},
    } | changed  # fmt: skip


def tex(text: str) -> str:
    return text.replace("-", r"\ensuremath{-}", 1).replace("< ", r"\ensuremath{<}\,") if text[0] in "-<" else text


class Maker:
    """Makes one paper by chance."""

    def __init__(self, seed: int, figures: int = 12, sections: int = 3) -> None:
        self.rng = random.Random(seed)
        self.figures = {f"model-{n}/vision-entropy/{n % 3}": self.rng.choice(TEXTS) for n in range(figures)}
        self.sections, self.uses = sections, Counter[str]()
        self.floats = self.equations = 0
        self.works = [f"work{n}" for n in range(self.rng.randint(1, 12))]
        self.cited: set[str] = set()
        self.columns = self.rng.choice(("", ",twocolumn"))
        self.natbib = self.rng.random() < 0.4

    def fig(self) -> str:
        key = self.rng.choice(sorted(self.figures))
        self.uses[key] += 1
        return rf"\fig{{{key}}}"

    def sentence(self) -> str:
        words = [self.rng.choice(WORDS) for _ in range(self.rng.randint(6, 14))]
        words[0] = words[0].capitalize()
        for at in range(2, len(words), 3):
            chance = self.rng.random()
            if chance < 0.4:
                words[at] = rf"is {self.fig()} [{self.fig()}, {self.fig()}]" if chance < 0.1 else self.fig()
            elif chance < 0.5:
                words[at] = self.rng.choice(MODELS)
            elif chance < 0.62:
                key = self.rng.choice(self.works)
                self.cited.add(key)
                words[at] += rf"~\cite{{{key}}}" if not self.natbib else rf" \citep{{{key}}}"
            elif chance < 0.66:
                words[at] += rf"\footnote{{{self.plain()}}}"
        return " ".join(words) + "."

    def plain(self) -> str:
        return " ".join(self.rng.choice(WORDS) for _ in range(8)).capitalize() + f" {self.fig()}."

    def paragraph(self) -> str:
        return " ".join(self.sentence() for _ in range(self.rng.randint(2, 6))) + "\n\n"

    def table(self) -> str:
        self.floats += 1
        rows = "\n".join(
            rf"{self.rng.choice(MODELS)} & {self.fig()} [{self.fig()}, {self.fig()}] & {self.fig()} \\"
            for _ in range(4)
        )
        return (
            rf"Table~\ref{{tab:{self.floats}}} has them. \begin{{table*}}[tbp]\centering\caption{{{self.plain()}}}"
            rf"\label{{tab:{self.floats}}}\begin{{tabular}}{{lrr}}\toprule Model & Mean & p \\ \midrule {rows} "
            rf"\bottomrule\end{{tabular}}\end{{table*}}" + "\n\n"
        )

    def drawing(self) -> str:
        self.floats += 1
        star = "*" if self.rng.random() < 0.5 else ""
        return (
            rf"See Figure~\ref{{fig:{self.floats}}}. \begin{{figure{star}}}[tbp]\centering\rule{{3cm}}{{2cm}}"
            rf"\caption{{{self.plain()}}}\label{{fig:{self.floats}}}\end{{figure{star}}}" + "\n\n"
        )

    def items(self) -> str:
        kind = self.rng.choice(("itemize", "enumerate"))
        every = "".join(rf"\item {self.sentence()}" + "\n" for _ in range(self.rng.randint(2, 4)))
        return rf"\begin{{{kind}}}{every}\end{{{kind}}}" + "\n"

    def equation(self) -> str:
        self.equations += 1
        label = f"eq:{self.equations}"
        return (
            rf"By \eqref{{{label}}}: \begin{{equation}}\label{{{label}}} H_1 = \sum_k p_k \ln p_k \end{{equation}}"
            + "\n"
        )

    def body(self) -> str:
        parts = [r"\begin{abstract}" + self.paragraph() + r"\end{abstract}" + "\n"]
        makers = (self.paragraph, self.paragraph, self.table, self.drawing, self.items, self.equation)
        for number in range(self.sections):
            heading = self.rng.choice(("Results", "Results on ViT-B/32", "A comparison of GPT-4 and BLIP-2", "Methods"))
            parts.append(rf"\section{{{heading}}}\label{{sec:{number}}}" + "\n" + self.paragraph())
            if self.rng.random() < 0.5:
                parts.append(rf"\subsection{{On {self.rng.choice(MODELS)}}} As in Section~\ref{{sec:{number}}}. ")
            parts += [self.rng.choice(makers)() for _ in range(self.rng.randint(2, 5))]
        if not self.cited:
            self.cited.add(self.works[0])
            parts.append(rf"\cite{{{self.works[0]}}}")
        return "".join(parts)

    def document(self) -> Document:
        body, rng = self.body(), self.rng
        rows = "\n".join(
            rf"\hypertarget{{src.{key}}}{{{key}}} & {tex(text)} & {place} & ab12cd34 \\"
            for place, (key, text) in enumerate(self.figures.items(), 3)
        )
        names = {
            "columns": self.columns, "body": body, "rows": rows,
            "fonts": rng.choice(FONTS),
            "more": r"\usepackage[round]{natbib}" if self.natbib else "",
            "title": f"Attention in {rng.choice(MODELS)}",
            "bibliography": rf"\bibliographystyle{{plain{'nat' if self.natbib else ''}}}\bibliography{{references}}",
        }  # fmt: skip
        frame = FRAME
        for name, value in names.items():
            frame = frame.replace(f"%({name})s", value)
        numbers = "".join(rf"\gonogodef{{{key}}}{{{tex(text)}}}" + "\n" for key, text in self.figures.items())
        bib = "".join(
            f"@article{{{key},\n author = {{Ada Author{chr(97 + n)}}}, title = {{On {n + 2} things}}, "
            f"journal = {{J}}, year = {{{2001 + n}}}, pages = {{1--{n + 9}}}}}\n"
            for n, key in enumerate(sorted(self.cited))
        )
        known = [*MODELS, "ab12cd34", "2026-03-02", *(str(n) for n in range(3, 3 + len(self.figures)))]
        return Document(
            {"paper.tex": frame, "numbers.tex": numbers, "references.bib": bib},
            record(
                figures=self.figures, uses=dict(self.uses), known=known, citations=sorted(self.cited), labels={}
            ),
        )  # fmt: skip


def typeset(folder: Path, passes: int = 4, bibliography: bool = True) -> tuple[Path, str]:
    """Set `paper.tex` as it lies there, by LaTeX itself; its PDF and the log."""
    for number in range(passes):
        subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "paper.tex"],
            cwd=folder, capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        if bibliography and not number and (folder / "references.bib").is_file():
            subprocess.run(["bibtex", "paper"], cwd=folder, capture_output=True, check=False, timeout=60)
    return folder / "paper.pdf", (folder / "paper.log").read_bytes().decode("utf-8", "replace")
