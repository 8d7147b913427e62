"""`gonogo audit` of what is damaged, oddly encoded or no report at all: no crash, no invented finding, one line."""

from __future__ import annotations

import gzip
import os
import pickle
from pathlib import Path

import pytest

TRUE = "# Lauf\n\nKept 40 of 64 (62.5 %) in 90 s (1.5 min), 5 ± 1 – naïve\n"

READ: dict[str, tuple[bytes, str]] = {
    "empty.md": (b"", "0 consistent"),
    "blank.md": (b"\n \n\t\n", "0 consistent"),
    "only-a-mark.md": (b"\xef\xbb\xbf", "0 consistent"),
    "no-numbers.md": (b"# Title\n\nNothing to count here, all of it is done.\n", "0 consistent"),
    "utf-8.md": (TRUE.encode(), "2 consistent"),
    "utf-8-with-mark.md": (TRUE.encode("utf-8-sig"), "2 consistent"),
    "utf-16-with-mark.md": (TRUE.encode("utf-16"), "2 consistent"),
    "utf-16-le.md": (TRUE.encode("utf-16-le"), "2 consistent"),
    "utf-16-be.md": (TRUE.encode("utf-16-be"), "2 consistent"),
    "utf-32-with-mark.md": (TRUE.encode("utf-32"), "2 consistent"),
    "utf-32-le.md": (TRUE.encode("utf-32-le"), "2 consistent"),
    "utf-32-be.md": (TRUE.encode("utf-32-be"), "2 consistent"),
    "windows-1252.md": (TRUE.encode("cp1252"), "2 consistent"),
    "shift-jis.md": ("結果: 40/64 (62.5 %)、平均 12.5 秒\n".encode("shift_jis") * 9, "9 consistent"),
    "gb18030.md": ("结果: 40/64 (62.5 %),平均 12.5 秒\n".encode("gb18030") * 9, "9 consistent"),
    "koi8-r.md": ("Результат: 40/64 (62.5 %), 12.5 с\n".encode("koi8-r") * 9, "9 consistent"),
    "crlf.md": (TRUE.replace("\n", "\r\n").encode(), "2 consistent"),
    "cr.md": (TRUE.replace("\n", "\r").encode(), "2 consistent"),
    "a-zero-byte.md": (("x " * 999 + TRUE.replace("of", "o\0f")).encode(), "2 consistent"),
    "german.md": (b"Gesamt 1.234,5 g (1,2345 kg); Anteil 5/8 (62,5 %) in 1.234,5 s (20,6 min)\n", "2 consistent"),
    "french.md": ("Part : 5/8 (62,5 %), en 1\u202f234,5 s (20,6 min) et 1 234,5 s (20,6 "
                  "min)\n".encode(), "2 consistent"),
    "swiss.md": (b"In 1'234.5 s (20.6 min)\n", "1 consistent"),
    "spaced.md": (b"In 1 234.5 s (20.6 min), 6 172 (50.0 %) of 12 345\n", "1 consistent"),
    "full-width.md": ("In １２３４ s （20.6 min）, ５/８ (62.5％)\n".encode(), "2 consistent"),
    "minus.md": ("Mean −1.2 ± 0.3 SD, n = 100, 95 % CI −1.26 to −1.14\n".encode(), "2 consistent"),
    "tables-in-tables.html": (b"<table><tr><td>a<table><tr><td>5/7 (71%)<table><tr><td>3/4 (75 %)", "2 consistent"),
    "markup-in-titles.html": (b"<!doctype html><title>9/7 (1%)</title><h1>A <b>5/7</b> <i>(71%)</i> "
                              b"&lt;x&gt;", "1 consistent"),
    "broken.html": (b"<html><p>5/7 (71%) <b <i> 3/4 (75%) </p <td> < 5 & &amp &#xZZ; <!-- 1/2 (90%)", "2 consistent"),
    "open-quotes.html": (b"<html><p class=\"x>5/7 (99%)", "0 consistent"),
    "unclosed.tex": (
        b"\\documentclass{a}\\begin{tabular}{l}\na & 5/7 (71\\%) \\\\ $x = \\frac{1}{2 \\textbf{ {{{ \\item 3/4 "
        b"(75\\%)",
        "0 consistent",
    ),
    "unclosed-math.tex": (b"\\section{A\n$5/7$ (71\\%) \\begin{itemize} \\item {{ 3/4 (75\\%) "
                          b"\\verb|x", "2 consistent"),
    "deep.md": (b"> " * 300 + b"- " * 300 + b"5/7 (71%)\n", "1 consistent"),
    "huge-numbers.md": (b"1e999 to 1e-999, n = 999999999, 9999999999999999999999999 of 1e400\n", "0 consistent"),
}  # fmt: skip
"""Name -> the file, and what is said of it."""

