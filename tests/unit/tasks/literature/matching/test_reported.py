"""Pairs that users of other tools reported, with the facts as they are told there."""

from __future__ import annotations

import pytest

from tasks.literature.record import Record

from .conftest import Two, made

ONE_WORK = {
    "JabRef/jabref#7770": (
        made("Challenges in Data-to-Document Generation", "Wiseman, Sam", "Shieber, Stuart M.", "Rush, Alexander M.",
             year=2017, doi="10.48550/arxiv.1707.08052"),
        made("Challenges in Data-to-Document Generation", "Wiseman, Sam", "Shieber, Stuart", "Rush, Alexander",
             year=2017, doi="10.18653/v1/d17-1239"),
    ),
    "JabRef/jabref#16578": (
        made("{TOSCA} Version~2.0", "Lauwers, Chris", "Curescu, Calin", year=2025),
        made("{{TOSCA} Version 2.0}", "Lauwers, Chris", "Curescu, Calin", year=2025),
    ),
    "JabRef/jabref#16580": (
        made("Architectural Decisions --- The Making Of", "Zimmermann, Olaf", year=2020),
        made("Architectural Decisions — The Making Of", "Zimmermann, Olaf", year=2020),
    ),
    "JabRef/jabref-koppor#550": (
        made("Boolean quantifier elimination for automotive configuration--a case study", "Zengler, Christoph",
             r"K{\"u}chlin, Wolfgang", year=2013),
        made("Boolean Quantifier Elimination for Automotive Configuration—A Case Study", "Zengler, Christoph",
             "Küchlin, Wolfgang", year=None),
    ),
    "ESHackathon/CiteSource#68": (
        made("Systematic map of human-raptor interaction and coexistence research", "Canney, Angeline",
             "McGough, Lauren", "Bickford, Nate", "Wallen, Kenneth", doi="10.31235/osf.io/abcde"),
        made("Systematic Map of Human–Raptor Interaction and Coexistence Research", "Canney, Angeline C.",
             "McGough, Lauren M.", "Bickford, Nate A.", "Wallen, Kenneth E.", doi="10.3390/ani12010045"),
    ),
    "cjlee112/spnet#93": (
        made("A paper that is posted twice", "Lee, Christopher", arxiv="1108.1172"),
        made("A paper that is posted twice", "Lee, C.", arxiv="1108.1172v3"),
    ),
}  # fmt: skip
TWO_WORKS = {
    "ESHackathon/CiteSource#264": (
        made("Reporting of oncology trials: Part I. Design and denominators", "Smith, John", "Doe, Ann",
             doi="10.1016/j.x.2020.01.001"),
        made("Reporting of oncology trials: Part II. Results and interpretation", "Smith, John", "Doe, Ann",
             doi="10.1016/j.x.2020.01.002"),
    ),
    "dissemin/dissemin#14": (
        made("Desingularisation de metriques d'Einstein. II", "Biquard, Olivier", year=2016),
        made("Désingularisation de métriques d'Einstein. I", "Biquard, Olivier", year=2013),
    ),
    "dissemin/dissemin#14, a preface": (made("Preface.", year=2010), made("Preface.", year=2012)),
    "pcubillos/bibmanager#108": (
        made("{The Core-Collapse Supernova-Black Hole Connection}", "O’Connor, Evan", year=2016,
             doi="10.1007/978-3-319-20794-0_129-1"),
        made("{{Supernovae and Supernova Remnants: The Big Picture in Low Resolution}}", "Alsabti, Athem W.",
             "Murdin, Paul", year=2017, doi="10.1007/978-3-319-21846-5_1"),
    ),
    "FlamingTempura/bibtex-tidy#11": (
        made("Focusing of a vortex carrying beam with Gaussian background by a lens in the presence of spherical "
             "aberration and defocusing", "R.K.Singh", "P.Senthilkumaran", "K. Singh", year=2007),
        made("Focusing of a vortex carrying beam with Gaussian background by an apertured system in presence of coma",
             "R.K.Singh", "P.Senthilkumaran", "K. Singh", year=2008),
    ),
    "ChenglongMa/zoplicate#25": (
        made("Deep Learning", "Goodfellow, I.", "Bengio, Y.", "Courville, A.", year=2016),
        made("Deep learning", "LeCun, Y.", "Bengio, Y.", "Hinton, G.", year=2015, doi="10.1038/nature14539"),
    ),
    "zotero/zotero#2926": (
        made("Attention in the visual cortex of primates", "Maunsell, John", doi="10.1000/same"),
        made("Nothing of the kind was ever measured", "Reynolds, Ann", doi="10.1000/same"),
    ),
    "Future-Scholars/paperlib#626": (
        made("Fungal Planet description sheets: 42–50", "Crous, P.W.", year=2010, doi="10.3767/003158510x552636"),
        made("Fungal Planet description sheets: 1–10", "Crous, P.W.", year=2009, doi="10.3767/003158509x482951"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE_WORK)
def test_a_reported_duplicate_is_merged(case: str, two: Two) -> None:
    assert len(two(*ONE_WORK[case]).works) == 1


@pytest.mark.parametrize("case", TWO_WORKS)
def test_a_reported_false_duplicate_is_not_merged(case: str, two: Two) -> None:
    pair: tuple[Record, Record] = TWO_WORKS[case]
    assert len(two(*pair).works) == 2
