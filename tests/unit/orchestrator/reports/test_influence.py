"""What a report says of entropy and influence, and of the nulls that attention is held against."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from orchestrator.reports.history import History, look_back
from orchestrator.reports.plots.head_series import heads as heads_shown
from orchestrator.reports.plots.heads import ramp
from orchestrator.reports.plots.layer_series import SCORES, layers
from orchestrator.reports.plots.layers import layers_plot
from orchestrator.reports.render import render_cycle
from store.evidence import Evidence
from store.kinds.diagnostics import DiagnosticFacts
from store.kinds.diagnostics_metrics import HEAD_ENTROPY_NORM
from store.task.events import TaskSucceeded
from store.task.state import Task
from tests.unit.orchestrator.reports import histories
from tests.unit.orchestrator.reports.conftest import played, rendered
from tests.unit.orchestrator.reports.diagnosed import IDEFICS, PLANTED
from tests.unit.orchestrator.reports.expected import estimate, relation, values_of
from tests.unit.orchestrator.reports.reading import Page
from tests.unit.orchestrator.reports.test_honesty import DONE, OPEN, section, sections, text

ZOO = "a zoo is diagnosed"
HEADING = "Entropy and influence"
UNPRINTED = (*SCORES.values(), "/p_collapsed", "/entropy", "/log_odds")
"""Scores by layer are drawn; the p of a role, and entropies that no layer is compared by, stay in the log."""


@cache
def zoo() -> History:
    return look_back(*played(ZOO))


def task_of(model: str) -> Task:
    return next(task for task in zoo().measurements if task.subject == model)


def model_section(model: str) -> dict[str, Any]:
    return next(found for found in sections(ZOO)["influence"]["models"] if found["model"]["id"] == model)


def shown(cell: dict[str, str]) -> str:
    return cell.get("text") or cell["absent"]


def figures(value: object) -> set[str]:
    """Ids of the figures anywhere in a part of a JSON report."""
    return set(re.findall(r'"(fig-\d+)"', json.dumps(value)))


def test_every_model_of_the_study_has_a_line_or_the_reason_why_it_has_none() -> None:
    lines = {row["model"]["id"]: row for row in sections(ZOO)["influence"]["overview"]}
    assert [name for name, row in lines.items() if not row["bare"]] == ["planted", "idefics", "align", "decoder"]
    assert lines["older"]["bare"]["reason"] == (
        "its measurement holds neither a null of random initialisation nor an intervention"
    )
    assert lines["gone"]["bare"] == {"absent": "not measured", "reason": "blocked: the weights cannot be had"}


def test_what_an_older_version_judged_stands_with_its_reasons() -> None:
    told = {
        "Verdict": "collapsed",
        "Reason": "More is lost.",
        "Influence": "ok",
        "Reason of the influence": "It moves.",
    }
    older = tuple(
        replace(entry, event=event.model_copy(update={"facts": {**_before(event.facts), **told}}))
        if isinstance(event := entry.event, TaskSucceeded) and "Harm" in event.facts
        else entry
        for entry in played(ZOO)[0]
    )
    files = render_cycle(older, 1)
    page, markdown = files["cycle-report.html"].decode(), files["cycle-report.md"].decode()
    assert "Kinds of collapse and harm" not in page + markdown
    assert "| Model | Look | Attention | Influence |" in markdown
    assert "Attention: **● collapsed** · More is lost." in markdown
    assert "attention has collapsed (in the whole model or in some layers) in planted, " in markdown
    assert "More is lost." in page


def _before(facts: Mapping[str, str]) -> dict[str, str]:
    """Facts as versions wrote them that knew no kinds of collapse."""
    new = ("Kind of collapse", "Harm", "Reason of the harm", "Use of", "Need of", "Layers that", "Heads that")
    return {label: text for label, text in facts.items() if not label.startswith(new)}


@pytest.mark.parametrize("model", ["planted", "idefics", "align", "decoder"])
def test_no_influence_in_the_log_is_left_out_of_the_report(model: str) -> None:
    numbers = {figure["id"]: figure["metric"] for figure in json.loads(rendered(ZOO)["cycle-report.json"])["figures"]}
    printed = {numbers[each] for each in figures([model_section(model), sections(ZOO)["influence"]["overview"]])}
    logged = {
        item.metric
        for item in task_of(model).evidence
        if item.metric.startswith(("influence/", "null/", "layer/"))
        and not item.metric.startswith("null/map/")
        and not item.metric.endswith(UNPRINTED)
    }
    assert logged <= printed


def printed(item: Evidence | None) -> str:
    """As the log has it, to three decimals."""
    assert item is not None and item.interval is not None
    return f"{item.value:.3f} [{item.interval.low:.3f}, {item.interval.high:.3f}]"


def test_each_site_stands_with_its_role_its_layer_its_null_what_it_lost_and_what_it_moves() -> None:
    task, site = task_of("planted"), "visual.blocks.1.attn"
    row = next(row for row in model_section("planted")["sites"] if row["site"] == site)
    assert (row["role"], row["layer"], row["collapsed"]) == ("vision", "1", True)
    heads = values_of(task, f"site/{site}/entropy_norm")
    moved, rise = (values_of(task, f"influence/uniform-site/{site}/{each}") for each in ("change", "loss"))
    assert (len(heads), len(moved)) == (60, 16)
    null, lost = (task.evidence.of(f"null/layer/vision/01/{each}") for each in ("entropy_norm", "loss"))
    assert [shown(row[name]) for name in ("entropy", "null", "lost", "change", "rise")] == [
        estimate(heads.mean(axis=1), (0, 1)), printed(null), printed(lost), estimate(moved, (0, 1)),
        f"{estimate(rise)} nat",
    ]  # fmt: skip
    assert null is not None and lost is not None
    assert lost.value == pytest.approx(1 - heads.mean() / null.value)


def test_a_pooling_head_is_a_site_though_it_is_no_layer() -> None:
    last = model_section("planted")["sites"][-1]
    heads = values_of(task_of("planted"), "site/visual.attn_pool/entropy_norm")
    expected = estimate(heads.mean(axis=1), (0, 1))
    assert (last["role"], last["layer"], shown(last["entropy"])) == ("pooling", "head", expected)


def test_the_null_is_named_with_its_draws_and_images() -> None:
    for model in ("planted", "idefics", "align", "decoder"):
        assert model_section(model)["null"]["text"].startswith(
            "The null is 8 random initialisations of the same architecture on the first 8 images"
        )
    assert "in brackets, the prediction band for one further initialisation" in section(ZOO, HEADING)


def test_what_is_given_in_place_of_image_and_text_stands_with_its_images() -> None:
    words = {
        "swap-image": "another image", "cut-image": "a blank image of its mean colour", "swap-text": "another text",
        "cut-text": "an empty text",
    }  # fmt: skip
    given = model_section("planted")["interventions"]
    change = {kind: values_of(task_of("planted"), f"influence/{kind}/change") for kind in words}
    assert {len(values) for values in change.values()} == {32}
    assert [(row["what"], shown(row["n"]), shown(row["change"])) for row in given] == [
        (words[kind], "32", estimate(values, (0, 1))) for kind, values in change.items()
    ]


def test_a_text_that_could_not_be_exchanged_has_no_row_and_is_told_in_the_reason() -> None:
    given = model_section("decoder")["interventions"]
    assert [row["what"] for row in given] == ["another image", "a blank image of its mean colour"]
    assert "Not tried: another text" in task_of("decoder").facts["Reason of the harm"]


def test_a_closed_gate_shows_no_influence_beside_an_entropy_at_its_maximum() -> None:
    cross = [row for row in model_section("idefics")["sites"] if row["role"] == "cross" and row["site"]]
    entropies = [values_of(task_of("idefics"), f"site/{row['site']}/entropy_norm").mean() for row in cross]
    assert len(cross) == 2 and min(entropies) > 0.99
    assert [(shown(row["entropy"])[:5], shown(row["change"]), shown(row["gated"])) for row in cross] == [
        (f"{entropy:.5f}"[:5], "0.000 [0.000, 0.000]", "0.000 [0.000, 0.000]") for entropy in entropies
    ]
    notes = [note["text"] for note in model_section("idefics")["notes"]]
    assert (
        "The gate is closed at cross layer 0 and cross layer 1: whatever its entropy, attention there does not reach "
        "the output." in notes
    )
    assert (
        "On these images the output does not change when attention is made uniform at vision layer 0 and vision "
        "layer 1." in notes
    )


def test_a_gate_that_lets_a_little_through_is_not_called_closed() -> None:
    little = 0.0004
    sites = (replace(s, gate=None if s.gate is None else little, change=s.change or little) for s in IDEFICS.sites)
    ajar = replace(IDEFICS, sites=tuple(sites))
    report = render_cycle(histories.zoo(idefics=ajar), 1)["cycle-report.md"].decode()
    assert "The gate is closed" not in report and "the output does not change" not in report
    assert "Through the gate" in report


def test_a_tower_without_attention_is_undefined_with_its_reason_and_not_zero() -> None:
    vision = next(row for row in model_section("align")["sites"] if row["role"] == "vision")
    assert vision["undefined"] == {
        "absent": "undefined", "reason": "the vision tower (EfficientNet) has no softmax attention"
    }  # fmt: skip
    assert {shown(vision[name]) for name in ("entropy", "null", "lost", "change")} == {"–"}
    for format in ("md", "html"):
        page = re.sub(r"\\|<[^>]*>", "", rendered(ZOO)[f"cycle-report.{format}"].decode())
        assert "undefined: the vision tower (EfficientNet) has no softmax attention" in page


def test_a_rank_correlation_is_told_whatever_it_is() -> None:
    told = section(ZOO, HEADING)
    for model, level, meaning in (
        ("planted", "sites", "in this model the output depends more on sites with sharper attention."),
        ("planted", "heads", "in this model the output depends more on heads with more widely spread attention."),
        ("idefics", "sites", "in this model the output depends more on sites with sharper attention."),
        ("decoder", "heads", "in this model the two hardly go together."),
    ):
        assert relation(task_of(model), level) + meaning in told
    assert "There is no rank correlation over heads: they were not compared, or are too few" in told


def test_the_summary_tells_kinds_of_collapse_from_harm() -> None:
    told = section(ZOO, "Summary")
    assert (
        "Kinds of collapse that the maps of attention show: planted (peaked in vision/01, vision/02) and idefics "
        "(untrained) (diffuse in cross/00, cross/01). Harm is shown in no model, excluded in no model, and undecided "
        "in planted, idefics (untrained), align and decoder." in told
    )
    assert "Kinds of collapse" not in section(OPEN, "Summary")


def test_a_model_of_many_sites_is_folded_and_the_others_are_open() -> None:
    page = Page.read(rendered(ZOO)["cycle-report.html"])
    folds = [element for element in page.elements if element.tag == "details" and "Replaced by" in element.text]
    assert [("open" in fold.attributes, "decoder" in fold.text) for fold in folds] == [
        (True, False), (True, False), (True, False), (False, True),
    ]  # fmt: skip
    assert "details::details-content" in next(element.text for element in page.elements if element.tag == "style")


def test_losses_and_gates_have_a_column_only_where_there_are_some() -> None:
    tables = section(ZOO, HEADING).split("### ")
    of = {model: next(part for part in tables if f"influence in {model}" in part) for model in ("planted", "idefics")}
    assert "| Increase of loss |" in of["planted"] and "Through the gate |" not in of["planted"]
    assert "| Increase of loss |" not in of["idefics"] and "Through the gate |" in of["idefics"]


def test_a_log_that_does_not_tell_places_shows_layers_without_names_and_names_without_layers() -> None:
    report = json.loads(render_cycle(histories.zoo(planted=replace(PLANTED, placed=False)), 1)["cycle-report.json"])
    rows = next(m for m in report["sections"]["influence"]["models"] if m["model"]["id"] == "planted")["sites"]
    layer = next(row for row in rows if (row["role"], row["layer"]) == ("vision", "1"))
    named = next(row for row in rows if row["site"] == "visual.blocks.1.attn")
    task, site = task_of("planted"), "visual.blocks.1.attn"
    entropy, moved = (
        f"{values_of(task, metric).mean():.3f}"
        for metric in (f"site/{site}/entropy_norm", f"influence/uniform-site/{site}/change")
    )
    assert (layer["site"], shown(layer["entropy"])[:5], shown(layer["change"])) == (None, entropy, "–")
    assert (named["role"], named["layer"], shown(named["change"])[:5]) == ("", "–", moved)


def test_a_log_from_before_nulls_and_interventions_says_that_it_has_none() -> None:
    for history in (OPEN, DONE):
        told = section(history, HEADING)
        assert (
            "No accepted measurement reports a null of random initialisation or the effect of an intervention." in told
        )
        assert "|" not in told
        assert "heads.svg" not in rendered(history)
        assert "There is no plot by head: no accepted measurement reports heads." in text(history)
    assert "No null of random initialisation was measured." in text(OPEN)


def test_the_line_of_a_layer_is_drawn_beside_the_band_of_its_own_null() -> None:
    for model in layers(zoo()):
        task = task_of(model.model.id)
        for line in model.lines:
            for point in (*line.points, *line.null):
                null = "null/" if point in line.null else ""
                metric = f"{null}layer/{line.key}/{point.layer:02d}/entropy_norm"
                if line.key in SCORES:
                    metric = f"{null}layer/{point.layer:02d}/{SCORES[line.key]}"
                item = task.evidence.of(metric)
                assert item is not None
                assert (item.value, item.interval) == (point.value, point.interval)
    drawn = {model.model.id: [line.key for line in model.lines] for model in layers(zoo())}
    assert drawn["planted"] == ["vision", "text", "score", "raw"]
    assert drawn["idefics"] == ["vision", "text", "cross", "score", "raw"]
    assert drawn["align"] == ["text"]
    assert drawn["decoder"] == ["vision", "fusion", "score", "raw"]
    assert drawn["older"] == ["vision", "text", "score"]
    assert all(line.null for model in layers(zoo()) if model.model.id != "older" for line in model.lines)


def test_the_raw_score_is_drawn_beside_its_own_uniform_null_and_not_beside_one_half() -> None:
    (planted,) = [model for model in layers(zoo()) if model.model.id == "planted"]
    uniform = task_of("planted").evidence.of("mcs_raw_uniform")
    assert uniform is not None and uniform.value > 0.7
    assert {line.key: line.uniform for line in planted.lines} == {
        "vision": 1.0, "text": 1.0, "score": 0.5, "raw": uniform.value
    }  # fmt: skip
    root = ET.fromstring(layers_plot([planted]).svg)
    dashed = [e.attrib["d"] for e in root.iter() if e.tag.endswith("path") and "dasharray" in e.get("style", "")]
    heights = [float(path.split()[2]) for path in dashed[:4]]
    (left, right), one_half = heights[:2], heights[2]
    assert left == right < heights[3] < one_half, "drawn from the top: 1, then 0.75, then 0.5"
    foot = left + 2 * (one_half - left)
    assert (foot - heights[3]) / (foot - left) == pytest.approx(uniform.value, abs=1e-3)


def test_collapsed_layers_are_marked_in_the_drawing_and_in_the_table() -> None:
    marked = {m.model.id: [p.layer for line in m.lines for p in line.collapsed] for m in layers(zoo())}
    assert marked == {"planted": [1, 2], "idefics": [0, 1], "align": [], "decoder": [], "older": []}
    rows = model_section("planted")["sites"]
    assert [(row["role"], row["layer"]) for row in rows if row["collapsed"]] == [("vision", "1"), ("vision", "2")]
    assert b"collapsed" in rendered(ZOO)["layers.svg"] and b">collapsed<" not in rendered(OPEN)["layers.svg"]


def test_every_head_in_the_log_has_its_square_and_no_other_has() -> None:
    for model in heads_shown(zoo()):
        task = task_of(model.model.id)
        places = DiagnosticFacts.read(task.facts).places
        logged = {
            (places[key["site"]].role, places[key["site"]].layer, int(key["head"]), item.value)
            for key, item in task.values(HEAD_ENTROPY_NORM)
            if places[key["site"]].layer is not None
        }
        assert {(role, c.layer, c.head, c.value) for role, cells in model.cells for c in cells} == logged
    assert [model.model.id for model in heads_shown(zoo())] == ["planted", "idefics", "align"]


def test_the_colour_of_a_head_follows_its_entropy() -> None:
    """Squares of one colour are drawn as one path, each closed by a z; the colour bar has one of each."""
    paths = [e for e in ET.fromstring(rendered(ZOO)["heads.svg"]).iter() if e.tag.endswith("path")]
    values = [cell.value for model in heads_shown(zoo()) for _, cells in model.cells for cell in cells]
    for level, colour in enumerate(ramp()):
        squares = sum(e.attrib["d"].count("z") for e in paths if f"fill: {colour}" in e.get("style", ""))
        assert squares == 1 + sum(level / 10 <= value < (level + 1) / 10 for value in values)


def test_the_colour_scale_grows_in_lightness_for_every_kind_of_colour_vision() -> None:
    channels = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in ramp()]
    lightness = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in channels]
    steps = [after - before for before, after in pairwise(lightness)]
    assert min(steps) > 8


def test_heads_that_are_too_many_for_the_log_are_said_to_be_elsewhere() -> None:
    picture = next(file for file in task_of("decoder").artifacts if file.name == "heads.png")
    assert (
        "There is no plot by head of decoder: the log does not hold the entropy of its heads. They are drawn in "
        f"`heads.png`, a file of its measurement, with digest `{picture.digest[:12]}`." in text(ZOO)
    )
    assert "There is no plot by head of older, whose log has no entropy of heads." in text(ZOO)
    assert b">decoder<" not in rendered(ZOO)["heads.svg"] and b">older<" not in rendered(ZOO)["heads.svg"]


def test_the_places_of_sites_are_told_by_the_table_and_not_once_more_with_the_task() -> None:
    for task in sections(ZOO)["tasks"]:
        assert not [fact for fact in task["facts"] if fact["label"].startswith("Site ")]
