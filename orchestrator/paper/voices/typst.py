"""How typst prints a value: every text as a string, which nothing in it can end, so that none of it is markup."""

from __future__ import annotations

import re
from datetime import datetime

from markupsafe import Markup

from orchestrator.paper.voices.escaping import pieces
from orchestrator.paper.voices.glyphs import with_stand_ins
from orchestrator.reports.prose import Absent, Anchor, Code, Estimate, Label, Link, ModelName, Said, Strong, when
from orchestrator.reports.renderers import clean, wordy
from store.figures import Figure

ADDRESS = "urn:gonogo:figure:"
"""How the address begins to which a figure is linked."""

_KEY = re.compile(r"[a-z0-9./-]+")


def typst(value: object) -> Markup:
    """A value as typst; TypeError for a bare number, which no template may print."""
    match value:
        case Markup():
            return value
        case tuple():
            return Markup("").join(map(typst, value))
        case str():
            return quoted(wordy(value))
        case Figure():
            return Markup(figure(value.id, value.text) + _unit(value))
        case Estimate(figure=of):
            bounds = Markup("")
            if of.interval is not None:
                low, high = figure(f"{of.id}/low", of.low_text), figure(f"{of.id}/high", of.high_text)
                bounds = Markup(f"{quoted(' [')}{low}{quoted(', ')}{high}{quoted(']')}")
            return Markup(figure(of.id, of.text) + _unit(of) + bounds)
        case Code(text=text, short=short):
            return Markup(f"#raw({_string(_breakable(short or text))});")
        case Strong(text=text):
            return Markup(f"#strong({_string(wordy(text))});")
        case Absent(word=word, reason=reason):
            return quoted(f"{word}: {reason}" if reason else word)
        case Said() | Label() | Link() | ModelName() | Anchor():
            return quoted(value.text)
        case datetime():
            return quoted(when(value))
        case _:
            raise TypeError(f"a template printed a {type(value).__name__}; numbers are printed as figures only")


def quoted(text: str) -> Markup:
    """Any text, as an expression that prints it."""
    return Markup(f"#{_string(text)};")


def figure(key: str, text: str) -> Markup:
    """The digits of a figure, linked to its address, and never broken over two lines."""
    if not _KEY.fullmatch(key):
        raise TypeError(f"{key!r} is no key of a figure of the paper")
    return Markup(f'#box(link("{ADDRESS}{key}", {_string(re.sub("^-", chr(0x2212), text))}));')


def _string(text: str) -> str:
    escaped = with_stand_ins(clean(text)).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _breakable(text: str) -> str:
    """An identifier that may be broken after its signs, and within long runs, by marks that show nothing."""
    return "\u200b".join(pieces(text))


def _unit(of: Figure) -> Markup:
    return quoted(f"\u00a0{of.printed_unit}") if of.printed_unit else Markup("")
