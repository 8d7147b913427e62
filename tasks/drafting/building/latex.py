"""Builds a PDF with pdfTeX and BibTeX, run directly: no shell, no script and no file of settings has a part in it.

latexmk is not used: it starts makeindex through a shell, with a name that is taken from what the paper prints, and so
runs whatever the paper likes, also with -norc and without shell escape.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tasks.drafting.building.built import LONGEST_LOG, Built, end_of, one_line
from tasks.drafting.building.copying import NotCopied, kept, take
from tasks.drafting.building.guards import Walls, walls
from tasks.drafting.building.latex_log import bibliography_error, first_error
from tasks.drafting.building.limits import Limits
from tasks.drafting.building.place import SOURCES, private_copy
from tasks.drafting.building.running import run

_RUNS = 6
"""How often pdfTeX may run until nothing that it writes for its next run changes."""

_MAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*\.tex")
_CITING = re.compile(rb"^\\(?:citation|bibdata|bibstyle)\{[^\n]*", re.MULTILINE)
_FORMAT = re.compile(r"^LaTeX2e <.*$", re.MULTILINE)
_GUARDS = (
    "no shell, no shell escape, no fonts made on demand",
    "TeX opens files of its own installation and of the folder (openin_any, openout_any)",
    "limits on time, memory, and the size and number of files",
)


def latex_version() -> str:
    """The first line of `pdflatex --version`; empty where there is none."""
    return _first_line("pdflatex")


def has_latex() -> bool:
    """Whether pdfTeX and BibTeX are installed."""
    return bool(latex_version()) and shutil.which("bibtex") is not None


def build_latex(
    folder: Path,
    epoch: int,
    limits: Limits = Limits(),  # noqa: B008, as it is frozen
    main: str = "paper.tex",
    style: Path | None = None,
) -> Built:
    """Build `main` in a private copy of `folder`, and put the PDF and the log into `folder` under the name of `main`.

    `epoch`, in seconds since 1970, is the date of the paper and of all its files. `style` is a file, or a folder of
    files, that is laid beside the sources. The same sources, epoch and toolchain give the same bytes in any folder.
    """
    stem = main.removesuffix(".tex")
    if not _MAIN.fullmatch(main) or epoch < 0:
        return Built(None, "", "", (), f"{one_line(main)} at {epoch} is nothing to build", False)
    if not has_latex():
        return Built(None, "", "", (), "pdflatex or bibtex is not installed", False)
    made = frozenset(f"{stem}{end}" for end in (".pdf", ".log", ".aux", ".bbl", ".blg"))
    try:
        with private_copy(folder, main, epoch, limits, made, style) as private:
            around = walls(private, SOURCES, (_root("pdflatex"),))
            build = _Build(private / SOURCES, stem, epoch, limits, around, time.monotonic() + limits.seconds)
            error = build.all()
            log = build.log(".log")
            pdf = None if error else take(build.sources / f"{stem}.pdf", limits.file_bytes)
    except NotCopied as refused:
        return Built(None, "", latex_version(), (), str(refused), False)
    if not error and not (pdf or b"").startswith(b"%PDF-"):
        error, pdf = first_error(log) or "the paper has no pages", None
    guards = (*_GUARDS, *([] if around is None else [around.words]))
    return Built(kept(folder, stem, pdf, log), log, _toolchain(log), guards, error, False)


@dataclass(frozen=True, slots=True)
class _Build:
    """One build in a private folder, as far as its time goes."""

    sources: Path
    stem: str
    epoch: int
    limits: Limits
    walls: Walls | None
    until: float

    def all(self) -> str:
        """Run TeX until nothing changes, and BibTeX wherever what is cited has changed. Gives what went wrong."""
        citing, before = b"", ""
        for _ in range(_RUNS):
            if error := self._tex():
                return error
            if (cited := self._cited()) != citing:
                citing = cited
                if error := self._bibtex():
                    return error
            if (after := self._written()) == before:
                return ""
            before = after
        return f"references and pages still change after {_RUNS} runs"

    def _tex(self) -> str:
        options = ("-no-shell-escape", "-no-parse-first-line", "-interaction=nonstopmode", "-halt-on-error")
        code, broke, said = self._run("pdflatex", *options, "-file-line-error", f"{self.stem}.tex")
        if broke:
            return broke
        if code == 0:
            return ""
        log = self.log(".log")
        return first_error(said) or first_error(log) or one_line(f"pdflatex ended with {code}: {_last(said)}")

    def _bibtex(self) -> str:
        code, broke, said = self._run("bibtex", self.stem)
        if broke or code in (0, 1):  # 1 tells of warnings
            return broke
        log = self.log(".blg")
        return bibliography_error(log) or one_line(f"bibtex ended with {code}: {_last(said)}")

    def log(self, end: str) -> str:
        """What a program has written of its work."""
        return end_of(take(self.sources / f"{self.stem}{end}", 4 * LONGEST_LOG) or b"")

    def _run(self, program: str, *options: str) -> tuple[int, str, str]:
        command = [shutil.which(program) or program, *options]
        ran = run(command, self.sources, self._env(), self.limits, self.until, self.walls)
        return ran.code, ran.broke and f"{program} {ran.broke}", ran.said

    def _env(self) -> dict[str, str]:
        nowhere = dict.fromkeys(("HOME", "TEXMFHOME", "TEXMFVAR", "TEXMFCONFIG"), "/nonexistent")
        return {
            **nowhere,
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C",
            "TZ": "UTC",
            "SOURCE_DATE_EPOCH": str(self.epoch),
            "FORCE_SOURCE_DATE": "1",
            "openin_any": "p",
            "openout_any": "p",
            "shell_escape": "f",
            **dict.fromkeys(("MKTEXPK", "MKTEXTFM", "MKTEXMF", "MKTEXTEX", "MKTEXFMT"), "0"),
            "TEXFORMATS": "$TEXMF/web2c{/$engine,}",
            "TEXFONTMAPS": "$TEXMF/fonts/map/{$progname,$engine,pdftex,dvips,}//",
            "max_print_line": "1000",
            "error_line": "254",
            "half_error_line": "238",
        }

    def _cited(self) -> bytes:
        """What BibTeX goes by; empty where the paper has no bibliography."""
        found = _CITING.findall(take(self.sources / f"{self.stem}.aux", self.limits.file_bytes) or b"")
        return b"\n".join(found) if any(each.startswith(b"\\bibdata") for each in found) else b""

    def _written(self) -> str:
        """A digest of what one run leaves to the next: all files that are no sources but the PDF and the logs."""
        digest = hashlib.sha256()
        done = {f"{self.stem}.pdf", f"{self.stem}.log", f"{self.stem}.blg"}
        for path in sorted(self.sources.rglob("*")):
            if path.name in done or not path.is_file() or path.stat().st_mtime == self.epoch:
                continue
            content = take(path, self.limits.file_bytes) or b""
            digest.update(f"{path.relative_to(self.sources)}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()


def _toolchain(log: str) -> str:
    format_of = _FORMAT.search(log)
    parts = (latex_version(), "" if format_of is None else format_of[0], _first_line("bibtex"))
    return "; ".join(one_line(part) for part in parts if part)


def _root(program: str) -> Path:
    """The folder of the installation that a program lies in: /opt/texlive of /opt/texlive/bin/x86_64-linux/pdftex."""
    found = Path(shutil.which(program) or "/usr/bin/-").resolve().parent
    return found.parents[1] if found.parent.name == "bin" and len(found.parents) > 2 else found


@cache
def _first_line(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        return ""
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/nonexistent"}
    try:
        done = subprocess.run([found, "--version"], capture_output=True, timeout=60, check=False, env=env)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return one_line(done.stdout.decode("utf-8", "replace").partition("\n")[0]) if done.returncode == 0 else ""


def _last(said: str) -> str:
    return next((line for line in reversed(said.splitlines()) if line.strip()), "it said nothing")
