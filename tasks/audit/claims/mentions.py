"""Claims in words: files that are named, and what is said to be done, blocked or failed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tasks.audit.claims.claim import Claim
from tasks.audit.reading.report import Line

State = Literal["done", "undone", ""]

_DONE = re.compile(
    r"✅|✓|✔|☑|\b(?:completed?|done|finished|succeeded|success(?:ful)?(?:ly)?|passed|achieved|met|accepted"
    r"|delivered|ok)\b",
    re.I,
)
_UNDONE = re.compile(
    r"❌|✗|✘|⛔|\b(?:blocked|failed|failure|incomplete|unfinished|skipped|cancell?ed|aborted|timed out"
    r"|not (?:completed?|done|met"
    r"|run|started|achieved|finished)|pending|in progress|partial(?:ly)?|mitigated|postponed|deferred|abandoned"
    r"|unmet|stalled"
    r"|crashed|to ?do)\b",
    re.I,
)
_ARROW = re.compile(r"→|->|=>")
_STATUS = re.compile(r"(?:Status|State|Outcome|Result)\s*:\s*(?P<said>.{1,120})", re.IGNORECASE)
_PATH = re.compile(
    r"(?<![\w/.@:-])(?P<path>(?:[\w.-]{1,60}/){0,8}[\w-][\w.-]{0,80}\.(?:py|tex|md|txt|json|csv|tsv|ya?ml|toml|sh"
    r"|ipynb|html?|npz|npy|pt"
    r"|pth|safetensors|parquet|png|svg|pdf|log|cfg|ini|bib|c|cc|cpp|h|rs|js|ts|go|java|r|jl|sql|jsonl"
    r"|pkl))(?![\w/-]|\.\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FileMention(Claim):
    """A file, as it is named."""

    path: str

    @property
    def name(self) -> str:
        """Without its folders."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Status(Claim):
    """What is said of a piece of work; `said` in its words."""

    said: str
    state: State


def files(line: Line) -> Iterator[FileMention]:
    """Names with a known ending, with or without folders."""
    if "." not in line.text or "://" in line.text:
        return
    for each in _PATH.finditer(line.text):
        yield FileMention(line, each.start(), each.end(), each["path"].removeprefix("./"))


def state_of(text: str) -> State:
    """What words of status come to: the last one where arrows lead from one to another; `undone` outweighs `done`."""
    last = _ARROW.split(text)[-1]
    if _UNDONE.search(last):
        return "undone"
    if _DONE.search(last):
        return "done"
    return "undone" if _UNDONE.search(text) else "done" if _DONE.search(text) else ""


def statuses(line: Line) -> Iterator[Status]:
    """`Status: ...` at the start of a line."""
    said = _STATUS.match(line.text)
    if said and line.kind in ("text", "item"):
        text = said["said"]
        yield Status(line, said.start(), said.end(), text, state_of(text))
