"""No sentence of another verdict, and none of the words that promise more than a study can give."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper

_WORDS = re.compile(
    r"\b(proves?|proven|proved|novel|unprecedented|state[- ]of[- ]the[- ]art|the first|first to|for the first time)\b",
    re.IGNORECASE,
)
_SIGNIFICANT = re.compile(r"\bsignificant(?:ly)?\b", re.IGNORECASE)
_TESTED = re.compile(r"\b(test|p-value|alpha|level|interval)", re.IGNORECASE)
_FINDING = re.compile(
    r"\bwe (?:show|demonstrate|find|establish|confirm)\w* (?:that )?[^.]*collapse|\b(?:collapse|claim) is "
    r"(?:shown|established|confirmed|excluded|refuted)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?]+[.!?]?")


def check(paper: Paper) -> Iterator[Fault]:
    """Sentences of the pages, then those of people."""
    expected = paper.expected
    forbidden = [_plain(sentence) for sentence in expected.forbidden]
    if paper.pages is not None:
        for page in range(1, paper.pages.count + 1):
            text = _plain(paper.pages.text(page))
            for sentence, told in zip(forbidden, expected.forbidden, strict=True):
                if sentence and sentence in text:
                    yield Fault("wording", f"only another verdict may say: {told}", page)
    for name, prose in sorted(paper.prose.items()):
        if name.endswith(".tex"):
            yield from (
                Fault("wording", why, file=f"paper/{name}", line=line) for line, why in _of_people(prose, paper)
            )


def _of_people(prose: str, paper: Paper) -> Iterator[tuple[int, str]]:
    from tasks.drafting.reading.visible import without_comments

    text = without_comments(prose)
    for match in _SENTENCE.finditer(text):
        sentence = match[0]
        line = text.count("\n", 0, match.start() + len(sentence) - len(sentence.lstrip())) + 1
        for word in _WORDS.findall(sentence):
            yield line, f"{word!r} promises more than a study can give"
        if _SIGNIFICANT.search(sentence) and not _TESTED.search(sentence):
            yield line, "'significant' without its test"
        if paper.expected.verdict not in ("GO", "NO_GO") and (found := _FINDING.search(sentence)):
            yield line, f"no verdict allows a finding: {' '.join(found[0].split())}"


def _plain(text: str) -> str:
    """Letters alone, so that neither line breaks nor hyphens nor figures part a sentence."""
    return re.sub(r"[^a-z]+", "", text.lower())
