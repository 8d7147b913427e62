"""Pairs that users of other tools reported, and pairs of public libraries.

What makes them alike or not is as it is told there. Where a report gives no names, dates or identifiers, or shows only
a part of a title, stand-ins of the same shape were put in.
"""

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
    "softcite/softcite-extractions-oa#34": (
        made("Bayesian estimation of Earth's climate sensitivity", "Goodwin, Philip", doi="10.5194/esd-12-709-2021"),
        made("Bayesian estimation of Earth's climate sensitivity", "Goodwin, Philip", doi="10.5194/esd-2020-90"),
    ),
    "camaradesuk/ASySD#1": (
        made("Psilocybin-induced spiritual experiences and insightfulness are associated with synchronization of "
             "neuronal oscillations", "Kometer, Michael", "Volleinweider, Franz X", year=2015,
             doi="10.1007/s00213-015-4026-7"),
        made("Psilocybin-induced spiritual experiences and insightfulness are associated with synchronization of "
             "neuronal oscillations.", "Kometer, M.", "Vollenweider, F. X.", year=2015),
    ),
    "yuchenlin/rebiber, its example before and after": (
        made("SQuAD: 100, 000+ Questions for Machine Comprehension of Text", "Rajpurkar, Pranav", "Zhang, Jian",
             "Lopyrev, Konstantin", "Liang, Percy", year=2016),
        made("{SQ}u{AD}: 100,000+ Questions for Machine Comprehension of Text", "Rajpurkar, Pranav", "Zhang, Jian",
             "Lopyrev, Konstantin", "Liang, Percy", year=2016, doi="10.18653/v1/d16-1264"),
    ),
    "cryptobib/db#52": (
        made("An Identity Based Encryption Scheme Based on Quadratic Residues", "Cocks, Clifford", year=2001,
             place="2260:360-363"),
        made("An Identity Based Encryption Scheme Based on Quadratic Residues", "Cocks, Clifford", year=2001,
             place=":360-363"),
    ),
    "allenai/S2APLER#19": (
        made("Olmo 3", "Team Olmo", year=2025, arxiv="2512.13961"),
        made("Olmo 3", "Ettinger, Allyson", "Team Olmo", year=2025, doi="10.48550/arxiv.2512.13961"),
    ),
    "IEBH/dedupe-sweep, tafenoquine": (
        made("Tafenoquine for the treatment of recurrent Plasmodium vivax malaria", "Kitchener, S.", "Nasveld, P.",
             "Edstein, M. D.", year=2007, place="76:494-6"),
        made("Short report: Tafenoquine for the treatment of recurrent Plasmodium vivax malaria", "Kitchener, S.",
             "Nasveld, P.", "Edstein, M. D.", year=2007, place="76:494-496", doi="10.4269/ajtmh.2007.76.494"),
    ),
    "IEBH/dedupe-sweep, copper": (
        made("Nosocomial legionellosis: Prevention and management", "Levin, A. S.", year=2009, place="7:57-68",
             doi="10.1586/14737140.7.1.57"),
        made("Nosocomial legionellosis: prevention and management", "Levin, A. S.", year=2009, place="7:57-68",
             doi="10.1586/14787210.7.1.57"),
    ),
    "IEBH/dedupe-sweep, respiratory": (
        made("U.K. Controlled trial of intrapleural streptokinase for pleural infection", "Maskell, N. A.",
             "Davies, C. W.", "Nunn, A. J.", year=2005, place="352:865-874"),
        made("U.K. Controlled trial of intrapleural streptokinase for pleural infection.[Erratum appears in N Engl J "
             "Med. 2005 May 19;352(20):2146]", "Maskell, Nicholas A.", "Davies, Christopher W. H.", "Nunn, Andrew J.",
             year=2005, place="352:865-874"),
    ),
    "LukasWallrich/ASySD-benchmark, a translation": (
        made("Hallucinogenic fungi containing lysergide (LSD)?", "Stahl, E.", "Brombeer, J.", "Eskes, D.", year=1978,
             place="162:23-33"),
        made("[Narcotic mushrooms with LSD?]", "Stahl, E", "Brombeer, J", "Eskes, D", year=1978, place="162:23-33"),
    ),
    "LukasWallrich/ASySD-benchmark, a letter": (
        made("Serotonin, psilocybin, and body dysmorphic disorder: A case report [1]", "Hanes, K.R.", year=1996,
             place="16:188-189", doi="10.1097/00004714-199604000-00011"),
        made("Serotonin, psilocybin, and body dysmorphic disorder: A case report", "Hanes, Karl R", year=1996,
             place="16:188-189", doi="10.1097/00004714-199604000-00011"),
    ),
    "LukasWallrich/ASySD-benchmark, nobody named": (
        made("Hallucinogenic drugs", "Anonymous", year=1968, place="47:72-6"),
        made("Hallucinogenic drugs", year=1968, place="47:72-76"),
    ),
    "greenelab/deep-review#474": (
        made("Communication-Efficient Learning of Deep Networks from Decentralized Data", "McMahan, H. Brendan",
             year=2016, arxiv="1602.05629"),
        made("Federated Learning of Deep Networks using Model Averaging", "McMahan, H. Brendan", year=2016,
             arxiv="1602.05629v1"),
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
    "wcmc-its/ReCiter#750": (
        made("Introduction", "Johnson, Don", year=2013, doi="10.1201/b14859"),
        made("Spike trains as event sequences: fundamental implications", "Victor, Jonathan", year=2013,
             doi="10.1201/b14859"),
    ),
    "gianlucasb/hallucinator#121": (
        made("An introduction to hidden Markov models", "L. Rabiner", "B. Juang", year=1986),
        made("An introduction to hidden Markov models", "Schuster-Böckler, Benjamin", "Bateman, Alex", year=2007,
             doi="10.1002/0471250953.bia03as18"),
    ),
    "allenai/S2APLER#16": (
        made("Editorial Board", year=2020, doi="10.1016/s0001-1"),
        made("Editorial Board", year=2020, doi="10.1016/s0001-9922"),
    ),
    "FlamingTempura/bibtex-tidy#42": (
        made("Robust statistics", "Huber, Peter J.", "Ronchetti, Elvezio M.", year=2009, doi="10.1002/9780470434697",
             type="book"),
        made("Robust statistics", "Huber, Peter J.", year=1981, type="book"),
    ),
    "acl-org/acl-anthology#2307": (
        made("SemEval-2022 Task 8: Multilingual news article similarity", "Goel, Nikhil", "Roe, Jane", year=2022),
        made("SemEval-2022 Task 8: Multilingual news article similarity", "Chen, Xi", "Zeynali, Ali",
             "Hale, Scott", year=2022),
    ),
    "inspirehep/inspire-next#3675": (
        made("Measurement of flow in collisions", "The Collaboration", year=2014, arxiv="1404.6185"),
        made("Erratum: Measurement of flow in collisions", "The Collaboration", year=2018, arxiv="1809.08737"),
    ),
    "JabRef/jabref-koppor#110": (
        made("White dwarf mergers on adaptive meshes", "Katz, M. P.", year=2016, type="thesis"),
        made("White dwarf mergers on adaptive meshes", "Katz, M. P.", "Zingale, M.", "Calder, A. C.", year=2016),
    ),
    "JabRef/jabref, its own authors": (
        made("BPEL Conformance in Open Source Engines", "Harrer, Simon", "Lenhard, Jörg", "Wirtz, Guido", year=2012,
             doi="10.1109/soca.2012.6449467"),
        made("BPEL Conformance in Open Source Engines: The Case of Static Analysis", "Harrer, Simon",
             "Preißinger, Christian", "Wirtz, Guido", year=2014, doi="10.1109/soca.2014.49"),
    ),
    "IEBH/dedupe-sweep, respiratory: abstracts on one page": (
        made("Contemporary features, risk factors, and prognosis of the post-pericardiotomy syndrome", "Imazio, M.",
             "Brucato, A.", year=2011, place="32:597"),
        made("Colchicine prevents early post-operative pericardial and pleural effusions", "Imazio, M.", "Brucato, A.",
             year=2011, place="32:597"),
    ),
    "LukasWallrich/ASySD-benchmark: two journals of one name": (
        made("[The effects of psilocybine in a case of hysteria].", "DUCHE, D J", year=1962, place="38:557-9"),
        made("[The effects of psilocybin in a case of hysteria].", "DUCHE, D J", year=1961, place="37:3061-2"),
    ),
    "LukasWallrich/ASySD-benchmark: rabbits and rats": (
        made("The effect of LSD, psilocybin, harmaline and amphetamine on the body temperature of "
             "para-chlorophenylalanine pretreated rabbits.", "Ladefoged, O", year=1974, place="208:251-4"),
        made("The effects of LSD, psilocybin, harmaline and amphetamine on the body temperature of "
             "para-chlorophenylalanine pretreated rats.", "Ladefoged, O", year=1973, place="204:326-32"),
    ),
    "zotero/zotero#214": (
        made("Hybrid Type Checking", "Flanagan, Cormac", year=2006, doi="10.1145/1111037.1111059"),
        made("Hybrid type checking", "Knowles, Kenneth", "Flanagan, Cormac", year=2010,
             doi="10.1145/1667048.1667051"),
    ),
    "a library of psychology: a second try": (
        made("Unavailability and associative loss in RI and PI", "Ceraso, J", "Henderson, A", year=1965),
        made("Unavailability and associative loss in RI and PI: second try", "Ceraso, J", "Henderson, A", year=1966),
    ),
    "a library of psychology: a study of a review": (
        made("Chronic epilepsy and cognition", "Elger, C E", "Helmstaedter, C", "Kurthen, M", year=2004),
        made("Chronic epilepsy and cognition: a longitudinal study in temporal lobe epilepsy", "Helmstaedter, C",
             "Kurthen, M", "Lux, S", "Reuber, M", "Elger, C E", year=2003),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE_WORK)
def test_a_reported_duplicate_is_merged(case: str, two: Two) -> None:
    assert len(two(*ONE_WORK[case]).works) == 1


@pytest.mark.parametrize("case", TWO_WORKS)
def test_a_reported_false_duplicate_is_not_merged(case: str, two: Two) -> None:
    pair: tuple[Record, Record] = TWO_WORKS[case]
    assert len(two(*pair).works) == 2
