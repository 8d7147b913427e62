"""BibTeX as tools and people write it: one broken entry costs one record, and names come out whole."""

from __future__ import annotations

import pytest

from tasks.literature.reading.opening import read_literature
from tasks.literature.reading.outcome import Reading
from tasks.literature.record import Date, Identifier, Name, Record

SOUND = "@article{sound%d,\n  title = {A sound title %d},\n  author = {Doe, Jane},\n  year = 2020\n}\n"


def read(text: str) -> Reading:
    return read_literature(text.encode())


def only(text: str) -> Record:
    reading = read(text)
    assert not reading.quarantined, reading.quarantined
    assert len(reading.kept) == 1
    return reading.kept[0].record


def test_an_entry_becomes_a_record_with_all_its_parts() -> None:
    assert only(
        r"""
        @InProceedings{doe:2021,
          title = "Heads that {Look} at Nothing: {\'E}tude \& more",
          author = {Doe, Jr., Jane and Erika van der Berg and {World Bank and Friends} and others},
          booktitle = {Proc. of Things}, volume = 3, number = {2}, pages = {12--34},
          year = 2021, month = feb, day = 3, publisher = {House}, doi = {https://doi.org/10.1234/AB\_C},
          eprint = {2101.00001v2}, archivePrefix = {arXiv}, issn = {1234-567X}, url = {\url{https://x.org/a_b}},
          keywords = {one, two; three}, abstract = {Some $x_1 < 2$ text.}, language = {en}
        }"""
    ) == Record(
        title="Heads that Look at Nothing: Étude & more",
        type="paper-conference",
        authors=(Name("Doe", "Jane", "Jr."), Name("van der Berg", "Erika"), Name(literal="World Bank and Friends")),
        issued=Date(2021, 2, 3),
        container="Proc. of Things",
        publisher="House",
        volume="3",
        issue="2",
        pages="12-34",
        doi="10.1234/ab_c",
        arxiv="2101.00001v2",
        identifiers=(Identifier("issn", "1234-567X"),),
        url="https://x.org/a_b",
        abstract="Some $x_1 < 2$ text.",
        language="en",
        keywords=("one, two", "three"),
    )


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("@article{b,\n title = {Not closed,\n year = 2001}\n", "not closed"),
        ('@article{b,\n title = {A}, note = "no end,\n}\n', "not closed"),
        ("@article{b,\n title = {A}},\n year = {2001}\n}\n", "closes it before"),
        ("@article{b,\n title = Undefined,\n year = 2001\n}\n", "no @string defines"),
        ("@article{b,\n year = 2001\n}\n", "no title"),
        ("@article{b,\n title = {},\n year = 2001\n}\n", "no title"),
        ("@article{b,\n title = {A}, and then some words\n}\n", "where a field should"),
        ("@article{b}\n", "no title"),
        ("@article{b,\n title = {Cut off in the mid", "not closed"),
    ],
)
def test_one_broken_entry_costs_one_record_and_is_named_with_its_line(broken: str, reason: str) -> None:
    reading = read(
        SOUND % (1, 1) + "\n" + broken + SOUND % (2, 2) if broken.endswith("\n") else SOUND % (1, 1) + "\n" + broken
    )
    assert [kept.key for kept in reading.kept] == (["sound1", "sound2"] if broken.endswith("\n") else ["sound1"])
    (aside,) = reading.quarantined
    assert aside.line == 7
    assert aside.ordinal == 1
    assert reason in aside.reason
    assert aside.raw.startswith("@article{b")


@pytest.mark.parametrize(
    "text",
    [
        "@article{k,\n title = {A title}\n year = {2001},\n}",
        "@article{k\n title = {A title}, year = {2001}}",
        "@article{\n title = {A title}, year = {2001}}",
        "@article{, title = {A title}, year = {2001},,}",
        "@article(k, title = {A title}, year = {2001})",
        "@article { k , title = {A title} , YEAR = 2001 , note = , }",
        "@article{k, title = {A title}, title = {Another}, year = 2001, year = 2002}",
        '@string{t = "A tit"}\n@article{k, title = t # {le}, year = 2001}',
        "@STRING(T = {A title})\n@article{k, title = t, year = 2001}",
        "@article{k,\n % title = {Old},\n title = {A title}, year = 2001}",
        "@article{some key, title = {A title}, year = 2001}",
        "@article{k, title = {A title}, funding_text\u00a01 = {Grant}, year = 2001}",
        "@article{k, title = {A title}, file = {x \\{cut.pdf}, year = 2001}",
        "@article{k, title = {A title}, file = {x \\} cut.pdf}, year = 2001}",
        '@article{k, title = "A title", note = "says "so" {"}twice{"}", year = 2001}',
        'Words before\n@comment{x @ y}\n@preamble{ "\\newcommand{\\x}{y}" }\nmail: a@b.c\n'
        "@article{k, title = {A title}, year = 2001}\nand after",
        "@comment{\n@article{k, title = {A title}, year = 2001}\n}",
        "@article{k, title = {A title}, year = 2001, note = {\n@see{that} too}}",
        "\ufeff@article{k, title = {{A title}}, year = {2001}}",
    ],
)
def test_what_tools_write_is_read(text: str) -> None:
    record = only(text)
    assert (record.title, record.issued) == ("A title", Date(2001))


