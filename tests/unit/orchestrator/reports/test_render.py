"""What holds for every report, whatever the log says."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from orchestrator.reports.derived import from_log
from orchestrator.reports.documents import CYCLE_REPORT
from orchestrator.reports.history import look_back
from orchestrator.reports.plots.drawings import DRAWINGS
from orchestrator.reports.render import render_cycle
from orchestrator.reports.section import FOLDER, Section
from store.errors import BadInput
from store.events import EvidenceRecorded
from store.figures import round_figure
from tests.unit.orchestrator.reports.conftest import played, rendered
from tests.unit.orchestrator.reports.reading import Page, cells, markdown, tables

ROOT = Path(__file__).parents[4]
ALWAYS = {
    *(f"{name}.{format}" for name in ("cycle-report", "assessment") for format in ("md", "html", "json")),
    "handover.md",
    "handover.json",
}
AUDIT = "Audit of the previous reports"
"""The one section that is not always there: in a first cycle, and after one whose reports were not audited."""


def documents(history: str, format: str) -> list[bytes]:
    return [rendered(history)[f"{name}.{format}"] for name in ("cycle-report", "assessment")]


def data(history: str, name: str = "cycle-report") -> dict[str, Any]:
    return json.loads(rendered(history)[f"{name}.json"])  # type: ignore[no-any-return]


def test_every_format_is_written_and_the_plots_there_are(history: str) -> None:
    files = set(rendered(history))
    assert files >= ALWAYS
    assert files - ALWAYS <= {f"{name}.svg" for name in DRAWINGS}


def may_be_left_out(section: Section) -> bool:
    """By what its builder says that it returns."""
    build = import_module(f"{FOLDER}.{section.name}.builder").build
    return type(None) in getattr(get_type_hints(build)["return"], "__args__", ())


def test_every_section_is_there_even_when_it_has_nothing_to_say(history: str) -> None:
    text = rendered(history)["cycle-report.md"].decode()
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    sections = [section for section in CYCLE_REPORT.sections if section.heading in headings]
    assert headings == [*(section.heading for section in sections), "Every figure"]
    assert all(may_be_left_out(section) for section in CYCLE_REPORT.sections if section not in sections)
    assert headings.count(AUDIT) == (played(history)[1] > 1)
    parts = re.split(r"^## (.*)$", text, flags=re.MULTILINE)[1:]
    empty = [heading for heading, body in zip(parts[::2], parts[1::2], strict=True) if not body.strip()]
    assert not empty, "a section without data says so in a sentence, or its builder returns None"


def test_rendering_again_gives_the_same_bytes(history: str) -> None:
    assert render_cycle(*played(history)) == rendered(history)


@pytest.mark.slow
def test_another_process_time_zone_locale_and_hash_seed_give_the_same_bytes() -> None:
    script = (
        "import hashlib; from orchestrator.reports.render import render_cycle; "
        "from tests.unit.orchestrator.reports.histories import finished; "
        "print([(k, hashlib.sha256(v).hexdigest()) for k, v in sorted(render_cycle(finished(), 2).items())])"
    )
    elsewhere = {
        **os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "MPLBACKEND": "svg"
    }  # fmt: skip
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=elsewhere, capture_output=True, text=True)
    here = [(k, hashlib.sha256(v).hexdigest()) for k, v in sorted(rendered("two looks are done").items())]
    assert run.stdout.strip() == str(here), run.stderr


@pytest.mark.parametrize("name", ["cycle-report", "assessment"])
def test_every_figure_is_found_again_in_the_log_and_rounds_to_what_is_printed(history: str, name: str) -> None:
    entries, cycle = played(history)
    past = look_back(entries, cycle)
    events = {entry.position: entry.event for entry in entries}
    for figure in data(history, name)["figures"]:
        if figure["run_id"] is None:
            assert from_log(figure["metric"], past, figure["position"]) == figure["value"], figure
            assert 1 <= figure["position"] <= len(entries)
        else:
            event = events[figure["position"]]
            assert isinstance(event, EvidenceRecorded)
            item = next(item for item in event.evidence if item.metric == figure["metric"])
            assert (item.run_id, item.value, item.digest, item.n) == (
                figure["run_id"], figure["value"], figure["digest"], figure["n"]
            )  # fmt: skip
            if item.interval is not None:
                assert (item.interval.low, item.interval.high) == (
                    figure["interval"]["low"],
                    figure["interval"]["high"],
                )
                assert round_figure(item.interval.low, figure["rounding"]) == figure["interval"]["low_text"]
                assert round_figure(item.interval.high, figure["rounding"]) == figure["interval"]["high_text"]
        assert round_figure(figure["value"], figure["rounding"]) == figure["text"]


def test_figures_are_numbered_in_the_order_in_which_they_are_printed(history: str) -> None:
    for html, name in zip(documents(history, "html"), ("cycle-report", "assessment"), strict=True):
        printed = list(dict.fromkeys(e.attributes["href"][1:] for e in Page.read(html).figures))
        listed = [figure["id"] for figure in data(history, name)["figures"]]
        assert printed == listed == [f"fig-{number}" for number in range(1, len(listed) + 1)]


def test_markdown_cites_the_same_figures_as_html(history: str) -> None:
    for text, html in zip(documents(history, "md"), documents(history, "html"), strict=True):
        cited = [content[1:] for kind, content in markdown(text) if kind == "link_open" and content.startswith("#fig-")]
        assert set(cited) == {e.attributes["href"][1:] for e in Page.read(html).figures}


def test_an_anchor_carries_what_the_appendix_says(history: str) -> None:
    for html, name in zip(documents(history, "html"), ("cycle-report", "assessment"), strict=True):
        figures = {figure["id"]: figure for figure in data(history, name)["figures"]}
        for anchor in Page.read(html).figures:
            figure = figures[anchor.attributes["href"][1:]]
            bound = anchor.attributes.get("data-bound")
            text = figure["interval"][f"{bound}_text"] if bound else figure["text"]
            assert anchor.text == text
            assert anchor.attributes["data-position"] == str(figure["position"])
            assert anchor.attributes["data-run"] == (figure["run_id"] or "log")
            assert anchor.attributes["data-metric"] == figure["metric"]


def test_no_digit_stands_outside_figures_names_dates_and_quotations(history: str) -> None:
    for html in documents(history, "html"):
        assert Page.read(html).loose_digits() == []


def test_html_is_well_formed_and_its_links_lead_somewhere(history: str) -> None:
    for html in documents(history, "html"):
        page = Page.read(html)
        ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
        links = {e.attributes["href"] for e in page.elements if e.tag == "a"}
        assert page.errors == []
        assert len(ids) == len(set(ids))
        assert {f"#{i}" for i in ids} >= links


def test_what_may_be_wider_than_a_phone_lies_in_a_box_that_scrolls_by_itself(history: str) -> None:
    for html in documents(history, "html"):
        page = Page.read(html)
        wide = [i for i, e in enumerate(page.elements) if e.tag == "table" or (e.tag == "svg" and "svg" not in e.path)]
        assert wide
        for place in wide:
            box, inside = page.elements[place - 1], page.elements[place]
            assert inside.path == (*box.path, "div"), "the first in its box"
            assert box.classes & {"table", "plot"}
            assert box.attributes["tabindex"] == "0" and box.attributes["aria-label"], "keys can scroll it too"
        style = next(e.text for e in page.elements if e.tag == "style")
        rule = re.search(r"\.table, figure \.plot \{([^}]*)\}", style)
        assert rule is not None and "overflow-x: auto" in rule[1]


def test_html_runs_nothing_and_asks_nobody(history: str) -> None:
    for html in documents(history, "html"):
        page = Page.read(html)
        assert {e.tag for e in page.elements} & {"script", "link", "img", "iframe", "object", "image", "base"} == set()
        for element in page.elements:
            assert not [key for key in element.attributes if key.startswith("on") or key == "src"]
            assert element.attributes.get("href", "#").startswith("#")
            assert not re.search(r"url\((?!#)", element.attributes.get("style", ""))
        style = next(e.text for e in page.elements if e.tag == "style")
        assert "url(" not in style and "@import" not in style


def test_markdown_tables_have_as_many_cells_in_every_row(history: str) -> None:
    for text in documents(history, "md"):
        runs = tables(text)
        assert len([kind for kind, _ in markdown(text) if kind == "table_open"]) == len(runs)
        for run in runs:
            assert len({cells(row) for row in run}) == 1, run


def test_markdown_holds_no_html_but_its_own_anchors(history: str) -> None:
    for text in documents(history, "md"):
        found = {content for kind, content in markdown(text) if kind in ("html_inline", "html_block")}
        assert all(re.fullmatch(r'<a id="[A-Za-z0-9._-]+">|</a>', html) for html in found), found


def test_markdown_links_stay_in_the_document_and_images_are_its_plots(history: str) -> None:
    files = rendered(history)
    for text in documents(history, "md"):
        anchors = set(re.findall(r'<a id="([^"]+)">', text.decode())) | {"strategic-question"}
        for kind, target in markdown(text):
            assert kind != "link_open" or (target[0] == "#" and target[1:] in anchors), target
        assert set(re.findall(r"\]\((\w+\.svg)\)", text.decode())) <= set(files)


def test_plots_are_drawings_with_a_title_and_no_date(history: str) -> None:
    for name, svg in rendered(history).items():
        if name.endswith(".svg"):
            root = ET.fromstring(svg)
            titles = [child.text for child in root if child.tag.endswith(("title", "desc"))]
            assert len(titles) == 2 and all(titles)
            links = b'class="figure"' in svg or b"<tspan data-" in svg
            assert root.attrib["role"] == ("graphics-document" if links else "img")
            assert b"matplotlib" not in svg.lower() and b"<metadata" not in svg
            assert b"http" not in svg.replace(b"http://www.w3.org/2000/svg", b"").replace(
                b"http://www.w3.org/1999/xlink", b""
            )
            assert not re.search(rb"#0[1-9]0[1-9]0[1-9]", svg)


def test_the_head_of_the_chain_and_the_protocol_are_in_every_format(history: str) -> None:
    entries, _ = played(history)
    whole = data(history)
    assert whole["as_of"] == entries[-1].position
    assert whole["head"] == entries[-1].hash
    for text in (*documents(history, "md"), *documents(history, "html"), *documents(history, "json")):
        assert entries[-1].hash.encode() in text
        assert whole["study_sha256"].encode() in text


def test_json_says_which_schema_it_follows() -> None:
    assert data("two looks are done")["schema"] == "gonogo.report/1"
    assert data("two looks are done", "assessment")["schema"] == "gonogo.assessment/1"


def test_a_cycle_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadInput, match="there is no cycle 9"):
        render_cycle(played("two looks are done")[0], 9)
    with pytest.raises(BadInput, match="no study is registered"):
        render_cycle((), 1)
