"""The actions of a cycle: one per task and per answer, with the software and the people that took part. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from orchestrator.export.terms import CrateFile, CrateInput, Entity, moment, path_id, ref, refs
from orchestrator.export.verify_crate import EVENTS, STUDY
from store.decision.state import Decision
from store.kinds.environment import KIND as ENVIRONMENT
from store.kinds.environment import EnvironmentFacts
from store.task.state import Task

_GONOGO = "#gonogo"
_READ = ("artifacts/", "reports/")
_VERSION = "version/"
"""Parameters of runs that begin so name a library that the work was done with."""


def software(source: CrateInput) -> Iterator[Entity]:
    """gonogo, the agents that did the work, and every library that a run or the newest look at the machine names."""
    described = [task for task in source.board.tasks if task.kind == ENVIRONMENT.name and task.facts]
    facts = EnvironmentFacts.read(described[-1].facts if described else {})
    libraries = [*filter(None, facts.libraries.split(", ")), *filter(None, [facts.python])]
    needed = [_library(*library.rsplit(" ", 1)) for library in libraries if " " in library]
    own = {"@type": "SoftwareApplication", "softwareVersion": source.report.renderer}
    built_on = {"softwareRequirements": refs(library["@id"] for library in needed)} if needed else {}
    yield {"@id": _GONOGO, "name": "gonogo", **own, **built_on}
    yield from needed
    for task in source.tasks:
        name = f"gonogo's agent {task.agent}"
        yield {**own, "@id": f"#agent-{task.agent}", "name": name}
        yield from _libraries(task, source)


def _libraries(task: Task, source: CrateInput) -> list[Entity]:
    asked = source.parameters.get(task.run_id or "", {})
    return [
        _library(name.removeprefix(_VERSION), value)
        for name, value in sorted(asked.items())
        if name.startswith(_VERSION)
    ]


def _library(name: str, version: str) -> Entity:
    id = f"#{_slug(name)}-{_slug(version)}"
    return {"@id": id, "@type": "SoftwareApplication", "name": name, "softwareVersion": version}


def person(decision: Decision) -> Entity:
    """Whoever answered a question."""
    assert decision.by is not None
    return {"@id": _person_id(decision.by), "@type": "Person", "name": decision.by}


def _person_id(name: str) -> str:
    return f"#person-{quote(name, safe='')}"


def work(task: Task, source: CrateInput, files: Mapping[str, CrateFile]) -> Entity:
    """One task, from its last claim to its end."""
    results = [name for name in files if task.run_id and task.run_id in name.split("/")[1:2]]
    results += [name for name in files if name == f"runs/{task.run_id}.json"]
    ended = {"endTime": moment(task.ended_at)} if task.ended_at else {}
    done = task.status in ("succeeded", "accepted", "returned")
    failed = {} if done or not task.reason else {"error": task.reason}
    assert task.claimed_at is not None
    return {
        "@id": f"#task-{task.task_id}",
        "@type": "CreateAction",
        "name": task.title,
        "description": f"{task.because}. Status at the end of the cycle: {task.status}. {task.summary}".strip(),
        "startTime": moment(task.claimed_at),
        **ended,
        "instrument": refs([_GONOGO, *(library["@id"] for library in _libraries(task, source))]),
        "agent": ref(f"#agent-{task.agent}"),
        "object": refs(map(path_id, [STUDY, *_read(task, files)])),
        **({"result": refs(map(path_id, sorted(results)))} if results else {}),
        "actionStatus": f"http://schema.org/{'Completed' if done else 'Failed'}ActionStatus",
        **failed,
    }


def _read(task: Task, files: Mapping[str, CrateFile]) -> list[str]:
    """The files whose digests are in what the task was asked to do: artifacts of others, and reports to be audited."""
    digests = set(re.findall(r"[0-9a-f]{64}", task.spec.model_dump_json()))
    return sorted(name for name, kept in files.items() if name.startswith(_READ) and kept.digest in digests)


def reporting(source: CrateInput, files: Mapping[str, CrateFile]) -> Entity:
    """The rendering of the cycle's reports."""
    cycle = source.board.cycles[source.report.cycle]
    written = {file.name for file in source.report.files}
    assert cycle.reported_at is not None
    return {
        "@id": f"#report-{cycle.number}",
        "@type": "CreateAction",
        "name": f"Report on cycle {cycle.number}",
        "description": f"Rendered from the first {source.report.as_of} events of the log, and from nothing else.",
        "endTime": moment(cycle.reported_at),
        "instrument": ref(_GONOGO),
        "agent": ref(_GONOGO),
        "object": ref(EVENTS),
        "result": refs(map(path_id, sorted(written & files.keys()))),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }


def choice(decision: Decision) -> Entity:
    """A person's answer to a question."""
    assert decision.answered_at is not None
    assert decision.by is not None
    request = decision.request
    return {
        "@id": f"#decision-{request.decision_id}",
        "@type": "ChooseAction",
        "name": request.question,
        "description": f"Chosen: {decision.chosen}. Reason: {decision.reason}",
        "actionOption": [option.key for option in request.options],
        "endTime": moment(decision.answered_at),
        "agent": ref(_person_id(decision.by)),
        "object": ref(EVENTS),
    }


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)
