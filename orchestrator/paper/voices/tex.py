"""How LaTeX prints a value. Every value of a template passes through here, so nothing comes out raw."""

from __future__ import annotations

import re
from datetime import datetime

from markupsafe import Markup

from orchestrator.paper.voices.escaping import breakable, tex_text
from orchestrator.reports.prose import Absent, Anchor, Code, Estimate, Label, Link, ModelName, Said, Strong, when
from orchestrator.reports.renderers import wordy
from store.figures import Figure

_KEY = re.compile(r"[a-z0-9./-]+")


def tex(value: object) -> Markup:
    """A value as LaTeX; TypeError for a bare number, which no template may print."""
    match value:
        case Markup():
            return value
        case tuple():
            return Markup("").join(map(tex, value))
        case str():
            return Markup(tex_text(wordy(value)))
        case Figure():
            return Markup(_fig(value.id) + _unit(value))
        case Estimate(figure=figure):
            bounds = f" [{_fig(figure.id + '/low')}, {_fig(figure.id + '/high')}]" if figure.interval else ""
            return Markup(_fig(figure.id) + _unit(figure) + bounds)
        case Code(text=text, short=short):
            return Markup(rf"\texttt{{{breakable(short or text)}}}")
        case Strong(text=text):
            return Markup(rf"\textbf{{{tex_text(wordy(text))}}}")
        case Absent(word=word, reason=reason):
            return Markup(tex_text(f"{word}: {reason}" if reason else word))
        case Said() | Label() | Link() | ModelName() | Anchor():
            return Markup(tex_text(value.text))
        case datetime():
            return Markup(when(value))
        case _:
            raise TypeError(f"a template printed a {type(value).__name__}; numbers are printed as figures only")


def verbatim(text: str) -> Markup:
    """Words of the record, or of a figure's; no other text may hold a number without being prose."""
    return Markup(tex_text(text))


def path(text: str) -> Markup:
    """An identifier, which may be broken anywhere."""
    return Markup(breakable(text))


def digits(text: str) -> Markup:
    """The digits of a figure, with a true minus."""
    text = re.sub("^-", r"\\ensuremath{-}", text)
    return Markup(re.sub("^< ", r"\\ensuremath{<}\\,", text))


def comment(text: str) -> Markup:
    """Text within a comment, which a line break would end."""
    return Markup(re.sub(r"[^\x20-\x7e]", "?", text))


def _fig(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise TypeError(f"{key!r} is no key of a figure of the paper")
    return rf"\fig{{{key}}}"


def _unit(figure: Figure) -> str:
    return f"~{tex_text(figure.printed_unit)}" if figure.printed_unit else ""
