"""What a paper may not do. Each test fails where its guard is gone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tasks.drafting.building import latex
from tasks.drafting.building.latex import build_latex
from tasks.drafting.building.running import Ran, run

from .conftest import EPOCH, SECRET, Make, behind, needs_bubblewrap, needs_landlock, needs_latex, shown

pytestmark = needs_latex

GRAPHICS = "\\usepackage{graphicx}\\usepackage{verbatim}"


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize(
    "attack",
    [
        r"\input{FILE.tex}",
        r"\include{FILE}",
        r"\verbatiminput{FILE.txt}",
        r"\newread\r\openin\r=FILE.txt \ifeof\r\else\read\r to\x\message{\x}\x\fi",
        r"\message{\pdffiledump length 9{FILE.txt}}\pdffiledump length 9{FILE.txt}",
        r"\message{size \pdffilesize{FILE.txt}}",
        r"\message{\pdfmdfivesum file{FILE.txt}}",
        r"\message{\pdffilemoddate{FILE.txt}}",
    ],
)
def test_a_file_outside_is_not_read(make: Make, outside: Path, attack: str, above: bool) -> None:
    name = "../../paper/secret" if above else str(outside / "secret")
    if above:  # two folders up is the folder of temporary files, where the private copy lies
        name = os.path.relpath(outside, "/tmp/x/paper") + "/secret"
    built = make(f"x {attack.replace('FILE', name)}", GRAPHICS)
    seen = shown(built)
    for told in (SECRET, SECRET.encode().hex().upper(), "size 10", "D:20", "E0CE8D5E"):
        assert told not in seen.replace("/CreationDate (D:20", "").replace("/ModDate (D:20", "")


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("attack", [r"\includegraphics{FILE}", r"\pdfximage{FILE}\pdfrefximage\pdflastximage"])
def test_a_drawing_outside_is_not_shown(make: Make, outside: Path, drawing: bytes, attack: str) -> None:
    (outside / "drawing.pdf").write_bytes(drawing)
    built = make(attack.replace("FILE", str(outside / "drawing.pdf")), GRAPHICS)
    assert built.pdf is None
    assert "drawing.pdf" in built.error


@pytest.mark.usefixtures("bare")
def test_a_bibliography_outside_is_not_read(make: Make, outside: Path) -> None:
    (outside / "secret.bib").write_text(f"@misc{{x, title = {{{SECRET}}}}}\n")
    built = make(f"\\nocite{{*}}\\bibliographystyle{{plain}}\\bibliography{{{outside / 'secret'}}}")
    assert built.pdf is None
    assert SECRET not in shown(built)


@pytest.mark.parametrize(
    "kind", [pytest.param("bubblewrap", marks=needs_bubblewrap), pytest.param("Landlock", marks=needs_landlock)]
)
@pytest.mark.parametrize(
    "attack",
    [
        r"\pdfcompresslevel0 \immediate\pdfobj stream file{FILE}\pdfrefobj\pdflastobj",
        r"\pdfmapline{=cmr10 CMR10 <<FILE}\font\x=cmr10 \x h",
    ],
)
def test_walls_keep_out_what_tex_itself_lets_through(
    make: Make, outside: Path, monkeypatch: pytest.MonkeyPatch, kind: str, attack: str
) -> None:
    """TeX asks nobody before it embeds a file or a font, with openin_any as with everything else."""
    behind(monkeypatch, kind)
    built = make(f"x {attack.replace('FILE', str(outside / 'secret.txt'))}")
    assert built.pdf is None
    assert SECRET not in shown(built)
    assert "unexpected end of file" not in built.error, "it was opened"


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    "attack", [r"\immediate\write18{touch FILE}", r'\input{|"touch FILE"}', r"\newread\r\openin\r=|touch\space FILE "]
)
def test_no_command_is_run(make: Make, outside: Path, attack: str) -> None:
    make(f"x {attack.replace('FILE', str(outside / 'touched'))}")
    assert not (outside / "touched").exists()


@pytest.mark.usefixtures("bare")
def test_no_command_is_run_that_the_log_names(folder: Path, make: Make, left: list[str]) -> None:
    """latexmk starts makeindex through a shell, for an index whose name a paper prints."""
    body = r"""x\newwrite\w\immediate\openout\w="p`touch touched`".idx
