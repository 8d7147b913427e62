"""Papers to build, walls to build them behind, and what must stay untouched beside them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tasks.drafting.building import guards, latex
from tasks.drafting.building.built import Built
from tasks.drafting.building.latex import build_latex, has_latex
from tasks.drafting.building.limits import Limits

EPOCH = 1_700_000_000
SECRET = "TOPSECRET"

needs_latex = pytest.mark.skipif(not has_latex(), reason="pdflatex and bibtex are not installed")
needs_bubblewrap = pytest.mark.skipif(not guards.bubblewrap(), reason="bubblewrap is not installed or does not start")
needs_landlock = pytest.mark.skipif(not guards.landlock_version(), reason="this kernel has no Landlock")


def behind(monkeypatch: pytest.MonkeyPatch, walls: str) -> None:
    """Build behind these walls alone."""
    if walls != "bubblewrap":
        monkeypatch.setattr(guards, "bubblewrap", lambda: "")
    if walls == "none":
        monkeypatch.setattr(guards, "landlock_version", lambda: 0)


@pytest.fixture(
    params=[pytest.param("bubblewrap", marks=needs_bubblewrap), pytest.param("Landlock", marks=needs_landlock), "none"]
)
def walls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each kind of walls that stands here, and none."""
    behind(monkeypatch, request.param)
    return str(request.param)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No walls, so that what holds is TeX's own."""
    behind(monkeypatch, "none")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the paper, with a secret that no paper may show."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_text(f"{SECRET}\n")
    (folder / "secret.tex").write_text(f"{SECRET}\n")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a paper, empty."""
    made = tmp_path / "paper"
    made.mkdir()
    return made


Make = Callable[..., Built]


@pytest.fixture
def make(folder: Path) -> Make:
    """Builds a paper of one body, with all limits out of reach unless they are given."""

    def build(body: str, preamble: str = "", limits: Limits = Limits(seconds=600)) -> Built:  # noqa: B008
        text = f"\\documentclass{{article}}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
        (folder / "paper.tex").write_text(text)
        return build_latex(folder, EPOCH, limits)

    return build


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of all that builds have left in their private folders."""
    names: list[str] = []
    plain = latex.private_copy

    @contextmanager
    def watched(*args: Any, **kwargs: Any) -> Iterator[Path]:
        with plain(*args, **kwargs) as private:
            yield private
            names.extend(str(path.relative_to(private)) for path in private.rglob("*"))

    monkeypatch.setattr(latex, "private_copy", watched)
    return names


def shown(built: Built) -> str:
    """All that anybody may see of a build."""
    return built.log + built.error + ("" if built.pdf is None else built.pdf.read_bytes().decode("latin-1"))


PAPER = {
    "paper.tex": r"""\documentclass{article}
\usepackage{graphicx}
\usepackage{hyperref}
\input{numbers}
\begin{document}
\tableofcontents
\input{sections/introduction}
\bibliographystyle{plain}
\bibliography{references}
\end{document}
""",
    "numbers.tex": "\\newcommand{\\loss}{0.563}\n",
    "sections/introduction.tex": r"""\section{Introduction}\label{first}
\today: Section~\ref{first} shows \loss{} and cites \cite{one}. \includegraphics[width=3cm]{drawings/drawing.pdf}
""",
    "references.bib": "@article{one, author = {Ada One}, title = {On one}, journal = {Ones}, year = 2020}\n",
}


@pytest.fixture(scope="session")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A drawing as PDF."""
    folder = tmp_path_factory.mktemp("drawing")
    (folder / "paper.tex").write_text("\\documentclass{article}\\begin{document}drawn\\end{document}\n")
    built = build_latex(folder, EPOCH)
    assert built.pdf is not None, built.error
    return built.pdf.read_bytes()


@pytest.fixture
def lay(drawing: bytes) -> Callable[[Path], Path]:
    """Lays a whole paper into a folder."""

    def into(folder: Path) -> Path:
        for name, text in PAPER.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        (folder / "drawings").mkdir()
        (folder / "drawings" / "drawing.pdf").write_bytes(drawing)
        return folder

    return into


def has(program: str) -> bool:
    return shutil.which(program) is not None
