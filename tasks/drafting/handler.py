"""Sets the paper from its sources, and checks its pages."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from store.errors import BadInput
from store.kinds import drafting as d
from store.kinds.drafting import DraftFacts, DraftSpec
from tasks.drafting.building.built import Built
from tasks.drafting.checking import checked
from tasks.drafting.fault import Fault
from tasks.handler import Done, Needs, Outcome, TaskContext, TaskHandler, measured, nothing

PDF_FILE, PREVIEW_FILE, LOG_FILE, RESULT_FILE = "paper.pdf", "preview.pdf", "build.log", "check.json"

MOST_FACTS = 20
"""Faults that are told as facts; the file holds all."""


def draft(spec: DraftSpec, context: TaskContext) -> Outcome:
    """Build the paper in a folder of its own, and hold its pages against the record.

    Raises IntegrityFailure when a source is missing or altered, and BadInput when LaTeX cannot set them.
    """
    folder = context.scratch / "paper"
    for source in spec.sources:
        _put(folder, source.name, context.artifact(source.digest))
    context.progress(1, 3, "setting the paper")
    built, found = checked(folder)
    if built.error:
        raise BadInput(f"the paper could not be set: {built.error}")
    files = {LOG_FILE: _kept(context.scratch / LOG_FILE, built.log)}
    files[RESULT_FILE] = _kept(context.scratch / RESULT_FILE, _as_json(built, found.faults))
    if built.pdf is not None:
        files[PREVIEW_FILE if built.preview else PDF_FILE] = built.pdf
    kinds = {fault.kind for fault in found.faults}
    return Done(
        summary="Set the paper and held its pages against the record." if built.pdf else "Checked the paper's sources.",
        measurements=(
            measured(d.PAGES, found.pages),
            measured(d.FIGURES, found.figures),
            measured(d.REFERENCES, found.references),
            measured(d.FAULTS, len(found.faults)),
            *(measured(d.FAULTS_OF, sum(f.kind == kind for f in found.faults), kind=kind) for kind in sorted(kinds)),
        ),
        facts=DraftFacts(
            set_by=built.toolchain,
            guards="; ".join(built.guards),
            preview=PREVIEW if built.preview else "",
            not_set="" if built.pdf else built.log,
            faults={str(number): fault.said for number, fault in enumerate(found.faults[:MOST_FACTS], 1)},
        ),
        parameters={"sources": str(len(spec.sources)), "set_by": built.toolchain},
        files=files,
    )


PREVIEW = "LaTeX is not on this machine, so that typst set these pages; the venue's layout is LaTeX's"


def _put(folder: Path, name: str, source: Path) -> None:
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts or place.name.startswith("."):
        raise BadInput(f"{name!r} is no place in the folder of a paper")
    target = folder / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())


def _kept(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", errors="replace")
    return path


def _as_json(built: Built, faults: tuple[Fault, ...]) -> str:
    told = [{"kind": f.kind, "page": f.page, "file": f.file or None, "line": f.line, "text": f.text} for f in faults]
    whole = {"schema": "gonogo.paper-check/1", "ok": not faults, "preview": built.preview, "findings": told}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


HANDLER: TaskHandler[DraftSpec] = draft

NEEDS: Needs[DraftSpec] = nothing
