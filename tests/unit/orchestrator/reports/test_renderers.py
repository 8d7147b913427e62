from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markupsafe import escape

from orchestrator.reports.prose import Code, ModelName, Said, Strong
from orchestrator.reports.renderers import clean, drawing, html, inert, markdown, verbatim
from tests.unit.orchestrator.reports.histories import HOSTILE

reader = MarkdownIt("commonmark", {"linkify": False}).enable("table").enable("strikethrough")
marks = st.text(alphabet="a1 -+=:.)(*_`~[]<>|#!\\&;$/\n\t\u202e\x00") | st.text()


def spoken(text: str) -> list[str]:
    return [child.type for token in reader.parse(text) for child in token.children or []]


@pytest.mark.parametrize("voice", [html, markdown, drawing])
@pytest.mark.parametrize("number", [1, 0.5, True, None, ["a"]])
def test_no_voice_prints_a_bare_number(voice: object, number: object) -> None:
    with pytest.raises(TypeError, match="figures only"):
        voice(number)  # type: ignore[operator]


@pytest.mark.parametrize("voice", [html, markdown])
@pytest.mark.parametrize(
    "words", ["at least 3", ("at least 3",), Strong("at least 3")], ids=["text", "prose", "strong"]
)
def test_no_voice_prints_a_number_among_the_programs_own_words(voice: object, words: object) -> None:
    with pytest.raises(TypeError, match="no figure"):
        voice(words)  # type: ignore[operator]


@given(marks)
def test_markdown_reads_any_text_as_one_plain_paragraph(text: str) -> None:
    printed = inert(text)
    if not printed.strip():
        return
    tokens = reader.parse(printed)
    said = "".join(child.content for token in tokens for child in token.children or [] if child.type == "text")
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"], printed
    assert set(spoken(printed)) == {"text"}
    assert said.split() == clean(text).split()


@given(marks)
def test_a_text_stays_within_its_table_cell(text: str) -> None:
    table = f"| a | b |\n|---|---|\n| {inert(text)} | z |\n"
    types = [token.type for token in reader.parse(table)]
    assert types.count("td_open") == 2
    assert types.count("tr_open") == 2


@given(marks)
def test_html_never_gains_an_element_from_a_text(text: str) -> None:
    printed = html(Said(text, 1))
    assert printed == f'<span class="said" data-position="1">{escape(clean(text))}</span>'


def test_addresses_do_not_become_links_by_themselves() -> None:
    printed = markdown(Said("see https://evil.example and www.evil.example or mailto:a", 1))
    assert printed == "see https\\://evil.example and www\\.evil.example or mailto\\:a"


def test_controls_and_direction_marks_are_made_harmless() -> None:
    assert clean("a\nb\x1b[31mc\u202ed\u2028e") == "a b [31mc\ufffdd e"


def test_a_code_span_cannot_be_left_from_inside() -> None:
    assert spoken(str(markdown(Code("a` <b> `c")))) == ["text"]
    assert markdown(Code("metric/a_b")) == "`metric/a_b`"


def test_an_untrained_model_is_called_so_wherever_it_is_named() -> None:
    name = ModelName("clip", "openclip:ViT-B-32@random", True)
    assert markdown(name) == "clip (untrained)"
    assert "(untrained)" in html(name)


def test_hostile_text_is_inert() -> None:
    assert set(spoken(str(inert(HOSTILE)))) == {"text"}
    assert "<script" not in html(Said(HOSTILE, 1))
    assert "<script" not in verbatim(HOSTILE)
