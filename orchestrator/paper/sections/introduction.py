"""The introduction: the problem, the gap, what was done about it, and the contributions. Pure."""

from __future__ import annotations

from orchestrator.paper.blocks import Blocks, Items, Paragraph, Slot
from orchestrator.paper.claims import wording_of
from orchestrator.paper.parts import gap
from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.prose import Code, Prose, Said


def build(history: History, book: FigureBook) -> Blocks:
    """What people write comes first."""
    study, at = history.study, history.protocol_position
    problem: Prose = (
        "The question of this study is: ", Said(study.question, at), " Its claim, which was written down before there "
        "was any result, is: ", Said(study.claim.rstrip(". "), at), ".",
    )  # fmt: skip
    solution: Prose = (
        "What follows was measured, tested and decided by a protocol that was registered before there was any result. "
        "Each number on these pages is bound to the event of a log that holds it, to the run that measured it and to "
        "the digest of its data, and a machine can work it out again.",
    )
    return Blocks(
        (
            Slot("introduction", "why the question matters, and to whom"),
            Paragraph(problem),
            Paragraph(gap(history, book)),
            Paragraph(solution),
            Paragraph(("The contributions are:",)),
            Items(_contributions(history)),
        )
    )


def _contributions(history: History) -> tuple[Prose, ...]:
    words = wording_of(history)
    items: list[Prose] = [
        ("A protocol with a rule that was locked before the results, under digest ",
         Code(history.board.study_sha256 or "", (history.board.study_sha256 or "")[:12]), "."),
        ("Measurements of attention in every layer, beside those of re-initialised copies of the same architectures.",),
        ("A record of every step, in which each printed number can be checked again.",),
    ]  # fmt: skip
    if words.introduction:
        items.append((words.introduction,))
    return tuple(items)
