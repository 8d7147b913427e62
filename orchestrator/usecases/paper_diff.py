"""What changed in the paper from one position of the log to another: figures, claims, limitations, references."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.artifacts import write_durably
from orchestrator.usecases.errors import BadArgument
from orchestrator.usecases.paper import laid_out, sources_at
from orchestrator.usecases.session import ReadSession, Session
from store.errors import BadInput

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from tasks.drafting.building.built import Built


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that is printed otherwise, or only in one of the two."""

    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class PaperDiff:
    """Two papers of one study, held against each other."""

    at: tuple[int, int]
    """The positions."""
    figures: tuple[Change, ...]
    claims: Change | None
    """The verdict, where it is another."""
    said: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    """Section -> sentences that went, and that came."""
    references: tuple[tuple[str, ...], tuple[str, ...]]
    """Keys that went, and that came."""

    def view(self) -> dict[str, Any]:
        """`gonogo.paper-diff/1`."""
        return {
            "schema": "gonogo.paper-diff/1",
            "from": self.at[0],
            "to": self.at[1],
            "figures": [{"key": each.key, "from": each.before, "to": each.after} for each in self.figures],
            "verdict": {"from": self.claims.before, "to": self.claims.after} if self.claims is not None else None,
            "sentences": {name: {"gone": list(gone), "new": list(new)} for name, (gone, new) in self.said.items()},
            "references": {"gone": list(self.references[0]), "new": list(self.references[1])},
        }


COMPARED = ("abstract", "results", "limitations", "conclusion")
"""Sections whose sentences are compared: what is claimed, and what speaks against it."""


def diff_papers(settings: Settings, before: int, after: int) -> PaperDiff:
    """Compare the papers of two cycles, each as of its report; BadArgument for a cycle without one.

    A number above that of the newest cycle is a position of the log.
    """
    with Session.read(settings) as session:
        first, last = (_position(session, number, name) for number, name in ((before, "from"), (after, "to")))
        old, new = (_document(session, at) for at in (first, last))
    figures = {key: (old["figures"].get(key), new["figures"].get(key)) for key in (*old["figures"], *new["figures"])}
    verdicts = old["verdict"], new["verdict"]
    return PaperDiff(
        at=(first, last),
        figures=tuple(Change(key, *texts) for key, texts in sorted(figures.items()) if texts[0] != texts[1]),
        claims=Change("verdict", *verdicts) if verdicts[0] != verdicts[1] else None,
        said={name: _apart(old["said"][name], new["said"][name]) for name in COMPARED},
        references=_apart(old["citations"], new["citations"]),
    )


CHANGES = r"""\newcommand{\gonogochanged}[2]{\expandafter\def\csname gonogowas@#1\endcsname{#2}}
\DeclareRobustCommand{\fig}[1]{\ifcsname gonogowas@#1\endcsname
  {\setlength{\fboxsep}{1pt}\colorbox{yellow}{\gonogolink{#1}}}{\tiny\,(\csname gonogowas@#1\endcsname)}\else
  \gonogolink{#1}\fi}
"""
"""Marks a figure that changed, with what it was."""


def write_marked(settings: Settings, found: PaperDiff, output: Path) -> Built:
    """Set the newer paper with the changed figures marked, beside what they were.

    Raises BadInput where nothing can set it.
    """
    from orchestrator.paper.voices.tex import digits
    from tasks.drafting.building.choice import build
    from tasks.drafting.expected import RECORD, Expected

    with Session.read(settings) as session:
        files = dict(sources_at(session, found.at[1]))
    marks = [
        f"\\gonogochanged{{{each.key}}}{{{digits(each.before) if each.before is not None else 'new'}}}\n"
        for each in found.figures
        if each.after is not None
    ]
    files["changes.tex"] = (CHANGES + "".join(marks)).encode()
    with tempfile.TemporaryDirectory(prefix="gonogo-paper-") as scratch:
        folder = laid_out(Path(scratch) / "paper", files)
        built = build(folder, Expected.read(files[RECORD]).epoch)
        if built.pdf is None or built.preview:
            raise BadInput(f"the marked paper could not be set: {built.error or 'it needs LaTeX; see gonogo doctor'}")
        write_durably(output, built.pdf.read_bytes())
    return built


def _position(session: ReadSession, number: int, argument: str) -> int:
    cycles = session.board().cycles
    if number not in cycles:
        if number > session.board().position or number < 1:
            raise BadArgument(argument, f"{{}}: there is neither a cycle nor an event {number}")
        return number
    report = cycles[number].report
    if report is None:
        raise BadArgument(argument, f"{{}}: cycle {number} has no report yet")
    return report.as_of


def _document(session: ReadSession, at: int) -> dict[str, Any]:
    whole = json.loads(sources_at(session, at)["paper.json"])
    said = {name: tuple(_sentences(whole["sections"].get(name, {}))) for name in COMPARED}
    return {**whole["paper"], "said": said}


def _sentences(section: Mapping[str, Any]) -> list[str]:
    """The texts of paragraphs and items."""
    found: list[str] = []
    for block in section.get("blocks", ()):
        for text in [block["text"]] if "text" in block else block.get("items", ()):
            found.append(str(text["text"]))
    return found


def _apart(old: Any, new: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(each for each in old if each not in new), tuple(each for each in new if each not in old)
