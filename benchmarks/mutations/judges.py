"""Who may catch a changed report: verify, its figures alone, and the auditor with nothing but the file."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.mutations.changes import BOUNDS_ONLY, KINDS
from benchmarks.mutations.places import Part, Place, places
from orchestrator.artifacts import ArtifactStore
from orchestrator.bootstrap import open_log, tracker_of
from orchestrator.checking.report_files import ReportFile, check_file, report_files
from orchestrator.checking.resolving import resolve
from orchestrator.checking.tally import Tally
from orchestrator.checking.verification import Verification, verify
from orchestrator.settings import Settings
from orchestrator.workspace import Workspace
from store.board import fold
from tasks.audit.audit import audit
from tasks.audit.reading.opening import read_report

READ = (".md", ".html", ".json")


@dataclass(frozen=True, slots=True)
class Mutation:
    """One changed number of one file."""

    file: str
    """Relative to the workspace."""
    kind: str
    part: Part
    was: str
    now: str
    content: str
    """The whole file, with it."""


@dataclass(frozen=True, slots=True)
class Caught:
    """Who saw a mutation."""

    verify: bool
    figures: bool | None
    """What verify would find of the figures if the digest in the log were that of the changed file; None where the file
    holds no figures in full."""
    audit: bool


class Judges:
    """Those of one workspace. What does not depend on the changed file is done once: the log, and rendering again."""

    def __init__(self, root: Path) -> None:
        self.settings = Settings(workspace=root)
        self.log = open_log(self.settings)
        self.chain = self.log.check()
        self.files: dict[str, ReportFile] = {
            file.again.name: file
            for file in report_files(self.log, fold(self.log.read()), ArtifactStore(Workspace(root).artifacts))
            if file.again.name.endswith(READ)
        }

    def contents(self) -> dict[str, str]:
        """The reports as they stand."""
        return {name: (self.settings.workspace / name).read_text(encoding="utf-8") for name in self.files}

    def of_file(self, name: str, content: str) -> Verification:
        """What verify says of one file."""
        tally = Tally()
        check_file(tally, self.files[name], content.encode())
        return Verification(self.chain, checked=tally.checked, bad=tuple(tally.bad))

    def caught(self, mutation: Mutation) -> Caught:
        """Who sees it."""
        in_full = mutation.file.endswith(".json")
        return Caught(
            verify=not self.of_file(mutation.file, mutation.content).ok,
            figures=bool(resolve(mutation.file, mutation.content.encode(), self.files[mutation.file].past)[1])
            if in_full
            else None,
            audit=not audits(mutation.file, mutation.content),
        )

    def whole(self, mutation: Mutation | None = None) -> Verification:
        """What `gonogo verify` says of the workspace, with the changed file in its place for so long."""
        tracker = tracker_of(self.settings, print)
        if mutation is None:
            return verify(self.log, Workspace(self.settings.workspace), tracker)
        path = self.settings.workspace / mutation.file
        kept = path.read_bytes()
        try:
            path.write_bytes(mutation.content.encode())
            return verify(self.log, Workspace(self.settings.workspace), tracker)
        finally:
            path.write_bytes(kept)


def audits(name: str, content: str) -> bool:
    """Whether the auditor finds nothing inconsistent in a file; it reads JSON as plain text."""
    return audit(read_report(content, Path(name).suffix)).consistent


def mutations(contents: dict[str, str], count: int, seed: int) -> Iterator[Mutation]:
    """So many changes, files and kinds in turn; the places are drawn among all bound numbers of the file."""
    draw = random.Random(seed)
    where = {name: found for name, content in contents.items() if (found := places(name, content))}
    turns = [(name, kind) for kind in KINDS for name in where]
    made = 0
    for turn in range(10 * count):
        name, kind = turns[turn % len(turns)]
        mutation = _mutated(name, contents[name], kind, where[name], draw)
        if mutation is not None:
            yield mutation
            made += 1
            if made == count:
                return


def _mutated(name: str, content: str, kind: str, where: Sequence[Place], draw: random.Random) -> Mutation | None:
    """None where there is no number that such a change fits."""
    others = [place.text for place in where]
    for place in draw.sample(where, len(where)):
        if kind == BOUNDS_ONLY and not place.is_bound:
            continue
        now = KINDS[kind](place.text, draw, others)
        if now and now != place.text:
            changed = content[: place.start] + now + content[place.end :]
            return Mutation(name, kind, place.part, place.text, now, changed)
    return None