def test_what_was_passed_over_is_noted() -> None:
    reading = read("@article{, title={A}, title={B} volume = jmlr, year = 2001}")
    assert reading.kept[0].notes == (
        "it has no key",
        "field 'title' is repeated",
        "no comma behind field 'title'",
        "macro 'jmlr' is not defined",
    )
    assert reading.kept[0].record.volume == "jmlr"


@pytest.mark.parametrize("broken", ['@string{j="}', "@string{j = {A}", "@string{j}", "@string{}", "@string{j = }"])
def test_a_broken_definition_costs_no_record(broken: str) -> None:
    reading = read(broken + "\n@misc{k, title={A}, journal=j}")
    assert [kept.record.title for kept in reading.kept] == ["A"]
    assert not reading.quarantined


def test_entries_that_share_a_key_or_a_line_are_all_kept() -> None:
    reading = read("@misc{k, title={A}} @misc{k, title={B}}@misc{k,title={C}}")
    assert [kept.record.title for kept in reading.kept] == ["A", "B", "C"]


def test_authors_that_are_repeated_or_put_in_braces_together_are_all_there() -> None:
    two = (Name("Doe", "Jane"), Name("Roe", "Rick"))
    assert only("@misc{k, title={A}, author={Doe, Jane}, author={Rick Roe}}").authors == two
    assert only("@misc{k, title={A}, author={{Doe, Jane and Roe, Rick}}}").authors == two
    assert only("@misc{k, title={A}, author={Doe, Jane, Roe, Rick}}").authors == two
    assert only("@misc{k, title={A}, author={Doe, Jane; Roe, Rick}}").authors == two
    assert only("@misc{k, title={A}, author={Jane Doe; Rick Roe;}}").authors == two


@pytest.mark.parametrize("name", ["{Doe; Sons}", "Doe; Roe, Rick", "Andr&eacute; Roe"])
def test_a_semicolon_that_separates_no_names_stays_within_one(name: str) -> None:
    assert len(only(f"@misc{{k, title={{A}}, author={{{name}}}}}").authors) == 1


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"G{\"o}del, \'{E}mile {\O}rsted, \v{C}apek", "Gödel, Émile Ørsted, Čapek"),
        (r"\c c, {\ss}, \L{}\'od\'z, na{\"\i}ve", "ç, ß, Łódź, naïve"),
        (r"\textit{Escherichia} {\em coli} a~b -- c --- ``d''", "Escherichia coli a b – c — “d”"),
        (r"100\% of \$5 \& \#1 a\_b", "100% of $5 & #1 a_b"),
        (r"See \href{http://x.org/a}{the \emph{page}}", "See the page"),
        (r"Cost of $5 only", "Cost of $5 only"),
        (r"The $\alpha_{\'e} \& x$ of \alpha", r"The $\alpha_{\'e} \& x$ of α"),
        (r"By \(\alpha\) and \mymacro{x}", r"By \(\alpha\) and \mymacrox"),
        ("Ends in \\\\", "Ends in"),
    ],
)  # fmt: skip
def test_latex_becomes_text_outside_of_formulas(latex: str, text: str) -> None:
    assert only(f"@misc{{k, title = {{{latex}}}}}").title == text


def test_braces_that_do_not_close_are_found_however_many_entries_follow() -> None:
    text = "".join(
        f"@misc{{k{at},\n title = {{A title,\n}}\n" if at % 2 else f"@misc{{k{at},\n title={{T}}\n}}\n"
        for at in range(200)
    )
    reading = read(text)
    assert (len(reading.kept), len(reading.quarantined)) == (100, 100)
    assert [each.line for each in reading.quarantined] == [4 + 6 * at for at in range(100)]
