"""A file has one path, and a list of files holds those that the report names as delivered."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.mentions import FileMention
from tasks.audit.finding import Finding, found

_EVERYWHERE = re.compile(
    r"^(?:__init__|main|index|readme|config|setup|requirements|test|utils|license|changelog|data|samples|results?"
    r"|card|report)\b",
    re.I,
)
_LIST = re.compile(
    r"\bfiles?\b.*\b(?:generated|created|written|delivered|produced|list)\b|\b(?:generated|created|deliverable"
    r"|output)\w*\b.*\bfiles?\b",
    re.I,
)
_KEY = re.compile(
    r"^(?:output|deliverable|artifact|result|evidence|saved|log)?\s?(?:files?|paths?|file paths?|artifacts?)\s*:", re.I
)
_MADE = re.compile(r"\b(?:written|wrote|delivered|saved|generated|produced|stored|output|deliverable)\b", re.I)
_MOST_PATHS = 3


def check(claims: Claims) -> Iterator[Finding]:
    """Paths by name, and mentions against the section that lists files."""
    lists = _lists(claims)
    paths: dict[str, dict[str, FileMention]] = defaultdict(dict)
    spelt_out = {(each.line.section, each.name) for each in claims.files.all if "/" in each.path}
    made: set[str] = set()
    for each in claims.files.all:
        as_code = each.path in each.line.marks.codes
        listed = bool(_KEY.match(each.line.text)) or not lists.isdisjoint(claims.report.ancestors(each.line.section))
        if listed or (as_code and _MADE.search(each.line.text)):
            made.add(each.name)
        if (listed or as_code) and ("/" in each.path or (each.line.section, each.name) not in spelt_out):
            paths[each.name].setdefault(each.path, each)
    for name, found_paths in paths.items():
        if name in made and 1 < len(found_paths) <= _MOST_PATHS and not _EVERYWHERE.match(name):
            first, *others = found_paths.values()
            listing = ", ".join(f"{each.path} (line {each.line.number})" for each in found_paths.values())
            text = f"one name under {len(found_paths)} paths: {listing}"
            text += "; unless these are two files, or one is a short form"
            yield found("depends on reading", first.line, text, *(each.line for each in others))
    yield from _listed(claims, lists)


def _lists(claims: Claims) -> set[int]:
    """Sections that list files."""
    every = enumerate(claims.report.sections)
    return {at for at, section in every if section.line is not None and _LIST.search(section.title)}


def _listed(claims: Claims, lists: set[int]) -> Iterator[Finding]:
    inside = [each for each in claims.files.all if not lists.isdisjoint(claims.report.ancestors(each.line.section))]
    if len(inside) < 2:
        return
    names = {each.name for each in inside}
    missing: dict[str, FileMention] = {}
    for each in claims.files.all:
        if each.name not in names and "/" in each.path and each.path in each.line.marks.codes:
            missing.setdefault(each.name, each)
    first = inside[0].line
    if missing and len(missing) <= len(names):
        listed = ", ".join(f"{each.path} (line {each.line.number})" for each in list(missing.values())[:5])
        text = f"the list of files has {len(names)} and leaves out {listed}; unless these were not made here"
        yield found("depends on reading", next(iter(missing.values())).line, text, first)
    elif not missing:
        yield found("consistent", first, f"all files that are named as paths are among the {len(names)} of the list")
