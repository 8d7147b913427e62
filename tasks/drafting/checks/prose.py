"""Numbers in what people wrote are macros, or allowed by name; keys of figures are such as the record has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.nearest import nearest
from tasks.drafting.reading.prose import figures_in, numbers_in
from tasks.drafting.reading.visible import without_comments

_HIDDEN = re.compile(r"\\pdf(?:obj|mapline|mapfile|ximage|filedump)\b|\^\^")


def check(paper: Paper) -> Iterator[Fault]:
    """Each number with its file and line."""
    yield from unknown_keys(paper.prose, paper.expected.figures)
    for name, text in sorted(paper.prose.items()):
        if not name.endswith(".tex"):
            continue
        for found in numbers_in(text):
            said = f"{found.text} is no figure of the record; write \\fig{{…}}, or allow it by % allow: {found.text}"
            yield Fault("prose", said, file=f"paper/{name}", line=found.line)


def unknown_keys(prose: Mapping[str, str], known: Collection[str]) -> Iterator[Fault]:
    """Keys of figures that people wrote and the record does not have, each with the nearest that it has."""
    for name, text in sorted(prose.items()):
        for key, line in figures_in(text):
            if not key:
                yield Fault("prose", r"\fig is followed by no key in braces", file=f"paper/{name}", line=line)
            elif key not in known:
                said = f"there is no figure {key}{nearest(key, known)}"
                yield Fault("prose", said, file=f"paper/{name}", line=line)


def hidden_commands(prose: Mapping[str, str]) -> Iterator[Fault]:
    """Commands by which pdfTeX reads any file, whatever it is told of folders, and characters that spell such ones."""
    for name, text in sorted(prose.items()):
        for number, line in enumerate(without_comments(text).split("\n"), 1):
            for found in _HIDDEN.findall(line):
                said = f"{found} is not for a paper: it may read any file"
                yield Fault("prose", said, file=f"paper/{name}", line=number)
