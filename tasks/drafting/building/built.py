"""What a build ends in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LONGEST = 300
"""Characters of an error that are shown."""

LONGEST_LOG = 1_000_000
"""Characters of a log that are kept; of a longer one, the end."""


@dataclass(frozen=True, slots=True)
class Built:
    """A PDF, or in one line why there is none.

    `guards` says in words what the build was held by, and `preview` that the PDF was not made by LaTeX.
    """

    pdf: Path | None
    log: str
    toolchain: str
    guards: tuple[str, ...]
    error: str
    preview: bool


def one_line(text: str) -> str:
    """`text` on one line without control or format characters, cut where it is long."""
    shown = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def end_of(log: bytes) -> str:
    """A log as text without control characters but the ends of lines; of a long one, the end."""
    text = log[-4 * LONGEST_LOG :].decode("utf-8", "replace").replace("\r\n", "\n")
    return "".join(each if each == "\n" or each.isprintable() else " " for each in text)[-LONGEST_LOG:]
