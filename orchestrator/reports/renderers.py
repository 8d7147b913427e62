"""How HTML and Markdown print a value. Every value of a template passes through here, so nothing comes out raw."""

from __future__ import annotations

import re
from datetime import datetime

from markupsafe import Markup, escape

from orchestrator.reports.prose import Absent, Anchor, Code, Estimate, Label, Link, ModelName, Said, Strong, when
from store.figures import Figure

_DIGIT = re.compile(r"\d")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_INVISIBLE = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
_MARKDOWN = re.compile(r"([\\`*_\[\]{}#|~$!])")
_AT_START = re.compile(r"^(\s*)([-+](?=\s|$)|[-=:](?=[-=:]*\s*$)|\d+(?=[.)](?:\s|$)))")
_AUTOLINK = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp)(:)|\b(www)(\.)")


def clean(text: str) -> str:
    """One line of printable text: line breaks and controls become spaces, direction marks become visible."""
    return _INVISIBLE.sub("\ufffd", _UNPRINTABLE.sub(" ", text))


def short(text: str, most: int) -> str:
    """The text, with its middle left out when it is too long for its place."""
    text = clean(text)
    if len(text) <= most:
        return text
    keep = most - 1
    return f"{text[: keep - keep // 2]}…{text[len(text) - keep // 2 :]}"


def wordy(text: str) -> str:
    """The program's own words; TypeError where there is a number among them, which only a figure may be."""
    if _DIGIT.search(text):
        raise TypeError(f"{text!r} has a number in it that is no figure, no quotation and no name")
    return text


def verbatim(text: str) -> Markup:
    """Words of the log or of a figure's record as HTML. No other text may hold a number without being prose."""
    return escape(clean(text))


def html(value: object) -> Markup:
    """A value as HTML; TypeError for a bare number, which no template may print."""
    match value:
        case Markup():
            return value
        case tuple():
            return Markup("").join(html(wordy(piece) if isinstance(piece, str) else piece) for piece in value)
        case str():
            return escape(clean(wordy(value)))
        case Figure():
            return _with_unit(_html_digits(value, value.text), value)
        case Estimate(figure=figure):
            return _html_estimate(figure)
        case Said(text=text, position=position):
            return Markup('<span class="said" data-position="{}">{}</span>').format(position, clean(text))
        case Code(text=text, short=short) if short:
            return Markup('<code title="{}">{}</code>').format(clean(text), clean(short))
        case Code(text=text):
            return Markup("<code>{}</code>").format(clean(text))
        case Label(text=text):
            return Markup('<span class="id">{}</span>').format(clean(text))
        case Anchor(text=text):
            return Markup("{}").format(text)
        case Link(text=text, anchor=Anchor(text=anchor)):
            return Markup('<a class="id" href="#{}">{}</a>').format(anchor, clean(text))
        case Strong(text=text):
            return Markup("<strong>{}</strong>").format(clean(wordy(text)))
        case Absent(word=word, reason=reason):
            told = Markup(': <span class="said">{}</span>').format(clean(reason)) if reason else ""
            return Markup('<span class="absent">{}{}</span>').format(word, told)
        case ModelName(id=id, locator=locator, untrained=untrained):
            tag = Markup(' <span class="untrained">(untrained)</span>') if untrained else ""
            return Markup('<span class="model" title="{}">{}</span>{}').format(clean(locator), clean(id), tag)
        case datetime():
            return Markup('<time datetime="{}">{}</time>').format(f"{value:%Y-%m-%dT%H:%M:%SZ}", when(value))
        case _:
            raise TypeError(f"a template printed a {type(value).__name__}; numbers are printed as figures only")


def drawing(piece: str | Figure) -> Markup:
    """A piece of a drawing that stands for itself: its own markup, or a figure that says where it comes from.

    TypeError for a bare number.
    """
    match piece:
        case str():
            return Markup(piece)
        case Figure():
            return Markup('<tspan data-position="{}" data-run="{}" data-metric="{}">{}</tspan>').format(
                piece.position, piece.run_id or "log", clean(piece.metric), piece.text
            )
        case _:
            raise TypeError(f"a drawing holds a {type(piece).__name__}; numbers are printed as figures only")


