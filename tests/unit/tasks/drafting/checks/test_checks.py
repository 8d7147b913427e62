"""Each check names what is wrong with its page, and is quiet about what is right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.errors import BadInput
from tasks.drafting.checks import check
from tasks.drafting.expected import Expected
from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.pages import LAYOUT, SMALL, Font, Pages, PrintedFigure, PrintedLine, Row
from tests.unit.tasks.drafting.documents import Document, record

BODY, BOLD = "Body", "Body-Bold"


def line(text: str, page: int = 1, top: float = 300.0, size: float = 10.0, font: str = BODY) -> PrintedLine:
    shown = text.replace(LAYOUT, "1").replace(SMALL, "")
    return PrintedLine(shown, page, text, (60.0, top, 60.0 + 5 * len(shown), top + size), font, size)


def heading(text: str, page: int = 1, top: float = 300.0) -> PrintedLine:
    return line(text, page, top, 14.0, BOLD)


def of(*lines: str | PrintedLine, prose: str = "", log: str = "", bib: str = "", **changed: object) -> Paper:
    """A paper of these lines, one below the other, between words that are no matter."""
    filler = ("words of the body that are of no matter to any check at all here " * 2).strip()
    told = [line(filler, 1, 80), *(
        replace(each, box=(each.box[0], 100.0 + 14 * n, each.box[2], 110.0 + 14 * n))
        for n, each in enumerate(line(text) if isinstance(text, str) else text for text in lines)
    ), line(filler, 1, 780)]  # fmt: skip
    pages = Pages(max(each.page for each in told), (), tuple(told), (), {})
    expected = Document({}, record(**changed)).expected()
    return Paper(expected, pages, log, {"prose/a.tex": prose} if prose else {}, bib)


def said(paper: Paper, kind: str) -> list[str]:
    return [fault.said for fault in check(paper) if fault.kind == kind]


@pytest.mark.parametrize(
    "text",
    ["a mean of 0.563 nat", "in 12 images", "50% of them", "[0.536, 0.592]", "on 3 May 2021", "[12, 40] images",
     "p < 0.001",
     "10-3", "Table 9 has it", "Section 7 says", "3. ", "12 Models were seen", "ViT-B/16", "of x\ue0012.5", "4f9a"],
)  # fmt: skip
def test_digits_of_no_known_kind_are_faults(text: str) -> None:
    assert said(of(text, known=["ViT-B/32", "9f4f9a12"]), "digits")


@pytest.mark.parametrize(
    "text",
    ["ViT-B/32 and GPT-4", f"Table {LAYOUT} and [{LAYOUT}]", f"as noted.{SMALL}1", f"the symbol H{SMALL}1",
     "2026-03-02",     "March 2, 2026", "(Zhai et al. 2023)"],
)  # fmt: skip
def test_digits_of_known_kinds_are_none(text: str) -> None:
    known = ["ViT-B/32", "GPT-4", "9f4f9a12", "see Zhai et al. 2023"]
    paper = of("digest 9f4f", "9a12 ends", f"{SMALL}1 A note", text, known=known)
    assert said(paper, "digits") == []


def test_numbers_of_the_layout_are_known_in_their_turn() -> None:
    right = (heading("1 Introduction"), heading("2 Method"), heading("2.1 On data"), "1. first", "2. second",
             "3. third",
             "H = K (1)", "Table 1: Means", "Table 1 and Section 2.1 have it", heading("3 Results"))  # fmt: skip
    assert said(of(*right), "digits") == []
    assert said(of(heading("1 Introduction"), heading("4 Method")), "digits")
    assert said(of("1. first", "2. second", "4. third"), "digits")
    assert said(of("H = K (2)"), "digits")


def test_numbers_of_lines_in_the_margin_are_known() -> None:
    margin = [PrintedLine(f"{n:03}", 1, f"{n:03}", (20, 60 + 12 * n, 34, 70 + 12 * n), BODY, 8.0) for n in range(1, 50)]
    paper = of("words")
    assert paper.pages is not None
    with_margin = replace(paper, pages=replace(paper.pages, lines=(*margin, *paper.pages.lines)))
    assert said(with_margin, "digits") == []


def test_digits_in_the_list_of_references_are_known_and_those_behind_it_are_not() -> None:
    assert said(of(heading("References"), "[1] A. Author. A title. J 12(3), 1-20, 2021."), "digits") == []
    after = of(heading("References"), "[1] A. 2021.", heading("A Appendix"), "a mean of 0.5")
    assert len(said(after, "digits")) == 1
    assert said(of("References", "[1] A. 2021."), "digits"), "a word in the text begins no list"


def test_what_people_were_allowed_is_known_beside_the_same_words_alone() -> None:
    prose = "We took 12 images. % allow: 12"
    assert said(of("We took 12 images.", prose=prose), "digits") == []
    assert said(of("We took 12 models, in 12 layers.", prose=prose), "digits")


def test_places_of_events_are_known_behind_that_word_alone() -> None:
    assert said(of("as of event 98 of the log", "and event", "98 again", known=["98"]), "digits") == []
    assert said(of("in 98 images", known=["98"]), "digits")


def figures(*printed: tuple[str, str], rows: dict[str, Row] | None = None, **changed: object) -> Paper:
    paper = of("a/b 0.5", **{"figures": {"a/b": "0.5", "a/c": "−7"}, "uses": {"a/b": 1}, **changed})
    assert paper.pages is not None
    links = tuple(PrintedFigure(key, text, 1, (0, 0, 9, 9)) for key, text in printed)
    return replace(paper, pages=replace(paper.pages, figures=links, rows=rows))


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ([("a/b", "0.6")], "a/b is printed as 0.6; the record has 0.5"),
        ([("a/b", "")], "a link with nothing under it"),
        ([("a/x", "0.5"), ("a/b", "0.5")], "there is no figure a/x; the nearest is a/"),
        ([], "a/b is printed 0 times; the sources have it 1 time"),
        ([("a/b", "0.5"), ("a/b", "0.5")], "a/b is printed 2 times"),
        ([("a/b", "0.5"), ("a/c", "-7")], "a/c is printed 1 time; the sources have it 0 times"),
    ],
)
def test_figures_that_are_not_those_of_the_record_are_named(printed: list[tuple[str, str]], words: str) -> None:
    assert any(words in each for each in said(figures(*printed), "figure"))


def test_figures_of_the_record_are_right_whatever_their_minus() -> None:
    assert said(figures(("a/b", "0.5")), "figure") == []
    assert said(figures(("a/b", "0.5"), ("a/c", "-7"), prose=r"\fig{a/c}"), "figure") == []


def test_pages_count_up_to_the_references_where_these_are_free() -> None:
    body = of(line("a", 1), line("b", 2), heading("References", 2), line("[1] A. 2021", 3), heading("A More", 4))
    assert said(replace(body, expected=replace(body.expected, page_limit=2, counted="body")), "pages") == []
    told = said(replace(body, expected=replace(body.expected, page_limit=3, counted="all")), "pages")
    assert told == ["there are 4 pages; the limit is 3"]
    top = of(line("a", 1), heading("R EFERENCES", 2), line("[1] A.", 2))
    assert said(replace(top, expected=replace(top.expected, page_limit=1, counted="body")), "pages") == []


def test_fonts_are_embedded_and_not_bitmaps() -> None:
    paper = of("a")
    assert paper.pages is not None
    fonts = (Font("Good", "Type1", True), Font("Bad", "TrueType", False), Font("", "Type3", True))
    assert said(replace(paper, pages=replace(paper.pages, fonts=fonts)), "fonts") == [
        "Bad is not embedded", "a font is of Type 3"
    ]  # fmt: skip


def test_floats_and_sentences_about_them_belong_together() -> None:
    assert said(of("Table 1: Means.", "See Table 1.", "Figure 1. Maps.", "Figs. 1 and", "so on"), "floats") == []
    assert said(of("Tables 1-3 and Fig. 2b", "Table 1: a", "Table 2: b", "Table 3: c", "Figure 2: d"), "floats") == []
    assert "Table 1 is shown" in said(of("Table 1: Means."), "floats")[0]
    assert "speaks of Figure 4" in said(of("as Figure 4 shows"), "floats")[0]
    assert said(of("as in Table 3 of [5] and their Figure 2"), "floats") == []


HIDDEN = {"anonymous": True, "names": ["Grace Hopper", "Łukasz Müller", "Yale University"]}


@pytest.mark.parametrize(
    "text",
    ["by Grace Hopper", "G\u0301race Hop-", "code at github.com/ghopper/gonogo",
     "see https://ghopper.github.io/x", "/home/ada/x",
     "grace@yale.edu", "{a, b}@yale.edu", "Acknowledgments", "7 Acknowledgements",
     "supported by an NSF grant", "grant no. 12",
     "as in our previous work", "at Yale Univer-", "Lukasz Muller", "0000-0002-1825-0097", "C:\\Users\\ada"],
)  # fmt: skip
def test_what_tells_an_author_is_a_fault_where_nobody_may_be_told(text: str) -> None:
    lines = [text, "per" if text.endswith("Hop-") else "sity of words"]
    assert said(of(*lines, **HIDDEN), "anonymity")
    assert said(of(*lines, **{**HIDDEN, "anonymous": False}), "anonymity") == []


def test_what_tells_nobody_is_no_fault() -> None:
    text = (
        "We acknowledge that github.com is used; anonymous.4open.science/r/x-1 has code; our results; previous work [1]"
    )
    assert said(of(text, heading("References"), "[1] Grace Hopper. 1952.", **HIDDEN), "anonymity") == []


def test_metadata_and_links_tell_authors_as_well() -> None:
    paper = of("a", **HIDDEN)
    assert paper.pages is not None
    metadata = {
        "Author": "Hopper, G.",
        "Title": "By GRACE HOPPER",
        "XMP": "<x>/home/ada/paper</x>",
        "Creator": "gonogo",
    }
    links = ((1, "https://github.com/ghopper/x"), (1, "https://doi.org/10.1/2"))
    told = said(replace(paper, pages=replace(paper.pages, metadata=metadata, addresses=links)), "anonymity")
    assert len(told) == 4, told


def test_places_that_are_open_are_told() -> None:
    assert said(of("TODO: say why", "see Table ??", "as in [?]", "Lorem ipsum dolor", "why? What?!"), "todo") == [
        "page 1: TODO: say why", "page 1: a reference came to nothing, and is printed as ??",
        "page 1: a reference came to nothing, and is printed as [?]", "page 1: Lorem ipsum",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "words",
    ["This proves it.", "a novel measure", "state-of-the-art", "We are the first to see it.", "for the first time",
     "It is significantly better.", "a significant rise"],
)  # fmt: skip
def test_words_that_promise_too_much_are_faults_in_prose_and_on_pages(words: str) -> None:
    (told,) = said(of(words, prose=f"\n\n{words}"), "wording")
    assert told.startswith("paper/prose/a.tex:3: ")
    (told,) = said(of(words), "wording")
    assert told.startswith("page 1: ")


def test_words_that_promise_nothing_are_none() -> None:
    text = "The first layer is seen first. By Johnson's test the rise is significant (p < 0.01). An improved proof."
    assert said(of(prose=text), "wording") == []


def test_sentences_of_another_verdict_are_found_over_lines_and_columns() -> None:
    paper = of("words. The claim is not", "sup-", "ported by ﬁgures.", forbidden=["The claim is not supported."])
    assert said(paper, "wording") == ["page 1: only another verdict may say: The claim is not supported."]


def test_an_open_verdict_allows_no_finding() -> None:
    text = "We show that attention collapses."
    assert said(of(prose=text, verdict="INCONCLUSIVE"), "wording")
    assert said(of(prose=text, verdict="GO"), "wording") == []


def test_citations_are_of_works_that_are_there() -> None:
    bib = "@article{a, title={A}}\n@book{b,\n title={B}}\n@comment{x, }"
    paper = of(prose="\\citep[see][p. 3]{a, c}", bib=bib, citations=["b"], standings={"c": "excluded by decision 7"})
    assert said(paper, "citation") == ["paper/prose/a.tex:1: c cannot be cited: excluded by decision 7"]
    assert said(of(bib=bib, citations=["a", "z"]), "citation") == [
        "z is cited, and is not in the references", "b is in the references, and nobody cites it",
    ]  # fmt: skip


def test_the_deadline_is_told_by_the_time_of_the_log() -> None:
    assert said(of(deadline="2026-03-01"), "deadline") == ["it was 1 days before this draft"]
    assert said(of(deadline="2026-03-09", verdict=None), "deadline")
    assert said(of(deadline="2026-03-09"), "deadline") == []


def test_faults_are_one_safe_line() -> None:
    text = Fault("x", "a\x1b[31m\n\u202eb" + "c" * 999, 3, "f\n.tex", 7).said
    assert text.isprintable()
    assert len(text) == 300


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"paper": 3}', b"[" * 100_000, b"\xff"])
def test_what_is_no_record_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput, match=r"paper\.json cannot be read"):
        Expected.read(content)


@pytest.mark.parametrize(("name", "value"), [("figures", []), ("uses", {"a": "b"}), ("names", "x"), ("anonymous", 1)])
def test_a_record_of_wrong_types_is_refused(name: str, value: object) -> None:
    with pytest.raises(BadInput):
        Document({}, record()).expected(**{name: value})
