"""What stands in a PDF is read as it is printed, and what is none ends in one line, in time."""

from __future__ import annotations

import json
import os
import random
import time
import zlib
from pathlib import Path

import pytest

from store.errors import BadInput
from tasks.drafting.reading import pages as reading
from tasks.drafting.reading.pages import LAYOUT, as_json, pages_from, read_pages
from tasks.drafting.reading.pdf import pages_of
from tests.unit.tasks.drafting.documents import Maker, needs_latex, typeset

DATA = Path(__file__).parent / "data"
SMALL = DATA / "two-columns.pdf"
"""Set by LaTeX: two columns, figures, a citation, a table and a minus."""


def test_figures_are_read_with_their_keys_places_and_text() -> None:
    pages = pages_of(SMALL)
    assert pages.count == 2
    first = [(figure.key, figure.text) for figure in pages.figures if figure.page == 1]
    assert first == [
        ("loss/mean", "0.563"), ("loss/low", "-0.536"), ("loss/high", "0.592"), ("test/p", "0.049"), ("data/n", "40"),
        ("data/n", "40"), ("loss/mean", "0.563"),
    ]  # fmt: skip
    left, top, right, bottom = pages.figures[0].box
    assert 0 < left < right < 300
    assert 0 < top < bottom < 842


def test_commas_beside_a_figure_are_none_of_it() -> None:
    assert all("," not in figure.text for figure in pages_of(SMALL).figures)


def test_lines_are_read_column_by_column_with_ligatures_parted() -> None:
    pages = pages_of(SMALL)
    text = " ".join(pages.text(1).split())
    assert text.index("efficient workflow of the first column") < text.index("second column")
    assert "0.563" not in text


def test_digits_that_lead_somewhere_in_the_paper_are_marked() -> None:
    bare = " ".join(line.bare for line in pages_of(SMALL).lines)
    assert f"Table {LAYOUT}" in bare
    assert f"[{LAYOUT}]" in bare


def test_rows_fonts_and_metadata_are_read() -> None:
    pages = pages_of(SMALL)
    assert pages.rows is not None
    assert set(pages.rows) == {"loss/mean", "loss/low", "loss/high", "test/p", "data/n"}
    assert all(font.embedded and font.kind == "Type1" for font in pages.fonts)
    assert pages.metadata["Title"] == "A small paper"
    assert pages.addresses == ((1, "https://example.org/a/1"),)


def test_links_of_a_preview_are_figures_as_well() -> None:
    pages = pages_of(DATA / "preview.pdf")
    assert [(figure.key, figure.text) for figure in pages.figures] == [("loss/mean", "0.563"), ("test/p", "< 0.001")]


def test_the_same_is_read_in_a_process_of_its_own() -> None:
    assert read_pages(SMALL) == pages_of(SMALL)
    assert pages_from(json.loads(as_json(pages_of(SMALL)))) == pages_of(SMALL)


def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_pages(path)
    said = str(caught.value)
    assert "\n" not in said
    assert said.isprintable()
    return said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no PDF"),
        (b"hello", "no PDF"),
        (b"%PDF-1.5\n", "cannot be read"),
        (b"%PDF-1.5\ntrailer<</Root 1 0 R>>\n%%EOF", "0 pages"),
        (b"\x89PNG\r\n\x1a\n" + bytes(2000), "no PDF"),
    ],
)
def test_what_is_no_pdf_is_refused_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a\x1b[31m\nb.pdf"
    path.write_bytes(content)
    assert said in refusal(path)


def test_other_things_than_files_are_refused(tmp_path: Path) -> None:
    assert "no file" in refusal(tmp_path)
    assert "cannot be read" in refusal(tmp_path / "missing.pdf")
    os.mkfifo(tmp_path / "pipe.pdf")
    assert "no file" in refusal(tmp_path / "pipe.pdf")
    with (tmp_path / "huge.pdf").open("wb") as huge:
        huge.truncate(reading.LARGEST + 1)
    assert "bytes" in refusal(tmp_path / "huge.pdf")


def whole(objects: list[bytes]) -> bytes:
    """A PDF of these objects; the first is the catalog."""
    out, places = b"%PDF-1.5\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, table, len(objects) + 1, len(out),
    )  # fmt: skip


PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>"


def stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%b>>stream\n%b\nendstream" % (len(content), more, content)


def test_a_locked_pdf_is_refused_as_such(tmp_path: Path) -> None:
    lock = b"<</Filter/Standard/V 1/R 2/P -4/O(%b)/U(%b)>>" % (b"o" * 32, b"u" * 32)
    content = whole([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>", lock])
    content = content.replace(b"trailer<<", b"trailer<</Encrypt 3 0 R/ID[(a)(a)]")
    (tmp_path / "locked.pdf").write_bytes(content)
    assert "locked by a password" in refusal(tmp_path / "locked.pdf")


BOMB = zlib.compress(zlib.compress(b"0 " * 300_000_000, 9), 9)


@pytest.mark.slow
def test_bombs_circles_and_locked_files_end_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog, one = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    cases = {
        "no page": [catalog, b"<</Type/Pages/Kids[]/Count 0>>"],
        "circle": [catalog, b"<</Type/Pages/Kids[2 0 R]/Count 1>>"],
        "bomb": [catalog, one, PAGE, stream(BOMB, b"/Filter[/FlateDecode/FlateDecode]"), FONT],
        "endless": [catalog, one, PAGE, stream(b"BT /F 9 Tf " + b"(a) Tj " * 3_000_000), FONT],
        "deep": [catalog, one, PAGE, stream(b"[" * 1_000_000), FONT],
        "self": [catalog, one, PAGE.replace(b"/Parent", b"/Annots 3 0 R/Parent"), stream(b""), FONT],
        "kids": [catalog, b"<</Type/Pages/Kids 7/Count 1>>"],
        "count": [catalog, b"<</Type/Pages/Count 9/Kids[" + b"3 0 R " * 200_000 + b"]>>", PAGE, stream(b""), FONT],
    }  # fmt: skip
    monkeypatch.setattr(reading, "LIMITS", reading.Limits(seconds=12.0, memory_bytes=1 << 30, file_bytes=100_000_000))
    for name, objects in cases.items():
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(whole(objects))
        began = time.monotonic()
        try:
            read = read_pages(path)
            assert read.count == 1, name
        except BadInput as error:
            assert "\n" not in str(error), name
        assert time.monotonic() - began < 40, name


@pytest.mark.slow
def test_a_paper_that_is_cut_or_damaged_anywhere_is_read_or_refused(tmp_path: Path) -> None:
    content, rng = SMALL.read_bytes(), random.Random(1)
    path = tmp_path / "damaged.pdf"
    for trial in range(150):
        damaged = bytearray(content)
        if trial % 3 == 0:
            del damaged[rng.randrange(len(content)) :]
        for _ in range(1 + trial % 7):
            if damaged:
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path.write_bytes(damaged)
        try:
            pages_of(path)
        except BadInput as error:
            assert "\n" not in str(error)


@needs_latex
@pytest.mark.slow
def test_seventeen_pages_with_850_figures_are_read_within_five_seconds(tmp_path: Path) -> None:
    document = Maker(5, figures=200, sections=60).document()
    document.lay(tmp_path)
    pdf, _ = typeset(tmp_path)
    began = time.process_time()
    pages = pages_of(pdf)
    assert time.process_time() - began < 5
    assert pages.count >= 17
    assert len(pages.figures) >= 850
