"""A paper that is to be anonymous tells nobody who wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper

_REPOSITORY = re.compile(r"\b(?:github\.com|gitlab\.[a-z]+|bitbucket\.org|huggingface\.co)/([\w.-]+)/[\w.-]+")
_PATH = re.compile(r"(?:/home/|/Users/|[A-Z]:\\Users\\)([\w.-]+)")
_THANKS = re.compile(r"^(?:\d+\s+)?acknowledge?ments?\b", re.IGNORECASE)


def check(paper: Paper) -> Iterator[Fault]:
    """Names, thanks, repositories, paths and metadata."""
    if not paper.expected.anonymous or paper.pages is None:
        return
    for page in range(1, paper.pages.count + 1):
        text = paper.pages.text(page)
        flat = " ".join(text.split()).casefold()
        for name in paper.expected.names:
            if " ".join(name.split()).casefold() in flat:
                yield Fault("anonymity", f"{name} is named", page)
        for line in text.splitlines():
            if _THANKS.match(line):
                yield Fault("anonymity", "somebody is thanked", page)
            for found in (*_REPOSITORY.finditer(line), *_PATH.finditer(line)):
                yield Fault("anonymity", f"{found[0]} tells whose it is", page)
    for key, value in sorted(paper.pages.metadata.items()):
        for name in paper.expected.names:
            if name.casefold() in value.casefold():
                yield Fault("anonymity", f"{name} is named in the metadata ({key})")
