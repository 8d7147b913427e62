"""What others reported of their tools: texts that broke a build, vanished, or were printed as something else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from orchestrator.paper.bibliography import entry
from orchestrator.paper.voices.escaping import breakable, replacements, tex_text
from orchestrator.paper.voices.typst import quoted
from tasks.drafting.building.latex import build_latex
from tasks.literature.record import Date, Name, Record
from tests.unit.orchestrator.paper.inert import assert_inert
from tests.unit.orchestrator.paper.test_escaped_pages import FRAME, squeezed
from tests.unit.tasks.drafting.papers import needs_latex

KNOWN = {
    "davidagraf/doi2bib2#99": ("jet engines and 100 % sustainable fuel", r"jet engines and 100 \% sustainable fuel"),
    "jgm/pandoc#3121": ("`How are you?`", r"\`{}How are you?\`{}"),
    "jgm/pandoc#10610": ("?‘x’ !‘", "?{}‘x’ !{}‘"),
    "haozhu233/kableExtra#252": ("[va1, val2]", "{[}va1, val2{]}"),
    "phfaist/pylatexenc#134": ("ỹ Ọ ǧ ồ ị", r"\~{y} \d{O} \v{g} \`{\^{o}} \d{i}"),
    "ElektraInitiative/libelektra#636": ("Rene\u0301", "René"),
    "csev-es/py4e#57": ("una clave nuḿerica", r"una clave nu\'{m}erica"),
    "punk-security/SAIST#34": (r"\\ ≥ /", r"\textbackslash{}\textbackslash{} \ensuremath{\geq} /"),
    "sphinx-doc/sphinx#4136": ("\u22121", r"\ensuremath{-}1"),
    "KaTeX/KaTeX#1281": ("9k⁻⁶", r"9k\textsuperscript{\ensuremath{-}}\textsuperscript{6}"),
}
"""Seen before the code was written."""

HELD_BACK = {
    "sphinx-doc/sphinx#10469": ("⏚ [vagrant@blumug:~] $", {"⏚": "U+23DA"}),
    "ConPaaS-team/conpaas#7": ("├ and └", {"├": "U+251C", "└": "U+2514"}),
    "jupyter-book/mystmd#1679": ("华文", {"华": "U+534E", "文": "U+6587"}),
    "jgm/pandoc#2523": ("1\ufe0f\u20e3", {"\u20e3": "U+20E3"}),
    "dalibo/pandocker#73": ("🐛", {"🐛": "U+1F41B"}),
    "jgm/pandoc#5822": ("Lorem „ipsum“", {}),
    "retorquere/zotero-better-bibtex#2799": ("Bela\u00efd Bela\u0069\u0308d", {}),
    "mkucej/i-librarian#72": ("coupling at Fe–FeF[sub 2] with $\\beta_{2}$ & 5%", {}),
    "plk/biblatex#819": ("Mo\u012d\u0161ezon", {}),
    "phfaist/pylatexenc#63": ("\ue683", {"\ue683": "U+E683"}),
    "citation-js/citation-js#232": ("Computing in Science & Engineering", {}),
}
"""Looked at when it was written."""


@pytest.mark.parametrize("case", KNOWN)
def test_a_known_case_is_printed_as_it_is_meant(case: str) -> None:
    text, latex = KNOWN[case]
    assert tex_text(text) == latex


@pytest.mark.parametrize("case", HELD_BACK)
def test_a_case_that_was_held_back_is_printed_or_told(case: str) -> None:
    text, told = HELD_BACK[case]
    assert_inert(tex_text(text))
    assert {each.character: each.printed for each in replacements(text)} == told


@pytest.mark.parametrize(
    ("case", "text"),
    [
        ("jgm/pandoc#8966", "Information Science. // 2017. // № 8"),
        ("stultus/scriptty#117", "[#set page(margin: 0pt)]"),
        ("jgm/pandoc#9586", "1. April 2024"),
        ("PumasAI/SummaryTables.jl#110", '"\\$x\\u{0300}$" - + / = @ <a>'),
    ],
)
def test_nothing_is_markup_of_typst(case: str, text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    assert str(quoted(text)) == f'#"{escaped}";', case


def test_typst_says_nothing_of_characters_that_its_fonts_lack() -> None:
    """typst/typst#5137: so that a stand-in has to be printed."""
    assert str(quoted("華 🐛")) == '#"[U+83EF] [U+1F41B]";'


WORKS = {
    "borisveytsman/acmart#293": Record(
        title="XMethods",
        url="http://www.chrispeiris.com/seminars/monash_uni/web_pages/XMethods%20-%20Web%20Service%20Listings.htm",
    ),
    "CheckBoxStudio/BUAAThesis#60": Record(
        title="Compact Summaries of Rich Heterogeneous Graphs",
        authors=(Name("Čebirić", "Šejla"), Name("Goasdoué", "François")), issued=Date(2018),
    ),
    "inukshuk/bibtex-ruby#134": Record(title="Sorted under A", authors=(Name("Ågren", "Örjan"),), issued=Date(2001)),
    "JabRef/jabref#8071": Record(title="A tilde", authors=(Name("Nuñez", "Jose"), Name("Smith", "John"))),
    "jkitchin/org-ref#985": Record(title="What NATO and CLIP do to iPhones", authors=(Name("Zeta", "Z."),)),
    "pkgw/tex-stuff#12": Record(title=f"{'w' * 70} \\apj{'%' * 50}", authors=(Name("Yod", "Y."),)),
    "fiduswriter/BiblioJSON#60": Record(title="A %", authors=(Name("Anand", "A."), Name("% what? Rahli", "Vincent"))),
}  # fmt: skip


@needs_latex
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not on this machine")
def test_works_that_broke_a_bibliography_are_in_it(tmp_path: Path) -> None:
    bib = "\n".join(entry(f"k{at}", record, at) for at, record in enumerate(WORKS.values()))
    (tmp_path / "references.bib").write_text(bib, encoding="utf-8")
    text = r"\nocite{*}\bibliographystyle{abbrv}\bibliography{references}"
    (tmp_path / "paper.tex").write_text(FRAME.replace("CHARACTERS", "").replace("TEXTS", text), encoding="utf-8")
    built = build_latex(tmp_path, 0)
    assert built.error == "", built.error
    assert built.pdf is not None
    told = subprocess.run(["pdftotext", "-raw", built.pdf, "-"], capture_output=True, check=True).stdout.decode()
    flat = squeezed(told)
    for words in ("Š. Čebirić and F. Goasdoué", "Ö. Ågren", "J. Nuñez and J. Smith", "What NATO and CLIP do to iPhones",
                  r"\apj" + "%" * 50, "XMethods%20-%20Web%20Service%20Listings.htm", "V. % what? Rahli"):  # fmt: skip
        assert squeezed(words) in flat, words
    assert flat.index("Ågren") < flat.index("Čebirić") < flat.index("Nuñez") < flat.index("Zeta")


def test_a_path_may_break_behind_its_signs() -> None:
    assert breakable("a_b/c") == r"a\_\allowbreak{}b/\allowbreak{}c"
