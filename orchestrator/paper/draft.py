"""A paper before any voice prints it: its page, plan, title and people. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.paper.claims import wording_of
from orchestrator.paper.document import APPENDIX
from orchestrator.paper.references import References
from orchestrator.paper.rows import Row
from orchestrator.reports.history import History
from orchestrator.reports.page import Page, Part
from orchestrator.reports.prose import Prose, Said
from store.manuscript import Author, PaperPlan


@dataclass(frozen=True, slots=True)
class Draft:
    """What all voices print."""

    page: Page
    history: History
    plan: PaperPlan
    references: References
    rows: tuple[Row, ...]

    @property
    def title(self) -> Prose:
        """As the protocol has it, else what the verdict allows."""
        at = self.history.protocol_position
        if self.plan.title:
            return (Said(self.plan.title, at),)
        return (Said(self.history.study.name, at), f": {wording_of(self.history).title}")

    @property
    def day(self) -> str:
        """Of the last event."""
        return f"{self.history.at:%Y-%m-%d}"

    @property
    def subject(self) -> str:
        """Of which log and event the pages are, as their metadata tell it."""
        header = self.page.header
        return f"cycle {header.cycle}, as of event {header.as_of}, head {header.head.text}"

    @property
    def authors(self) -> tuple[Author, ...]:
        """None where they are not to be told."""
        return () if self.plan.anonymous else self.plan.authors

    @property
    def no_authors(self) -> str:
        """What stands in their place."""
        return "Anonymous authors" if self.plan.anonymous else "No author is named in the protocol"

    @property
    def body(self) -> tuple[Part, ...]:
        """The sections before the references."""
        return tuple(part for part in self.page.parts if part.section.name != APPENDIX)

    @property
    def appendix(self) -> Part:
        """The section behind them."""
        return next(part for part in self.page.parts if part.section.name == APPENDIX)


def lines_of(author: Author) -> tuple[str, ...]:
    """What is printed of an author, line by line."""
    return tuple(text for text in (author.name, author.affiliation, author.email) if text)
