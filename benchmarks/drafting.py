"""A paper of a study of twelve models: its sources, its pages and their check, in seconds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import Row, compared, interleaved


def rows() -> Iterator[Row]:
    """The peer of the pages is the same text without links, of their check pdftotext; of the sources the reports."""
    from benchmarks.paper.drafts import laid_out, sources, wanting
    from orchestrator.paper.render import render_paper
    from orchestrator.reports.history import look_back
    from orchestrator.reports.plots.drawings import draw
    from orchestrator.reports.render import render_cycle
    from tasks.drafting.building.choice import build
    from tasks.drafting.checking import held
    from tasks.drafting.expected import RECORD, Expected
    from tests.unit.orchestrator.reports.histories import twelve_models

    entries = wanting(twelve_models())
    drawings = draw(look_back(entries, 1))  # which a cycle has drawn for its reports
    mine, theirs = interleaved(
        lambda: render_paper(entries, 1, None, drawings), lambda: render_cycle(entries, 1, drawings), 2
    )
    yield compared("sources of a paper", mine, theirs, "the reports of the cycle", "s")
    with tempfile.TemporaryDirectory(prefix="gonogo-benchmark-") as scratch:
        files = sources(entries, 1)
        folder, bare = laid_out(Path(scratch) / "paper", files), laid_out(Path(scratch) / "bare", _unlinked(files))
        built = build(folder, 0)
        if built.pdf is None or built.preview:
            return
        mine, theirs = interleaved(lambda: build(folder, 0), lambda: build(bare, 0), 2)
        expected = Expected.read((folder / RECORD).read_bytes())
        found = held(expected, folder, built.pdf, built.log)
        what = f"{found.pages} pages with {found.figures} figures"
        yield compared(f"{what}, set", mine, theirs, "without links", "s")
        pdf = built.pdf
        mine, theirs = interleaved(lambda: held(expected, folder, pdf, built.log), lambda: _words(pdf), 2)
        yield compared(f"{what}, checked", mine, theirs, "pdfplumber's words alone", "s")


def _unlinked(files: dict[str, bytes]) -> dict[str, bytes]:
    plain = files["paper.tex"].replace(
        b"\\mbox{\\hyperlink{src.#1}{\\csname gonogo@#1\\endcsname}}", b"\\csname gonogo@#1\\endcsname"
    )
    return {**files, "paper.tex": plain}


def _words(pdf: Path) -> int:
    import pdfplumber

    with pdfplumber.open(pdf) as opened:
        return sum(len(page.extract_words()) for page in opened.pages)
