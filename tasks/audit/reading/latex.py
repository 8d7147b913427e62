"""Reads LaTeX: sections, items, tables, and the text of paragraphs, whatever its lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tasks.audit.reading.report import Builder, Marks
from tasks.audit.reading.typeset import definitions, is_definition, visible

_SECTION = re.compile(
    r"\s*\\(part|chapter|section|subsection|subsubsection|paragraph)\*?\s*(?:\[[^\]]{0,200}\])?\{(.*)"
)
_LEVELS = {"part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5}
_TABLE = re.compile(r"\\begin\{(tabular[xy*]?|longtable|array)\}")
_END_OF_TABLE = re.compile(r"\\end\{(tabular[xy*]?|longtable|array)\}")
_CODE_BEGINS = re.compile(r"\\begin\{(verbatim\*?|lstlisting|minted|comment)\}")
_APART = re.compile(r"\\(?:begin|end)\{")
_COMMENT = re.compile(r"(?<!\\)%.*")
_ITEM = re.compile(r"\s*\\item\b\s*(?:\[[^\]]{0,200}\])?")
_ROW_END = re.compile(r"\\\\(?:\[[^\]]{0,40}\])?|\\tabularnewline")
_CELL = re.compile(r"(?<!\\)&")
_RULE = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|cline\{[^}]{0,40}\}|cmidrule(?:\([^)]{0,20}\))?\{[^}]{0,40}\})"
)
_CODE = re.compile(r"\\(?:texttt|path|url|verb\|)\{?([^}|]{1,300})[}|]")

Write = Callable[[str], str]


def read_latex(lines: Sequence[str], write: Write, seen: Sequence[str] | None = None) -> Builder:
    """Lines of a .tex file to lines of visible text; `write` brings numbers into one writing.

    `seen` are the lines as they stand in the file, where `lines` were repaired.
    """
    to = Builder(seen)
    macros = definitions(lines)
    blank, broken, code = True, False, ""
    at = 0

    def shown(text: str) -> str:
        return write(visible(text, macros))

    while at < len(lines):
        source = lines[at]
        number = at + 1
        at += 1
        if code:
            code = "" if f"\\end{{{code}}}" in source else code
            to.add(number, source, "", "code")
            continue
        body = _COMMENT.sub("", source)
        if not body.strip():
            blank = blank or not source.strip()
            continue
        if is_definition(body):
            continue
        if head := _SECTION.match(body):
            to.heading(number, source, shown(head[2]), _LEVELS[head[1]])
        elif begins := _CODE_BEGINS.search(body):
            code = begins[1]
        elif _TABLE.search(body):
            at = _table(to, lines, at, shown)
        else:
            item = _ITEM.match(body)
            if (blank and not item) or _APART.search(body):
                to.apart()
            elif item:
                to.next_item()
            text = shown(body[item.end() :] if item else body)
            marks = Marks(tuple(each.replace("\\_", "_") for each in _CODE.findall(body)))
            if text and not item and not blank and not broken and to.last:
                to.goes_on(number, source, text, marks)
            elif text:
                to.add(number, source, text, "item" if item else "text", marks)
            broken = body.rstrip().endswith("\\\\")
        blank = False
    return to


def _table(to: Builder, lines: Sequence[str], at: int, shown: Write) -> int:
    """Read rows from index `at` on, and return the index behind the environment. The first row is the header."""
    rows: list[tuple[int, str, tuple[str, ...]]] = []
    pending, first = "", at + 1
    while at < len(lines):
        line = _COMMENT.sub("", lines[at])
        end = _END_OF_TABLE.search(line)
        pending += " " + _RULE.sub("", line[: end.start()] if end else line)
        at += 1
        *ended, pending = _ROW_END.split(pending)
        for row in ended:
            if row.strip():
                rows.append((first, lines[first - 1], tuple(shown(cell) for cell in _CELL.split(row))))
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
