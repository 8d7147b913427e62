"""What stands on the terminal of literature: names and titles of any kind, whole lines, and nothing that it obeys."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from orchestrator.cli.show.screening import lines
from orchestrator.usecases.screening import Shown
from store.review import ReviewProtocol
from tasks.literature.record import Record

from .conftest import Gonogo

NAME = "no\x1b[31m\u202egnp.\nris"
LONG = "word " * 40_000


def assert_harmless(text: str) -> None:
    assert not [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf")], text


def test_names_of_files_reach_the_terminal_on_one_line_and_without_marks(
    gonogo: Gonogo, tracked: Path, tmp_path: Path
) -> None:
    file, sound = tmp_path / NAME, tmp_path / "sound.ris"
    file.write_text("TY  - JOUR\nTI  - A title\nER  - \n")
    sound.write_text("TY  - JOUR\nTI  - Another thing\nER  - \n")
    said = gonogo("literature", "import", file, sound, tmp_path / f"gone{NAME}", "-w", tracked)
    assert said.code == 0
    assert_harmless(said.out)
    assert said.out.count("\n") == 4, "a line a file, and one of what there is"
    again = gonogo("literature", "import", tmp_path / f"gone{NAME}", "-w", tracked)
    assert again.code == 2
    assert "there is no such file" in again.err
    assert_harmless(again.err)


def test_a_file_that_is_given_twice_is_kept_once(gonogo: Gonogo, tracked: Path, tmp_path: Path) -> None:
    file = tmp_path / "new.ris"
    file.write_text("TY  - JOUR\nTI  - A title\nER  - \n")
    said = gonogo("literature", "import", file, file, "-w", tracked).out
    assert said.startswith("new.ris: 1 kept\nnew.ris: already known, nothing changes\n")


def test_a_title_that_would_fill_the_terminal_is_cut_there_and_whole_in_json(
    gonogo: Gonogo, tracked: Path, tmp_path: Path
) -> None:
    file = tmp_path / "long.ris"
    file.write_text(f"TY  - JOUR\nTI  - Endless {LONG}\nER  - \n")
    assert gonogo("literature", "import", file, "-w", tracked).code == 0
    (line,) = gonogo("literature", "search", "endless", "-w", tracked).out.splitlines()
    listed = gonogo("literature", "records", "-w", tracked).out.splitlines()[-1]
    for each in (line, listed):
        assert len(each) < 400
        assert each.endswith(" …")
    (work,) = gonogo("literature", "search", "endless", "--json", "-w", tracked).json["works"]
    assert len(work["work"]["title"]) > 100_000


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 12)])
def test_a_screen_of_a_long_title_still_shows_the_abstract_and_the_keys(
    monkeypatch: pytest.MonkeyPatch, columns: int, rows: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", str(rows))
    shown = Shown(("a.0",), Record(title=LONG, type="article", abstract="What it says."), 1, 9, "bm25")
    seen = list(lines(shown, ReviewProtocol(criteria={"off-topic": "Not about it."}), "title"))
    assert len(seen) <= rows
    assert "What it says." in seen
    assert "[k]key" in " ".join(seen)
    assert " ".join(seen).count("]include") == 1


def test_a_folder_is_no_file_to_write_to(gonogo: Gonogo, tracked: Path, tmp_path: Path) -> None:
    said = gonogo("literature", "prisma", "--svg", tmp_path, "-w", tracked)
    assert said.code == 2
    assert said.err == f"gonogo: {tmp_path} is a folder; name a file in it\n"
