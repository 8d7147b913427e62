"""Opens a report: from a file to lines, whatever its format, encoding and locale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from store.errors import BadInput
from tasks.audit.reading.decoding import LARGEST, UNREADABLE, decoded
from tasks.audit.reading.hypertext import read_html
from tasks.audit.reading.latex import read_latex
from tasks.audit.reading.markdown import read_markdown
from tasks.audit.reading.mojibake import repaired
from tasks.audit.reading.report import Damage, Line, Report
from tasks.audit.reading.writing import canonical, has_decimal_comma

_START = 2_000
_HTML = re.compile(
    r"\s*(?:<\?xml[^<>]{0,200}\?>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_LATEX = re.compile(r"\\(?:documentclass|begin\{document\}|section\*?\{|chapter\*?\{)")
_MOST_EXAMPLES = 3


def open_report(path: Path) -> Report:
    """Read a file; BadInput, in one line, where it is not there, too large, or no text."""
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
    return read_report(decoded(data, str(path)), path.suffix.lower())


def read_report(text: str, suffix: str = "") -> Report:
    """Read a text as HTML, LaTeX or Markdown, by its suffix or by how it begins."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    meant, kinds = repaired(text)
    damage = tuple(_damage(text, kinds))
    decimal_comma = has_decimal_comma(meant)

    def write(seen: str) -> str:
        return canonical(seen, decimal_comma)

    start = meant[:_START]
    if suffix in (".html", ".htm", ".xhtml") or _HTML.match(start):
        report = read_html(meant, write).report("html")
    else:
        lines = meant.split("\n")
        seen = text.split("\n") if kinds else None
        del text, meant  # with one wide character in it a text takes four times its length
        if suffix == ".tex" or _LATEX.search(start):
            report = read_latex(lines, write, seen).report("latex")
        else:
            report = read_markdown(lines, write, seen).report("markdown")
    return replace(report, damage=damage)


def _damage(text: str, kinds: list[tuple[str, str]]) -> Iterator[Damage]:
    """The first line with each of the two kinds of damage, as it stands in the file."""
    lines = set()
    if kinds:
        line = _line_of(text, kinds[0][0])
        lines.add(line.number)
        examples = kinds[:_MOST_EXAMPLES]
        yield Damage(line, ", ".join(a for a, _ in examples), ", ".join(b for _, b in examples))
    if UNREADABLE in text and (line := _line_of(text, UNREADABLE)).number not in lines:
        yield Damage(line, UNREADABLE, "")


def _line_of(text: str, seen: str) -> Line:
    at = text.index(seen)
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    source = text[start : end if end >= 0 else None]
    return Line(text.count("\n", 0, at) + 1, source, source, "text", 0, 0, 0)
