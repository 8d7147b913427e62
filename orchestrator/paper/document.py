"""The sections of the paper, in their order. A section is one module of `sections` and one line here."""

from __future__ import annotations

from orchestrator.reports.history import History
from orchestrator.reports.section import Document, Section


def _section(name: str, heading: str, *drawings: str) -> Section:
    return Section(name, heading, drawings=drawings, builder=f"orchestrator.paper.sections.{name}", printed_by="blocks")


SECTIONS = (
    _section("abstract", "Abstract"),
    _section("introduction", "Introduction"),
    _section("related_work", "Related work"),
    _section("method", "Method"),
    _section("experiments", "Experiments"),
    _section("results", "Results", "forest"),
    _section("architectures", "Across architectures", "layers"),
    _section("limitations", "Limitations"),
    _section("conclusion", "Conclusion"),
    _section("reproducibility", "Reproducibility"),
)

APPENDIX = "reproducibility"
"""The section that follows the references."""


def paper_of(history: History) -> Document | None:
    """The paper as the protocol wants it; None where it wants none."""
    plan = history.study.paper
    if plan is None:
        return None
    left_out = {name.replace("-", "_") for name in plan.leave_out}
    sections = tuple(section for section in SECTIONS if section.name not in left_out)
    return Document(name="paper", schema="gonogo.paper/1", formats=("html",), sections=sections)
