"""The model families that can be measured; a new one is a file here and a line in FAMILIES."""

from __future__ import annotations

from importlib import import_module

from tasks.diagnostics.families.family import Family, unknown

FAMILIES: dict[str, str] = {
    "openclip": "tasks.diagnostics.families.openclip:OpenClip",
    "clip": "tasks.diagnostics.families.clip:Clip",
    "siglip": "tasks.diagnostics.families.siglip:Siglip",
}
"""Key of a family -> where its class is. Importing one imports no model library."""


def find_family(key: str) -> Family:
    """The family of a key. Raises BadInput, naming close matches, when there is none."""
    if key not in FAMILIES:
        raise unknown("family", key, FAMILIES)
    module, _, name = FAMILIES[key].partition(":")
    family: Family = getattr(import_module(module), name)()
    return family
