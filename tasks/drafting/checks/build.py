"""The last pass of LaTeX left nothing open: no file was missing, no label stood twice, and no further pass is due."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.buildlog import read_log


def check(paper: Paper) -> Iterator[Fault]:
    """By the log."""
    told = read_log(paper.log)
    for name in told.missing:
        if not name.endswith(".bbl"):  # told of by the keys that are undefined then
            yield Fault("build", f"the file {name} was not found")
    for label in told.labels:
        yield Fault("build", f"the label {label} is defined more than once")
    if told.rerun and paper.pages is not None:
        yield Fault("build", "LaTeX asks for another pass, so that references on these pages may be wrong")
