"""What LaTeX says of its work: boxes that are too full, labels and keys of which there is nothing, files that lack."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

WIDTH = 79
"""Columns of a log, at which lines are cut wherever they are."""

_BOX = re.compile(
    r"Overfull \\(?P<kind>[hv])box \((?P<points>\d+(?:\.\d+)?)pt too (?:wide|high)\)"
    r"(?:.*? at lines? (?P<line>\d+))?"
)
_WARNING = re.compile(r"(?:LaTeX|Package|Class|pdfTeX|! LaTeX|! Package|! Class)\b")
_CITATION = re.compile(r"Citation [`'](?P<key>[^\n]{1,200}?)' (?:on page \S+ )?undefined")
_REFERENCE = re.compile(
    r"(?:Reference [`'](?P<key>[^\n]{1,200}?)' on page \S+ undefined|Hyper reference [`'](?P<other>[^\n]{1,200}?)' on)"
)
_MULTIPLY = re.compile(r"Label [`'](?P<key>[^\n]{1,200}?)' multiply defined")
_MISSING = re.compile(
    r"File [`'](?P<file>[^'\n]{1,300})' not found|^! I can't find file [`'](?P<other>[^'\n]+)'"
    r"|^No file (?P<third>\S+?)\.$",
    re.MULTILINE,
)
_RERUN = re.compile(
    r"(?:Rerun to get|Label\(s\) may have changed|Please rerun LaTeX|\(?re\)?run (?:LaTeX|Biber|BibTeX)"
    r"|Citation\(s\) may have changed|Table widths have changed)[^\n]*",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"\((?:\./)?(?P<file>[^\s()<>{}\[\]\"]*\.[a-zA-Z]{1,5})(?=[\s()\[]|$)|[()]")
_OF_A_BOX = re.compile(r"\\[A-Z0-9]+/|^ ?\[\]")
"""Lines in which TeX shows a box: what is set in them opens and closes no file."""
_MOST_LINES = 200_000


@dataclass(frozen=True, slots=True)
class Overfull:
    """A line that sticks out of its column, or a column that is too long."""

    points: float
    file: str
    line: int | None


@dataclass(frozen=True, slots=True)
class BuildLog:
    """What a log tells."""

    boxes: tuple[Overfull, ...]
    citations: tuple[str, ...]
    """Keys that are cited and not there."""
    references: tuple[str, ...]
    """Labels that are referred to and not there."""
    labels: tuple[str, ...]
    """Labels that are defined more than once."""
    missing: tuple[str, ...]
    """Files that are not there."""
    rerun: bool
    """Whether another pass would change the pages."""


def read_log(log: str) -> BuildLog:
    """Read a log of any length; it is that of the last pass which counts, where one holds several."""
    lines = unwrapped(log)
    text = "\n".join(_messages(lines))
    missing = (found["file"] or found["other"] or found["third"] for found in _MISSING.finditer(text))
    ends = (".aux", ".toc", ".out", ".lof", ".lot", ".brf")
    references = (found["key"] or found["other"] for found in _REFERENCE.finditer(text))
    return BuildLog(
        boxes=tuple(_boxes(lines)),
        citations=_once(found["key"] for found in _CITATION.finditer(text)),
        references=_once(references),
        labels=_once(found["key"] for found in _MULTIPLY.finditer(text)),
        missing=_once(name for name in missing if not name.endswith(ends)),
        rerun=_RERUN.search(text) is not None,
    )


def _once(found: Iterator[str]) -> tuple[str, ...]:
    return tuple(sorted({" ".join(each.split()) for each in found}))


def unwrapped(log: str) -> list[str]:
    """The lines of a log; those that were cut at their last column are joined again.

    A line is as long as the log is wide when it was cut, or by chance; in the latter case it is joined with the next as
    well, unless that begins a message of its own.
    """
    lines: list[str] = []
    cut = False
    for line in log.splitlines()[:_MOST_LINES]:
        own = re.match(r"(?:Overfull|Underfull|LaTeX|Package|Class|!|\(|\[|l\.\d|No file)", line) is not None
        if cut and not (own and lines[-1][-1:] in (".", ")", "]", "")):
            lines[-1] += line
        else:
            lines.append(line)
        cut = len(line.encode("utf-8")) == WIDTH or len(line) == WIDTH
    return lines


def _messages(lines: list[str]) -> Iterator[str]:
    """Lines with those joined that go on with a message of a package, as natbib does in the next line."""
    held = ""
    for line in lines:
        more = re.match(r"\([A-Za-z0-9@. -]{1,30}\)\s{2,}(.*)", line)
        if more is not None and held:
            held = f"{held} {more[1]}"
            continue
        if held:
            yield held
        held = line if _WARNING.match(line) else ""
        if not held:
            yield line
    if held:
        yield held


def _boxes(lines: list[str]) -> Iterator[Overfull]:
    opened: list[str] = []
    after_box = False
    for line in lines:
        if (found := _BOX.match(line)) is not None or (found := _BOX.search(line)) is not None:
            file = next((each for each in reversed(opened) if each.endswith((".tex", ".bbl", ".ltx"))), "paper.tex")
            yield Overfull(float(found["points"]), file, int(found["line"]) if found["line"] else None)
            after_box = found["kind"] == "h"
            continue
        if after_box:
            after_box = bool(line.strip())
            if _OF_A_BOX.search(line) or not line.strip():
                continue
        if _OF_A_BOX.search(line) or _WARNING.match(line):
            continue
        for mark in _SOURCE.finditer(line):
            if mark[0] == ")":
                if opened:
                    opened.pop()
            else:
                opened.append(mark["file"] or "")
