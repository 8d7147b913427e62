"""Reads what people write in LaTeX: the figures that they use, and the numbers that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from store.registry import MODELS
from tasks.drafting.reading.visible import visible, without_comments

_FIGURE = re.compile(r"\\fig(?![a-zA-Z@])\s*(?:\{\s*([^{}]*?)\s*\})?")
_ALLOW = re.compile(r"%\s*allow:\s*(.+)", re.IGNORECASE)

_WORD = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|" \
        r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozens?|hundreds?|thousands?|millions?)"  # fmt: skip
_NUMBER = re.compile(
    r"(?<![\w.,/])(?<!\d[-–])[-−+]?(?:\d[\d.,]*\d|\d)(?:[eE][-−+]?\d+)?(?:\s?\\?%|-?fold\b|x\b|×)?|(?<![\w.])\.\d+|[¼½¾⅐-⅞]"
)
_IN_WORDS = re.compile(
    rf"(?<![\w-]){_WORD}(?!-(?:sided|tailed|sample|way|stage|step|stream|tower|column|dimensional)\b)"
    rf"(?:[-\s]{_WORD})?(?:[-\s](?:thirds?|quarters?|fifths?|fold|times))?(?:\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?\w+)?\b"
    rf"|(?<![\w-])(?:one|none)\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?{_WORD}\b"
    r"|(?<![\w-])(?:twice|thrice|doubled|tripled|halved|(?:two|three|four|five|ten)fold|half\s+(?:of|the|as)"
    r"|(?:a|one)[-\s](?:third|quarter|fifth|tenth)(?:\s+of)?|most\s+of\s+the\s+\w+)\b",
    re.IGNORECASE,
)
_LETTERED = re.compile(r"(?<![\w.@/:-])[A-Za-z][\w./:@-]{0,60}\w(?![\w./:@-]*\w)|\b[23]D\b")
"""Words that may have letters and digits in them."""
_NAME = re.compile(
    r"(?=[^A-Z]*[A-Z]).*\d(?<!\.\d\d)(?<!\.\d\d\d)(?<!\.\d\d\d\d)[A-Za-z]*"
    r"|[a-z]{1,4}\d{1,3}|[23]D|(?:[a-z]+-){1,6}\d{1,3}(?:-[a-z0-9]+){0,6}"
)
"""Names such as ViT-B/32, GPT-4, LLaVA-1.5 and CLIP2, whose digits count nothing; no decimals behind a word."""
_IDENTIFIER = re.compile(r"\barXiv:[\d.]+\d(?:v\d+)?|\bdoi:\S+|\b10\.\d{4,9}/[^\s,;)}]+|\bISO[-/ ]?\d+")
_NOT_AUTHORS = (
    r"(?:In|Since|Until|By|From|Of|Before|After|During|And|At|On|Around|The|January|February|March|April|May|June|July"
    r"|August|September|October|November|December)\b"
)
_CITED = re.compile(
    rf"\b(?!{_NOT_AUTHORS})[A-Z][\w'’-]+(?:\s+(?:and|&)\s+[A-Z][\w'’-]+|,?[\s~]+et[\s~]+al\.?)?,?[\s~]+\(?"
    r"((?:19|20)\d\d[a-z]?)(?![\d.%])"
)
"""The year of a work, behind its authors."""
_PLACE = re.compile(
    r"\b(?:[Ss]ections?|[Ss]ecs?\.|§+|[Ee]quations?|[Ee]qs?\.|[Tt]ables?|[Ff]igures?|[Ff]igs?\.|[Aa]ppendi(?:x|ces)|[Pp]ages?|pp?\."
    r"|[Cc]hapters?|[Ll]ines?|[Tt]heorems?|[Ll]emmas?|[Aa]lgorithms?|[Ss]teps?)[\s~]*\(?[A-Z]?\.?\d[\d.]*\)?"
    r"(?:\s*(?:and|to|--?|–)\s*\(?\d[\d.]*\)?|,\s*\d+(?=,|\s+and))*"
)
"""A place in this or another text."""
_YEAR = re.compile(
    r"\b(?:(?:[A-Z]{3,}|January|February|March|April|May|June|July|August|September|October|November|December)[\s~'’]+"
    r"(?:19|20)\d\d\b|(?:[Ss]ince|[Uu]ntil|[Ii]n|[Bb]y|[Bb]efore|[Aa]fter|[Ff]rom|[Oo]f)[\s~]+(?:19|20)\d\d(?=[,.;:)]|\s*$))"
    r"|\((?:19|20)\d\d[a-z]?\)",
    re.MULTILINE,
)
_INDEX = re.compile(r"_(?:\d|\{[^{}.]*\})|\^(?:\d|\{\d\})|\b\d+(?:st|nd|rd|th)\b")
"""Indices and small powers of formulas, and ordinals."""
_APART = re.compile(r",(?!\d{3}(?!\d))")
"""What parts two things that are allowed, and is no part of 1,000."""


@dataclass(frozen=True, slots=True)
class ProseNumber:
    """A number that people wrote themselves."""

    text: str
    line: int
    """From 1."""
    start: int
    end: int
    """Its place in the source."""


def figures_in(prose: str) -> Iterator[tuple[str, int]]:
    """Keys of the figures that are used, each with its line; the key is empty where there is none in braces."""
    text = without_comments(prose)
    for found in _FIGURE.finditer(text):
        yield found[1] or "", text.count("\n", 0, found.start()) + 1


def numbers_in(prose: str) -> list[ProseNumber]:
    """Numbers in digits and in words, without those that a comment on the same line, or the one before, allows."""
    text = _without_names(visible(prose))
    starts = _starts(prose)
    allowed = _allowed(prose)
    found = [*_NUMBER.finditer(text), *_IN_WORDS.finditer(text)]
    numbers = []
    line = 0
    for each in sorted(found, key=lambda match: match.start()):
        while line + 1 < len(starts) and starts[line + 1] <= each.start():
            line += 1
        said = " ".join(each[0].split()).rstrip(".,")
        if not _is_allowed(said, allowed.get(line, frozenset())):
            numbers.append(ProseNumber(said.replace("\\", ""), line + 1, each.start(), each.end()))
    return numbers


def let_through(prose: str) -> str:
    """What is printed of prose without the numbers that are faults, for which a paper's digits may be looked up."""
    text = list(visible(prose))
    for number in numbers_in(prose):
        text[number.start : number.end] = " " * (number.end - number.start)
    cited = " ".join(re.findall(r"\\[a-zA-Z]*cite[a-zA-Z]*\*?\s*\[([^\]]*)\]", prose))
    return "".join(text).replace("~", " ").replace("\\", " ") + " " + cited


