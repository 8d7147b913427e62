"""Reads study.toml into the protocol, and says in one line what is wrong with it."""

from __future__ import annotations

import difflib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from orchestrator.settings import require_addressable
from store.errors import BadInput, GonogoError, first_line
from store.kinds.diagnostics import Method
from store.manuscript import Author, PaperPlan
from store.review import Concept, Query, ReviewProtocol, ScreeningRules
from store.study.protocol import Approvals, Budget, Data, DecisionRule, Study, StudyModel

SECTIONS = {
    "study": ("name", "question", "claim", "seed", "target"),
    "models": tuple(StudyModel.model_fields),
    "data": tuple(Data.model_fields),
    "diagnostics": tuple(Method.model_fields),
    "decision": tuple(DecisionRule.model_fields),
    "budget": tuple(Budget.model_fields),
    "approvals": tuple(Approvals.model_fields),
    "literature": tuple(ReviewProtocol.model_fields),
    "paper": tuple(PaperPlan.model_fields),
    "tracking": ("uri",),
}
"""Every section of a study file, and the keys it may have."""

_SQLITE = "sqlite:///"

WITHIN = {
    "literature.rules": tuple(ScreeningRules.model_fields),
    "literature.concepts": tuple(Concept.model_fields),
    "literature.queries": tuple(Query.model_fields),
    "paper.authors": tuple(Author.model_fields),
}
"""Tables within a section, and the keys that each may have."""

_KEYS = frozenset(SECTIONS).union(*SECTIONS.values(), *WITHIN.values())


@dataclass(frozen=True, slots=True)
class StudyFile:
    """The content of a study file: the protocol, and where this machine keeps its MLflow runs."""

    study: Study
    tracking_uri: str | None
    """Of a SQLite store with its absolute path. None: `mlflow.db` in the workspace."""


def read_study(path: Path) -> StudyFile:
    """Read a study file; BadInput in one line when it is missing, malformed or inconsistent."""
    data = _parse(path)
    _known_sections(path, data)
    protocol = {**data.get("study", {}), **{key: data[key] for key in data if key not in ("study", "tracking")}}
    try:
        study = Study.model_validate_json(json.dumps(protocol, default=str), strict=True)
    except ValidationError as error:
        raise BadInput(f"{path}: {_first(error)}") from error
    except GonogoError as error:
        raise BadInput(f"{path}: {error}") from error
    return StudyFile(study, _tracking_uri(path, data.get("tracking", {})))


def _parse(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise BadInput(f"{path} is not there; gonogo init DIR writes one to start from") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    try:
        return tomllib.loads(text)
    except ValueError as error:  # also a number of more digits than Python reads
        raise BadInput(f"{path} is not valid TOML: {first_line(error)}") from None
    except RecursionError:
        raise BadInput(f"{path} is nested too deeply to be a study") from None


def _known_sections(path: Path, data: dict[str, Any]) -> None:
    for section, value in data.items():
        if section not in SECTIONS:
            raise BadInput(
                f"{path}: unknown section [{section}]{_did_you_mean(section, SECTIONS)}; remove or rename it"
            )
        tables = value if section == "models" else [value]
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            form = "[[models]]" if section == "models" else f"[{section}]"
            raise BadInput(f"{path}: {section} must be written as {form}, with its keys below it")
        for table in tables:
            _known_keys(path, section, table, SECTIONS[section])
            for key, inner in table.items():
                name = f"{section}.{key}"
                for each in inner if isinstance(inner, list) else [inner]:
                    if name in WITHIN and isinstance(each, dict):
                        _known_keys(path, name, each, WITHIN[name])


def _known_keys(path: Path, name: str, table: dict[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            raise BadInput(f"{path}: unknown key {name}.{key}{_did_you_mean(key, known)}; remove or rename it")


def _tracking_uri(path: Path, tracking: dict[str, Any]) -> str | None:
    uri = tracking.get("uri")
    if uri is None:
        return None
    if not isinstance(uri, str) or not uri.startswith(("sqlite:///", "postgresql", "mysql", "http://", "https://")):
        raise BadInput(f"{path}: tracking.uri must be a sqlite:///, postgresql:// or http(s):// address")
    return _beside(path, uri) if uri.startswith(_SQLITE) else uri


def _beside(path: Path, uri: str) -> str:
    """A SQLite address whose file, where it is relative, lies beside the study file, from whichever folder it is read.

    BadInput for one that names no file that is found again: in memory, or with what an address reads otherwise.
    """
    named = uri.removeprefix(_SQLITE)
    if named in ("", ":memory:"):
        raise BadInput(f"{path}: tracking.uri names no file, so that its runs would be lost; give sqlite:///PATH")
    place = path.parent.absolute() / Path(named).expanduser()
    require_addressable(place, f"{path}: tracking.uri")
    return f"{_SQLITE}{place.resolve()}"


def _first(error: ValidationError) -> str:
    problem, *others = error.errors(include_url=False)
    key = _key(problem["loc"])
    ways = [problem["msg"], *(other["msg"] for other in others if _key(other["loc"]) == key)]
    message = "; or ".join(dict.fromkeys(way.removeprefix("Value error, ") for way in ways))
    if problem["type"] == "missing":
        return f"{key} is missing; add it"
    if problem["type"] == "value_error":
        return f"{key}: {message}" if key else message
    given = problem.get("input")
    shown = f" (got {given!r:.60})" if not isinstance(given, dict | list | tuple | BaseModel) else ""
    return f"{key}: {message[:1].lower()}{message[1:]}{shown}"


def _key(loc: tuple[int | str, ...]) -> str:
    """A location as it stands in the file: keys of the protocol's top level are written under [study].

    Names of union members, which pydantic puts into the location, are left out.
    """
    under = ("study", *loc) if loc and loc[0] in SECTIONS["study"] else loc
    return ".".join(str(part) for part in under if isinstance(part, int) or part in _KEYS)


def _did_you_mean(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""
