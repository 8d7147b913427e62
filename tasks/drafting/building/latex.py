"""Sets a paper with LaTeX. Same sources and the same LaTeX give the same bytes, wherever and by whomever it is done."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from tasks.drafting.building.built import Built, Limits
from tasks.drafting.building.guarded import run_guarded

MAIN = "paper.tex"

_COMMAND = (
    "latexmk", "-norc", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error", "-silent",
    "-pdflatex=pdflatex -no-shell-escape -no-parse-first-line -interaction=nonstopmode -halt-on-error "
    "-file-line-error %O %S",
)  # fmt: skip
_GUARDS = (
    "no commands of the shell",
    "reads and writes in its own folder only (openin_any, openout_any)",
    "no settings from the folder (latexmk -norc, no first line)",
    "no fonts made on the way",
)
_ERROR = re.compile(r"^(?:\./)?(\S+\.\w+:\d+: .+|! .+)$", re.MULTILINE)
_OWN = (".latexmkrc", "latexmkrc", "texmf.cnf", "fmtutil.cnf", "updmap.cfg")
"""Files by which the programs would be told what to do; none of them is copied into the folder of a build."""


def has_latex() -> bool:
    """Whether LaTeX can set a paper here."""
    return all(shutil.which(program) is not None for program in ("pdflatex", "latexmk", "bibtex"))


@cache
def latex_version() -> str:
    """The first line that pdfLaTeX says of itself; empty where there is none."""
    if shutil.which("pdflatex") is None:
        return ""
    said = subprocess.run(["pdflatex", "--version"], capture_output=True, text=True, timeout=60, check=False).stdout
    return said.partition("\n")[0].strip()


def build_latex(folder: Path, epoch: int, limits: Limits = Limits(), main: str = MAIN) -> Built:  # noqa: B008 - frozen
    """Set the paper whose sources lie in a folder that is the build's own.

    `epoch` is the time of the paper, in seconds since 1970. The folder holds plain files alone: no links.
    """
    for name in _OWN:
        (folder / name).unlink(missing_ok=True)
    ended = run_guarded([*_COMMAND, main], folder, _environment(folder, epoch), limits)
    pdf, log = folder / f"{Path(main).stem}.pdf", folder / f"{Path(main).stem}.log"
    text = log.read_bytes().decode("utf-8", "replace") if log.is_file() else ended.output
    guards = (*_GUARDS, *ended.guards)
    if ended.code == 0 and pdf.is_file():
        return Built(pdf, text, latex_version(), guards)
    return Built(None, text, latex_version(), guards, _why(ended.error, text, ended.output))


def _environment(folder: Path, epoch: int) -> dict[str, str]:
    inside = str(folder)
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": inside,
        "TEXMFHOME": f"{inside}/.texmf",
        "TEXMFVAR": f"{inside}/.texmf-var",
        "TEXMFCONFIG": f"{inside}/.texmf-config",
        "openin_any": "p",
        "openout_any": "p",
        "shell_escape": "f",
        "parse_first_line": "f",
        "MKTEXPK": "0",
        "MKTEXTFM": "0",
        "MKTEXMF": "0",
        "SOURCE_DATE_EPOCH": str(epoch),
        "FORCE_SOURCE_DATE": "1",
        "LC_ALL": "C",
        "TZ": "UTC",
        "max_print_line": "1000",
    }


def _why(breach: str, log: str, output: str) -> str:
    if breach:
        return breach
    found = _ERROR.search(log) or _ERROR.search(output)
    said = found[1] if found else (output.strip().splitlines() or ["LaTeX ended without pages"])[-1]
    return "".join(character if character.isprintable() else " " for character in said)[:300]