def _without_names(text: str) -> str:
    """Text in which the digits of names, and years of works, are blank."""
    text = _CITED.sub(lambda found: found[0][: found.start(1) - found.start()] + " " * len(found[1])
                      + found[0][found.end(1) - found.start() :], text)  # fmt: skip
    for pattern in (_IDENTIFIER, _PLACE, _YEAR, _INDEX):
        text = pattern.sub(_blank, text)
    text = _LETTERED.sub(lambda found: _blank(found) if _NAME.fullmatch(found[0]) else found[0], text)
    for model in MODELS:
        text = model.pattern.sub(_blank, text)
    return text


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _starts(prose: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", prose))]


def _allowed(prose: str) -> dict[int, frozenset[str]]:
    """Number of a line from 0 -> what is allowed on it."""
    allowed: dict[int, frozenset[str]] = {}
    before: frozenset[str] = frozenset()
    for number, line in enumerate(prose.split("\n")):
        found = _ALLOW.search(line)
        here = frozenset(" ".join(part.split()).casefold() for part in _APART.split(found[1])) if found else frozenset()
        alone = line.lstrip().startswith("%")
        allowed[number] = here | before
        before = (before | here) if alone else frozenset()
    return allowed


def _is_allowed(said: str, allowed: frozenset[str]) -> bool:
    if not allowed:
        return False
    whole = said.casefold().replace("\\", "")
    if whole in allowed or whole.rstrip("% ") in allowed:
        return True
    parts = re.findall(rf"\d[\d.,]*|{_WORD}", whole)
    return bool(parts) and all(part in allowed for part in parts)
