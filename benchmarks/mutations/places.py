"""Where a report file prints the numbers of figures: in its running text, and in the entry of each figure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Part = Literal["running text", "entry: text", "entry: interval", "entry: exact value", "entry: n"]
PARTS: tuple[Part, ...] = ("running text", "entry: text", "entry: interval", "entry: exact value", "entry: n")

_NUMBER = r"(?:(?:<|&lt;) )?-?\d[\d.e+-]*"
_ENDS = rf"(?P<low>{_NUMBER}), (?P<high>{_NUMBER})"
_MARKDOWN = (
    re.compile(rf"(?<=(?P<open>\\\[))?\[(?P<running>{_NUMBER})\]\(#fig-\d+\)(?P<close>\\\])?"),
    re.compile(
        rf'^\| <a id="fig-\d+"></a>fig-\d+ \| (?P<text>{_NUMBER}) [^|]*\| (?:\\\[{_ENDS}\\\])? \| (?P<value>{_NUMBER}) '
        r"\| [^|]*\| [^|]*\| (?P<n>\d+)? \|",
        re.MULTILINE,
    ),
)
_HTML = (
    re.compile(rf'<a class="figure" href="#fig-\d+"[^>]*?(?P<open> data-bound="\w+")?>(?P<running>{_NUMBER})</a>'),
    re.compile(
        rf'<tr id="fig-\d+"><th scope="row">fig-\d+</th><td class="n">(?P<text>{_NUMBER}) [^<]*</td>'
        rf'<td class="n">(?:\[{_ENDS}\])?</td><td class="n">(?P<value>{_NUMBER})</td><td>[^<]*</td><td>[^<]*</td>'
        r'<td class="n">(?P<n>\d+)?</td>'
    ),
)
_JSON = (
    re.compile(rf'"figure": "fig-\d+",\s+"text": "(?P<running>{_NUMBER})(?: \[{_ENDS}\])?'),
    re.compile(
        rf'"id": "fig-\d+",\s+(?:"key": {{[^}}]*}},\s+)?"text": "(?P<text>{_NUMBER})",\s+'
        rf'"value": (?P<value>{_NUMBER}),(?:\s+"\w+": [^\n]+,)+?\s+'
        rf'"n": (?:null|(?P<n>\d+)),\s+"interval": (?:null|\{{\s+"low": (?P<low>{_NUMBER}),\s+'
        rf'"high": (?P<high>{_NUMBER}),\s+"confidence": [\d.]+,\s+"low_text": "(?P<low_text>{_NUMBER})",\s+'
        rf'"high_text": "(?P<high_text>{_NUMBER})")'
    ),
)
_SENTENCE = re.compile(r'"text": "(?P<text>(?:[^"\\]|\\.)*)",\s+"figures": \[(?P<ids>[^\]]*)\]')
_OF_GROUP: dict[str, Part] = {
    "text": "entry: text", "value": "entry: exact value", "n": "entry: n", "low": "entry: interval",
    "high": "entry: interval", "low_text": "entry: interval", "high_text": "entry: interval",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A number of a figure in a file, with the sign before it."""

    start: int
    end: int
    text: str
    part: Part
    is_bound: bool
    """An end of an interval."""


def places(name: str, content: str) -> list[Place]:
    """All of a file, in order; `content` is that of a report of ours, as Markdown, HTML or JSON by its name."""
    patterns = {"md": _MARKDOWN, "html": _HTML, "json": _JSON}[name.rpartition(".")[2]]
    found = [place for pattern in patterns for place in _matched(pattern, content)]
    if name.endswith(".json"):
        found += _in_sentences(content)
    return sorted(found, key=lambda place: place.start)


def _matched(pattern: re.Pattern[str], content: str) -> Iterator[Place]:
    for match in pattern.finditer(content):
        groups = match.groupdict()
        running = "running" in groups
        in_bounds = bool(groups.get("open") or groups.get("close"))
        for group, text in groups.items():
            if text is not None and group not in ("open", "close"):
                start, end = match.span(group)
                part = "running text" if running else _OF_GROUP[group]
                yield Place(start, end, text, part, in_bounds or group.startswith(("low", "high")))


def _in_sentences(content: str) -> Iterator[Place]:
    """Sentences of the JSON name their figures; their numbers are found by their digits."""
    figures = {figure["id"]: figure for figure in json.loads(content)["figures"]}
    for match in _SENTENCE.finditer(content):
        taken: set[int] = set()
        for id in re.findall(r"fig-\d+", match["ids"]):
            interval = figures[id]["interval"] or {"low_text": "", "high_text": ""}
            ends = rf"(?: \[({re.escape(interval['low_text'])}), ({re.escape(interval['high_text'])})\])?"
            printed = re.compile(rf"(?<![\w.-])({re.escape(figures[id]['text'])})(?!\w|\.\d){ends}")
            for one in printed.finditer(content, *match.span("text")):
                if one.start() not in taken:
                    taken.add(one.start())
                    for group in (1, 2, 3):
                        if one[group]:
                            yield Place(*one.span(group), one[group], "running text", group > 1)
                    break
