"""Models that cannot be measured, in a study with others that can: each is told with its reason, the others go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from orchestrator.cli.main import run
from store.models import ModelRef
from tasks.environment import tower

from .conftest import Gonogo

pytestmark = pytest.mark.slow

SMALL = "clip:tiny@random"

BAD = '''
"""Small models with a fault each."""

import torch

from tasks.diagnostics.families.clip import Clip


class Faulty(Clip):
    def build(self, config, seed):
        module = super().build(config, seed)
        self.spoil(module)
        return module


class TooLarge(Faulty):
    def spoil(self, module):
        module.vision_model.register_forward_pre_hook(lambda *_: torch.empty(2**60) and None)


class NoAttention(Faulty):
    def spoil(self, module):
        for tower in (module.vision_model, module.text_model):
            tower.encoder.layers = torch.nn.ModuleList()


class Compiled(Faulty):
    def spoil(self, module):
        module.vision_model.compile()


class NotNumbers(Faulty):
    def spoil(self, module):
        module.text_projection.weight.data[0, 0] = float("nan")


class Broken(Faulty):
    def spoil(self, module):
        module.vision_model.register_forward_pre_hook(lambda *_: 1 / 0)
'''

REASONS = {
    "too-large": ("failed", "out of memory on cpu, even for one image; take a smaller model"),
    "no-attention": (
        "blocked",
        "mcs_norm is undefined for bad_models.NoAttention:tiny@random: the vision tower has no",
    ),
    "compiled": ("blocked", "its module 'vision_model' is compiled; give the model uncompiled"),
    "not-numbers": ("blocked", "weight 'text_projection.weight' holds NaN or infinity; get sound weights"),
    "broken": ("failed", "ZeroDivisionError: division by zero (trace: "),
    "pickled": ("blocked", "cannot be loaded (UnpicklingError: it holds pickled objects, which could run code and are"),
    "of-another": ("blocked", "where its config.json asks for [64]; get the weights of this architecture"),
    "short-of-room": ("blocked", "takes 3018 tokens, and the model has room for 2048; give"),
    "convolutions": ("blocked", "ALIGN's vision tower is an EfficientNet, which has no attention"),
    "deeper-than-it-is": (
        "blocked",
        "plant tower=vision,layers=7,scale=8: there are 2 vision layers; name any of 0 to",
    ),
    "too-narrow": ("blocked", "vilt: its processor refuses an image of 300 x 1 pixels ("),
}
"""Model -> how its measurement ends, and why. The first of the study is one of them."""

LOCATORS = {
    "too-large": "bad_models.TooLarge:tiny@random",
    "no-attention": "bad_models.NoAttention:tiny@random",
    "compiled": "bad_models.Compiled:tiny@random",
    "not-numbers": "bad_models.NotNumbers:tiny@random",
    "broken": "bad_models.Broken:tiny@random",
    "pickled": "clip:mine@pickled",
    "of-another": "clip:mine@of-another",
    "short-of-room": "llava:tiny@random",
    "convolutions": "align:tiny@random",
    "deeper-than-it-is": "clip:tiny@random#tower=vision,layers=7,scale=8",
    "too-narrow": "vilt:tiny@random",
    "sound": SMALL,
    "sound-too": "siglip:tiny@random",
}


def folder_of_clip(folder: Path) -> Path:
    import torch

    from tasks.diagnostics.families import find_family

    ref = ModelRef.parse(SMALL)
    find_family("clip").load(ref, folder, 0, torch.device("cpu")).module.save_pretrained(folder)
    return folder


def spoil_folders(workspace: Path) -> None:
    import torch

    pickled = folder_of_clip(workspace / "pickled")
    (pickled / "model.safetensors").unlink()
    torch.save({"a": Path("/")}, pickled / "pytorch_model.bin")
    other = folder_of_clip(workspace / "of-another")
    config = json.loads((other / "config.json").read_text())
    config["vision_config"]["hidden_size"] = config["vision_config"]["intermediate_size"] = 64
    (other / "config.json").write_text(json.dumps(config))


def own_images(workspace: Path) -> None:
    """One image of a single pixel, one that is all but a line, and one caption that is longer than any context."""
    (workspace / "images").mkdir()
    captions = []
    for i, size in enumerate([(1, 1), (64, 48), (300, 1)]):
        Image.new("RGB", size, (80 * i, 20, 90)).save(workspace / f"images/{i}.png")
        captions.append({"id": i, "image_id": i, "caption": "a picture" if i != 1 else "star " * 600})
    images = [{"id": i, "file_name": f"{i}.png"} for i in range(3)]
    (workspace / "captions.json").write_text(json.dumps({"images": images, "annotations": captions}))


def study(locators: dict[str, str]) -> str:
    models = []
    for name, locator in locators.items():
        family, _, rest = locator.partition(":")
        architecture, _, weights = rest.partition("@")
        weights, _, plant = weights.partition("#")
        models.append(
            f'[[models]]\nid = "{name}"\nfamily = "{family}"\nname = "{architecture}"\nweights = "{weights}"\n'
            + (f'plant = "{plant}"\n' if plant else "")
        )
    return (
        '[study]\nname = "bad models"\nquestion = "Does one bad model stop a study?"\nclaim = "It does not"\n'
        + "".join(models)
        + '[data]\nsource = "coco"\nimages = "images"\nannotations = "captions.json"\nn = 3\ncaptions_per_image = 1\n'
        + '[diagnostics]\nnulls = 0\ninfluence = "none"\n'
        + '[decision]\nthreshold = 0.7\nat_least = 1\ncontrols = "counted"\n'
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of many bad models and two good ones, after its first cycle."""
    folder = tmp_path_factory.mktemp("bad") / "study"
    folder.mkdir()
    (folder / "bad_models.py").write_text(BAD)
    (folder / "study.toml").write_text(study(LOCATORS))
    spoil_folders(folder)
    own_images(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tower, "REFERENCE", ModelRef.parse(SMALL))  # the real one would only take longer
        assert run(["run", "--workspace", str(folder)]) == 3, "a human has to say what becomes of the bad ones"
    return folder


