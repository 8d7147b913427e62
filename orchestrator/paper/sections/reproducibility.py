"""The appendix: the log that everything was rendered from; its table of figures is the frame's. Pure."""

from __future__ import annotations

from orchestrator.paper.blocks import Blocks, Paragraph
from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.prose import Code, Label, Prose


def build(history: History, book: FigureBook) -> Blocks:
    """Head, protocol, and how to check it all."""
    board = history.board
    rendered: Prose = (
        "These pages were rendered from the log alone, as of event ", Label(str(board.position)), " of ", history.at,
        ". The head of its hash chain there is ", Code(board.head), "; the protocol has digest ",
        Code(board.study_sha256 or ""), ". A figure is checked against its event, its run and its digest by ",
        Code("gonogo verify"), ", and these very pages by ", Code("gonogo paper check"), ".",
    )  # fmt: skip
    return Blocks((Paragraph(rendered),))
