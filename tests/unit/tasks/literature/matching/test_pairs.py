"""Two records: what rules take for one work, what for two, and what they ask."""

from __future__ import annotations

import pytest

from tasks.literature.matching.entry import Entry
from tasks.literature.matching.matching import match
from tasks.literature.record import Record

from .conftest import Make, Two

TITLE = "Learning Transferable Visual Models From Natural Language Supervision"
PEOPLE = ("Radford, Alec", "Kim, Jong Wook", "Hallacy, Chris")


@pytest.fixture
def paper(record: Make) -> Record:
    return record(TITLE, *PEOPLE)


@pytest.mark.parametrize(
    "title",
    [
        "LEARNING TRANSFERABLE VISUAL MODELS FROM NATURAL LANGUAGE SUPERVISION",
        "{L}earning {T}ransferable {V}isual {M}odels from {N}atural {L}anguage {S}upervision",
        "Learning <i>Transferable</i> Visual Models &#8211; From Natural Language Supervision.",
        "Learning Transferable Visual Models",
        "Learning transferable visual models from natural lang...",
        "Learning Transferable Visual Models From Natural Language Supervision: An extended analysis",
        "Learning Transfreable Visual Models From Natural Langauge Supervision",
        "[2103.00020] Learning Transferable Visual Models From Natural Language Supervision",
    ],
)
def test_a_damaged_title_by_the_same_people_is_the_same_work(title: str, paper: Record, record: Make, two: Two) -> None:
    matching = two(paper, record(title, "Radford, A.", year=2022))
    assert [work.records for work in matching.works] == [("f.0", "f.1")]
    assert not matching.questions


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Über die Größe der Moleküle und ihre Bewegung",
            r"{\"U}ber die Gr{\"o}{\ss}e der Molek{\"u}le und ihre Bewegung",
        ),
        ("Über die Größe der Moleküle und ihre Bewegung", "Ãœber die GrÃ¶ÃŸe der MolekÃ¼le und ihre Bewegung"),
        ("Über die Größe der Moleküle und ihre Bewegung", "?ber die Grösse der Molek?le und ihre Bewegung"),
        ("Decay of β-carotene in CO₂ at rest", r"Decay of $\beta$-carotene in CO$_2$ at rest"),
        ("Multi-modal pre-training of vision models", "Multimodal pretraining of vision models"),
        ("Training with 10,000 images a day", "Training with 10000 images a day"),
    ],
)
def test_one_title_in_two_spellings_is_the_same_work(one: str, other: str, record: Make, two: Two) -> None:
    assert len(two(record(one, "Müller, Jürgen"), record(other, "Mueller, J.")).works) == 1


@pytest.mark.parametrize(
    "people",
    [
        ("Alec, Radford", "Jong Wook, Kim"),
        ("Radford A",),
        ("Alec Radford", "Chris Hallacy"),
        ("Kim, Jong Wook", "Radford, Alec"),
        ("Radfrod, Alec",),
        ("Hallacy, C.", "Radford, A."),
        (),
    ],
)
def test_people_swapped_missing_or_misspelt_are_the_same_people(
    people: tuple[str, ...], paper: Record, record: Make, two: Two
) -> None:
    assert len(two(paper, record(TITLE, *people)).works) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BLIP: Bootstrapping Language-Image Pre-training", "BLIP-2: Bootstrapping Language-Image Pre-training"),
        ("BLIP: Bootstrapping Language-Image Pre-training", "BLIP2: Bootstrapping Language-Image Pre-training"),
        ("SigLIP: Vision-Language Encoders", "SigLIP 2: Vision-Language Encoders"),
        ("GPT-3 Technical Report", "GPT-4 Technical Report"),
        ("GPT-4 Technical Report", "GPT-4V Technical Report"),
        ("LLaVA: Visual Instruction Tuning", "LLaVA-1.5: Visual Instruction Tuning"),
        ("MobileVLM: A Vision Language Assistant", "MobileVLM V2: A Vision Language Assistant"),
        ("A detector of many objects", "A detector of many objects v2"),
        ("Attention is not Explanation of anything", "Attention is not not Explanation of anything"),
        ("Désingularisation de métriques d'Einstein. I", "Désingularisation de métriques d'Einstein. II"),
        ("Measuring the depth of scenes", "Measuring the depth of scenes. Part II"),
        ("Measuring the depth of scenes, part one", "Measuring the depth of scenes, part two"),
        ("Measuring the depth of scenes", "Erratum: Measuring the depth of scenes"),
        ("Measuring the depth of scenes", "Measuring the depth of scenes: Reply"),
        ("Measuring the depth of scenes", "Comment on “Measuring the depth of scenes”"),
        ("Measuring the depth of scenes", "Retraction notice to: Measuring the depth of scenes"),
        ("Measuring the depth of scenes", "Supplementary material for: Measuring the depth of scenes"),
        ("Supervised learning of robust scene descriptions", "Unsupervised learning of robust scene descriptions"),
        ("Estimating the depth of convex scenes", "Estimating the depth of nonconvex scenes"),
        ("Estimating the depth of indoor scenes", "Estimating the depth of outdoor scenes"),
        ("Estimating the depth of scenes with 3D models", "Estimating the depth of scenes with 2D models"),
    ],
)
def test_a_part_version_reply_or_opposite_is_never_merged_by_itself(
    one: str, other: str, record: Make, two: Two
) -> None:
    assert len(two(record(one, *PEOPLE), record(other, *PEOPLE)).works) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Measuring the depth of scenes …", "Measuring the depth of scenes v2"),
        ("Measuring the depth of many …", "Measuring the depth of many scenesv2"),
        ("Measuring the depth of scenes", "Measuring the depth of scenes: Rpely"),
        ("Measuring the depth of …", "Measuring the depth of scenes and streets – Response to the commentators"),
        ("Studies on LSD: XXXIV. Siamese fish", "Studies on LSD: 35. Siamese fish"),
    ],
)
def test_what_may_be_a_version_or_a_reply_is_not_merged(one: str, other: str, record: Make, two: Two) -> None:
    assert len(two(record(one, *PEOPLE), record(other, *PEOPLE)).works) == 2


