"""The drawing of the PRISMA flow: every number a figure, the same in reports and from the command, fit for a phone."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.library.flow import Box, Count, Part, Step, as_markdown, steps
from orchestrator.reports.derived import derive
from orchestrator.reports.history import look_back
from orchestrator.reports.plots.fitting import BEFORE, BEHIND, fitted
from orchestrator.reports.plots.flow import draw_flow, flow_file, flow_plot
from orchestrator.reports.plots.svg import COLOURS
from orchestrator.reports.renderers import clean
from store.figures import WHOLE, Figure
from store.queries.literature import Flow, flow
from store.review import ReviewProtocol
from tests.unit.orchestrator.reports.conftest import played, rendered
from tests.unit.orchestrator.reports.histories import Player, model, study
from tests.unit.orchestrator.reports.reading import Element, Page
from tests.unit.orchestrator.reports.reviewed import LONG
from tests.unit.store.literature.libraries import begun

HISTORY = "literature is tracked"
PHONE = 390 - 2 * 16
"""CSS pixels between the margins of a phone's page."""


def past_flow() -> Flow:
    return flow(look_back(*played(HISTORY)).board)


def counts(found: Flow) -> Iterator[Count]:
    for step in steps(found):
        for box in (step.stays, step.leaves or Box("")):
            yield from (box.count,) if box.count is not None else ()
            yield from (part.count for part in box.parts)


def drawn() -> Page:
    """The drawing as it stands in the page."""
    html = rendered(HISTORY)["cycle-report.html"].decode()
    (found,) = re.findall(r'<figure id="drawing-flow">.*?</figure>', html, re.DOTALL)
    return Page.read(found.encode())


def figures(page: Page) -> list[Element]:
    return [element for element in page.figures if "svg" in element.path]


def test_every_number_that_is_drawn_is_a_figure_with_its_row() -> None:
    page = drawn()
    whole = rendered(HISTORY)["cycle-report.html"]
    rows = {e.attributes["id"]: e.text for e in Page.read(whole).elements if e.tag == "tr" and "id" in e.attributes}
    links = figures(page)
    assert [link.attributes["data-metric"] for link in links] == [count.name for count in counts(past_flow())]
    assert [link.text for link in links] == [str(count.value) for count in counts(past_flow())]
    assert all(link.attributes["data-metric"] in rows[link.attributes["href"][1:]] for link in links)
    loose = [
        text
        for text, around in page.texts
        if any(element.tag == "text" for element in around)
        if not any("figure" in element.classes for element in around)
    ]
    named = re.sub(r"\s|\(n=", "", "".join(loose))
    assert not re.search(r"\d", named.replace(LONG[:29], "").replace(LONG[-29:], ""))


def test_each_number_is_one_that_the_log_yields_by_its_name() -> None:
    past = look_back(*played(HISTORY))
    found = list(counts(flow(past.board)))
    assert len({count.name for count in found}) == len(found) > 15
    for count in found:
        known = derive(count.name, past)
        assert (known.value, known.unit) == (count.value, count.unit), count.name


def test_each_box_holds_what_the_one_above_it_held_less_what_left() -> None:
    rows = steps(past_flow())
    for above, below in pairwise(rows):
        assert above.stays.count and below.stays.count and above.leaves
        leaves = above.leaves.count.value if above.leaves.count else sum(p.count.value for p in above.leaves.parts)
        assert below.stays.count.value == above.stays.count.value - leaves
        assert above.leaves.count is None or leaves == sum(part.count.value for part in above.leaves.parts)


def test_the_command_draws_what_the_report_shows_also_where_there_is_no_cycle() -> None:
    file = flow_file(look_back(*played(HISTORY)).board)
    assert file.encode() == rendered(HISTORY)["flow.svg"]
    tspans = [e for e in ET.fromstring(file).iter() if e.tag.endswith("tspan")]
    assert [(e.text, e.attrib["data-metric"]) for e in tspans] == [
        (str(count.value), count.name) for count in counts(past_flow())
    ]
    assert "literature/included" in flow_file(begun())


def test_who_cannot_see_it_is_told_every_number() -> None:
    root = ET.fromstring(rendered(HISTORY)["flow.svg"])
    (told,) = (e.text or "" for e in root if e.tag.endswith("desc"))
    assert root.attrib["aria-labelledby"] == "flow-title flow-desc"
    for step in steps(past_flow()):
        assert step.phase in told
        for box in (step.stays, step.leaves or Box("")):
            assert box.count is None or f"{box.heading} {box.count.value}" in told
            assert all(f"{clean(part.label)} {part.count.value}" in told for part in box.parts)


