"""Rules exclude by what is known alone; gaps are counted by whole words."""

from __future__ import annotations

import pytest

from store.review import Concept, ScreeningRules
from tasks.literature.gaps import gap_table
from tasks.literature.record import Date, Record
from tasks.literature.rules import CRITERIA, excluded_by

KNOWN = Record(
    "Attention collapse in CLIP",
    type="article-journal",
    issued=Date(2020),
    container="Advances in Neural Information Processing Systems",
    language="en",
    abstract="We measure entropy.",
    keywords=("vision-language",),
)


@pytest.mark.parametrize(
    ("rules", "criterion"),
    [
        (ScreeningRules(first_year=2021), "years"),
        (ScreeningRules(last_year=2019), "years"),
        (ScreeningRules(venues=("ICML",)), "venue"),
        (ScreeningRules(no_venues=("neural information",)), "venue"),
        (ScreeningRules(types=("book",)), "type"),
        (ScreeningRules(languages=("de",)), "language"),
        (ScreeningRules(terms=("diffusion",)), "lacks-term"),
        (ScreeningRules(no_terms=("entropy",)), "has-term"),
    ],
)
def test_each_rule_excludes_what_it_names_and_nothing_of_which_that_is_not_known(
    rules: ScreeningRules, criterion: str
) -> None:
    found = excluded_by(rules, KNOWN)
    assert found is not None
    assert found.criterion == criterion
    assert found.reason
    assert "\n" not in found.reason
    assert excluded_by(rules, Record("Unknown")) is None
    assert criterion in CRITERIA


@pytest.mark.parametrize(
    "rules",
    [
        ScreeningRules(),
        ScreeningRules(first_year=2020, last_year=2020),
        ScreeningRules(venues=("Neural Information Processing",)),
        ScreeningRules(types=("article-journal", "book")),
        ScreeningRules(languages=("en", "fr")),
        ScreeningRules(terms=("vision language", "diffusion")),
        ScreeningRules(no_terms=("entrop", "clipping")),
    ],
)
def test_what_a_rule_wants_stays(rules: ScreeningRules) -> None:
    assert excluded_by(rules, KNOWN) is None


def test_the_first_rule_in_their_order_gives_the_reason() -> None:
    rules = ScreeningRules(first_year=2021, types=("book",), no_terms=("entropy",))
    found = excluded_by(rules, KNOWN)
    assert found is not None
    assert found.criterion == "years"


def test_gaps_are_told_by_whole_words_whatever_their_case_hyphens_and_plurals() -> None:
    concepts = (
        Concept(name="collapse", terms=("attention collapse", "rank collapses")),
        Concept(name="models", terms=("vision-language model",)),
        Concept(name="cats", terms=("cat",)),
    )
    works = {
        "a": Record("Attention-Collapse of Vision Language Models"),
        "b": Record("Rank collapse", abstract="Of categories."),
        "c": Record("Concatenation of attention. Collapse"),
    }
    table = {gap.concepts: gap.works for gap in gap_table(concepts, works.items())}
    assert table == {
        ("collapse",): ("a", "b", "c"),
        ("models",): ("a",),
        ("cats",): (),
        ("collapse", "models"): ("a",),
        ("collapse", "cats"): (),
        ("models", "cats"): (),
    }
