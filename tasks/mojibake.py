"""Finds UTF-8 that was once decoded as Windows-1252 or Latin-1, and undoes it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_BYTE_OF = {bytes([b]).decode("cp1252", "ignore") or chr(b): b for b in range(0x80, 0x100)} | {
    chr(b): b for b in range(0x80, 0xA0)
}
"""What each byte from 0x80 on is shown as; bytes that Windows-1252 leaves undefined stand for themselves."""

_CONTINUES = "".join(c for c, b in _BYTE_OF.items() if 0x80 <= b < 0xC0)
_TAIL = f"[{re.escape(_CONTINUES)}]"


def _leads(first: int, last: int) -> str:
    return "[" + "".join(chr(b) for b in range(first, last + 1)) + "]"


_DAMAGED = re.compile(f"{_leads(0xF0, 0xF4)}{_TAIL}{{3}}|{_leads(0xE0, 0xEF)}{_TAIL}{{2}}|[ÂÃÄÅÎÏÐÑ]{_TAIL}")
_TYPOGRAPHY = "[\u00a0«»‹›–—‘’“”„‚…•™°·²³¹±§€©®¡¿´]"
_UNSURE = re.compile(f"[àãäåæçèéêëìíîï]{_TYPOGRAPHY}{{2}}|[ÄÅÎÏÐÑ]{_TYPOGRAPHY}")
"""What people write too: `é\u00a0»` at the end of a quotation, `Å–1`. Damage only where there is other damage."""
_LOST_BYTE = re.compile("âŒ|ï¸")
_KNOWN = {"âŒ": "❌", "ï¸": "\ufe0f"}
"""Of these a byte that Windows-1252 leaves undefined is often dropped on the way."""
_SUSPECT = re.compile(_leads(0xC2, 0xF4))
_MOST_TURNS = 3


def repaired(lines: Sequence[str]) -> tuple[Sequence[str], list[tuple[str, str]]]:
    """Lines as they were meant, and each kind of damage as (seen, meant), in the order of appearance.

    A character that stands for a byte no encoding has is kept. Text that was damaged twice is repaired twice. Where
    there is no damage, the lines are those that were given.
    """
    kinds: dict[str, str] = {}
    suspects = [at for at, line in enumerate(lines) if not line.isascii() and _SUSPECT.search(line)]
    meant = list(lines) if suspects else lines
    for _ in range(_MOST_TURNS):
        leads = {seen[0] for seen in kinds}
        changes = 0
        for at in suspects:
            line = _DAMAGED.sub(lambda each: _undone(each[0], kinds, leads), meant[at])  # noqa: B023 - called at once
            changes += line != meant[at]
            meant[at] = line  # type: ignore[index]
        if not changes:
            break
    if not kinds:
        return lines, []
    for at in suspects:
        meant[at] = _LOST_BYTE.sub(  # type: ignore[index]
            lambda each: kinds.setdefault(each[0], _KNOWN[each[0]]), meant[at]
        )
    return meant, list(kinds.items())


def _undone(seen: str, kinds: dict[str, str], leads: set[str]) -> str:
    if (not leads if len(seen) == 2 else seen[0] not in leads) and _UNSURE.fullmatch(seen):
        return seen
    try:
        meant = bytes(_BYTE_OF[c] for c in seen).decode("utf-8")
    except UnicodeDecodeError:
        return seen
    if not meant.isprintable() and meant not in "\u200d\ufe0f\u00a0\u200b\u202f\u2009":
        return seen
    kinds.setdefault(seen, meant)
    return meant
