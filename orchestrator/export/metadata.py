"""What a crate says of itself: one JSON-LD graph after RO-Crate 1.1 and the profile Process Run Crate 0.5. Pure.

Sources: https://w3id.org/ro/crate/1.1 and https://w3id.org/ro/wfrun/process/0.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from orchestrator.export.verify_crate import EVENTS, METADATA, STATEMENT, STUDY, VERIFIER
from store import events as e
from store.board import Board, Decision, Task

CRATE, PROFILE = "https://w3id.org/ro/crate/1.1", "https://w3id.org/ro/wfrun/process/0.5"
CONTEXT = [f"{CRATE}/context", "https://w3id.org/ro/terms/workflow-run/context"]

_GONOGO, _LICENCE = "#gonogo", "#licence"
_VERSION = "version/"
"""Parameters of runs that begin so name a library that the work was done with."""

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

Entity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the crate."""

    digest: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a crate tells of: the board when the cycle closed, its report, and the parameters of every run."""

    board: Board
    report: e.ReportWritten
    parameters: Mapping[str, Mapping[str, str]]
    """By run."""

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks of the cycle that somebody began."""
        return tuple(task for task in self.board.tasks_in(self.report.cycle) if task.claimed_at is not None)

    @property
    def answered(self) -> tuple[Decision, ...]:
        """Every question that a person has answered so far."""
        return tuple(decision for decision in self.board.decisions if decision.by is not None)


