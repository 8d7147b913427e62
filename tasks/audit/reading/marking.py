"""Collects what the tags of a line of HTML say besides its text: code, links, values that are stated, ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tasks.audit.reading.report import Link, Marks, Stated
from tasks.audit.reading.tags import Tag

_CODE = {"code", "kbd", "samp", "tt"}
_INLINE = _CODE | {"a", "b", "data", "em", "i", "mark", "output", "small", "span", "strong", "sub", "sup", "var"}
_LINES = _INLINE | {"caption", "dd", "dt", "figcaption", "li", "p", "summary", "td", "th", "tr"}
"""An id on one of these names a line; on any other, such as a section or a table, a part of the document."""
_SIGNS = "<>≤≥"
_DEEPEST = 8
"""Elements in one another whose text is read, so that time does not grow with how deep they are nested."""


@dataclass(slots=True)
class _Open:
    """An element whose text is being read, and what will be noted of it."""

    tag: str
    target: str
    value: str
    text: list[str]


@dataclass(slots=True)
class Marking:
    """The marks of one line or row after the other; `write` brings numbers into one writing."""

    write: Callable[[str], str]
    codes: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)

    def start(self, element: Tag, before: str) -> None:
        """A tag opens, behind the text `before`."""
        tag, attributes = element.name, element.attributes() if element.name in _LINES else {}
        name = attributes.get("id") or (attributes.get("name") if tag == "a" else "")
        if name and tag in _LINES:
            self.anchors.append(name)
        href = attributes.get("href", "") if tag == "a" else ""
        target = href[1:] if href[:1] == "#" else ""
        value = attributes.get("value" if tag == "data" else "data-value", "") if tag in _INLINE else ""
        inside_its_like = bool(self.open) and tag == self.open[-1].tag
        if (target or value or tag in _CODE or inside_its_like) and len(self.open) < _DEEPEST:
            sign = before.rstrip()[-1:]
            self.open.append(_Open(tag, target, value, [f"{sign} "] if sign and sign in _SIGNS else []))

    def text(self, data: str) -> None:
        """Text is read."""
        for each in self.open:
            each.text.append(data)

    def end(self, tag: str) -> None:
        """A tag closes."""
        if not self.open or tag != self.open[-1].tag:
            return
        each = self.open.pop()
        text = " ".join("".join(each.text).split())
        if each.tag in _CODE:
            self.codes.append(text)
        if each.target:
            self.links.append(Link(self.write(text), each.target))
        if each.value:
            self.stated.append(Stated(self.write(text), each.value))

    def taken(self) -> Marks:
        """All marks of the line, which is over."""
        marks = Marks(tuple(self.codes), tuple(self.links), tuple(self.stated), tuple(self.anchors))
        self.codes, self.links, self.stated, self.anchors, self.open = [], [], [], [], []
        return marks
