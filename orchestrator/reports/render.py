"""From entries of the log to the bytes of a cycle's reports. Same entries, same bytes, on every machine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from orchestrator.reports import voices
from orchestrator.reports.assemble import assessment_report, cycle_report, handover
from orchestrator.reports.context import AssessmentReport, CycleReport, Handover
from orchestrator.reports.data import as_json
from orchestrator.reports.past import look_back
from orchestrator.reports.plots import draw_plots
from orchestrator.reports.svg import standalone
from orchestrator.reports.wording import FOR_TEMPLATES
from store.record import Recorded

CYCLE_SCHEMA, ASSESSMENT_SCHEMA, HANDOVER_SCHEMA = "gonogo.report/1", "gonogo.assessment/1", "gonogo.handover/1"

Format = Literal["md", "html"]

_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}|\n[ \t]+\n")


def render_cycle(entries: Sequence[Recorded], cycle: int) -> Mapping[str, bytes]:
    """Every file of the report on one cycle, by name, as of the last entry.

    Raises BadInput when no study is registered or there is no such cycle.
    """
    past = look_back(entries, cycle)
    plots, unplotted = draw_plots(past)
    report, assessment, handed = cycle_report(past, plots, unplotted), assessment_report(past, plots), handover(past)
    texts = {
        "cycle-report.md": _print("cycle-report", "md", report),
        "cycle-report.html": _print("cycle-report", "html", report),
        "cycle-report.json": as_json(report, CYCLE_SCHEMA),
        "assessment.md": _print("assessment", "md", assessment),
        "assessment.html": _print("assessment", "html", assessment),
        "assessment.json": as_json(assessment, ASSESSMENT_SCHEMA),
        "handover.md": _print("handover", "md", handed),
        "handover.json": as_json(handed, HANDOVER_SCHEMA),
        **{f"{plot.name}.svg": standalone(plot) for plot in plots},
    }
    return {name: text.encode("utf-8") for name, text in texts.items()}


def _print(name: str, format: Format, report: CycleReport | AssessmentReport | Handover) -> str:
    text = _templates(format).get_template(f"{name}.{format}.j2").render(report=report)
    return _BLANK_LINES.sub("\n\n" if format == "md" else "\n", text).strip() + "\n"


def _ordinal(number: int) -> str:
    """A number that counts off and measures nothing: a cycle, a position of the log, an n beside its figure."""
    return str(number)


@cache
def _templates(format: Format) -> Environment:
    """Templates in which every printed value goes through the format's voice, and a missing one is an error."""
    environment = Environment(
        loader=PackageLoader("templates", "report"),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=voices.html if format == "html" else voices.markdown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(FOR_TEMPLATES)
    environment.filters.update(ordinal=_ordinal, drawing=Markup)
    return environment
