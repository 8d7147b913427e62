"""Draft tasks: the paper is set from its sources, and the finished pages are held against the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from store.base import Digest, Frozen
from store.facts import Facts, fact, facts_by
from store.kinds.kind import Kind, Phase, Spec, Wording
from store.metrics import AMOUNT, Metric, Style, metrics_in


class SourceFile(Frozen):
    """A file of the paper, which is kept as an artifact."""

    name: str = Field(min_length=1)
    """Its place in the folder that is built, such as `sections/results.tex`."""
    digest: Digest


class DraftSpec(Spec):
    """Set the paper, and check it."""

    kind: Literal["draft"] = "draft"
    sources: tuple[SourceFile, ...]
    """What gonogo rendered, and what people wrote: prose, a class or style of their own."""


PAGES = Metric("draft/pages", "pages", AMOUNT, Style.COUNT)
FIGURES = Metric("draft/figures", "figures", AMOUNT, Style.COUNT)
"""Places of the finished pages where a figure of the record is printed."""
REFERENCES = Metric("draft/references", "references", AMOUNT, Style.COUNT)
FAULTS = Metric("draft/faults", "faults", AMOUNT, Style.COUNT)
"""Of all kinds together."""
FAULTS_OF = Metric("draft/faults/{kind}", "faults", AMOUNT, Style.COUNT)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFacts(Facts):
    """How the paper was set."""

    set_by: str = fact("Set by")
    """The programme that set it, with its version."""
    guards: str = fact("Guards")
    """What kept the sources from touching anything else."""
    preview: str = fact("Preview")
    """Why this is a preview; empty for the paper itself."""
    not_set: str = fact("Not set")
    """Why there is no PDF."""
    faults: Mapping[str, str] = facts_by("Fault {number}")
    """The first of them by number from 1; the file of the task holds all."""


KIND = Kind(
    name="draft",
    spec=DraftSpec,
    facts=DraftFacts,
    metrics=metrics_in(globals()),
    shown=(PAGES, FIGURES, REFERENCES, FAULTS),
    agent="drafter",
    phase=Phase.AFTER_REPORT,
    charged=False,  # else a small budget would leave the paper unset
    required=False,
    wording=Wording(
        without="The paper's sources are there; nobody has set them, or checked the pages.",
    ),
)
