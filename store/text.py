"""Text that people give: one line, printable, and without marks that make it read as something else."""

from __future__ import annotations

import unicodedata


def complaint(text: str, longest: int = 2000) -> str | None:
    """What is wrong with a text, in words; None when it can be used.

    Refused are blank and overlong texts, lone surrogates, line breaks, and control and direction marks (Unicode
    categories Cc, Cf, Cs, Zl and Zp), with which a name can pass for another or for a second line.
    """
    if not text.strip():
        return "is blank"
    if len(text) > longest:
        return f"is longer than {longest} characters"
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            return f"holds a line break, control or direction mark (U+{ord(character):04X}); leave it out"
    return None
