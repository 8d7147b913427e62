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
_MOST_FORMS, _MOST_PLACES = 10, 100
_SPOKEN_OF = re.compile(r"U\+FFFD|replacement character", re.I)


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
    damage = _damage(text, kinds)
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
    return replace(report, damage=tuple(_first_damage(damage, report)))


def _damage(text: str, kinds: list[tuple[str, str]]) -> list[Damage]:
    """Lines with each of the two kinds of damage, as they stand in the file: the first of every seen form."""
    examples = kinds[:_MOST_EXAMPLES]
    seen, meant = ", ".join(a for a, _ in examples), ", ".join(b for _, b in examples)
    lines = [line for one, _ in kinds[:_MOST_FORMS] for line in _lines_with(text, one)]
    lost = [line for line in _lines_with(text, UNREADABLE) if not _SPOKEN_OF.search(line.text)]
    return [*(Damage(line, seen, meant) for line in lines), *(Damage(line, UNREADABLE, "") for line in lost)]


def _first_damage(damage: list[Damage], report: Report) -> Iterator[Damage]:
    """The first line of each kind that is no code: code may show damage on purpose."""
    code = {line.number for line in report.lines if line.kind == "code"}
    said: set[int] = set()
    for meant in (True, False):
        outside = [each for each in damage if bool(each.meant) == meant and each.line.number not in code]
        first = min(outside, key=lambda each: each.line.number, default=None)
        if first is not None and first.line.number not in said:
            said.add(first.line.number)
            yield first


def _lines_with(text: str, seen: str) -> Iterator[Line]:
    at, number, counted = text.find(seen), 1, 0
    for _ in range(_MOST_PLACES):
        if at < 0:
            return
        number += text.count("\n", counted, at)
        counted = at
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        source = text[start : end if end >= 0 else None]
        yield Line(number, source, source, "text", 0, 0, 0)
        at = text.find(seen, end) if end >= 0 else -1
