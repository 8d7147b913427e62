"""Reads LaTeX: sections, items, tables, and text without its commands."""

from __future__ import annotations

import re
from collections.abc import Callable

from tasks.audit.reading.report import Builder

_SECTION = re.compile(
    r"\s*\\(part|chapter|section|subsection|subsubsection|paragraph)\*?\s*(?:\[[^\]]{0,200}\])?\{(.*)"
)
_LEVELS = {"part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5}
_BEGIN = re.compile(r"\\begin\{(tabular[xy*]?|longtable|array)\}")
_END = re.compile(r"\\end\{(tabular[xy*]?|longtable|array)\}")
_COMMENT = re.compile(r"(?<!\\)%.*")
_ITEM = re.compile(r"\s*\\item\b\s*(?:\[[^\]]{0,200}\])?")
_ROW_END = re.compile(r"\\\\(?:\[[^\]]{0,40}\])?|\\tabularnewline")
_CELL = re.compile(r"(?<!\\)&")
_RULE = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|cline\{[^}]{0,40}\}|cmidrule(?:\([^)]{0,20}\))?\{[^}]{0,40}\})"
)
_CODE = re.compile(r"\\(?:texttt|path|url|verb\|)\{?([^}|]{1,300})[}|]")
_SI = re.compile(r"\\(?:SI|qty)\s*(?:\[[^\]]{0,100}\])?\{([^{}]{1,60})\}\s*\{([^{}]{1,60})\}")
_NUM = re.compile(r"\\num\s*(?:\[[^\]]{0,100}\])?\{([^{}]{1,60})\}")
_SYMBOLS = (
    (r"\pm", "±"), (r"\times", "×"), (r"\cdot", "×"), (r"\leq", "≤"), (r"\geq", "≥"), (r"\le", "≤"), (r"\ge", "≥"),
    (r"\approx", "≈"), (r"\sim", "~"), (r"\rightarrow", "→"), (r"\to", "→"), (r"\alpha", "α"), (r"\chi", "χ"),
    (r"\checkmark", "✓"), (r"\milli\second", "ms"), (r"\second", "s"), (r"\minute", "min"), (r"\hour", "h"),
    (r"\giga\byte", "GB"), (r"\mega\byte", "MB"), (r"\percent", "%"),
)  # fmt: skip
_SYMBOL = re.compile("|".join(re.escape(name) + r"(?![A-Za-z])\s?" for name, _ in _SYMBOLS))
_MEANING = dict(_SYMBOLS)
_ESCAPED = re.compile(r"\\([%&_#$ {}])")
_COMMAND = re.compile(r"\\[A-Za-z]{1,40}\*?\s*(?:\[[^\[\]]{0,100}\])?")


def read_latex(lines: list[str], write: Callable[[str], str], seen: list[str] | None = None) -> Builder:
    """Lines of a .tex file to lines of visible text; `write` brings numbers into one writing.

    `seen` are the lines as they stand in the file, where `lines` were repaired.
    """
    to = Builder(seen)
    blank, broken = True, False
    at = 0
    while at < len(lines):
        source = lines[at]
        number = at + 1
        at += 1
        body = _COMMENT.sub("", source)
        if not body.strip():
            blank = blank or not source.strip()
            continue
        if head := _SECTION.match(body):
            to.heading(number, source, write(visible(head[2])), _LEVELS[head[1]])
        elif _BEGIN.search(body):
            at = _table(to, lines, at, write)
        else:
            item = _ITEM.match(body)
            if blank and not item:
                to.apart()
            elif item:
                to.next_item()
            rest = body[item.end() :] if item else body
            text, codes = write(visible(rest)), map(_plain_code, _CODE.findall(body))
            if text and not item and not blank and to.last and not broken:
                to.goes_on(number, source, text, codes)
            elif text:
                to.add(number, source, text, "item" if item else "text", codes)
            broken = body.rstrip().endswith("\\\\")
        blank = False
    return to


def visible(text: str) -> str:
    """A line of LaTeX as it is set, near enough for its claims."""
    text = _SI.sub(r"\1 \2", text)
    text = _NUM.sub(r"\1", text)
    text = _SYMBOL.sub(lambda each: _MEANING[each[0].strip()] + " ", text)
    text = text.replace("---", "—").replace("--", "–").replace("~", " ").replace("$", "")
    text = _ESCAPED.sub(lambda each: {"{": "\x01", "}": "\x02"}.get(each[1], each[1]), text)
    text = text.replace("\\,", " ").replace("\\;", " ").replace("\\!", "")
    text = _COMMAND.sub("", text)
    text = text.replace("{", "").replace("}", "").replace("\x01", "{").replace("\x02", "}")
    return re.sub(r"(?<=\d) (?=%)|(?<=%) (?=\))", "", " ".join(text.split()))


def _plain_code(text: str) -> str:
    return text.replace("\\_", "_")


def _table(to: Builder, lines: list[str], at: int, write: Callable[[str], str]) -> int:
    """Read rows from index `at` on, and return the index behind the environment. The first row is the header."""
    rows: list[tuple[int, str, tuple[str, ...]]] = []
    pending, first, source = "", at + 1, ""
    while at < len(lines):
        line = _COMMENT.sub("", lines[at])
        end = _END.search(line)
        pending += " " + _RULE.sub("", line[: end.start()] if end else line)
        source = source or lines[at].strip()
        at += 1
        *ended, pending = _ROW_END.split(pending)
        for row in ended:
            if row.strip():
                rows.append((first, lines[first - 1], tuple(write(visible(cell)) for cell in _CELL.split(row))))
            first = at
        if not pending.strip():
            first = at + 1
        if end:
            break
        if len(pending) > 20_000:
            pending = ""
    header = rows[0][2] if rows else ()
    to.table(header, rows[1:])
    return at