REFUSED: dict[str, bytes] = {
    "random.md": bytes(range(256)) * 20,
    "zeros.md": bytes(1000),
    "pickle.md": pickle.dumps([1.5] * 400),
    "gzip.md": gzip.compress(TRUE.encode()),
    "bzip2.md": b"BZh91AY&SY" + bytes(range(99)),
    "png.md": b"\x89PNG\r\n\x1a\n",
    "pdf.txt": b"%PDF-1.7\n",
    "office.docx": b"PK\x03\x04" + bytes(range(99)),
    "program.md": b"\x7fELF\x02\x01",
    "database.md": b"SQLite format 3\0" + bytes(99),
    "rich.md": b"{\\rtf1 5/7 (71%)}",
}

DAMAGED: dict[str, tuple[bytes, str]] = {
    "mojibake.md": ("Kept âœ… 40 of 64 (62.5 %), 5 Â± 1\n".encode(), "Kept âœ… 40 of 64 (62.5 %), 5 Â± 1"),
    "mixed.md": ("Größe – 40/64 (62.5 %)\n".encode() + "Größe\n".encode("latin-1"), "Gr\ufffd\ufffde"),
    "cut.md": (TRUE.encode()[:-1] + b"\xe2\x80", "naïve"),
}
"""Name -> the file, and what the finding quotes."""


def test_what_can_be_read_is_read_and_nothing_is_invented(gonogo, tmp_path: Path) -> None:
    for name, (data, said) in READ.items():
        path = tmp_path / name
        path.write_bytes(data)
        done = gonogo("audit", path)
        expected = f"0 inconsistent, 0 depends on reading, 0 not checkable, {said}\n"
        assert (done.code, done.err, done.out) == (0, "", expected), name


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_is_no_text_is_refused_in_one_line(gonogo, tmp_path: Path, options: tuple[str, ...]) -> None:
    for name, data in REFUSED.items():
        path = tmp_path / name
        path.write_bytes(data)
        done = gonogo("audit", path, *options)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), name
        assert str(path) in done.err


def test_damage_is_the_only_thing_found_in_what_is_damaged(gonogo, tmp_path: Path) -> None:
    for name, (data, quoted) in DAMAGED.items():
        path = tmp_path / name
        path.write_bytes(data)
        done = gonogo("audit", path, "--json")
        assert done.code == 1, name
        wrong = [each for each in done.json["findings"] if each["verdict"] != "consistent"]
        assert [each["check"] for each in wrong] == ["encoding"], name
        assert quoted in wrong[0]["quote"]


def test_what_is_no_file_is_refused_in_one_line(gonogo, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "large.md").touch()
    os.truncate(tmp_path / "large.md", 300 << 20)
    places = [tmp_path, *(tmp_path / name for name in ("pipe", "loop", "large.md", "missing.md", "x" * 300))]
    for path in (*places, Path("/dev/null"), Path("-")):
        done = gonogo("audit", path)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), path
        assert str(path) in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_is_refused_in_one_line(gonogo, tmp_path: Path) -> None:
    path = tmp_path / "closed.md"
    path.write_text(TRUE, encoding="utf-8")
    path.chmod(0)
    done = gonogo("audit", path)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "Permission denied" in done.err