def test_letters_are_readable_on_a_phone_without_scrolling() -> None:
    svg = rendered(HISTORY)["flow.svg"].decode()
    width = float(ET.fromstring(svg).attrib["width"])
    sizes = {float(size) for size in re.findall(r"font-size: ([\d.]+)px", svg)}
    assert min(sizes) * PHONE / width >= 11
    style = next(e.text for e in Page.read(rendered(HISTORY)["cycle-report.html"]).elements if e.tag == "style")
    assert re.search(r"#drawing-flow svg \{ min-width: 0;", style)


def test_its_colours_follow_the_page() -> None:
    svg = rendered(HISTORY)["flow.svg"].decode()
    body = svg[svg.index("<title") :].partition("</style>")[2]
    known = {f"var(--{name}, {light})" for name, (_, light, _) in COLOURS.items()}
    assert set(re.findall(r"(?:fill|stroke): ([^;\"]+)", body)) <= known
    assert not re.search(r'(?:fill|stroke)="', body)
    style = next(e.text for e in Page.read(rendered(HISTORY)["cycle-report.html"]).elements if e.tag == "style")
    for name in ("paper", "card"):
        assert f"--{name}: {COLOURS[name][1]};" in style and f"--{name}: {COLOURS[name][2]};" in style


def test_boxes_lie_below_each_other_and_nothing_reaches_out() -> None:
    root = ET.fromstring(rendered(HISTORY)["flow.svg"])
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    _, *boxes = [e.attrib for e in root.iter() if e.tag.endswith("rect")]
    ends = [
        (float(b["x"]), float(b["y"]), float(b["x"]) + float(b["width"]), float(b["y"]) + float(b["height"]))
        for b in boxes
    ]
    assert len(boxes) == 9
    assert all(left > 0 and right < width and top > 0 and bottom < height for left, top, right, bottom in ends)
    for left in {end[0] for end in ends}:
        column = [end for end in ends if end[0] == left]
        assert all(one[3] < other[1] for one, other in pairwise(column))


def test_markdown_refers_to_it_and_the_other_documents_leave_it_out() -> None:
    assert b"![The flow of works](flow.svg)" in rendered(HISTORY)["cycle-report.md"]
    assert b"flow.svg" not in rendered(HISTORY)["assessment.md"]


def test_there_is_none_without_literature_and_a_sentence_where_nothing_came_in() -> None:
    assert draw_flow(look_back(*played("two looks are done"))) == (None, ())
    empty = Player(study(model("solo"), target=None, literature=ReviewProtocol(criteria={"off": "Off."})))
    assert draw_flow(look_back(empty.open("the study begins").entries, 1)) == (
        None,
        (("There is no drawing of the flow of works: no record came in.",),),
    )


def test_markdown_of_the_command_has_the_same_boxes() -> None:
    text = as_markdown(past_flow())
    assert "| Identification | Records identified | 9 | Not screened |  |" in text
    assert "| Included | Works included | 1 |  |  |" in text


@pytest.mark.parametrize("letter", ["<", "&", '"', "\u202e", "\x1b", "]]>"])
def test_no_name_of_a_source_breaks_out(letter: str) -> None:
    count = Count(1, "literature/records", "records")
    plot = flow_plot((Step("P", Box("H", count, (Part(f"a{letter}b", count),))),), lambda _: figure("1"))
    root = ET.fromstring(plot.svg)
    assert f"a{clean(letter)}b" in "".join(root.itertext())


def figure(text: str) -> Figure:
    return Figure("", float(text), text, WHOLE, "", "", 1, None, "literature/records")


@given(st.text(alphabet="abM 漢-/._9", max_size=80), st.integers(0, 10**6), st.floats(8, 30))
def test_lines_hold_all_of_a_label_and_its_count_at_the_end(label: str, number: int, width: float) -> None:
    lines = fitted(label, figure(str(number)), width, indent=0.7)
    assert "".join("".join(line.text for line in lines).split()) == "".join(label.split())
    assert [line.figure is not None for line in lines] == [False] * (len(lines) - 1) + [True]
    assert [line.indent for line in lines] == [0.0, *[0.7] * (len(lines) - 1)]
    for line in lines:
        shown = line.text + (f"{BEFORE}{line.figure.text}{BEHIND}" if line.figure else "")
        narrow = 0.3 * len(shown.rstrip())
        assert narrow <= width