def board(gonogo: Gonogo, workspace: Path) -> dict[str, Any]:
    return {task["subject"]: task for task in gonogo("board", "--json", "-w", workspace).json["tasks"]}


def test_the_models_that_can_be_measured_are_measured_and_compared(gonogo: Gonogo, workspace: Path) -> None:
    found = board(gonogo, workspace)
    for subject in ("environment", "sound", "sound-too", "statistics"):
        assert found[subject]["status"] == "accepted", subject
    counts = {item["metric"]: item["value"] for item in found["statistics"]["evidence"]}
    assert counts["count/models"] == 2
    assert set(found["statistics"]["depends_on"]) == {found[name]["task_id"] for name in ("sound", "sound-too")}
    assert gonogo("verify", "-w", workspace).code == 0


@pytest.mark.parametrize("name", REASONS)
def test_a_model_that_cannot_be_measured_says_why_in_one_line(name: str, gonogo: Gonogo, workspace: Path) -> None:
    task = board(gonogo, workspace)[name]
    status, reason = REASONS[name]
    assert task["status"] == status
    assert reason in task["reason"]
    assert "\n" not in task["reason"]
    if status == "failed":
        assert task["fence"] == 2, "it was tried once more"


def test_a_human_is_asked_about_each_of_them_and_the_report_gives_the_reasons(gonogo: Gonogo, workspace: Path) -> None:
    asked = gonogo("decisions", "--json", "-w", workspace).json["decisions"]
    assert {decision["decision_id"] for decision in asked} == {f"c1-model-{name}" for name in REASONS}
    for name, (_, reason) in REASONS.items():
        (because,) = (each["because"] for each in asked if each["decision_id"] == f"c1-model-{name}")
        assert reason in because, name
    report = json.loads((workspace / "reports/cycle-001/cycle-report.json").read_text())
    told = json.dumps(report, ensure_ascii=False)
    for _, reason in REASONS.values():
        assert json.dumps(reason, ensure_ascii=False)[1:-1] in told
