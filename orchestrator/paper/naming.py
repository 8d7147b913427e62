"""Keys of figures as sources and pages have them: letters, digits, dots, hyphens and slashes. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from orchestrator.reports.keys import FigureKey

_OTHER = re.compile(r"[^a-z0-9.]+")


def key_texts(keys: Sequence[FigureKey]) -> tuple[str, ...]:
    """One text for each key, in their order; no two alike."""
    seen: Counter[str] = Counter()
    texts = []
    for key in keys:
        text = "/".join(filter(None, map(_plain, (key.subject, *key.metric.split("/")))))
        seen[text] += 1
        texts.append(text if seen[text] == 1 else f"{text}-again-{seen[text]}")
    return tuple(texts)


def _plain(text: str) -> str:
    return _OTHER.sub("-", text.lower()).strip("-")