def drawing_on_page(pieces: tuple[str | Figure, ...]) -> Markup:
    """A drawing within a page, whose figures link to their rows."""
    return Markup("").join(html(piece) if isinstance(piece, Figure) else drawing(piece) for piece in pieces)


def _html_digits(figure: Figure, text: str, bound: str = "") -> Markup:
    part = Markup(' data-bound="{}"').format(bound) if bound else ""
    return Markup(
        '<a class="figure" href="#{}" data-position="{}" data-run="{}" data-metric="{}"{}>{}</a>'
    ).format(figure.id, figure.position, figure.run_id or "log", clean(figure.metric), part, text)  # fmt: skip


def _html_estimate(figure: Figure) -> Markup:
    """The unit follows the value directly, since tables set the interval on its own line."""
    value = _with_unit(_html_digits(figure, figure.text), figure)
    if figure.interval is None:
        return value
    low, high = _html_digits(figure, figure.low_text, "low"), _html_digits(figure, figure.high_text, "high")
    return Markup('{} <span class="interval">[{}, {}]</span>').format(value, low, high)


def _with_unit(digits: Markup, figure: Figure) -> Markup:
    return Markup("{}\u00a0{}").format(digits, figure.printed_unit) if figure.printed_unit else digits


def markdown(value: object) -> Markup:
    """A value as Markdown; TypeError for a bare number, which no template may print."""
    match value:
        case Markup():
            return value
        case tuple():
            return Markup("").join(
                _escaped(wordy(piece)) if isinstance(piece, str) else markdown(piece) for piece in value
            )
        case str():
            return inert(wordy(value))
        case Figure():
            return _with_unit(_md_digits(value, value.text), value)
        case Estimate(figure=figure):
            digits = _md_digits(figure, figure.text)
            if figure.interval is not None:
                low, high = _md_digits(figure, figure.low_text), _md_digits(figure, figure.high_text)
                digits = Markup(f"{digits} \\[{low}, {high}\\]")
            return _with_unit(digits, figure)
        case Code(text=text, short=short):
            return _md_code(clean(short or text))
        case Anchor(text=text):
            return Markup("{}").format(text)
        case Link(text=text, anchor=Anchor(text=anchor)):
            return Markup(f"[{inert(text)}](#{anchor})")
        case Strong(text=text):
            return Markup(f"**{inert(wordy(text))}**")
        case Absent(word=word, reason=reason):
            return Markup(f"{inert(word)}: {inert(reason)}") if reason else inert(word)
        case Said() | Label() | ModelName():
            return inert(value.text)
        case datetime():
            return Markup(when(value))
        case _:
            raise TypeError(f"a template printed a {type(value).__name__}; numbers are printed as figures only")


def inert(text: str) -> Markup:
    """Text that no Markdown reader takes for markup: no emphasis, HTML, table cell, list, link or automatic link."""
    text = _escaped(text)
    start = _AT_START.match(text)
    if start is None:
        return Markup(text)
    head, rest = start[0], text[start.end() :]
    return Markup(f"{head}\\{rest}" if start[2].isdigit() else f"{start[1]}\\{start[2]}{rest}")


def _escaped(text: str) -> Markup:
    """Inert, as long as it does not begin a line."""
    text = _MARKDOWN.sub(r"\\\1", clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return Markup(_AUTOLINK.sub(lambda found: f"{found[1] or found[3]}\\{found[2] or found[4]}", text))


def _md_digits(figure: Figure, text: str) -> Markup:
    return Markup(f"[{_escaped(text)}](#{figure.id})")


def _md_code(text: str) -> Markup:
    """A code span; where a backtick or a table's bar would end it early, inert text instead."""
    return inert(text) if "`" in text or "|" in text or not text.strip() else Markup(f"`{text}`")
