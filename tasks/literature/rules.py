"""Screening rules of a study: which rule, if any, excludes a record before a human reads it."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from store.review import ScreeningRules
from tasks.literature.record import Record
from tasks.literature.words import joined, occurs, phrase, searchable

Criterion = Literal["years", "venue", "type", "language", "lacks-term", "has-term"]
"""What a rule is known by, in the order in which rules are asked."""

CRITERIA: tuple[Criterion, ...] = ("years", "venue", "type", "language", "lacks-term", "has-term")

LANGUAGES = {
    "arabic": "ar", "chinese": "zh", "czech": "cs", "danish": "da", "dutch": "nl", "english": "en", "finnish": "fi",
    "french": "fr", "german": "de", "greek": "el", "hebrew": "he", "hindi": "hi", "hungarian": "hu", "italian": "it",
    "japanese": "ja", "korean": "ko", "norwegian": "no", "persian": "fa", "polish": "pl", "portuguese": "pt",
    "romanian": "ro", "russian": "ru", "spanish": "es", "swedish": "sv", "turkish": "tr", "ukrainian": "uk",
    "ara": "ar", "chi": "zh", "zho": "zh", "cze": "cs", "ces": "cs", "dan": "da", "dut": "nl", "nld": "nl",
    "eng": "en", "fin": "fi", "fre": "fr", "fra": "fr", "ger": "de", "deu": "de", "gre": "el", "ell": "el",
    "heb": "he", "hin": "hi", "hun": "hu", "ita": "it", "jpn": "ja", "kor": "ko", "nor": "no", "nob": "no", "nb": "no",
    "nn": "no", "per": "fa", "fas": "fa", "pol": "pl", "por": "pt", "rum": "ro", "ron": "ro", "rus": "ru", "spa": "es",
    "swe": "sv", "tur": "tr", "ukr": "uk",
}  # fmt: skip
"""Names and codes of three letters that sources write, and the code of two letters of each (ISO 639)."""

_UNKNOWN_LANGUAGES = frozenset({"und", "mul", "zxx", "mis", "na"})
_CODE = re.compile("[a-z]{2,3}")
_PARTED = re.compile(r"[;,/|&]|\band\b")
_UNKNOWN_TYPES = frozenset({"", "document"})


class Excluded(NamedTuple):
    """Why a record is excluded."""

    criterion: Criterion
    reason: str
    """In words, on one line."""


def excluded_by(rules: ScreeningRules, record: Record) -> Excluded | None:
    """The first rule that excludes a record, in the order of `CRITERIA`; None where none does.

    What is not known excludes nothing by itself: no year, no venue, no language, the type `document`. A record without
    an abstract is not said to lack a term, as its title alone is no evidence of that.
    """
    venue = record.container or record.publisher
    return (
        _by_years(rules, record)
        or _by_venue(rules, venue)
        or _by_type(rules, record.type)
        or _by_language(rules, record.language)
        or _by_terms(rules, record)
    )


def _by_years(rules: ScreeningRules, record: Record) -> Excluded | None:
    if record.issued is None:
        return None
    year = record.issued.year
    if rules.first_year is not None and year < rules.first_year:
        return Excluded("years", f"issued in {year}, before {rules.first_year}")
    if rules.last_year is not None and year > rules.last_year:
        return Excluded("years", f"issued in {year}, after {rules.last_year}")
    return None


def _by_venue(rules: ScreeningRules, venue: str) -> Excluded | None:
    text = joined([venue])
    if not text.strip():
        return None
    for name in rules.no_venues:
        if occurs(phrase(name), text):
            return Excluded("venue", f"appeared in “{venue}”, and “{name}” is ruled out")
    wanted = [name for name in rules.venues if phrase(name)]
    if wanted and not any(occurs(phrase(name), text) for name in wanted):
        return Excluded("venue", f"appeared in “{venue}”, which is none of the venues asked for")
    return None


def _by_type(rules: ScreeningRules, type: str) -> Excluded | None:
    if not rules.types or type in _UNKNOWN_TYPES or type in rules.types:
        return None
    return Excluded("type", f"is of type {type}, which is not asked for")


def _by_language(rules: ScreeningRules, language: str) -> Excluded | None:
    wanted = {code for each in rules.languages for code in language_codes(each)}
    codes = language_codes(language)
    if not wanted or not codes or codes & wanted:
        return None
    return Excluded("language", f"is in the language “{language}”, which is not asked for")


def language_codes(languages: str) -> set[str]:
    """Short codes of the languages that a field names, as `en` for `en-US`, `eng` or `English`; empty where unknown."""
    codes = set()
    for each in _PARTED.split(languages.lower()):
        word = each.strip().replace("_", "-").partition("-")[0]
        if word in LANGUAGES:
            codes.add(LANGUAGES[word])
        elif _CODE.fullmatch(word) and word not in _UNKNOWN_LANGUAGES:
            codes.add(word)
    return codes


def _by_terms(rules: ScreeningRules, record: Record) -> Excluded | None:
    if not rules.terms and not rules.no_terms:
        return None
    text = searchable(record)
    wanted = [term for term in rules.terms if phrase(term)]
    if wanted and record.abstract and not any(occurs(phrase(term), text) for term in wanted):
        return Excluded("lacks-term", f"has none of the terms {', '.join(f'“{term}”' for term in wanted)}")
    for term in rules.no_terms:
        if occurs(phrase(term), text):
            return Excluded("has-term", f"has the term “{term}”")
    return None