def describe(told: Told, files: Mapping[str, Kept]) -> Entity:
    """The content of ro-crate-metadata.json. `files` are all others; the statement's digest is not known yet."""
    actions = [_work(task, told, files) for task in told.tasks] + [_reporting(told, files)]
    choices = [_choice(decision) for decision in told.answered]
    software = {entity["@id"]: entity for entity in _software(told)}
    people = {entity["@id"]: entity for entity in map(_person, told.answered)}
    profile = {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    graph = [
        {"@id": METADATA, "@type": "CreativeWork", "conformsTo": {"@id": CRATE}, "about": {"@id": "./"}},
        _root(told, files, [*actions, *choices]),
        profile,
        _NO_LICENCE,
        *software.values(),
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


def _root(told: Told, files: Mapping[str, Kept], actions: Sequence[Entity]) -> Entity:
    cycle, study = told.board.cycles[told.report.cycle], told.board.study
    assert study is not None
    assert cycle.closed_at is not None
    return {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": {"@id": PROFILE},
        "name": f"{study.name}, cycle {cycle.number}",
        "description": f"One cycle of a study. Question: {study.question} Claim: {study.claim}. Everything that its "
        "reports rest on is here and can be checked by verify.py. The statement over the files is not signed.",
        "datePublished": _moment(cycle.closed_at),
        "license": {"@id": _LICENCE},
        "hasPart": _refs(map(_path, sorted({*files, STATEMENT}))),
        "mentions": _refs(action["@id"] for action in actions),
    }


def _software(told: Told) -> Iterator[Entity]:
    """gonogo, the agents that did the work, and every library that a run or the newest look at the machine names."""
    described = [task for task in told.board.tasks if task.kind == "environment" and task.facts]
    facts: Mapping[str, str] = described[-1].facts if described else {}
    libraries = [*filter(None, facts.get("Libraries", "").split(", ")), *filter(None, [facts.get("Python")])]
    needed = [_library(*library.rsplit(" ", 1)) for library in libraries if " " in library]
    own = {"@type": "SoftwareApplication", "softwareVersion": told.report.renderer}
    built_on = {"softwareRequirements": _refs(library["@id"] for library in needed)} if needed else {}
    yield {"@id": _GONOGO, "name": "gonogo", **own, **built_on}
    yield from needed
    for task in told.tasks:
        name = f"gonogo's agent {task.agent}"
        yield {**own, "@id": f"#agent-{task.agent}", "name": name}
        yield from _libraries(task, told)


def _libraries(task: Task, told: Told) -> list[Entity]:
    asked = told.parameters.get(task.run_id or "", {})
    return [
        _library(name.removeprefix(_VERSION), value)
        for name, value in sorted(asked.items())
        if name.startswith(_VERSION)
    ]


def _library(name: str, version: str) -> Entity:
    id = f"#{_slug(name)}-{_slug(version)}"
    return {"@id": id, "@type": "SoftwareApplication", "name": name, "softwareVersion": version}


def _person(decision: Decision) -> Entity:
    assert decision.by is not None
    return {"@id": _person_id(decision.by), "@type": "Person", "name": decision.by}


def _person_id(name: str) -> str:
    return f"#person-{quote(name, safe='')}"


def _work(task: Task, told: Told, files: Mapping[str, Kept]) -> Entity:
    """One task, from its last claim to its end."""
    results = [name for name in files if task.run_id and task.run_id in name.split("/")[1:2]]
    results += [name for name in files if name == f"runs/{task.run_id}.json"]
    ended = {"endTime": _moment(task.ended_at)} if task.ended_at else {}
    done = task.status in ("succeeded", "accepted", "returned")
    failed = {} if done or not task.reason else {"error": task.reason}
    assert task.claimed_at is not None
    return {
        "@id": f"#task-{task.task_id}",
        "@type": "CreateAction",
        "name": task.title,
        "description": f"{task.because} Status at the end of the cycle: {task.status}. {task.summary}".strip(),
        "startTime": _moment(task.claimed_at),
        **ended,
        "instrument": _refs([_GONOGO, *(library["@id"] for library in _libraries(task, told))]),
        "agent": _ref(f"#agent-{task.agent}"),
        "object": _refs(map(_path, [STUDY, *_read(task, files)])),
        **({"result": _refs(map(_path, sorted(results)))} if results else {}),
        "actionStatus": f"http://schema.org/{'Completed' if done else 'Failed'}ActionStatus",
        **failed,
    }


def _read(task: Task, files: Mapping[str, Kept]) -> list[str]:
    """The files whose digests are in what the task was asked to do."""
    digests = set(re.findall(r"[0-9a-f]{64}", task.spec.model_dump_json()))
    return sorted(name for name, kept in files.items() if name.startswith("artifacts/") and kept.digest in digests)


def _reporting(told: Told, files: Mapping[str, Kept]) -> Entity:
    cycle = told.board.cycles[told.report.cycle]
    written = {file.name for file in told.report.files}
    assert cycle.closed_at is not None
    return {
        "@id": f"#report-{cycle.number}",
        "@type": "CreateAction",
        "name": f"Report on cycle {cycle.number}",
        "description": f"Rendered from the first {told.report.as_of} events of the log, and from nothing else.",
        "endTime": _moment(cycle.closed_at),
        "instrument": _ref(_GONOGO),
        "agent": _ref(_GONOGO),
        "object": _ref(EVENTS),
        "result": _refs(map(_path, sorted(written & files.keys()))),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }


def _choice(decision: Decision) -> Entity:
    assert decision.answered_at is not None
    assert decision.by is not None
    request = decision.request
    return {
        "@id": f"#decision-{request.decision_id}",
        "@type": "ChooseAction",
        "name": request.question,
        "description": f"Chosen: {decision.chosen}. Reason: {decision.reason}",
        "actionOption": [option.key for option in request.options],
        "endTime": _moment(decision.answered_at),
        "agent": _ref(_person_id(decision.by)),
        "object": _ref(EVENTS),
    }


def _file(name: str, kept: Kept | None) -> Entity:
    suffix = f".{name.rpartition('.')[2]}"
    format = "application/vnd.in-toto+json" if name == STATEMENT else _FORMATS.get(suffix, "application/octet-stream")
    about = {"description": _ABOUT[name]} if name in _ABOUT else {}
    measured = {} if kept is None else {"contentSize": str(kept.size), "sha256": kept.digest}
    return {"@id": _path(name), "@type": "File", "name": name, "encodingFormat": format, **about, **measured}


def _moment(at: datetime) -> str:
    """To the millisecond, as the profile's validators read times; the log has them in full."""
    return at.isoformat(timespec="milliseconds")


def _refs(ids: Iterable[str]) -> Entity | list[Entity]:
    """References, the only one bare: the specification asks for that."""
    found = [_ref(id) for id in ids]
    return found[0] if len(found) == 1 else found


def _path(name: str) -> str:
    return quote(name, safe="/")


def _ref(id: str) -> Entity:
    return {"@id": id}


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)
