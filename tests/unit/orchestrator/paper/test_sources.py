"""The sources of a paper: the same from the same log, bound to the record, and with nothing in them that commands."""

from __future__ import annotations

import json
import re

import pytest
from markupsafe import Markup

from orchestrator.paper.render import render_paper
from orchestrator.paper.voices.tex import tex
from orchestrator.paper.voices.typst import typst
from orchestrator.reports.prose import Said
from store.manuscript import Author, PaperPlan
from tests.unit.orchestrator.paper.conftest import PLAN, VERDICTS, sources, with_paper
from tests.unit.orchestrator.paper.inert import assert_inert
from tests.unit.orchestrator.reports.conftest import HISTORIES, played


@pytest.mark.parametrize("history", sorted(HISTORIES))
def test_every_history_gives_a_paper(history: str) -> None:
    files = sources(history)
    record = json.loads(files["paper/paper.json"])
    numbers = files["paper/numbers.tex"].decode()
    defined = re.findall(r"^\\gonogodef\{([^}]+)\}\{(.*?)\}% event", numbers, re.MULTILINE)
    assert [key for key, _ in defined] == list(record["paper"]["figures"]), "each figure is defined once, in order"
    used = {key for name, text in files.items() if name.startswith("paper/sections") for key in keys_in(text)}
    assert used == set(record["paper"]["uses"])
    assert used <= set(record["paper"]["figures"])


def keys_in(text: bytes) -> list[str]:
    return re.findall(r"\\fig\{([^}]+)\}", text.decode())


def test_the_same_entries_give_the_same_bytes() -> None:
    entries, cycle = played(VERDICTS["GO"])
    assert render_paper(with_paper(entries), cycle) == sources(VERDICTS["GO"])


def test_a_study_that_wants_no_paper_gets_none() -> None:
    entries, cycle = played(VERDICTS["GO"])
    assert render_paper(entries, cycle) == {}


def test_keys_of_figures_outlive_cycles() -> None:
    before, after = (
        json.loads(sources(name)["paper/paper.json"])["paper"] for name in (VERDICTS["INCONCLUSIVE"], VERDICTS["GO"])
    )
    assert len(set(before["figures"]) & set(after["figures"])) >= 20


def test_digits_of_sections_are_figures_or_come_from_the_record() -> None:
    """Whatever stands in a section as digits was quoted from the log, or is a name."""
    files = sources(VERDICTS["INCONCLUSIVE"])
    known = json.loads(files["paper/paper.json"])["paper"]["known"]
    for name in (name for name in files if name.startswith("paper/sections/") and not name.endswith("figures.tex")):
        text = re.sub(r"\\(?:fig|label|ref|texttt)\{[^}]*\}|\\allowbreak\{\}", "", files[name].decode())
        for digits in re.findall(r"\d+", text):
            assert any(digits in each for each in known), f"{name}: {digits}"


@pytest.mark.parametrize("value", [3, 0.5, "in 3 of 4", None, b"x"])
def test_a_bare_number_is_an_error_in_either_voice(value: object) -> None:
    for voice in (tex, typst):
        with pytest.raises(TypeError):
            voice(value)


HOSTILE = (
    r"\input{/etc/passwd} \write18{touch x} %&latex \openin5=x", "100% #1 & a_b ^^41 ~ $x$ { } \\", "---``''?`!`<<>>,,",
    "[at the start] of a row", "emoji 😀 中文 العربية \u202eRLO\u2066", "a\x00b\x1b[31mc\nd", "e\u0301 ﬁ ｆｕｌｌ ½ x²",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_text_is_a_command(text: str) -> None:
    printed = str(tex(Said(text, 1)))
    assert_inert(printed)
    quoted = str(typst(Said(text, 1)))
    inside = re.fullmatch(r'#"((?:[^"\\]|\\.)*)";', quoted)
    assert inside, quoted


def test_what_the_fonts_lack_is_listed() -> None:
    plan = PaperPlan(title="Aufmerksamkeit 中 ‑ 😀", authors=(Author(name="Ş. Ünal"),))
    told = json.loads(sources(VERDICTS["GO"], plan)["paper/paper.json"])["paper"]["replaced"]
    assert [each.partition(" ")[0] for each in told] == ["‑", "中", "😀"]


def test_an_anonymous_paper_names_nobody() -> None:
    plan = PaperPlan(authors=(Author(name="Grace Hopper", affiliation="Yale", email="g@example.org"),), anonymous=True)
    for name, content in sources(VERDICTS["GO"], plan).items():
        if name.endswith((".tex", ".typ", ".html", ".bib")):
            assert b"Hopper" not in content, name


def test_sections_may_be_left_out_and_limitations_may_not() -> None:
    left = sources(VERDICTS["GO"], PaperPlan(leave_out=("conclusion", "related-work")))
    assert "paper/sections/conclusion.tex" not in left
    assert "paper/sections/limitations.tex" in left
    with pytest.raises(ValueError, match="Input should be"):
        PaperPlan.model_validate({"leave_out": ["limitations"]})


def test_a_title_is_markup_of_ours_alone() -> None:
    plan = PLAN.model_copy(update={"title": r"\input{/etc/passwd}"})
    frame = sources(VERDICTS["GO"], plan)["paper/paper.tex"].decode()
    assert r"\input{/etc" not in frame
    assert r"\textbackslash{}input\textbraceleft{}/etc/passwd\textbraceright{}" in frame
    assert isinstance(tex(Said("x", 1)), Markup)
