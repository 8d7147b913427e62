"""Long dotted names in narrow tables: folded behind a dot or a space, and never within a word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.text import Text

_PIECE = re.compile(r"[^. ]*[. ]|[^. ]+")
_INDENT = "  "


class Folded:
    """A cell of a rich table with a name such as `uniform-site visual.transformer.resblocks.0.attn`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        yield Text("\n".join(folded(self._name, options.max_width)))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(max(len(piece.rstrip()) for piece in _PIECE.findall(self._name)), len(self._name))


def folded(name: str, width: int) -> list[str]:
    """The lines of a name, at most `width` characters each, those behind the first indented where there is room.

    A piece that is too long for a line of its own loses its middle.
    """
    lines = [""]
    for piece in _PIECE.findall(name):
        if len((lines[-1] + piece).rstrip()) > width and lines[-1].strip():
            lines.append(_INDENT if len(_INDENT + piece.rstrip()) <= width else "")
        lines[-1] += _shortened(piece, width - len(lines[-1]))
    return [line.rstrip() for line in lines]


def _shortened(piece: str, most: int) -> str:
    from orchestrator.reports.renderers import short

    return piece if len(piece.rstrip()) <= most else short(piece.rstrip(), max(most, 1))
