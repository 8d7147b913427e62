"""Names of people as services tell them, for items of CSL-JSON."""

from __future__ import annotations

from tasks.literature.reading.names import spoken_name


def csl_name(text: str) -> dict[str, str]:
    """A name as it is spoken, as CSL-JSON has it; empty where there is none."""
    name = spoken_name(text)
    if name is None:
        return {}
    parts = {"family": name.family, "given": name.given, "suffix": name.suffix, "literal": name.literal}
    return {key: value for key, value in parts.items() if value}
