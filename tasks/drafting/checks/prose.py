"""Numbers in what people wrote are macros, or allowed by name; keys of figures are such as the record has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.prose import FIGURE, numbers_in, without_comments


def check(paper: Paper) -> Iterator[Fault]:
    """Each number with its file and line."""
    known = paper.expected.figures
    yield from unknown_keys(paper.prose, known)
    for name, text in sorted(paper.prose.items()):
        for found in numbers_in(text):
            said = f"{found.text} is no figure of the record; write \\fig{{…}}, or allow it by % allow: {found.text}"
            yield Fault("prose", said, file=f"paper/{name}", line=found.line)


def unknown_keys(prose: Mapping[str, str], known: Collection[str]) -> Iterator[Fault]:
    """Keys of figures that people wrote and the record does not have, each with the nearest that it has."""
    for name, text in sorted(prose.items()):
        for number, line in enumerate(without_comments(text), 1):
            for key in FIGURE.findall(line):
                if key not in known:
                    near = get_close_matches(key, known, 1)
                    hint = f"; the nearest is {near[0]}" if near else ""
                    yield Fault("prose", f"there is no figure {key}{hint}", file=f"paper/{name}", line=number)


_HIDDEN = re.compile(r"\\pdf(?:obj|mapline|mapfile|ximage|filedump)\b|\^\^")


def hidden_commands(prose: Mapping[str, str]) -> Iterator[Fault]:
    """Commands by which pdfTeX reads any file, whatever it is told of folders, and characters that spell such ones."""
    for name, text in sorted(prose.items()):
        for number, line in enumerate(without_comments(text), 1):
            for found in _HIDDEN.findall(line):
                said = f"{found} is not for a paper: it may read any file"
                yield Fault("prose", said, file=f"paper/{name}", line=number)