\immediate\write\w{\string\indexentry{a}{1}}\immediate\closeout\w
\typeout{Writing index file p`touch touched`.idx}"""
    assert make(body).pdf == folder / "paper.pdf"
    assert "paper/paper.pdf" in left
    assert "paper/touched" not in left


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("up", [False, True])
def test_nothing_outside_is_written(
    make: Make, outside: Path, monkeypatch: pytest.MonkeyPatch, left: list[str], up: bool
) -> None:
    name = "../written" if up else str(outside / "written")
    make(f"x\\newwrite\\w\\immediate\\openout\\w={name} \\immediate\\write\\w{{x}}\\immediate\\closeout\\w")
    assert not (outside / "written.tex").exists()
    assert "written.tex" not in left


@pytest.mark.usefixtures("bare")
def test_a_class_among_the_sources_writes_nothing_outside(folder: Path, outside: Path) -> None:
    name = outside / "written"
    (folder / "evil.cls").write_text(
        f"\\LoadClass{{article}}\\newwrite\\w\\immediate\\openout\\w={name} \\immediate\\write\\w{{x}}"
        f"\\immediate\\write18{{touch {outside}/touched}}"
    )
    (folder / "paper.tex").write_text("\\documentclass{evil}\\begin{document}x\\end{document}")
    assert "Not writing to" in build_latex(folder, EPOCH).error
    assert sorted(path.name for path in outside.iterdir()) == ["secret.tex", "secret.txt"]


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("name", [".latexmkrc", "latexmkrc", "LatexMk", "texmf.cnf", "web2c/texmf.cnf", "pdftexconfig"])
def test_a_file_of_settings_among_the_sources_has_no_part(folder: Path, make: Make, outside: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    perl = f"system('touch {outside}/touched');"
    settings = "openin_any = a\nopenout_any = a\nshell_escape = t\nTEXMFCNF = .\n"
    (folder / name).write_text(settings if "cnf" in name else perl)
    for attack in (
        f"\\input{{{outside}/secret.tex}}",
        f"\\immediate\\write18{{touch {outside}/touched}}",
        f"\\newwrite\\w\\immediate\\openout\\w={outside}/written \\immediate\\closeout\\w",
    ):
        assert SECRET not in shown(make(f"x {attack}"))
    assert sorted(path.name for path in outside.iterdir()) == ["secret.tex", "secret.txt"]


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("first", ["%&pdftex", "%&tex --shell-escape", "%& -translate-file=empty --shell-escape"])
def test_the_first_line_chooses_neither_format_nor_options(folder: Path, outside: Path, first: str) -> None:
    body = f"x\\immediate\\write18{{touch {outside}/touched}}"
    (folder / "paper.tex").write_text(
        f"{first}\n\\documentclass{{article}}\\begin{{document}}{body}\\end{{document}}\n"
    )
    assert build_latex(folder, EPOCH).pdf is not None
    assert not (outside / "touched").exists()


@pytest.mark.parametrize("name", ["pdflatex.fmt", "pdftex.map"])
def test_what_pdftex_is_made_of_is_not_taken_from_the_sources(folder: Path, make: Make, name: str) -> None:
    (folder / name).write_bytes(b"W2TX" + b"\xff" * 4096)
    assert make("x").pdf is not None


def test_nor_from_what_the_paper_has_written_itself(make: Make) -> None:
    body = r"\ref{a}\newwrite\w\immediate\openout\w=pdflatex.fmt \immediate\write\w{x}\immediate\closeout\w \label{a}"
    assert make(body).pdf is not None


@pytest.mark.usefixtures("bare")
def test_no_font_is_made_on_demand(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def heard(*args: Any) -> Ran:
        ran = run(*args)
        said.append(ran.said)
        return ran

    monkeypatch.setattr(latex, "run", heard)
    assert make(r"\font\x=nosuchfont \x h").pdf is None
    assert said
    assert "mktex" not in "".join(said)


def test_a_hidden_file_is_not_read(folder: Path, make: Make) -> None:
    (folder / ".hidden.tex").write_text(SECRET)
    assert "Not reading from .hidden" in make(r"\input{.hidden.tex}").error


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    "attack",
    [
        r"\begin{input}{FILE.tex}\end{input}",
        r"\csname inp\endcsname ut{FILE.tex}",
        r"\input ^^2f FILE.tex",
        r"\input{./../../..FILE.tex}",
        r"\lstinputlisting{FILE.txt}",
        r"\usepackage{FILE}",
        r"\catcode`\@=11 \@@input FILE.tex",
    ],
)
def test_other_ways_to_read_a_file_that_others_have_met(make: Make, outside: Path, attack: str) -> None:
    text = attack.replace("FILE", str(outside / "secret"))
    listings = "\\usepackage{listings}" if "lst" in text else ""
    preamble = text if "usepackage" in text else listings
    assert SECRET not in shown(make("x" if "usepackage" in text else f"x {text}", preamble))


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("name", ["OUTSIDE/shell.php", "../shell.php", "./../shell.php", "sections/../../shell.php"])
def test_the_contents_of_a_file_are_not_written_outside(make: Make, outside: Path, left: list[str], name: str) -> None:
    path = name.replace("OUTSIDE", str(outside))
    make("x", f"\\begin{{filecontents}}{{{path}}}\nx\n\\end{{filecontents}}")
    assert not (outside / "shell.php").exists()
    assert "shell.php" not in left
