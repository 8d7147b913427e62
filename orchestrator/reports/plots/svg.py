"""Makes a drawing fit to print: same bytes every time, colours that follow the page, a title and a description."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from html import escape
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from orchestrator.reports.plots.plot import Plot

FONT = "DejaVu Sans"
"""Comes with matplotlib, so that text is measured alike everywhere; pages show it in their own sans-serif."""

SHOWN_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

COLOURS: Mapping[str, tuple[str, str, str]] = {
    "ink": ("#010101", "#1f2933", "#e6e9ed"),
    "muted": ("#020202", "#5f6b7a", "#9aa5b1"),
    "rule": ("#030303", "#d5dae1", "#39424e"),
    "vision": ("#040404", "#0b62a4", "#6cb6f5"),
    "text": ("#050505", "#b3530b", "#f0a060"),
    "vision_stream": ("#040608", "#3b6f94", "#9cc9ea"),
    "text_stream": ("#050608", "#8f6237", "#e3bd95"),
    "cross_reverse": ("#060708", "#7d3f63", "#dba6c4"),
    "score": ("#060606", "#6b3fa0", "#c3a1f2"),
    "good": ("#070707", "#1b7340", "#6fcf97"),
    "bad": ("#080808", "#b3261e", "#f28b82"),
    "fusion": ("#010203", "#0f6b62", "#58cdbb"),
    "cross": ("#020304", "#a12a68", "#f08fc0"),
    "raw": ("#030407", "#5d6616", "#c2cc6b"),
    "warn": ("#090909", "#8a5a00", "#e8bb5a"),
    "paper": ("#040703", "#fdfdfb", "#14181d"),
    "card": ("#050703", "#f5f5f1", "#1c2229"),
}
"""By name: the colour drawn with, and what it becomes in light and in dark."""

_on_paper: ContextVar[bool] = ContextVar("on_paper", default=False)


@contextmanager
def on_paper() -> Iterator[None]:
    """Draw for print: in the colours of light pages, and as PDF."""
    token = _on_paper.set(True)
    try:
        yield
    finally:
        _on_paper.reset(token)


def is_on_paper() -> bool:
    """Whether drawings are for print."""
    return _on_paper.get()


def settings() -> Mapping[str, object]:
    """What matplotlib is told, so that drawings look alike everywhere."""
    return {
        "svg.hashsalt": "gonogo",
        "svg.fonttype": "none",
        "pdf.fonttype": 42,  # publishers refuse Type 3
        "pdf.compression": 0,  # how zlib packs differs from one version to the next
        "font.family": [FONT],
        "font.size": 9.0,
        "axes.edgecolor": drawn("rule"),
        "axes.labelcolor": drawn("muted"),
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "text.color": drawn("ink"),
        "xtick.color": drawn("muted"),
        "ytick.color": drawn("muted"),
        "xtick.major.size": 3.0,
        "ytick.major.size": 0.0,
        "grid.color": drawn("rule"),
        "grid.linewidth": 0.6,
    }


def drawn(colour: str) -> str:
    """The colour to draw with, by name."""
    return COLOURS[colour][1 if is_on_paper() else 0]


def printed(canvas: Canvas) -> bytes:
    """The drawing as a PDF of one page, the same bytes every time."""
    buffer = BytesIO()
    unsaid = {"CreationDate": None, "Creator": None, "Producer": None}
    canvas.savefig(buffer, format="pdf", transparent=True, metadata=unsaid)
    return buffer.getvalue()


def shown(colour: str) -> str:
    """The colour as a page shows it, by name."""
    return f"var(--{colour}, {COLOURS[colour][1]})"


def finished(canvas: Canvas, name: str, title: str, description: str) -> str:
    """The drawing as an `<svg>` element whose ids are its own and whose colours are CSS custom properties."""
    buffer = StringIO()
    canvas.savefig(
        buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
    )
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = _own_ids(text.replace("xlink:href", "href"), name)
    for colour, (sentinel, _, _) in COLOURS.items():
        text = text.replace(sentinel, shown(colour))
    text = text.replace(f"'{FONT}'", SHOWN_FONT)
    width, height = re.findall(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', text)[0]
    head = opening(name, title, description, width, height)
    return head + text[text.index(">") + 1 :].strip() + "\n"


def opening(name: str, title: str, description: str, width: str, height: str, role: str = "img") -> str:
    """The start tag of a drawing, and in words what it shows. `img` is a role that hides whatever links there are."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="{role}" aria-labelledby="{name}-title {name}-desc" '
        f'style="stroke-linejoin: round; stroke-linecap: butt">\n'
        f'<title id="{name}-title">{escape(title)}</title>\n<desc id="{name}-desc">{escape(description)}</desc>\n'
    )


def _own_ids(text: str, name: str) -> str:
    """Drop ids that nothing refers to, and prefix the others, so that drawings can share a page."""
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text))
    text = re.sub(r' id="([^"]*)"', lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", text)
    return re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', text)


def standalone(plot: Plot) -> str:
    """The drawing as a file of its own, which follows the light or dark of its reader."""
    light = "".join(f"--{name}:{colours[1]};" for name, colours in COLOURS.items())
    dark = "".join(f"--{name}:{colours[2]};" for name, colours in COLOURS.items())
    style = f"<style>svg{{{light}}}@media (prefers-color-scheme: dark){{svg{{{dark}}}}}</style>\n"
    at = plot.svg.index("<title")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{plot.svg[:at]}{style}{plot.svg[at:]}'
