"""The fonts of a page and of the drawings in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tasks.drafting.reading.pages import Font

_MOST_DRAWINGS = 500


def fonts_of(resources: object) -> Iterator[Font]:
    """Fonts that are named by resources, and by those of drawings within."""
    from pdfminer.pdftypes import PDFObjRef, resolve1

    pending: list[object] = [resources]
    seen: set[int] = set()
    while pending and len(seen) < _MOST_DRAWINGS:
        given = pending.pop()
        mark = given.objid if isinstance(given, PDFObjRef) else -id(given)
        if mark in seen:
            continue
        seen.add(mark)
        for font in _values(_of(given, "Font")):
            if isinstance(found := resolve1(font), dict):
                yield _font(found)
        for inner in (*_values(_of(given, "XObject")), *_values(_of(given, "Pattern"))):
            attributes = getattr(resolve1(inner), "attrs", {})
            if "Resources" in attributes:
                pending.append(attributes["Resources"])


def _of(resources: object, kind: str) -> object:
    from pdfminer.pdftypes import resolve1

    found = resolve1(resources)
    return resolve1(found.get(kind)) if isinstance(found, dict) else None


def _values(found: object) -> list[object]:
    return list(found.values()) if isinstance(found, dict) else []


def _font(font: Mapping[str, Any]) -> Font:
    from pdfminer.pdftypes import resolve1

    kind, name = (str(getattr(resolve1(font.get(key)), "name", "")) for key in ("Subtype", "BaseFont"))
    below = resolve1(font.get("DescendantFonts"))
    inner = resolve1(below[0]) if isinstance(below, list) and below else font
    descriptor = resolve1(inner.get("FontDescriptor")) if isinstance(inner, Mapping) else None
    files = descriptor if isinstance(descriptor, dict) else {}
    embedded = kind == "Type3" or any(f"FontFile{which}" in files for which in ("", "2", "3"))
    return Font(name, kind, embedded)
