"""Splits HTML into tags and text as a browser does, in time that grows with its length, however broken it is."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][^\s/>]*+)"
    r"(?:[^\s>=\"']++|\s++|=\s*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'])[^\s>]*+)|[\"'])*+>"
)
"""Quotes count only behind an equals sign. Possessive: a tag that does not end is read once, not again and again."""
_ATTRIBUTE = re.compile(r"([^\s>=/\"']++)(?:\s*+=\s*+(\"[^\"]*+\"|'[^']*+'|[^\s>\"']++))?+")
_QUOTES = ("'", '"')
_BOGUS = re.compile(r"<(?:[!?]|/(?!>))")
_RAW = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"}
"""What holds text and no tags."""


@dataclass(frozen=True, slots=True)
class Tag:
    """`<name>`, or `</name>`."""

    name: str
    close: bool
    source: str = ""
    """As it is written."""

    def attributes(self) -> dict[str, str]:
        """Values by name, entities resolved; of two with the same name the first counts, as in a browser."""
        found: dict[str, str] = {}
        for name, value in _ATTRIBUTE.findall(self.source[1 + len(self.name) :]):
            found.setdefault(name.lower(), html.unescape(value[1:-1] if value[:1] in _QUOTES else value))
        return found


def split(text: str) -> Iterator[tuple[int, Tag | str]]:
    """Tags, and the text between them with its entities resolved, each with its line, from 1.

    As in the HTML standard, a comment or tag that never ends reaches to the end of the file.
    """
    at, line, counted = 0, 1, 0
    while at < len(text):
        line += text.count("\n", counted, at)
        counted = at
        begin = text.find("<", at)
        begin = len(text) if begin < 0 else begin
        if begin > at:
            yield line, html.unescape(text[at:begin])
            at = begin
            continue
        tag = _TAG.match(text, at)
        if tag is not None:
            name = tag["name"].lower()
            yield line, Tag(name, bool(tag["close"]), tag[0])
            at = tag.end()
            if tag[0].endswith("/>") and name not in _RAW:
                yield line, Tag(name, close=True)
            if name in _RAW and not tag["close"]:
                at = _end_of_raw(text, at, name)
        elif text.startswith("<!--", at):
            at = _behind(text, "-->", at + 2)
        elif _BOGUS.match(text, at):
            at = _behind(text, ">", at)
        elif text[at + 1 : at + 2].isalpha():
            return
        else:
            yield line, "<"
            at += 1


def _behind(text: str, mark: str, at: int) -> int:
    end = text.find(mark, at)
    return len(text) if end < 0 else end + len(mark)


def _end_of_raw(text: str, at: int, name: str) -> int:
    """Where the end tag of an element begins that holds no other tags; its own content is never shown as text."""
    end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, at)
    return len(text) if end is None else end.start()
