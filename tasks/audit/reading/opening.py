"""Opens a report: from a file to lines, whatever its format, encoding and locale."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from store.errors import BadInput
from tasks.audit.reading.decoding import LARGEST, UNREADABLE, decoded
from tasks.audit.reading.hypertext import read_html
from tasks.audit.reading.latex import read_latex
from tasks.audit.reading.markdown import read_markdown
from tasks.audit.reading.report import Damage, Line, Report
from tasks.audit.reading.writing import canonical, has_decimal_comma
from tasks.mojibake import repaired

_START = 2_000
_HTML = re.compile(
    r"\s*(?:<\?xml[^<>]{0,200}\?>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_LATEX = re.compile(r"\\(?:documentclass|begin\{document\}|section\*?\{|chapter\*?\{)")
_MOST_EXAMPLES = 3
_SAMPLE = 4_000_000
"""Characters that tell how numbers are written."""
_SPOKEN_OF = re.compile(r"U\+FFFD|replacement character", re.I)


def open_report(path: Path) -> Report:
    """Read a file; BadInput, in one line, where it is not there, too large, or no text."""
    return read_report(_text_of(path), path.suffix.lower())


def _text_of(path: Path) -> str:
    try:
        if path.is_dir():
            raise BadInput(f"{path} is a folder; name the report in it")
        if path.exists() and not path.is_file():
            raise BadInput(f"{path} is no file; save the report to one")
        size = path.stat().st_size
        if size > LARGEST:
            raise BadInput(f"{path} has {size / 2**20:.0f} MiB; a report has at most {LARGEST >> 20}")
        data = path.read_bytes()
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    return decoded(data, str(path))


def read_report(text: str, suffix: str = "") -> Report:
    """Read a text as HTML, LaTeX or Markdown, by its suffix or by how it begins."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    start, sample = text[:_START], text[:_SAMPLE]
    seen: Sequence[str] = text.split("\n")
    del text  # one wide character in it makes it four times as long as its lines
    lines, kinds = repaired(seen)
    damage = [*_misread(seen, lines, kinds), *_lost(seen)]
    decimal_comma = has_decimal_comma(sample)

    def write(visible: str) -> str:
        return canonical(visible, decimal_comma)

    if suffix in (".html", ".htm", ".xhtml") or _HTML.match(start):
        report = read_html("\n".join(lines), write).report("html")
    elif suffix == ".tex" or _LATEX.search(start):
        report = read_latex(lines, write, seen if kinds else None).report("latex")
    else:
        report = read_markdown(lines, write, seen if kinds else None).report("markdown")
    return replace(report, damage=tuple(_first_of_each(damage, report)))


def _misread(seen: Sequence[str], lines: Sequence[str], kinds: list[tuple[str, str]]) -> Iterator[Damage]:
    """Lines that were decoded with the wrong encoding, as they stand in the file."""
    examples = kinds[:_MOST_EXAMPLES]
    shown, meant = ", ".join(a for a, _ in examples), ", ".join(b for _, b in examples)
    if seen is not lines:
        for number, (before, after) in enumerate(zip(seen, lines, strict=True), 1):
            if before is not after and before != after:
                yield Damage(_line(number, before), shown, meant)


def _lost(seen: Sequence[str]) -> Iterator[Damage]:
    """Lines with characters that could not be decoded."""
    for number, line in enumerate(seen, 1):
        if not line.isascii() and UNREADABLE in line and not _SPOKEN_OF.search(line):
            yield Damage(_line(number, line), UNREADABLE, "")


def _line(number: int, text: str) -> Line:
    return Line(number, text, text, "text", 0, 0, 0)


def _first_of_each(damage: list[Damage], report: Report) -> Iterator[Damage]:
    """The first line of each kind that is no code, which may show damage on purpose."""
    code = {line.number for line in report.lines if line.kind == "code"} if damage else set()
    said: set[int] = set()
    for misread in (True, False):
        outside = (each for each in damage if bool(each.meant) == misread and each.line.number not in code)
        first = next(outside, None)
        if first is not None and first.line.number not in said:
            said.add(first.line.number)
            yield first
