"""Where a paper prints a logged metric: by the key of the figure, and the section. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

Places = Mapping[tuple[str, str], tuple[str, ...]]
"""Run and metric -> `key in section`, in the order of the paper."""


def places_in(content: bytes) -> Places:
    """The places of a paper, from its JSON; none for what cannot be read as one."""
    found: dict[tuple[str, str], list[str]] = {}
    try:
        paper = json.loads(content)
        logged = {figure["id"]: (figure["run_id"], figure["metric"]) for figure in paper["figures"] if figure["run_id"]}
        for section, blocks in paper["sections"].items():
            for key in dict.fromkeys(_figures(blocks)):
                if key in logged:
                    found.setdefault(logged[key], []).append(f"{key} in {section.replace('_', ' ')}")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}
    return {metric: tuple(places) for metric, places in found.items()}


def _figures(part: Any) -> Iterator[str]:
    match part:
        case {"figure": str(key)}:
            yield key
        case {"figures": list(keys), "text": str()}:
            yield from keys
        case dict():
            for each in part.values():
                yield from _figures(each)
        case list():
            for each in part:
                yield from _figures(each)
