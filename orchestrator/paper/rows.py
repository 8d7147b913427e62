"""Every printed number of the paper as a row of the table that the appendix has. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.page import Page
from store.figures import Figure

_ENOUGH = 8
"""Characters of a run or a digest by which it is found."""


@dataclass(frozen=True, slots=True)
class Row:
    """One printed number; each end of an interval is one of its own."""

    key: str
    text: str
    figure: Figure

    @property
    def position(self) -> int:
        """Of the event that it rests on."""
        return self.figure.position

    @property
    def run(self) -> str:
        """The MLflow run."""
        return self.figure.run_id or "none: from the log alone"

    @property
    def run_short(self) -> str:
        """Enough of it to find it."""
        return (self.figure.run_id or "")[:_ENOUGH]

    @property
    def metric(self) -> str:
        """In the run, or in the log."""
        return self.figure.metric

    @property
    def rounding(self) -> str:
        """Its rule."""
        return str(self.figure.rounding)

    @property
    def digest(self) -> str:
        """Of the file with the values behind it."""
        return self.figure.digest or "none"

    @property
    def digest_short(self) -> str:
        """Enough of it to find it."""
        return (self.figure.digest or "")[:_ENOUGH]


def rows_of(page: Page) -> tuple[Row, ...]:
    """In the order of first use."""
    found: list[Row] = []
    for figure in page.figures:
        found.append(Row(figure.id, figure.text, figure))
        if figure.interval is not None:
            found.append(Row(f"{figure.id}/low", figure.low_text, figure))
            found.append(Row(f"{figure.id}/high", figure.high_text, figure))
    return tuple(found)
