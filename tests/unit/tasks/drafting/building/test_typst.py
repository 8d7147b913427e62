"""A preview by Typst: the same bytes anywhere, and nothing from outside its folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.drafting.building.built import Built
from tasks.drafting.building.limits import Limits
from tasks.drafting.building.typst import build_typst, typst_version

from .conftest import EPOCH, SECRET, shown

pytestmark = pytest.mark.skipif(not typst_version(), reason="the wheel typst is not installed")

Make = Callable[..., Built]


@pytest.fixture
def make(folder: Path) -> Make:
    def build(text: str, limits: Limits = Limits(seconds=600)) -> Built:  # noqa: B008
        (folder / "paper.typ").write_text(text)
        return build_typst(folder, EPOCH, limits)

    return build


def test_a_preview_is_the_same_in_any_folder_and_zone_behind_any_walls(
    tmp_path: Path, walls: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = set()
    for name, zone in (("a", "UTC"), ("ü and spaces", "Asia/Tokyo")):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        (tmp_path / name).mkdir()
        (tmp_path / name / "paper.typ").write_text("= One $x^2$\n#datetime.today().display()")
        monkeypatch.setenv("TMPDIR", str(tmp_path / name))
        built = build_typst(tmp_path / name, EPOCH)
        assert built.pdf == tmp_path / name / "paper.pdf", built.error
        assert built.preview
        assert any(walls in guard for guard in built.guards) != (walls == "none")
        found.add(built.pdf.read_bytes())
    monkeypatch.undo()
    time.tzset()
    plain = build_typst(tmp_path / "a", EPOCH)
    assert plain.pdf is not None
    assert {plain.pdf.read_bytes()} == found


@pytest.mark.parametrize(
    "path", ["ABOVE", "/OUTSIDE", "//OUTSIDE", "../paper/../..OUTSIDE", "/../../../../../..OUTSIDE"]
)
def test_a_file_outside_is_not_read(make: Make, outside: Path, walls: str, path: str) -> None:
    name = path.replace("ABOVE", "../said").replace("/OUTSIDE", f"{outside}/secret.txt")
    built = make(f'#read("{name}")')
    assert built.pdf is None
    assert SECRET not in shown(built)
    assert built.error.startswith("paper.typ:1: ")


def test_a_link_is_refused(folder: Path, make: Make, outside: Path) -> None:
    (folder / "secret.txt").symlink_to(outside / "secret.txt")
    assert make('#read("secret.txt")').error == "secret.txt is a link; a paper has files"


@pytest.mark.parametrize("name", ['"@preview/cetz:0.3.0"', '("@pre" + "view/cetz:0.3.0")', '"@local/mine:1.0.0"'])
def test_no_package_is_fetched(make: Make, walls: str, name: str) -> None:
    built = make(f"#let name = {name}\n#import name: *")
    assert built.pdf is None
    assert built.error.startswith("paper.typ:2: package")
    if "@local" not in name:
        assert "packages are not fetched" in built.error
        kept = ("Connection refused", "Permission denied")
        assert any(words in built.log for words in kept), "it was kept from asking, whether or not there is a network"


def test_nothing_in_the_folder_changes_but_the_pdf_and_the_log(folder: Path, make: Make) -> None:
    make("x")
    assert sorted(path.name for path in folder.iterdir()) == ["paper.log", "paper.pdf", "paper.typ"]
    assert (folder / "paper.typ").read_text() == "x"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "limits", "error"),
    [
        ("#let n = 0\n#while n >= 0 { n += 1; if n > 9000 { n = 0 } }", Limits(seconds=3), ""),
        ("#let f(n) = { for i in range(9000) { f(n + 1) } }\n#f(0)", Limits(seconds=3), ""),
        ('#("x" * 9000000000).len()', Limits(seconds=600), "needed more than"),
        ("#let x = ([],) * 1000000000", Limits(seconds=600), "needed more than"),
        (
            "#for i in range(4000) [#i #pagebreak()]",
            Limits(seconds=600, file_bytes=100_000),
            "wrote a file of more than 100000 bytes",
        ),
    ],
)
def test_a_preview_that_takes_too_much_is_ended(make: Make, text: str, limits: Limits, error: str) -> None:
    built = make(text, limits)
    assert built.pdf is None
    assert built.error
    assert error in built.error


def test_an_error_is_one_line_that_says_where(make: Make) -> None:
    assert make("x\n#nothing()").error == "paper.typ:2: unknown variable: nothing"


FONTS = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


@pytest.mark.skipif(not FONTS.is_file(), reason="the font that could show is not installed")
def test_fonts_of_the_system_do_not_show(make: Make) -> None:
    built = make('#set text(font: "DejaVu Sans")\nx')
    assert built.pdf is not None
    assert "DejaVuSans" not in shown(built)
