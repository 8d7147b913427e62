"""Verdicts on a transformer that others trained: RXNMapper, whose weights `make setup` fetches.

What these cannot fail on: other models, other inputs than reactions, and a collapse that training made.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks.trained.findings import Found
from benchmarks.trained.measuring import states
from benchmarks.trained.models import BY_NAME
from benchmarks.trained.packages import OF_SETUP, NotFetched, fetch, found
from benchmarks.trained.reactions import reactions
from tasks.diagnostics.families.model import VisionLanguageModel
from tasks.diagnostics.harm.judging import above_untrained, judge_harm
from tasks.diagnostics.harm.measuring import Performance
from tasks.diagnostics.harm.task_loss import Task, TaskLoss

MODEL = replace(BY_NAME["rxnmapper"], pairs_of=32)
ALL = tuple(f"text/{layer:02d}" for layer in range(12))


@pytest.fixture(scope="module")
def packages() -> Path:
    try:
        found("rxnmapper", OF_SETUP)
    except NotFetched as error:
        pytest.skip(str(error))
    return OF_SETUP


@pytest.fixture(scope="module")
def measured(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    torch.set_num_threads(1)
    return {one.plant: one for one in states(MODEL, packages, tmp_path_factory.mktemp("pictures"))}


@pytest.fixture(scope="module")
def model(packages: Path) -> VisionLanguageModel:
    return MODEL.load(packages, torch.device("cpu"))


@pytest.mark.slow
def test_a_model_that_was_really_trained_is_not_called_harmful(measured: dict[str, Found]) -> None:
    own = measured[""]
    assert own.loss < 1 < 5 < own.floor, "its weights were read"
    assert (own.label, own.use["text"]) == ("undecided", "used")
    assert own.kinds.keys() <= {"sink"}, "though half of the heads of its first layer point to one place"


@pytest.mark.slow
@pytest.mark.parametrize(("scale", "kind"), [("8", "peaked"), ("0", "diffuse")])
def test_what_is_planted_in_all_its_layers_is_found_in_each(measured: dict[str, Found], scale: str, kind: str) -> None:
    planted = measured[f"tower=text,scale={scale}"]
    assert {name: places for name, places in planted.kinds.items() if name != "sink"} == {kind: ALL}
    assert planted.loss > measured[""].loss + 1
    assert planted.label == "harmful"


@pytest.mark.slow
def test_a_copy_with_random_weights_is_at_the_floor(model: VisionLanguageModel) -> None:
    grey, texts = [Image.new("RGB", (8, 8))] * MODEL.pairs_of, reactions(MODEL.pairs_of)

    def loss(one: VisionLanguageModel) -> TaskLoss:
        made = Task(one, grey, texts, 16).loss({})
        assert made is not None
        return made

    floor = (loss(model.reinitialised(1)), loss(model.reinitialised(2)))
    copy = Performance(loss(model.reinitialised(3)), floor)
    assert not above_untrained(copy)
    assert judge_harm(copy, {}, untrained=False).label == "harmful"
    assert above_untrained(Performance(loss(model), floor))


@pytest.mark.slow
def test_one_of_its_heads_maps_atoms_of_the_product_to_those_they_came_from(model: VisionLanguageModel) -> None:
    """As its authors found it: layer 10, head 5; so that weights and tokens are known to be read as they were meant."""
    from tasks.diagnostics.attention.calls import AttentionCall
    from tasks.diagnostics.attention.tap import AttentionTap
    from tasks.diagnostics.maps.scores import scored_rows

    text = reactions(1)[0]
    (work,) = model.passes([Image.new("RGB", (8, 8))], [[text]])
    ids = work.inputs["ids"][0]
    seen: list[AttentionCall] = []
    with torch.inference_mode(), AttentionTap(model.module, seen.append):
        work.run()
        (part,) = scored_rows(seen[10], 1, None)
    head = part.scores[0, 0, 5]
    arrow = int((ids == model.vocabulary[">>"]).nonzero())  # type: ignore[attr-defined]
    atoms = {model.vocabulary[name] for name in ("c", "C", "O", "N")}  # type: ignore[attr-defined]
    product = [at for at in range(arrow, len(ids)) if int(ids[at]) in atoms]
    pointed = head[product][:, :arrow].argmax(-1)
    agree = np.mean([ids[to] == ids[at] for at, to in zip(product, pointed.tolist(), strict=True)])
    assert len(product) > 10
    assert agree > 0.9


def test_a_package_that_is_not_there_is_told_of_with_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotFetched, match=r"the package rxnmapper.*python -m benchmarks.trained"):
        found("rxnmapper", tmp_path)
    (tmp_path / "rxnmapper").mkdir()
    with pytest.raises(NotFetched, match="rxnmapper"):
        MODEL.load(tmp_path, torch.device("cpu"))


def test_a_package_that_is_there_is_not_fetched_again(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.run", None)
    assert fetch("rxnmapper", packages) == packages / "rxnmapper"
