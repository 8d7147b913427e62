"""The benchmark of planted collapse, reduced to seconds: what is planted is found, and where nothing is, nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from benchmarks.planted.carried import carried
from benchmarks.planted.false_alarms import FalseAlarms, false_alarms
from benchmarks.planted.grid import Unit, units
from benchmarks.planted.lengths import LESS_TWINS, Measured, lengths
from benchmarks.planted.page import page
from benchmarks.planted.pairs import one_each
from benchmarks.planted.results import Results
from benchmarks.planted.rows import found, raw
from benchmarks.planted.subjects import Bench, Subject
from benchmarks.planted.sweep import Case, Sweep, sweep
from store.models import DataRef, ModelRef
from tasks.diagnostics.diagnose import diagnose

pytestmark = pytest.mark.slow

MODEL = "openclip:shapes-clip@zoo"
"""Its architecture, under random weights."""


def tell(*_: object) -> None:
    pass


@pytest.fixture(scope="module")
def swept() -> Sweep:
    return sweep(Case(MODEL, planted=2, unplanted=4, sets=2, taus=(8.0,)), tell)


@pytest.fixture(scope="module")
def alarms() -> FalseAlarms:
    return false_alarms("clip:tiny@random", 6, tell)


def test_the_grid_is_every_layer_and_every_head_of_every_tower() -> None:
    subject = Subject(MODEL, [one_each(0)])
    names = [unit.name for unit in units(subject.layout)]
    assert names[:5] == ["vision/00", "vision/00/00", "vision/00/01", "vision/00/02", "vision/01"]
    assert len(names) == 5 * (1 + 3)
    part = [unit.name for unit in units(subject.layout, layers=(1,), heads=(2,))]
    assert part == ["vision/01", "vision/01/02", "text/01", "text/01/02"]
    assert str(Unit("text", 1, 2).plant(8)) == "tower=text,layers=1,heads=2,scale=8"


def test_what_is_planted_is_told_apart_and_located_in_every_tower_layer_and_head(swept: Sweep) -> None:
    assert len(swept.planted) == 2 * 20
    whole = found(swept.planted, swept)
    assert whole.auc.least == 1
    assert whole.by_share.value == whole.by_spread.value == whole.beyond_own.value == 1


def test_planted_layers_are_labelled_and_unplanted_models_are_not(swept: Sweep) -> None:
    texts = [trial for trial in swept.planted if trial.unit.tower == "text"]
    layers = [trial for trial in texts if trial.unit.head is None]
    heads = [trial for trial in texts if trial.unit.head is not None]
    assert found(layers, swept).label.value == found(layers, swept).named.value == 1
    assert found(heads, swept).label.value == 0, "one head does not decide the label"
    assert found(heads, swept).named.value > 0.5
    assert not any(seen.verdict.lost_heads or seen.verdict.label == "lost" for _, seen in swept.unplanted)


def test_a_plant_moves_nothing_before_it_and_little_behind_it(swept: Sweep) -> None:
    moved = carried(swept.planted)
    assert moved.beside < 1e-6
    assert moved.others < 1e-6, "the towers of a dual encoder do not read one another"
    assert 1e-6 < moved.later < 0.1


def test_raw_scores_are_moved_in_opposite_directions_and_their_rule_flags_the_sound(swept: Sweep) -> None:
    vision, text = (
        raw([trial for trial in swept.planted if trial.unit.tower == tower and trial.unit.head is None], swept)
        for tower in ("vision", "text")
    )
    assert vision.higher < 0.5 < text.higher
    assert vision.ours == text.ours == 1
    assert all(seen.raw["mcs_raw"] > 0.7 for _, seen in swept.unplanted)


def test_a_run_says_what_diagnose_says(tmp_path: Path) -> None:
    plant = Unit("vision", 1, 0).plant(8)
    subject = Subject("clip:tiny@random", [one_each(0)])
    with torch.inference_mode(), subject.weights(3):
        seen = Bench(subject, 0).planted(plant)
    model = ModelRef.parse(f"clip:tiny@random#{plant}")
    data = DataRef(source="shapes", n=32, captions_per_image=1)
    verdict = diagnose(model, data, tmp_path, batch_size=32, seed=3).losses
    assert seen.verdict.label == verdict.label
    for ours, theirs in zip(seen.verdict.heads, verdict.heads, strict=True):
        assert (ours.name, ours.value) == (theirs.name, pytest.approx(theirs.value, abs=1e-5))
        assert ours.p_collapsed == pytest.approx(theirs.p_collapsed, abs=1e-3)


def test_every_model_of_an_a_a_run_is_new_and_every_unit_is_counted(alarms: FalseAlarms) -> None:
    assert {role: len(tests) for role, tests in alarms.roles.items()} == {"vision": 6, "text": 6}
    assert (len(alarms.layers), len(alarms.heads)) == (6 * 4, 6 * 8)
    assert not any(alarms.labels)
    assert set(alarms.shuffled) == {"mcs_raw", "mcs_norm"}, "the pairing cannot change a tower of a dual encoder"


def test_length_explains_raw_scores_and_uniform_attention_has_one_normalised_score() -> None:
    row = lengths(Measured("clip:tiny@random", 2, 2, 8), tell)
    assert (row.pairs, row.shortest < 8, row.longest > 12) == (40, True, True)
    assert row.scores["mcs_raw"].one_line > 0.95
    assert row.scores["mcs_norm"].one_line < 0.5
    assert abs(row.scores["mcs_norm"].slope) < abs(row.scores["mcs_raw"].slope) / 20
    assert set(row.scores) == {"mcs_raw", "mcs_norm", LESS_TWINS}
    assert row.uniform_raw > 0.95
    assert row.uniform_norm < 1e-6


def test_the_page_is_made_of_what_was_run(swept: Sweep, alarms: FalseAlarms) -> None:
    text = page(Results("the command", untrained=swept, alarms={"clip:tiny@random": alarms}))
    assert "| 8 | 40 |" in text, "all planted runs of τ = 8"
    assert "| met |" in text
    assert "clip:tiny | vision differs | 6 |" in text
    assert "## Null A/A" in text
    assert "## Length" not in text
    assert max(len(line) for line in text.splitlines() if not line.startswith("|")) <= 120
