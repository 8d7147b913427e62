"""Reports that are kept to be read and compared. To write them anew: GONOGO_GOLDEN=write pytest <this file>"""

from __future__ import annotations

import os
import re
from itertools import product
from pathlib import Path

import pytest

from tests.unit.orchestrator.reports.conftest import rendered

GOLDEN = Path(__file__).parents[3] / "golden" / "reports"
DRAWING = re.compile(rb"<svg .*?</svg>", re.DOTALL)
DIGEST_OF_DRAWING = re.compile(rb'("drawing_sha256": ")[0-9a-f]{64}')


def without_drawings(text: bytes) -> bytes:
    """Drawings are left out: their coordinates say little to a reader, and other tests hold them to the byte."""
    return DIGEST_OF_DRAWING.sub(rb"\1...", DRAWING.sub(b"<svg></svg>", text))


KEPT = [
    *product(("a question is open", "two looks are done"), ("cycle-report", "assessment"), ("md", "html", "json")),
    ("a zoo is diagnosed", "cycle-report", "md"),
    ("literature is tracked", "cycle-report", "md"),
    *product(("a question is open",), ("handover",), ("md", "json")),
    ("a report contradicts itself", "handover", "md"),
]
"""Of the zoo the Markdown alone, since its tables by site are long."""


@pytest.mark.parametrize(("history", "name", "format"), KEPT)
def test_the_report_reads_as_it_did(history: str, name: str, format: str) -> None:
    kept = GOLDEN / history.replace(" ", "-") / f"{name}.{format}"
    text = without_drawings(rendered(history)[f"{name}.{format}"])
    if os.environ.get("GONOGO_GOLDEN") == "write":
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(text)
    assert kept.read_bytes() == text, f"{kept.name} changed; look at the difference, then write it anew if it is meant"
