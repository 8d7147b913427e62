from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from store.errors import BadInput
from store.models import ModelRef
from tasks.environment import tower as tower_module
from tasks.environment.tower import REFERENCE, load_tower


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No model hub can be reached, and nothing of it is cached."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))


def test_a_tower_encodes_batches_of_noise_of_the_size_it_takes(tmp_path: Path) -> None:
    tower = load_tower(ModelRef.parse("clip:tiny@random"), tmp_path, seed=0, device="cpu")
    assert tower.unavailable is None
    embeddings = tower.prepare(5)()
    assert isinstance(embeddings, torch.Tensor)
    assert embeddings.shape[0] == 5
    assert not embeddings.requires_grad


def test_the_same_seed_gives_the_same_work(tmp_path: Path) -> None:
    first, again = (load_tower(ModelRef.parse("clip:tiny@random"), tmp_path, 3, "cpu").prepare(2)() for _ in range(2))
    assert np.array_equal(np.asarray(first), np.asarray(again))


@pytest.mark.usefixtures("offline")
def test_weights_that_cannot_be_had_are_replaced_by_random_ones_and_it_says_so(tmp_path: Path) -> None:
    tower = load_tower(ModelRef.parse("clip:tiny@no-such-owner/no-such-model"), tmp_path, 0, "cpu")
    assert tower.unavailable is not None
    assert "no-such-owner/no-such-model" in tower.unavailable
    assert "random" in tower.model.provenance.weights


@pytest.mark.usefixtures("offline")
def test_an_architecture_that_only_its_weights_could_tell_is_timed_by_the_reference(tmp_path: Path) -> None:
    tower = load_tower(ModelRef.parse("clip:my-own@no-such-owner/no-such-model"), tmp_path, 0, "cpu")
    assert tower.model.provenance.architecture == REFERENCE.name
    assert tower.unavailable is not None
    assert "no-such-owner/no-such-model" in tower.unavailable


def test_unsound_weights_do_not_stop_the_machine_from_being_described(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    tower = load_tower(ModelRef.parse("clip:tiny@broken"), tmp_path, 0, "cpu")
    assert tower.model.provenance.architecture == "tiny"
    assert tower.unavailable is not None
    assert "broken" in tower.unavailable


BROKEN = """
import torch
from tasks.diagnostics.families.clip import Clip

class Needs(Clip):
    def load(self, ref, workspace, seed, device):
        import not_there_at_all

class Fails(Clip):
    def build(self, config, seed):
        module = super().build(config, seed)
        module.vision_model.register_forward_pre_hook(lambda *_: 1 / 0)
        return module

class TooLarge(Clip):
    def build(self, config, seed):
        module = super().build(config, seed)
        module.vision_model.register_forward_pre_hook(lambda *_: torch.empty(2**60) and None)
        return module
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("broken")
    (folder / "broken_towers.py").write_text(BROKEN)
    return folder


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Needs", "ModuleNotFoundError: No module named 'not_there_at_all'"),
        ("Fails", "ZeroDivisionError: division by zero"),
        ("TooLarge", "can't allocate memory"),
    ],
)
def test_a_model_that_cannot_be_run_does_not_stop_the_machine_from_being_described(
    name: str, said: str, broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tower_module, "REFERENCE", ModelRef.parse("siglip:tiny@random"))
    tower = load_tower(ModelRef.parse(f"broken_towers.{name}:tiny@random"), broken, 0, "cpu")
    assert tower.prepare(2)().shape[0] == 2
    assert "head" in dict(tower.model.module.vision_model.named_children()), "it is the reference"
    assert tower.unavailable is not None
    assert said in tower.unavailable
    assert "\n" not in tower.unavailable


def test_an_unknown_family_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="klip"):
        load_tower(ModelRef.parse("klip:tiny@random"), tmp_path, 0, "cpu")
