"""Keys with named fields: a template such as `layer/{role}/{layer}/entropy` that is filled in, and read back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from store.models import LAYER_ROLES, TOWERS

_SLUG = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_WHOLE = r"[0-9]+"

FIELDS: Mapping[str, str] = {
    "role": "|".join(LAYER_ROLES),
    "tower": "|".join(TOWERS),
    "readout": "vision_cls|text_eot",
    "layer": r"[0-9]{2,}",
    "head": r"[0-9]{2,}",
    "band": "early|middle|late",
    "score": "mcs_raw|mcs_norm",
    "measure": "[a-z_]+",
    "site": "(?:(?!/head/[0-9]+/).)+",  # ends before its heads
    "intervention": "[a-z-]+",
    "level": "sites|heads",
    "model": _SLUG,
    "first": _SLUG,
    "second": _SLUG,
    "kind": "[a-z]+(?:-[a-z]+)*",
    "modality": "image|text",
    "direction": "collapse|clear",
    "scope": "fixed|population|independent",
    "j": _WHOLE,
    "k": _WHOLE,
    "of": _WHOLE,
    "number": _WHOLE,
    "line": _WHOLE,
    "batch": _WHOLE,
    "metric": ".+",
    "verdict": "[a-z_]+",
    "check": "[a-z_]+",
}
"""Every field that a template may have, with the regular expression of its values."""

_PADDED = ("layer", "head")
"""Fields that are written with two digits or more, so that keys sort by number."""

_FIELD = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """Text with fields in braces, each of which FIELDS knows."""

    text: str

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields, in their order."""
        return _fields(self.text)

    def fill(self, **values: object) -> str:
        """The text with its fields filled in; KeyError when one is missing, ValueError when one is not in the text."""
        fields = _fields(self.text)
        if len(values) > len(fields):
            raise ValueError(f"{self.text!r} has no field {sorted(values.keys() - set(fields))[0]!r}")
        for field in _PADDED:
            if isinstance(number := values.get(field), int):
                values[field] = f"{number:02d}"
        return self.text.format_map(values)

    def match(self, text: str) -> Mapping[str, str] | None:
        """The fields of a text that was filled in from this template; None for any other text."""
        if "{" not in self.text:
            return {} if text == self.text else None
        found = _pattern(self.text).fullmatch(text)
        return None if found is None else found.groupdict()


@cache
def _fields(text: str) -> tuple[str, ...]:
    return tuple(_FIELD.findall(text))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    pieces = _FIELD.split(text)
    return re.compile(
        "".join(
            f"(?P<{piece}>{FIELDS[piece]})" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces)
        )
    )
