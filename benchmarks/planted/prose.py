"""Prose of the page, broken into lines."""

from __future__ import annotations

import textwrap

WIDTH = 120


def paragraph(text: str) -> str:
    """One paragraph, wherever its lines were broken before."""
    return _filled(text)


def points(*items: str) -> str:
    """A list of points."""
    return "\n".join(_filled(item, "- ", "  ") for item in items)


def _filled(text: str, first: str = "", later: str = "") -> str:
    return textwrap.fill(
        " ".join(text.split()),
        WIDTH,
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
