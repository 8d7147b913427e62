"""Text was decoded with the encoding it was written in."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, found


def check(claims: Claims) -> Iterator[Finding]:
    """UTF-8 that was read as Windows-1252, and bytes that are no text in any one encoding."""
    for each in claims.report.damage:
        if each.meant:
            text = f"UTF-8 was decoded as Windows-1252: {each.seen} stands for {each.meant}"
        else:
            text = "a character here could not be decoded, and is lost; the rest of the text has another encoding"
        yield found("inconsistent", each.line, text)