def test_a_title_that_ends_in_dots_and_fits_two_works_is_asked(record: Make) -> None:
    head = "Measuring the depth of scenes and streets"
    titles = (f"{head} …", head, f"{head}. Part I: Streets")
    matching = match([Entry(f"f.{n}", record(title, *PEOPLE)) for n, title in enumerate(titles)])
    assert len(matching.works) == 3
    assert ("f.0", "f.1") in {(each.a, each.b) for each in matching.questions}


def test_what_stands_behind_a_cut_is_not_held_against_a_record_of_the_same_doi(record: Make, two: Two) -> None:
    whole = record("Measuring the depth of many scenes. Part I: Streets", *PEOPLE, doi="10.1000/depth")
    assert len(two(whole, record("Measuring the depth of many …", *PEOPLE, doi="10.1000/depth")).works) == 1


def test_a_title_that_was_cut_in_a_word_has_no_numeral(record: Make, two: Two) -> None:
    whole = record("Disruption of cratonic keels drives volcanism", *PEOPLE)
    assert len(two(whole, record("Disruption of cratonic keels drives v", *PEOPLE)).works) == 1


def test_volume_and_page_speak_for_a_title_that_was_worded_otherwise(record: Make, two: Two) -> None:
    one = record("Measuring the depth of outdoor scenes", *PEOPLE, place="7:88-97")
    other = "On measuring depths of the outdoor scene"
    assert len(two(one, record(other, *PEOPLE, place="7:88")).works) == 1
    assert len(two(one, record(other, *PEOPLE, place="7:188")).works) == 2
    assert len(two(one, record(other, *PEOPLE, place="S7:S88")).works) == 2


def test_one_bad_copy_of_many_does_not_part_a_work(record: Make) -> None:
    whole = [record(TITLE, *PEOPLE, doi="10.1000/a")] * 3
    others = [record(TITLE, PEOPLE[0]), record(TITLE, PEOPLE[1], PEOPLE[2], doi="10.1000/a", year=2024)]
    matching = match([Entry(f"f.{n}", each) for n, each in enumerate([*whole, *others])])
    assert len(matching.works) == 1


def test_the_same_title_by_other_people_is_another_work(paper: Record, record: Make, two: Two) -> None:
    assert len(two(paper, record(TITLE, "Okafor, Chidi", "Tanaka, Haruto")).works) == 2


def test_wei_wang_is_not_jing_wang(record: Make, two: Two) -> None:
    assert len(two(record(TITLE, "Wang, Wei"), record(TITLE, "Wang, Jing")).works) == 2


def test_a_short_title_without_people_is_anybodys(record: Make, two: Two) -> None:
    matching = two(record("Editorial"), record("Editorial"))
    assert len(matching.works) == 2
    assert not matching.questions


def test_a_preprint_its_versions_and_the_published_form_are_one_work(record: Make, two: Two) -> None:
    preprint = record(TITLE, *PEOPLE, arxiv="2103.00020v1", doi="10.48550/arxiv.2103.00020", year=2020)
    published = record(TITLE, *PEOPLE, doi="10.1000/icml.1")
    later = record("Transferable models from language", *PEOPLE, arxiv="2103.00020v2")
    assert len(two(preprint, published).works) == 1
    assert two(preprint, later).merges[0].because == "same arXiv id"


def test_one_doi_on_two_works_is_a_question(paper: Record, record: Make, two: Two) -> None:
    one = record(TITLE, *PEOPLE, doi="10.1000/proc")
    other = record("Scaling laws of sparse mixtures", "Okafor, Chidi", doi="10.1000/proc")
    matching = two(one, other)
    assert len(matching.works) == 2
    (question,) = matching.questions
    assert (question.a, question.b) == ("f.0", "f.1")
    assert "same DOI" in question.speaks_for
    assert "no author in common" in question.speaks_against


def test_one_title_with_two_dois_is_a_question(record: Make, two: Two) -> None:
    matching = two(record(TITLE, *PEOPLE, doi="10.1000/first.87"), record(TITLE, *PEOPLE, doi="10.2000/second"))
    assert len(matching.works) == 2
    (question,) = matching.questions
    assert question.likeness == 1
    assert "other DOIs" in question.speaks_against


def test_a_doi_with_a_slip_is_no_other_doi(record: Make, two: Two) -> None:
    assert len(two(record(TITLE, *PEOPLE, doi="10.1000/abc.7"), record(TITLE, *PEOPLE, doi="10.1000/abc.8")).works) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Modelling the spread of influenza with age groups", "Modelling the spread of influenza with stages"),
        ("A survey of planar graphs and their colours", "A survey of bipartite graphs and their colours"),
    ],
)
def test_another_word_in_a_title_is_at_most_asked(one: str, other: str, record: Make, two: Two) -> None:
    assert len(two(record(one, *PEOPLE), record(other, *PEOPLE)).works) == 2


def test_reasons_hold_no_digits_and_the_order_of_the_two_does_not_matter(paper: Record, record: Make, two: Two) -> None:
    other = record(TITLE, *PEOPLE[:1], doi="10.1000/x")
    assert two(paper, other) == two(other, paper)
    assert not any(c.isdigit() for c in two(paper, other).merges[0].because)
