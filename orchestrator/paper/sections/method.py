"""The method: what is measured, against what, how it is tested, and by which rule it is decided. Pure."""

from __future__ import annotations

from orchestrator.paper.blocks import Block, Blocks, Column, Formula, Paragraph, Table
from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.prose import Label, Prose, listed
from orchestrator.reports.sections.rule.builder import build as rule
from store.kinds.diagnostics_collapse import DEFINITIONS
from store.queries.controls import controls
from tasks.statistics.words import TESTS

ENTROPY = Formula(
    tex=r"\mathrm{loss} = \frac{\bar{H}_{\mathrm{random}} - \bar{H}}{\bar{H}_{\mathrm{random}}}, \qquad "
    r"\bar{H} = \frac{-\sum_k p_k \ln p_k}{\ln K}",
    typst=r'"loss" = (macron(H)_"random" - macron(H)) / macron(H)_"random", quad '
    r"macron(H) = (-sum_k p_k ln p_k) / (ln K)",
    signs="loss = (H̄ of random weights − H̄) / H̄ of random weights, H̄ = −Σ p ln p / ln K",
)


def build(history: History, book: FigureBook) -> Blocks:
    """Measures, nulls, kinds of collapse, statistics, and the rule as a table."""
    test = TESTS[history.study.decision.test]
    view = rule(history, book)
    blocks: list[Block] = [
        Paragraph(
            (
                "Attention is read at every softmax of a model while it works on image-caption pairs. The entropy of a "
                "row of attention over the keys that it may attend to is divided by the logarithm of their number, and "
                "averaged over rows, heads and images. What a layer has lost of it is held against re-initialised "
                "copies of the same architecture on the same images:",
            )
        ),
        ENTROPY,
        Paragraph(
            (
                "Here p is the share of attention that a key gets, and K the number of keys. Kinds of collapse are "
                "told apart by layer from maps of attention: ", *listed(_kinds()), ". Harm is told from the task "
                "alone, and not from maps: sharp or uniform attention may serve a model well.",
            ),
        ),
        Paragraph(
            (
                "The mean of the decision metric over images is tested in both directions: whether it lies beyond the "
                "threshold, and whether it lies short of it (", test, "). P-values are adjusted for the looks at the "
                "data and for the number of models. The rule is given in full below.",
            ),
            refs=("tab:rule",),
        ),
        Table(
            "tab:rule",
            tuple(piece for note in view.note for piece in (*note, " ")),
            (Column(("Term",)), Column(("Value",))),
            tuple(((term.label,), term.text) for term in view.terms),
        ),
    ]  # fmt: skip
    if controls(history.board):
        blocks.append(Paragraph((CONTROLS,)))
    return Blocks(tuple(blocks))


CONTROLS = (
    "In some models a collapse was planted as a control. The instrument has to find it where it was planted; such a "
    "model enters no claim, no test and no mean over models."
)


def _kinds() -> list[Prose]:
    return [(f"{word} (", Label(each.source), ")") for word, each in DEFINITIONS.items()]
