"""Reads Markdown; plain text is Markdown with little markup."""

from __future__ import annotations

import html
import operator
import re
from collections.abc import Callable, Sequence

from tasks.audit.reading.report import PLAIN, Builder, Link, Marks
from tasks.audit.reading.sentences import wraps

_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"\s{0,3}(={3,}|-{3,})\s*$")
_RULE = re.compile(r"\s{0,3}([-*_])(?:\s*\1){2,}\s*$")
_SEPARATOR = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_ITEM = re.compile(r"(\s*)(?:[-*+•]|\d{1,3}[.)])\s+(?:\[([ xX])\]\s+)?")
_QUOTE = re.compile(r"^\s{0,3}>\s?")

_LITERAL = re.compile(r"^\s*\.\. (?:code|code-block|sourcecode|parsed-literal|prompt|doctest)::|^(?!\s*\.\. ).*::\s*$")
"""What reStructuredText sets as code, if it is deeper."""
_CODE = re.compile(r"`([^`]{1,300})`")
_IMAGE = re.compile(r"!\[[^\[\]]{0,300}\]\([^()]{0,500}\)")
_LINK = re.compile(r"\[(?<!\\.)([^\[\]\\]*(?:\\.[^\[\]\\]*)*)\]\([^()\s]{0,500}(?:\s[^()]{0,200})?\)")
_TAG = re.compile(
    r"</?(?:a|b|br|code|details|div|em|font|hr|i|img|kbd|mark|p|small|span|strong|sub|summary|sup|table|td|th|tr|u)"
    r"(?:\s+[\w-]+=[^<>]{0,500})?\s*/?>",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.{0,2000}?-->")
_STAR = re.compile(r"(?<!\w)\*(?=\S)([^*]{1,300}?)(?<=\S)\*(?!\w)")
_UNDERSCORE = re.compile(r"(?<!\w)_(?=\S)|(?<=\S)_(?!\w)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~$])")
_CELL = re.compile(r"(?<!\\)\|")

_SIGN = r"(?P<sign>(?:[<>≤≥]|&[lg]t;)\s?)?"
_TO_HERE = re.compile(rf"{_SIGN}(?<![\\!])\[(?P<text>(?:[^\[\]\\]|\\.){{1,60}})\]\(#(?P<target>[^()\s]{{1,200}})\)")
_TAG_TO_HERE = re.compile(
    rf"{_SIGN}<a\s[^<>]{{0,300}}?\bhref=[\"']#(?P<target>[^\"'<>\s]{{1,200}})[\"'][^<>]{{0,300}}>(?P<text>[^<>]{{1,60}})</a>",
    re.IGNORECASE,
)
_ANCHOR = re.compile(
    r"<(?:a|b|code|em|i|mark|span|strong|sub|sup)\s(?:[^<>]{0,300}?\s)?(?:id|name)=[\"']?([^\"'<>\s]{1,200})",
    re.IGNORECASE,
)

Write = Callable[[str], str]


def read_markdown(lines: Sequence[str], write: Write, seen: Sequence[str] | None = None) -> Builder:
    """Lines of the file to lines of visible text; `write` brings numbers into one writing.

    `seen` are the lines as they stand in the file, where `lines` were repaired.
    """
    to = Builder(seen)
    fence = ""
    after_blank = True
    literal = -1
    at = 0
    while at < len(lines):
        source = lines[at]
        number = at + 1
        at += 1
        lead = source.lstrip()[:1]
        if lead in "`~" and lead and (mark := _FENCE.match(source)):
            fence = "" if fence == mark[1] else fence or mark[1]
            continue
        if fence:
            to.add(number, source, "", "code")
            continue
        if literal >= 0:
            if not lead or _indent(source) > literal:
                to.add(number, source, "", "code")
                continue
            literal = -1
        if "::" in source and _LITERAL.search(source):
            literal = _literal(lines, at, source)
        if not lead or (lead in "-*_" and _RULE.match(source)):
            after_blank = True
            continue
        body = _QUOTE.sub("", source, count=1) if lead == ">" else source
        if "#" in body and (head := _HEADING.match(body)):
            to.heading(number, source, write(visible(head[2])), len(head[1]))
        elif at < len(lines) and _is_title(body, lines[at]):
            to.heading(number, source, write(visible(body)), 1 if "=" in lines[at] else 2)
            at += 1
        elif "|" in body and at < len(lines) and "-" in lines[at] and _SEPARATOR.match(_QUOTE.sub("", lines[at])):
            at = _table(to, lines, at - 1, write)
        else:
            _text(to, number, source, body, after_blank, write)
        after_blank = False
    return to


def _indent(source: str) -> int:
    return len(source) - len(source.lstrip())


def _literal(lines: Sequence[str], at: int, source: str) -> int:
    """How deep a line stands, where what is below it is deeper; else -1."""
    below = next((each for each in lines[at : at + 4] if each.strip()), "")
    return _indent(source) if _indent(below) > _indent(source) + 1 else -1


_first = operator.itemgetter(1)


def visible(text: str) -> str:
    """A line of Markdown as it is seen."""
    if "](" in text:
        text = _LINK.sub(_first, _IMAGE.sub("", text) if "![" in text else text)
    if "<" in text:
        text = _TAG.sub("", _COMMENT.sub("", text))
    if "*" in text:
        text = _STAR.sub(_first, text.replace("**", ""))
    if "_" in text and "`" not in text:
        text = _UNDERSCORE.sub("", text.replace("__", ""))
    text = text.replace("`", "")
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    return (html.unescape(text) if "&" in text else text).strip()


def _is_title(body: str, below: str) -> bool:
    under = _UNDERLINE.match(below) if below.lstrip()[:1] in ("=", "-") else None
    return under is not None and "|" not in body and not _ITEM.match(body) and ("=" in under[1] or len(body) < 100)


def _text(to: Builder, number: int, source: str, body: str, after_blank: bool, write: Write) -> None:
    """A paragraph's line or an item; what is indented under a top-level item belongs to it."""
    item = _ITEM.match(body)
    indented = body[:1] in " \t"
    if after_blank and not indented:
        to.apart()
    elif item and not indented:
        to.next_item()
    rest = body[item.end() :] if item else body
    box = None if not item or item[2] is None else item[2] != " "
    text, marks = write(visible(rest)), _marks(body, write)
    if not item and not after_blank and to.last and wraps(to.last, text):
        to.goes_on(number, source, text, marks)
    else:
        to.add(number, source, text, "item" if item else "text", marks, box)


def _table(to: Builder, lines: Sequence[str], first: int, write: Write) -> int:
    """Read the table whose header is at index `first`, and return the index behind it."""
    header = _cells(lines[first], write)
    rows = []
    at = first + 2
    while at < len(lines) and "|" in lines[at]:
        rows.append((at + 1, lines[at], _cells(lines[at], write)))
        at += 1
    to.table(header, rows, [_marks(source, write) for _, source, _ in rows])
    return at


def _cells(source: str, write: Write) -> tuple[str, ...]:
    inner = _QUOTE.sub("", source).strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return tuple(write(visible(cell)) for cell in _CELL.split(inner))


def _marks(source: str, write: Write) -> Marks:
    codes = tuple(_CODE.findall(source))
    if "#" not in source and "<" not in source:
        return Marks(codes) if codes else PLAIN
    bare = _CODE.sub("", source) if codes else source
    links = [
        Link(write(visible((each["sign"] or "") + each["text"])), each["target"])
        for pattern in (_TO_HERE, _TAG_TO_HERE)
        for each in pattern.finditer(bare)
    ]
    return Marks(codes, tuple(links), anchors=tuple(_ANCHOR.findall(bare)))
