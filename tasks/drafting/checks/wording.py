"""No sentence of another verdict, and none of the words that promise more than a study can give."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.layout import layout_of
from tasks.drafting.reading.visible import visible

_WORDS = re.compile(
    r"\b(?:prov(?:es?|en|ed|ing)(?!\s+(?:to be )?(?:difficult|hard|useful))|novel(?:ty)?|unprecedented|groundbreaking"
    r"|state[-\s–]+of[-\s–]+the[-\s–]+art|SOTA|first[-\s]ever|(?:are|is|was|were)\s+the\s+first\b|first\s+to\b"
    r"|for\s+the\s+first\s+time|(?:the|our)\s+first\s+(?:\w+\s+){0,2}(?:study|work|paper|method|approach|evidence|account"
    r"|demonstration|system|proof|benchmark))\b",
    re.IGNORECASE,
)
_SIGNIFICANT = re.compile(r"\bsignifican(?:t|tly|ce)\b(?!\s+(?:digits?|figures?|level))", re.IGNORECASE)
_TESTED = re.compile(
    r"\b(?:tests?|tested|p-values?|alpha|confidence|interval|Johnson|Wilcoxon|Mann|Welch|Student|Fisher|permutations?"
    r"|bootstrap\w*|Bonferroni|Holm|ANOVA|Kruskal|McNemar)\b|\bp\s*[<=≤]",
    re.IGNORECASE,
)
_FINDING = re.compile(
    r"\bwe\s+(?:\w+ly\s+)?(?:show|demonstrate|find|found|establish|confirm|conclude)\w*\s+(?:that\s+)?[^.]*\bcollaps\w+"
    r"|\b(?:collapse|claim)\s+is\s+(?:shown|established|confirmed|excluded|refuted)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?:[^.!?]|[.](?=[\w,]))+[.!?]?")


def check(paper: Paper) -> Iterator[Fault]:
    """Sentences of the pages, then those of people."""
    people = {name: text for name, text in sorted(paper.prose.items()) if name.endswith(".tex")}
    if paper.pages is not None:
        by_people = {word for prose in people.values() for _, word, _ in _of_people(prose, paper)}
        yield from _on_pages(paper, by_people)
    for name, prose in people.items():
        for line, _, why in _of_people(prose, paper):
            yield Fault("wording", why, file=f"paper/{name}", line=line)


def _on_pages(paper: Paper, by_people: set[str]) -> Iterator[Fault]:
    assert paper.pages is not None
    layout = layout_of(paper.pages)
    words, letters, of_words, of_letters = "", "", [], []
    for at, line in enumerate(paper.pages.lines):
        if at in layout.furniture or at in layout.references:
            continue
        if layout.appendix is not None and at >= layout.appendix:
            letters += _plain(line.text)
            continue
        words = words[:-1] if words.endswith("-") and line.text[:1].islower() else f"{words} "
        of_words.append((len(words), line.page))
        of_letters.append((len(letters), line.page))
        words, letters = words + line.text, letters + _plain(line.text)
    for told in paper.expected.forbidden:
        sentence = _plain(told)
        if sentence and (at := letters.find(sentence)) >= 0:
            yield Fault("wording", f"only another verdict may say: {told}", _page(of_letters, at))
    known = _plain(" ".join(paper.expected.known))
    for match in _SENTENCE.finditer(words):
        for start, word, why in _wrong(match[0], paper):
            near = _plain(match[0][max(0, start - 10) : start + 30])
            if word not in by_people and near not in known:
                yield Fault("wording", why, _page(of_words, match.start() + start))


def _page(places: list[tuple[int, int]], at: int) -> int:
    return max((place for place in places if place[0] <= at), default=(0, 1))[1]


def _of_people(prose: str, paper: Paper) -> Iterator[tuple[int, str, str]]:
    text = visible(prose)
    for match in _SENTENCE.finditer(text):
        for start, word, why in _wrong(match[0], paper):
            yield text.count("\n", 0, match.start() + start) + 1, word, why


def _wrong(sentence: str, paper: Paper) -> Iterator[tuple[int, str, str]]:
    for found in _WORDS.finditer(sentence):
        yield found.start(), _plain(found[0]), f"{_said(found)!r} promises more than a study can give"
    if (found := _SIGNIFICANT.search(sentence)) is not None and not _TESTED.search(sentence):  # type: ignore[assignment]
        yield found.start(), _plain(found[0]), f"{_said(found)!r} without its test"
    if paper.expected.verdict not in ("GO", "NO_GO"):
        for found in _FINDING.finditer(sentence):
            yield found.start(), _plain(found[0]), f"no verdict allows a finding: {_said(found)}"


def _said(found: re.Match[str]) -> str:
    return " ".join(found[0].split())


def _plain(text: str) -> str:
    """Letters alone, so that neither line breaks nor hyphens nor figures part a sentence."""
    return re.sub(r"[^a-z]+", "", text.lower())
