"""Papers of invented studies, set by LaTeX, with words in every place where people write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from orchestrator.paper.render import FOLDER, render_paper
from store.events import StudyAmended, StudyRegistered
from store.manuscript import PaperPlan
from store.record import Recorded
from store.study.protocol import Study

PLACES = ("introduction", "related-work", "limitations", "conclusion")
WORDS = "Attention is what a model looks at, and this study asks what is left of it."
PLAIN = "\\pdfcompresslevel=0\n\\pdfobjcompresslevel=0\n"
"""Pages whose text can be altered byte by byte."""


def wanting(entries: Sequence[Recorded]) -> list[Recorded]:
    """The entries, in whose protocols a paper is wanted."""
    return [_wanting(entry) for entry in entries]


def sources(entries: Sequence[Recorded], cycle: int) -> dict[str, bytes]:
    """What is set of a study that wants a paper."""
    files = render_paper(wanting(entries), cycle)
    rendered = {name.removeprefix(f"{FOLDER}/"): content for name, content in files.items()}
    prose = {f"prose/{name}.tex": WORDS.encode() for name in PLACES}
    return {**rendered, **prose, "prose/preamble.tex": PLAIN.encode()}


def laid_out(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The files in a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def _wanting(entry: Recorded) -> Recorded:
    event = entry.event
    if not isinstance(event, StudyRegistered | StudyAmended):
        return entry
    study = Study.model_validate({**event.study.model_dump(), "paper": PaperPlan().model_dump()})
    return replace(entry, event=type(event).model_validate({**event.model_dump(), "study": study}))
