"""What the types of entries in each format are called in CSL, and back."""

from __future__ import annotations

from tasks.literature.record import TYPES

BIBTEX = {
    "article": "article-journal", "inproceedings": "paper-conference", "conference": "paper-conference",
    "incollection": "chapter", "inbook": "chapter", "book": "book", "mvbook": "book", "bookinbook": "book",
    "proceedings": "book", "mvproceedings": "book", "collection": "collection", "mvcollection": "collection",
    "booklet": "pamphlet", "manual": "report", "techreport": "report", "report": "report", "phdthesis": "thesis",
    "mastersthesis": "thesis", "thesis": "thesis", "unpublished": "manuscript", "online": "webpage",
    "electronic": "webpage", "www": "webpage", "dataset": "dataset", "software": "software", "patent": "patent",
    "periodical": "periodical", "standard": "standard", "reference": "book", "inreference": "entry-encyclopedia",
    "review": "review", "preprint": "article", "misc": "document",
}  # fmt: skip

TO_BIBTEX = {
    "article-journal": "article", "article": "misc", "paper-conference": "inproceedings", "chapter": "incollection",
    "book": "book", "collection": "collection", "pamphlet": "booklet", "report": "techreport", "thesis": "phdthesis",
    "manuscript": "unpublished", "webpage": "online", "dataset": "dataset", "software": "software", "patent": "patent",
    "periodical": "periodical", "standard": "standard",
}  # fmt: skip

RIS = {
    "ABST": "article-journal", "BILL": "bill", "BLOG": "post-weblog", "BOOK": "book", "CASE": "legal_case",
    "CHAP": "chapter", "CHART": "graphic", "CLSWK": "classic", "COMP": "software", "CONF": "paper-conference",
    "CPAPER": "paper-conference", "DATA": "dataset", "DICT": "entry-dictionary", "EBOOK": "book", "ECHAP": "chapter",
    "EDBOOK": "book", "EJOUR": "article-journal", "ELEC": "webpage", "ENCYC": "entry-encyclopedia", "FIGURE": "figure",
    "GEN": "document", "HEAR": "hearing", "ICOMM": "personal_communication", "INPR": "article-journal",
    "JFULL": "periodical", "JOUR": "article-journal", "MANSCPT": "manuscript", "MAP": "map", "MGZN": "article-magazine",
    "MPCT": "motion_picture", "MUSIC": "musical_score", "NEWS": "article-newspaper", "PAMP": "pamphlet",
    "PAT": "patent", "PCOMM": "personal_communication", "RPRT": "report", "SER": "collection", "SLIDE": "speech",
    "SOUND": "song", "STAND": "standard", "STAT": "legislation", "THES": "thesis", "UNPB": "article",
    "UNPD": "manuscript", "VIDEO": "motion_picture", "WEB": "webpage",
}  # fmt: skip

TO_RIS = {
    "article-journal": "JOUR", "paper-conference": "CPAPER", "chapter": "CHAP", "book": "BOOK", "document": "GEN",
    "article": "UNPB", "software": "COMP", "webpage": "ELEC", "motion_picture": "VIDEO", "manuscript": "MANSCPT",
} | {csl: tag for tag, csl in RIS.items() if list(RIS.values()).count(csl) == 1}  # fmt: skip

OTHERS = {
    "journal-article": "article-journal", "proceedings-article": "paper-conference", "book-chapter": "chapter",
    "posted-content": "article", "preprint": "article", "dissertation": "thesis", "monograph": "book",
    "edited-book": "book", "reference-book": "book", "reference-entry": "entry", "peer-review": "review",
    "proceedings": "book", "editorial": "article-journal", "letter": "article-journal", "erratum": "article-journal",
    "retraction": "article-journal", "journal": "periodical", "book-section": "chapter", "book-part": "chapter",
    "report-component": "report", "other": "document", "paratext": "document", "conference-paper": "paper-conference",
    "journalArticle": "article-journal", "component": "document",
}  # fmt: skip
"""As Crossref, DataCite and OpenAlex call them."""

OPENALEX = {"article": "article-journal", "review": "article-journal"}
"""Words that mean something else in OpenAlex than in CSL."""


def csl_type(word: str) -> str:
    """The CSL type for a word of CSL, Crossref or OpenAlex; `document` for any other."""
    return word if word in TYPES else OTHERS.get(word, "document")
