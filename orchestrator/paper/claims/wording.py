"""The sentences of a paper that depend on its verdict. Each is a whole sentence, or a title, with no number in it."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Words for one verdict."""

    title: str
    """Follows the name of the study and a colon."""
    abstract: str
    introduction: str
    """The last of the contributions."""
    results: str
    """Opens the results, before the claims."""
    caption: str
    """Ends the caption of the table of tests."""
    conclusion: str
    outlook: str
    """What follows for whoever goes on."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of them, in the order of the paper; those that are left empty are none."""
        return tuple(text for each in fields(self) if (text := getattr(self, each.name)))
