"""A whole diagnosis: what is measured, on what unit, and how it is written down."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from scipy import stats

from store.errors import BadInput, GonogoError
from store.kinds.diagnostics import Method
from store.models import DataRef, ModelRef, Plant
from tasks.diagnostics.datasets import check, open_data
from tasks.diagnostics.datasets.images import read_image
from tasks.diagnostics.diagnose import diagnose
from tasks.diagnostics.diagnosing import NULL_IMAGES
from tasks.diagnostics.diagnosis import Diagnosis
from tasks.diagnostics.document import to_json
from tasks.diagnostics.families import find_family
from tasks.diagnostics.handler import measurements
from tasks.diagnostics.image_metrics import image_metrics
from tasks.diagnostics.loading import load as load_model
from tasks.diagnostics.measures import mcs
from tasks.diagnostics.measuring import Measuring
from tasks.diagnostics.site_layout import find_layout
from tests.unit.tasks.diagnostics.conftest import load

RESNET = {
    "embed_dim": 32,
    "vision_cfg": {"layers": [1, 1, 1, 1], "width": 8, "image_size": 64, "patch_size": None},
    "text_cfg": {"context_length": 32, "vocab_size": 1000, "width": 64, "heads": 2, "layers": 2},
}


@pytest.fixture(scope="module")
def found(workspace: Path, open_clip_folder: Path) -> Diagnosis:
    """Forty images under a model of two vision and three text layers."""
    model = ModelRef.parse(f"openclip:mine@{open_clip_folder}")
    return diagnose(model, DataRef(source="shapes", n=40, captions_per_image=3), workspace, batch_size=16)


def test_every_site_is_seen_with_its_role_layer_and_heads(found: Diagnosis) -> None:
    assert [(site.role, site.layer, site.heads) for site in found.sites] == [
        ("vision", 0, 2),
        ("vision", 1, 2),
        ("text", 0, 2),
        ("text", 1, 2),
        ("text", 2, 2),
    ]
    assert (len(found.sites), found.sites_expected, found.blind) == (5, 5, ())


def test_each_image_has_one_value_of_every_metric(found: Diagnosis) -> None:
    assert found.image_ids.tolist() == list(range(40))
    assert all(values.shape == (40,) for values in found.values.values())
    assert all(site.entropy.shape == (40, 2) for site in found.sites)


def test_a_towers_entropy_is_the_mean_over_its_layers_and_heads(found: Diagnosis) -> None:
    for tower in ("vision", "text"):
        sites = [site.entropy_norm for site in found.sites if site.role == tower]
        np.testing.assert_allclose(found.values[f"{tower}_entropy_norm"], np.mean(sites, axis=(0, 2)), rtol=1e-12)
        layer = found.values[f"layer/{tower}/01/entropy_norm"]
        np.testing.assert_allclose(layer, sites[1].mean(axis=1), rtol=1e-12)


def test_with_one_caption_the_score_is_that_of_the_towers(workspace: Path, open_clip_folder: Path) -> None:
    model = ModelRef.parse(f"openclip:mine@{open_clip_folder}")
    one = diagnose(model, DataRef(source="shapes", n=3, captions_per_image=1), workspace)
    expected = mcs(one.values["vision_entropy"], one.values["text_entropy"][:, None])
    np.testing.assert_allclose(one.values["mcs_raw"], expected, rtol=1e-12)
    # text layers 0 and 2 are the partners of vision layers 0 and 1
    vision, text = one.values["layer/vision/01/entropy_norm"], one.values["layer/text/02/entropy_norm"]
    np.testing.assert_allclose(one.values["layer/01/mcs_norm"], mcs(vision, text[:, None]), rtol=1e-12)


def test_the_uniform_null_is_the_mean_of_ln_keys(found: Diagnosis, workspace: Path) -> None:
    # 16 patches and a class token see one another; in a causal text of m tokens row i sees i + 1 keys
    np.testing.assert_allclose(found.values["vision_entropy_uniform"], np.log(17))
    samples = open_data(DataRef(source="shapes", n=40, captions_per_image=3), workspace).samples
    tokens = np.array([[len(caption.split()) + 2 for caption in sample.captions] for sample in samples])
    texts = np.vectorize(lambda m: np.log(np.arange(1, m + 1)).mean())(tokens)
    np.testing.assert_allclose(found.values["text_entropy_uniform"], texts.mean(axis=1))
    vision = np.full(40, np.log(17))
    np.testing.assert_allclose(found.values["mcs_raw_uniform"], mcs(vision, texts))


def test_the_null_is_measured_on_the_first_images_and_losses_are_shares_of_it(
    found: Diagnosis, workspace: Path, open_clip_folder: Path
) -> None:
    null = found.nulls.random_init
    assert null is not None
    assert (len(null.seeds), null.images) == (8, NULL_IMAGES)
    twin = load(f"openclip:mine@{open_clip_folder}", workspace).reinitialised(null.seeds[2])
    samples = open_data(DataRef(source="shapes", n=40, captions_per_image=3), workspace).samples
    first = samples[:NULL_IMAGES]
    images, captions = [read_image(sample)[0] for sample in first], [sample.captions for sample in first]
    measuring = Measuring(twin, find_layout(twin, images[:1], captions[:1]))
    with torch.inference_mode():
        measuring.measure(images, captions)
    for tower in ("vision", "text"):
        direct = image_metrics(measuring.record, {}).values[f"{tower}_entropy_norm"]
        np.testing.assert_allclose(null.roles[tower][2], direct, atol=1e-6)
        share = found.values[f"{tower}_entropy_norm"] / null.roles[tower].mean()
        np.testing.assert_allclose(found.values[f"{tower}_entropy_loss"], 1 - share, rtol=1e-12)


def test_the_interval_of_a_loss_holds_the_error_of_its_null(found: Diagnosis) -> None:
    values, null = found.values["text_entropy_loss"], found.nulls.random_init
    assert null is not None
    summary = found.summary("text_entropy_loss")
    assert summary is not None
    assert summary.low is not None
    draws = null.roles["text"]
    parts = np.array([draws.mean(axis=1).var(ddof=1) * 9 / 8, draws.mean(axis=0).var(ddof=1) / NULL_IMAGES])
    freedom = parts.sum() ** 2 / (parts**2 / [7, NULL_IMAGES - 1]).sum()
    shared = (1 - values.mean()) / draws.mean() * parts.sum() ** 0.5 * stats.t.ppf(0.975, freedom)
    alone = stats.t.ppf(0.975, 39) * values.std(ddof=1) / 40**0.5
    assert summary.value - summary.low == pytest.approx(np.hypot(alone, shared))
    assert shared > 0


STANDS = re.compile(
    r"text_|layer/text/|shuffled/text_|site/transformer\.|"  # of the other tower
    r".*uniform(/readout)?$|mcs_raw_uniform$|"  # what uniform attention would have
    r"(map|tokens)/text/|map/.*/sink$|performance/rescue/.*/factor$|null/map/|performance/floor/|"
    r"null/(draws|images|.*(/entropy_norm|/mcs_raw|/mcs_norm|/p_collapsed))$|"  # of models that nothing was planted in
    r"null/(text|layer/text|head/text)/|"
    r"(map/images|retrieval_chance|sites_seen|sites_expected|parameters|images|captions|influence/sites/compared)$|"
    r"(latency(_tapped)?_s|peak_bytes)$"  # of the machine: where a kernel resets no peak, the process's highest stays
)
"""Numbers that a plant in the vision tower leaves, or may leave, as they are."""


def test_a_plant_that_takes_a_towers_attention_away_moves_every_number_of_that_tower(workspace: Path) -> None:
    data = DataRef(source="shapes", n=32, captions_per_image=1)
    intact = ModelRef.parse("openclip:shapes-clip@zoo", id="a")
    planted = intact.model_copy(update={"plant": Plant.parse("tower=vision,scale=0")})
    before, after = (
        {item.metric: (item.value, item.low, item.high) for item in measurements(diagnose(model, data, workspace))}
        for model in (intact, planted)
    )
    unmoved = [metric for metric in before if after.get(metric) == before[metric]]
    assert [metric for metric in unmoved if not STANDS.match(metric)] == []
    assert len(unmoved) < len(before)
    assert after["retrieval"][0] < 0.2 < 0.8 < before["retrieval"][0], "the tower was of use"
    assert "permutation_share" in before.keys() - after.keys(), "there is no score to lose"


def test_results_do_not_depend_on_the_batch_size(workspace: Path, few: DataRef, open_clip_folder: Path) -> None:
    model = ModelRef.parse(f"openclip:mine@{open_clip_folder}")
    whole, single = (diagnose(model, few, workspace, batch_size=size) for size in (4, 3))
    assert whole.data_digest == single.data_digest
    for metric, values in whole.values.items():
        np.testing.assert_allclose(single.values[metric], values, atol=1e-6)


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(workspace: Path, few: DataRef) -> None:
    model = ModelRef.parse("clip:tiny@random")
    first, again, other = (diagnose(model, few, workspace, seed=seed).values["mcs_norm"] for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_digest_is_that_of_the_preflight(workspace: Path, few: DataRef) -> None:
    assert diagnose(ModelRef.parse("clip:tiny@random"), few, workspace).data_digest == check(few, workspace)


def test_the_cost_is_told_with_and_without_the_tap(found: Diagnosis, open_clip_folder: Path) -> None:
    from safetensors.torch import load_file

    weights = load_file(open_clip_folder / "open_clip_model.safetensors")
    assert found.cost.latency_s > 0
    assert found.cost.latency_tapped_s > 0
    assert found.cost.peak_bytes > 10_000_000
    assert found.parameters == sum(tensor.numel() for tensor in weights.values())


def test_an_untrained_model_is_called_untrained(workspace: Path) -> None:
    data = DataRef(source="shapes", n=30, captions_per_image=2)
    found = diagnose(ModelRef.parse("clip:tiny@random"), data, workspace)
    assert (found.harm.label, found.harm.reason.partition(":")[0]) == ("undecided", "At the floor")
    assert found.losses.label == "kept"
    assert "random initialisation, so this says nothing of a trained model" in found.losses.reason


@pytest.fixture(scope="module")
def resnet(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Diagnosis:
    """A vision tower of convolutions, with attention in its pooling head alone."""
    import torch
    from open_clip.model import CLIP
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("resnet")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        save_file(CLIP(**RESNET).state_dict(), folder / "open_clip_model.safetensors")  # type: ignore[arg-type]
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": RESNET}))
    data = DataRef(source="shapes", n=3, captions_per_image=2)
    return diagnose(ModelRef.parse(f"openclip:resnet@{folder}"), data, workspace)


def test_a_tower_without_attention_is_undefined_and_the_other_one_is_measured(resnet: Diagnosis) -> None:
    reason = "the vision tower, a ModifiedResNet, has no attention outside its pooling head"
    for metric in ("mcs_raw", "mcs_norm", "mcs_raw_uniform", "vision_entropy", "vision_cls_entropy"):
        assert resnet.undefined[metric] == reason
        assert metric not in resnet.values
    assert resnet.losses.label == "undefined"
    assert reason in resnet.losses.reason
    assert (resnet.values["text_entropy_norm"] > 0).all()
    assert [(site.name, site.layer) for site in resnet.sites if site.role == "pooling"] == [("visual.attnpool", None)]


def test_json_has_its_fixed_shape_and_no_nan(found: Diagnosis, resnet: Diagnosis) -> None:
    for diagnosis in (found, resnet):
        data = json.loads(json.dumps(to_json(diagnosis), allow_nan=False))
        fixed = {"schema", "model", "weights", "n", "sites", "summary", "nulls", "verdict", "latency_s", "peak_bytes"}
        assert fixed <= data.keys()
        assert data["schema"] == "gonogo.diagnose/3"
        site = {"name", "role", "layer", "heads", "entropy", "entropy_norm", "mass", "statistics"}
        assert all(site <= entry.keys() for entry in data["sites"])
        for metric in ("mcs_raw", "mcs_norm", "mcs_raw_uniform", "vision_entropy", "text_entropy_norm"):
            assert {metric, f"{metric}_low", f"{metric}_high"} <= data["summary"].keys()
    heads = to_json(found)["head_losses"]
    assert [loss["name"] for loss in heads[:3]] == ["vision/00/00", "vision/00/01", "vision/01/00"]
    assert len(heads) == 2 * len(to_json(found)["layer_losses"])
    assert to_json(found)["lost_heads"] == []
    summary = to_json(found)["summary"]
    assert summary["mcs_norm_low"] < summary["mcs_norm"] < summary["mcs_norm_high"]
    undefined = to_json(resnet)
    assert undefined["summary"]["mcs_norm"] is None
    assert "no attention outside" in undefined["undefined"]["mcs_norm"]
    assert undefined["nulls"]["uniform"]["mcs_raw"] is None
    assert undefined["nulls"]["random_initialisation"]["entropy_norm"].keys() == {"text"}


def test_one_image_has_values_but_no_interval(workspace: Path) -> None:
    data = DataRef(source="shapes", n=1, captions_per_image=1)
    one = diagnose(ModelRef.parse("siglip:tiny@random"), data, workspace)
    summary = to_json(one)["summary"]
    assert summary["mcs_norm"] is not None
    assert summary["mcs_norm_low"] is None
    assert (one.losses.label, one.harm.label) == ("inconclusive", "undecided")
    assert one.kinds.places == {}


def test_a_model_with_weights_that_overflow_is_told_by_site(few: DataRef, clip_folder: Path, tmp_path: Path) -> None:
    import shutil

    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(clip_folder, tmp_path / "huge")
    weights = load_file(folder / "model.safetensors")
    for name in ("q_proj", "k_proj"):
        weights[f"vision_model.encoder.layers.1.self_attn.{name}.weight"] *= 1e25
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(GonogoError, match=r"layers\.1\.self_attn: attention scores are not finite"):
        diagnose(ModelRef.parse("clip:tiny@huge"), few, tmp_path)


def test_data_is_refused_before_a_model_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no such captions file"):
        diagnose(
            ModelRef.parse("clip:tiny@random"),
            DataRef(source="coco", images="none", annotations="none.json", n=1),
            tmp_path,
        )


def test_running_out_of_memory_is_told_with_a_remedy(
    workspace: Path, few: DataRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks.diagnostics.families.hf_dual import HFDualEncoder

    def exhaust(*_: object) -> None:
        import torch

        torch.empty(2**60)

    monkeypatch.setattr(HFDualEncoder, "pixels", exhaust)
    with pytest.raises(GonogoError, match="out of memory on cpu, even for one image"):
        diagnose(ModelRef.parse("clip:tiny@random"), few, workspace)


@pytest.mark.parametrize(("dtype", "first"), [(torch.float32, "meta"), (torch.bfloat16, "cpu")])
def test_weights_of_low_precision_are_cast_before_they_take_room_on_the_device(
    dtype: torch.dtype, first: str, tmp_path: Path
) -> None:
    """The device is one that has no memory, so that a model can be moved to it anywhere."""
    family, arrived = find_family("clip"), []

    class Watched:
        def load(self, ref: ModelRef, workspace: Path, seed: int, device: torch.device) -> Any:
            arrived.append(device.type)
            return family.load(ref, workspace, seed, device)

    ref = ModelRef.parse("clip:tiny@random")
    loaded = load_model(cast("Any", Watched()), ref, tmp_path, 0, torch.device("meta"), dtype)
    assert arrived == [first]
    assert {(each.device.type, each.dtype) for each in loaded.module.parameters()} == {("meta", dtype)}
    assert loaded.device.type == "meta"


def test_a_model_is_held_to_references_on_the_same_pairs(workspace: Path, tmp_path: Path) -> None:
    """The zoo's own weights, a little disturbed, are the model; the zoo's are the reference."""
    import shutil

    from safetensors.torch import load_file, save_file

    from tasks.diagnostics.zoo import folder

    copied = shutil.copytree(folder("shapes-clip"), tmp_path / "shapes-clip")
    weights = load_file(copied / "open_clip_model.safetensors")
    for name in list(weights):
        if name.endswith("in_proj_weight") and name.startswith("visual."):
            weights[name][: len(weights[name]) // 3] *= 0
    save_file(weights, copied / "open_clip_model.safetensors", {"format": "pt"})
    data = DataRef(source="shapes", n=32, captions_per_image=1)
    method = Method(nulls=2, influence="modalities")
    sound, disturbed = ModelRef.parse("openclip:shapes-clip@zoo"), ModelRef.parse(f"openclip:shapes-clip@{copied}")
    found = diagnose(disturbed, data, workspace, method=method, references=(sound,))
    assert found.kinds.collapsed["diffuse"] == ("vision/00", "vision/01", "vision/02")
    assert found.harm.label == "harmful"
    assert found.harm.reason.endswith("It does its task worse than its reference.")
    (rise,) = (each for each in measurements(found) if each.metric == "performance/reference/1/rise")
    alone = diagnose(sound, data, workspace, method=method)
    assert found.performance is not None and alone.performance is not None
    assert rise.value == pytest.approx((found.performance.own.loss - alone.performance.own.loss).mean())
    assert diagnose(sound, data, workspace, method=method, references=(disturbed,)).harm.label == "harmless"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("llava:shapes-llava@zoo", "has another task, the next token of the caption"),
        ("openclip:shapes-clip@zoo", "has the weights of the model itself"),
    ],
)
def test_a_reference_that_says_nothing_of_the_model_is_refused(workspace: Path, reference: str, said: str) -> None:
    data = DataRef(source="shapes", n=4, captions_per_image=1)
    with pytest.raises(BadInput, match=said):
        diagnose(
            ModelRef.parse("openclip:shapes-clip@zoo"),
            data,
            workspace,
            method=Method(nulls=0, influence="modalities"),
            references=(ModelRef.parse(reference),),
        )


@pytest.mark.parametrize(
    ("reference", "influence", "said"),
    [
        ("openclip:ViT-B-32@random", "modalities", "is a random initialisation"),
        ("openclip:shapes-clip@nowhere", "modalities", "the reference: "),
        ("openclip:shapes-clip@zoo", "none", "leave out either"),
    ],
)
def test_what_cannot_be_a_reference_is_refused_before_anything_is_measured(
    workspace: Path, reference: str, influence: Any, said: str
) -> None:
    told: list[str] = []
    with pytest.raises(BadInput, match=said):
        diagnose(
            ModelRef.parse("openclip:shapes-clip@zoo"),
            DataRef(source="shapes", n=4, captions_per_image=1),
            workspace,
            method=Method(nulls=0, influence=influence),
            progress=lambda _, __, note: told.append(note),
            references=(ModelRef.parse(reference),),
        )
    assert not told
