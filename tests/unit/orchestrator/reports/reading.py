"""What a reader of a report sees: HTML taken apart with the standard library, Markdown with a CommonMark reader."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

from markdown_it import MarkdownIt

VOID = {"meta", "br", "link", "img", "input", "hr"}
QUOTED = {"figure", "said", "id", "model", "untrained"}
"""Classes whose text is a figure, words of the log, or a name."""
SILENT = {"style", "title", "desc", "code", "pre", "time", "svg", "h1", "h2", "h3", "h4"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    path: tuple[str, ...]
    text: str = ""

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())


@dataclass(repr=False, eq=False)
class Page(HTMLParser):
    """Every element in order, and every piece of text with the elements around it."""

    elements: list[Element] = field(default_factory=list)
    texts: list[tuple[str, tuple[Element, ...]]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @staticmethod
    @cache
    def read(html: bytes) -> Page:
        page = Page()
        HTMLParser.__init__(page, convert_charrefs=True)
        page.open: list[Element] = []
        page.feed(html.decode("utf-8"))
        page.close()
        page.errors += [f"<{element.tag}> is never closed" for element in page.open]
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs}, tuple(e.tag for e in self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {key: value or "" for key, value in attrs}, ()))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].tag != tag:
            self.errors.append(f"</{tag}> at {self.getpos()} closes {self.open[-1].tag if self.open else 'nothing'}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append((data, tuple(self.open)))
        for element in self.open:
            element.text += data

    @property
    def figures(self) -> list[Element]:
        return [element for element in self.elements if "figure" in element.classes]

    def within(self, element_id: str) -> str:
        return next(element.text for element in self.elements if element.attributes.get("id") == element_id)

    def loose_digits(self) -> list[str]:
        """Texts with digits that are neither figures nor names, dates, headings, quotations or the appendix."""
        return [
            text.strip()
            for text, around in self.texts
            if re.search(r"\d", text)
            and not any(
                element.tag in SILENT or element.classes & QUOTED or element.attributes.get("id") == "figures"
                for element in around
            )
        ]


@cache
def markdown(text: bytes) -> list[tuple[str, str]]:
    """(type, content) of every token, in order, those inside lines included."""
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text.decode("utf-8"))
    found = []
    for token in tokens:
        if token.type != "inline":
            found.append((token.type, token.content))
        for child in token.children or []:
            found.append((child.type, child.content if child.type != "link_open" else str(child.attrGet("href"))))
    return found


def tables(text: bytes) -> list[list[str]]:
    """Runs of lines that begin with a bar, outside code."""
    runs: list[list[str]] = [[]]
    for line in text.decode("utf-8").split("\n"):
        if line.startswith("|"):
            runs[-1].append(line)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def cells(row: str) -> int:
    return len(re.findall(r"(?<!\\)\|", row)) - 1
