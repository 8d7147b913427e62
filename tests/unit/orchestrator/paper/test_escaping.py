"""Any text is printed as text, by commands of ours alone; what is replaced is told."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.paper.voices.escaping import breakable, pieces, replacements, tex_name, tex_text
from orchestrator.paper.voices.signs import AS_IT_IS, MATHEMATICS, SPECIAL, STANDS_IN, UNPRINTED
from orchestrator.paper.voices.typst import quoted
from orchestrator.reports.renderers import clean
from tests.unit.orchestrator.paper.inert import assert_inert

ATTACKS = (
    r"\write18{rm -rf ~} \input{/etc/passwd} 100% #1 & a_b ^^41 ~ $x$ {",
    r"\end{document} \catcode`\@=0 @input \csname x\endcsname \par",
    "}}{{ } { \\} \\{ \\\\[1ex] \\\\*[1ex] %\n\\item",
    "--- –- ,, '' `` ‘‘ ’’ '’ ?` !` ?‘ !‘ << >> -\u200b- ?\u00ad` \ufb00",
    "\ue000 \ud800 \udfff \ufffe \x00\x07\x1b[31m \u2028 \r\n\t",
    "\u202e\u2066\u061c\u200f\u200d\u2060\ufeff \U000e0041",
    "e\u0301 n\u0303\u0301 \u0301 1\u0304 x\u0304 \u05d0\u05b7 Z\u0351\u036b\u0343\u036a",
    "中文 かな 한국어 العربية हिन्दी ไทย 😀 👩‍🔬 🇩🇪 ❤️ 𝐀𝟏 ﷺ",
)
TEXTS = st.text() | st.lists(st.sampled_from([*SPECIAL, *UNPRINTED, *"-–,'’‘?!ex ", *ATTACKS, "\u0302", "\u0323"])).map(
    "".join
)


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_is_text(text: str) -> None:
    assert_inert(tex_text(text))
    assert_inert(breakable(text).replace(r"\allowbreak", ""))
    assert_inert(tex_name(text), names=True)


@given(TEXTS)
def test_any_text_is_text(text: str) -> None:
    assert_inert(tex_text(text))
    assert_inert(breakable(text).replace(r"\allowbreak", ""))
    assert_inert(tex_name(text), names=True)


@given(TEXTS)
def test_in_the_preview_any_text_is_one_string(text: str) -> None:
    assert re.fullmatch(r'#"(?:[^"\\\n]|\\["\\])*";', quoted(text))


@given(TEXTS)
def test_parts_of_an_identifier_are_all_of_it(text: str) -> None:
    assert "".join(pieces(text)) == unicodedata.normalize("NFC", clean(text))


@given(st.characters(codec="utf-8"))
def test_a_character_is_printed_as_itself_or_told(character: str) -> None:
    """Only what is a space, or shows nothing by itself, may be missing from the page and from what is told."""
    told = {each.character for each in replacements(character)}
    latex = tex_text(character)
    if clean(character) in told:
        assert latex
    elif not latex.strip():
        assert clean(character).isspace() or unicodedata.category(character) in ("Cf", "Mn"), f"{character!r} is lost"
    assert "gonogounknown" not in latex or told


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("Nguyễn Thị", r"Nguy\~{\^{e}}n Th\d{i}"),
        ("x̄", r"\={x}"),
        ("e\u0301", "é"),
        ("10⁻⁴", r"10\textsuperscript{\ensuremath{-}}\textsuperscript{4}"),
        ("2⅓", r"2\textsuperscript{1}⁄\textsubscript{3}"),
        ("H₂O", r"H\textsubscript{2}O"),
        ("a\u00adb \u2011- c", r"a\-b -{}- c"),
        ("p ≤ 0.05", r"p \ensuremath{\leq} 0.05"),
        ("Ħamrun", "Hamrun"),
        ("Щукин", "Ŝukin"),
        ("中", r"\gonogounknown{U+4E2D}"),
        ("≰", r"\gonogounknown{U+2270}"),
        ("[*]", "{[}{*}{]}"),
    ],
)
def test_what_a_text_becomes(text: str, latex: str) -> None:
    assert tex_text(text) == latex


def test_what_is_set_as_it_means_is_no_replacement() -> None:
    assert replacements(f"Nguyễn x̄ 10⁻⁴ 2⅓ é … ≤ {''.join(AS_IT_IS)}{''.join(MATHEMATICS)}") == ()


def test_what_is_replaced_is_told_by_what_is_seen() -> None:
    told = {each.character: each.printed for each in replacements("Ж ① ơ ﬁ 中 \ue000 ή ‑ ⊄ 1\u0304")}
    assert told == {
        "Ж": "Ž", "①": "(1)", "ơ": "o", "ﬁ": "fi", "中": "U+4E2D", "\ue000": "U+E000", "ή": "η", "‑": "-",
        "⊄": "U+2284", "1\u0304": "1U+0304",
    }  # fmt: skip


def test_every_stand_in_can_be_set() -> None:
    for character, instead in STANDS_IN.items():
        assert "gonogounknown" not in tex_text(character), character
        assert replacements(instead) == (), character


def test_letters_of_names_are_those_that_bibtex_knows() -> None:
    assert tex_name("Ünal") == r"{\"{U}}nal"
    assert tex_name("Łukasz Þór") == r"{\L}ukasz {\TH}{\'{o}}r"
    assert tex_name("a, b & {c}") == r"a{,} b {\&} {\textbraceleft{}}c{\textbraceright{}}"


def test_the_preview_shows_what_its_fonts_lack() -> None:
    assert quoted("中文 ＦＷ ❤\ufe0f Ж ≰ \u202e 😀") == '#"[U+4E2D][U+6587] FW ❤ Ж ≰ \ufffd [U+1F600]";'
