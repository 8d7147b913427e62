"""The metadata of a crate: one JSON-LD graph after RO-Crate 1.1 and the profile Process Run Crate 0.5. Pure.

Sources: https://w3id.org/ro/crate/1.1 and https://w3id.org/ro/wfrun/process/0.5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestrator.export.actions import choice, person, reporting, software, work
from orchestrator.export.terms import CrateFile, CrateInput, Entity, moment, path_id, refs
from orchestrator.export.verify_crate import EVENTS, METADATA, STATEMENT, STUDY, VERIFIER

CRATE, PROFILE = "https://w3id.org/ro/crate/1.1", "https://w3id.org/ro/wfrun/process/0.5"
CONTEXT = [f"{CRATE}/context", "https://w3id.org/ro/terms/workflow-run/context"]

_LICENCE = "#licence"

_ABOUT = {
    EVENTS: "The event log up to the end of the cycle: one event a line, in canonical JSON, linked by SHA-256.",
    STUDY: "The protocol in force, in canonical JSON. Its digest is in the log.",
    STATEMENT: "An in-toto statement over every other file. It is not signed.",
    VERIFIER: "Checks this folder, with nothing but Python: python verify.py",
}
_FORMATS = {
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".py": "text/x-python",
    ".npz": "application/zip",
}


def describe(source: CrateInput, files: Mapping[str, CrateFile]) -> Entity:
    """The content of ro-crate-metadata.json. `files` are all others; the statement's digest is not known yet."""
    actions = [work(task, source, files) for task in source.tasks] + [reporting(source, files)]
    choices = [choice(decision) for decision in source.answered]
    tools = {entity["@id"]: entity for entity in software(source)}
    people = {entity["@id"]: entity for entity in map(person, source.answered)}
    profile = {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    graph = [
        {"@id": METADATA, "@type": "CreativeWork", "conformsTo": {"@id": CRATE}, "about": {"@id": "./"}},
        _root(source, files, [*actions, *choices]),
        profile,
        _NO_LICENCE,
        *tools.values(),
        *people.values(),
        *actions,
        *choices,
        *(_file(name, files.get(name)) for name in sorted({*files, STATEMENT})),
    ]
    return {"@context": CONTEXT, "@graph": graph}


_NO_LICENCE = {
    "@id": _LICENCE,
    "@type": "CreativeWork",
    "name": "No licence is stated",
    "description": "The study names no licence for its data and reports; ask those who ran it.",
}


def _root(source: CrateInput, files: Mapping[str, CrateFile], actions: Sequence[Entity]) -> Entity:
    cycle, study = source.board.cycles[source.report.cycle], source.board.study
    assert study is not None
    assert cycle.closed_at is not None
    return {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": {"@id": PROFILE},
        "name": f"{study.name}, cycle {cycle.number}",
        "description": f"One cycle of a study. Question: {study.question} Claim: {study.claim.rstrip('.')}. All that "
        "its reports rest on is here and can be checked by verify.py. The statement over the files is not signed.",
        "datePublished": moment(cycle.closed_at),
        "license": {"@id": _LICENCE},
        "hasPart": refs(map(path_id, sorted({*files, STATEMENT}))),
        "mentions": refs(action["@id"] for action in actions),
    }


def _file(name: str, kept: CrateFile | None) -> Entity:
    suffix = f".{name.rpartition('.')[2]}"
    format = "application/vnd.in-toto+json" if name == STATEMENT else _FORMATS.get(suffix, "application/octet-stream")
    about = {"description": _ABOUT[name]} if name in _ABOUT else {}
    measured = {} if kept is None else {"contentSize": str(kept.size), "sha256": kept.digest}
    return {"@id": path_id(name), "@type": "File", "name": name, "encodingFormat": format, **about, **measured}
