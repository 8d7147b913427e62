"""Loading models: from a seed, from this machine, and, where there is no network, a prompt and clear answer."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.errors import BadInput
from tasks.diagnostics.families import FAMILIES, find_family
from tasks.diagnostics.families.tokens import HashedWords, end_of_text
from tasks.diagnostics.families.weights import WeightsUnavailable

Load = Callable[..., Any]
RANDOM = tuple(f"{key}:tiny@random" for key in ("clip", "siglip", "align", "altclip", "chinese_clip"))


def test_names_are_listed_and_modules_imported_without_a_model_library() -> None:
    script = (
        "import sys, pkgutil, importlib, tasks.diagnostics as d\n"
        "LAZY = 'tap', 'weighing', 'running', 'awaiting', 'functions', 'additions', 'steering', 'tiles_kernel'\n"
        "from tasks.diagnostics.families import FAMILIES, find_family\n"
        "for m in pkgutil.walk_packages(d.__path__, 'tasks.diagnostics.'):\n"
        "    if m.name.rpartition('.')[2] not in LAZY: importlib.import_module(m.name)\n"
        "names = {key: find_family(key).names() for key in FAMILIES}\n"
        "assert 'ViT-B-32' in names['openclip'] and 'ViT-B-32-quickgelu' in names['openclip']\n"
        "assert 'tiny' in names['clip'] and 'base-patch16-224' in names['siglip']\n"
        "heavy = {'torch', 'open_clip', 'transformers', 'timm', 'PIL'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[5])


@pytest.mark.parametrize(
    ("locator", "said"),
    [
        ("clop:tiny@random", "unknown family 'clop'; did you mean clip"),
        ("openclip:ViT-B-23@random", "unknown openclip architecture 'ViT-B-23'; did you mean ViT-B-32"),
        ("openclip:vit-b-32@random", "did you mean ViT-B-32"),
        ("clip:tyni@random", "unknown clip architecture 'tyni'; did you mean tiny"),
        ("siglip:base@random", "did you mean base-patch16-224"),
        ("openclip:ViT-B-32@openia", "unknown weights of openclip:ViT-B-32 'openia'; did you mean openai"),
        ("openclip:ViT-B-32@/none/model.safetensors", "there is nothing at /none/model.safetensors"),
        ("clip:tiny@./none", "there is nothing at"),
        ("clip:tiny@not:an/id", "is no hub id such as owner/name"),
        ("clip:shapes-clip@zoo", "of the family openclip, not clip; write openclip:shapes-clip@zoo"),
        ("openclip:shapes-llava@zoo", "of the family llava, not openclip; write llava:shapes-llava@zoo"),
    ],
)
def test_a_wrong_name_is_answered_with_what_is_close(locator: str, said: str, load_model: Load, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        load_model(locator, tmp_path)
    assert said in str(caught.value)


@pytest.mark.parametrize("locator", RANDOM)
def test_a_seed_gives_the_same_weights_again_and_leaves_the_global_generator_alone(
    locator: str, load_model: Load, tmp_path: Path
) -> None:
    import torch

    before = torch.random.get_rng_state()
    first, again, other = (load_model(locator, tmp_path, seed).module.state_dict() for seed in (0, 0, 1))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("locator", RANDOM)
def test_a_loaded_model_is_in_eval_mode_and_encodes_pairs(locator: str, load_model: Load, workspace: Path) -> None:
    import torch
    from PIL import Image

    loaded = load_model(locator, workspace)
    assert not any(module.training for module in loaded.module.modules())
    texts = loaded.texts(["a red circle", "a large blue square"])
    assert texts.rows.sum(dim=1).tolist() == (texts.eot + 1).tolist()
    with torch.inference_mode():
        images = loaded.encode_images(loaded.pixels([Image.new("RGB", (64, 48)), Image.new("RGB", (20, 90))]))
        captions = loaded.encode_texts(texts)
    assert images.shape == captions.shape
    assert len(images) == 2


class TestTransformersFolders:
    def test_a_saved_model_is_loaded_with_the_same_weights(self, clip_folder: Path, load_model: Load) -> None:
        import torch

        loaded = load_model(f"clip:mine@{clip_folder}", Path("/"))
        saved = load_model("clip:tiny@random", clip_folder).module.state_dict()
        assert all(torch.equal(tensor, saved[name]) for name, tensor in loaded.module.state_dict().items())
        assert "SHA-256" in loaded.provenance.weights
        assert "stand-in" in loaded.provenance.tokenizer
        assert "labelled mine" in loaded.provenance.architecture

    def test_a_relative_path_starts_at_the_workspace(self, clip_folder: Path, load_model: Load) -> None:
        assert load_model(f"clip:tiny@{clip_folder.name}", clip_folder.parent).provenance.weights.startswith("local")

    def test_the_tokenizer_and_image_processor_that_came_with_a_model_are_used(
        self, clip_folder: Path, load_model: Load, tmp_path: Path
    ) -> None:
        from tokenizers import Tokenizer, models, pre_tokenizers, processors
        from transformers import CLIPImageProcessor, PreTrainedTokenizerFast

        vocabulary = {"<s>": 998, "</s>": 999, "<pad>": 1, "a": 3, "red": 4, "circle": 5, "<unk>": 6}
        words = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
        words.pre_tokenizer = pre_tokenizers.Whitespace()
        words.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", 998), ("</s>", 999)]
        )
        folder = shutil.copytree(clip_folder, tmp_path / "whole")
        special = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
        PreTrainedTokenizerFast(tokenizer_object=words, **special).save_pretrained(folder)
        CLIPImageProcessor(
            size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}, image_mean=[0.0] * 3, image_std=[1.0] * 3
        ).save_pretrained(folder)
        loaded = load_model("clip:tiny@whole", tmp_path)
        texts = loaded.texts(["a red circle"])
        assert texts.ids[0, :6].tolist() == [998, 3, 4, 5, 999, 1]
        assert texts.eot.tolist() == [4]
        assert texts.attended[0].sum() == 5
        from PIL import Image

        assert loaded.pixels([Image.new("RGB", (40, 40), (255, 0, 0))])[0, :, 0, 0].tolist() == [1.0, 0.0, 0.0]

    def test_a_model_of_another_family_is_refused_with_its_name(self, clip_folder: Path, load_model: Load) -> None:
        with pytest.raises(BadInput, match="holds a model of type 'clip', not 'siglip'; write clip:tiny@"):
            load_model(f"siglip:tiny@{clip_folder}", clip_folder)

    def test_a_weight_that_is_not_a_number_is_named(self, clip_folder: Path, load_model: Load, tmp_path: Path) -> None:
        from safetensors.torch import load_file, save_file

        folder = shutil.copytree(clip_folder, tmp_path / "nan")
        weights = load_file(folder / "model.safetensors")
        weights["text_projection.weight"][0, 0] = float("nan")
        save_file(weights, folder / "model.safetensors", {"format": "pt"})
        with pytest.raises(BadInput, match=r"'text_projection\.weight' holds NaN"):
            load_model("clip:tiny@nan", tmp_path)

    def test_a_tensor_that_is_missing_is_not_made_up(self, clip_folder: Path, load_model: Load, tmp_path: Path) -> None:
        from safetensors.torch import load_file, save_file

        folder = shutil.copytree(clip_folder, tmp_path / "part")
        weights = load_file(folder / "model.safetensors")
        del weights["visual_projection.weight"]
        save_file(weights, folder / "model.safetensors", {"format": "pt"})
        with pytest.raises(BadInput, match=r"lacks visual_projection\.weight"):
            load_model("clip:tiny@part", tmp_path)

    def test_weights_of_other_sizes_are_refused_with_one_of_them(
        self, clip_folder: Path, load_model: Load, tmp_path: Path
    ) -> None:
        folder = shutil.copytree(clip_folder, tmp_path / "wider")
        config = json.loads((folder / "config.json").read_text())
        config["text_config"]["hidden_size"] = 64
        (folder / "config.json").write_text(json.dumps(config))
        said = (
            r"text_model.* has the shape \[32, 32\] in .*, where its config.json asks for \[32, 64\]; get the weights"
        )
        with pytest.raises(BadInput, match=said) as caught:
            load_model("clip:tiny@wider", tmp_path)
        assert "\n" not in str(caught.value)

    def test_layers_of_weights_beyond_those_of_the_configuration_are_refused(
        self, clip_folder: Path, load_model: Load, tmp_path: Path
    ) -> None:
        folder = shutil.copytree(clip_folder, tmp_path / "deeper")
        config = json.loads((folder / "config.json").read_text())
        config["vision_config"]["num_hidden_layers"] = 1
        (folder / "config.json").write_text(json.dumps(config))
        said = r"deeper holds vision_model.encoder.layers.1.\S+, though vision_model.encoder.layers has 1 layers by its"
        with pytest.raises(BadInput, match=said):
            load_model("clip:tiny@deeper", tmp_path)

    @pytest.mark.parametrize(
        ("extra", "said"),
        [
            (("text_model.embeddings.position_ids",), None),
            (("text_model.pooler.dense.weight",), ", without text_model.pooler.dense.weight, which this architecture"),
            (("head.weight", "mtp.0.weight"), ", without 2 tensors that this architecture has no use for, such as hea"),
            (("visual_projection.bias",), "holds visual_projection.bias, of which visual_projection knows nothing by"),
        ],
        ids=["a buffer", "a pooler", "another head", "a bias"],
    )
    def test_weights_that_are_left_out_are_told_or_refused_where_the_model_would_not_be_the_same(
        self, extra: tuple[str, ...], said: str | None, clip_folder: Path, load_model: Load, tmp_path: Path
    ) -> None:
        import torch
        from safetensors.torch import load_file, save_file

        folder = shutil.copytree(clip_folder, tmp_path / "more")
        weights = load_file(folder / "model.safetensors") | {name: torch.zeros(1, 32) for name in extra}
        save_file(weights, folder / "model.safetensors", {"format": "pt"})
        if said is not None and said.startswith("holds"):
            with pytest.raises(BadInput) as caught:
                load_model("clip:tiny@more", tmp_path)
            assert said in str(caught.value)
            return
        told = load_model("clip:tiny@more", tmp_path).provenance.weights
        assert (said in told) if said else ("without" not in told)

    def test_nothing_is_printed_beside_the_refusal_of_a_pickle(
        self, clip_folder: Path, load_model: Load, tmp_path: Path
    ) -> None:
        import pickle
        import warnings

        folder = shutil.copytree(clip_folder, tmp_path / "raw")
        (folder / "model.safetensors").unlink()
        (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"a": Path("/")}, protocol=4))
        with warnings.catch_warnings(record=True) as warned, pytest.raises(BadInput, match="it holds pickled objects"):
            warnings.simplefilter("always")
            load_model("clip:tiny@raw", tmp_path)
        assert warned == []

    def test_pickled_objects_are_refused(self, clip_folder: Path, load_model: Load, tmp_path: Path) -> None:
        import torch

        folder = shutil.copytree(clip_folder, tmp_path / "evil")
        (folder / "model.safetensors").unlink()
        torch.save({"logit_scale": Path("/")}, folder / "pytorch_model.bin")
        with pytest.raises(BadInput, match="it holds pickled objects, which could run code and are refused") as caught:
            load_model("clip:tiny@evil", tmp_path)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        ("spoil", "said"),
        [
            (lambda folder: (folder / "config.json").unlink(), "has no usable config.json"),
            (lambda folder: (folder / "config.json").write_text("[" * 100_000), "has no usable config.json"),
            (lambda folder: (folder / "model.safetensors").unlink(), "holds no model.safetensors"),
            (lambda folder: (folder / "model.safetensors").write_bytes(b"\0" * 64), "cannot be loaded"),
        ],
        ids=["no config", "deep config", "no weights", "broken weights"],
    )
    def test_a_spoiled_folder_is_refused(
        self, spoil: Callable[[Path], object], said: str, clip_folder: Path, load_model: Load, tmp_path: Path
    ) -> None:
        spoil(shutil.copytree(clip_folder, tmp_path / "spoiled"))
        with pytest.raises(BadInput) as caught:
            load_model("clip:tiny@spoiled", tmp_path)
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_a_single_file_is_refused(self, clip_folder: Path, load_model: Load) -> None:
        with pytest.raises(BadInput, match="is a file; give the folder"):
            load_model(f"clip:tiny@{clip_folder / 'model.safetensors'}", clip_folder)


class TestOpenClip:
    def test_a_folder_brings_its_own_configuration(self, open_clip_folder: Path, load_model: Load) -> None:
        import torch
        from safetensors.torch import load_file

        loaded = load_model(f"openclip:mine@{open_clip_folder}", open_clip_folder)
        saved = load_file(open_clip_folder / "open_clip_model.safetensors")
        assert all(torch.equal(tensor, saved[name]) for name, tensor in loaded.module.state_dict().items())
        assert "labelled mine" in loaded.provenance.architecture
        assert loaded.class_row == 0

    @pytest.mark.parametrize("suffix", ["safetensors", "pt", "bin"])
    def test_a_checkpoint_file_is_loaded_into_the_named_architecture(
        self, suffix: str, load_model: Load, tmp_path: Path, small_architecture: str
    ) -> None:
        import torch
        from safetensors.torch import save_file

        weights = load_model(f"openclip:{small_architecture}@random", tmp_path, seed=5).module.state_dict()
        path = tmp_path / f"checkpoint.{suffix}"
        if suffix == "safetensors":
            save_file({name: value.clone() for name, value in weights.items()}, path)
        else:
            torch.save({"state_dict": {f"module.{name}": tensor for name, tensor in weights.items()}}, path)
        loaded = load_model(f"openclip:{small_architecture}@{path.name}", tmp_path).module.state_dict()
        assert all(torch.equal(loaded[name], weights[name]) for name in weights)

    def test_pickled_objects_are_refused(self, load_model: Load, tmp_path: Path, small_architecture: str) -> None:
        import torch

        torch.save({"state_dict": {"a": Path("/")}}, tmp_path / "evil.pt")
        with pytest.raises(BadInput, match="cannot be loaded"):
            load_model(f"openclip:{small_architecture}@evil.pt", tmp_path)

    def test_weights_of_another_architecture_are_refused_in_one_line(
        self, open_clip_folder: Path, load_model: Load, small_architecture: str
    ) -> None:
        said = (
            r"open_clip_model.safetensors does not hold the weights of ViT-test: their positional_embedding has the "
            r"shape \[32, 64\] and not \[16, 16\]; give the architecture that they belong to, as `gonogo"
        )
        with pytest.raises(BadInput, match=said) as caught:
            load_model(f"openclip:{small_architecture}@open_clip_model.safetensors", open_clip_folder)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("suffix", ["safetensors", "pt"])
    @pytest.mark.parametrize(
        ("spoil", "said"),
        [
            (lambda w: w.pop("ln_final.bias"), "they lack ln_final.bias;"),
            (lambda w: w.update(extra=w["ln_final.bias"]), "they have extra;"),
            (
                lambda w: (w.pop("ln_final.bias"), w.update(extra=w["ln_final.weight"], more=w["logit_scale"])),
                "they lack ln_final.bias, and they have extra and 1 more;",
            ),
            (
                lambda w: w.update({"ln_final.bias": w["ln_final.bias"][:3].clone()}),
                "their ln_final.bias has the shape [3] and not [16];",
            ),
            (
                lambda w: w.update({"positional_embedding": w["positional_embedding"][:8].clone()}),
                "their positional_embedding has the shape [8, 16] and not [16, 16];",
            ),
            (lambda w: w.pop("logit_scale"), "logit_scale;"),
        ],
        ids=["lacks", "has", "lacks and has", "shape", "positions", "no scale"],
    )
    def test_weights_that_do_not_fit_are_told_by_the_first_tensor(
        self, spoil: Any, said: str, suffix: str, load_model: Load, tmp_path: Path, small_architecture: str
    ) -> None:
        import torch
        from safetensors.torch import save_file

        weights = dict(load_model(f"openclip:{small_architecture}@random", tmp_path).module.state_dict())
        spoil(weights)
        path = tmp_path / f"checkpoint.{suffix}"
        if suffix == "safetensors":
            save_file({name: value.clone() for name, value in weights.items()}, path)
        else:
            torch.save({"state_dict": {f"module.{name}": value for name, value in weights.items()}}, path)
        with pytest.raises(BadInput) as caught:
            load_model(f"openclip:{small_architecture}@{path.name}", tmp_path)
        assert f"{path} does not hold the weights of ViT-test: " in str(caught.value)
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_a_folder_that_transformers_saved_is_answered_with_its_family(
        self, clip_folder: Path, open_clip_folder: Path, load_model: Load
    ) -> None:
        with pytest.raises(BadInput, match=f"a model of type 'clip', so write clip:mine@{clip_folder}"):
            load_model(f"openclip:mine@{clip_folder}", Path("/"))
        with pytest.raises(
            BadInput, match=f"that open_clip saved, and no siglip one; write openclip:mine@{open_clip_folder}"
        ):
            load_model(f"siglip:mine@{open_clip_folder}", Path("/"))

    @pytest.mark.parametrize(
        ("spoil", "said"),
        [
            (lambda folder: (folder / "open_clip_config.json").unlink(), "holds no open_clip_config.json"),
            (lambda folder: (folder / "open_clip_config.json").write_text("{}"), "has no usable `model_cfg`"),
            (lambda folder: (folder / "open_clip_model.safetensors").unlink(), "holds no checkpoint"),
        ],
        ids=["no config", "empty config", "no weights"],
    )
    def test_a_spoiled_folder_is_refused(
        self, spoil: Callable[[Path], object], said: str, open_clip_folder: Path, load_model: Load, tmp_path: Path
    ) -> None:
        spoil(shutil.copytree(open_clip_folder, tmp_path / "spoiled"))
        with pytest.raises(BadInput, match=said):
            load_model("openclip:mine@spoiled", tmp_path)

    def test_the_bundled_tokenizer_marks_the_end_of_each_text(
        self, load_model: Load, tmp_path: Path, small_architecture: str
    ) -> None:
        loaded = load_model(f"openclip:{small_architecture}@random", tmp_path)
        texts = loaded.texts(["a dog", "a red circle above a blue square"])
        assert texts.eot.tolist() == [3, 8]
        assert texts.ids[0, :5].tolist() == [49406, 320, 1929, 49407, 0]


@pytest.fixture
def small_architecture(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> str:
    """A built-in architecture of open_clip's that is small enough for tests, registered as its users do."""
    import open_clip
    from open_clip import factory

    config = {
        "embed_dim": 16,
        "vision_cfg": {"layers": 1, "width": 64, "patch_size": 16, "image_size": 32},
        "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 16, "heads": 1, "layers": 1},
    }
    file = tmp_path_factory.mktemp("configs") / "ViT-test.json"
    file.write_text(json.dumps(config))
    monkeypatch.setattr(factory, "_MODEL_CONFIG_PATHS", [*factory._MODEL_CONFIG_PATHS])
    monkeypatch.setattr(factory, "_MODEL_CONFIGS", {**factory._MODEL_CONFIGS})
    open_clip.add_model_config(file)
    from tasks.diagnostics.families.openclip import OpenClip

    monkeypatch.setattr(OpenClip, "names", lambda _: ("ViT-test",))
    return "ViT-test"


class TestOutOfReach:
    @pytest.mark.parametrize(
        "locator", ["openclip:ViT-B-32@openai", "clip:base-patch32@owner/name", "openclip:roberta-ViT-B-32@random"]
    )
    def test_weights_on_the_hub_are_unavailable_at_once(
        self, locator: str, load_model: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried: list[object] = []
        monkeypatch.setattr(time, "sleep", tried.append)
        monkeypatch.setattr(socket.socket, "connect", lambda _, address: tried.append(address))
        with pytest.raises(WeightsUnavailable) as caught:
            load_model(locator, tmp_path)
        assert tried == [], "nobody is asked, and nothing is waited for"
        assert "out of reach" in caught.value.reason
        assert "substitute" in caught.value.remedy

    def test_a_refused_connection_is_not_tried_again_for_minutes(self, tmp_path: Path) -> None:
        script = (
            "import time\n"
            "from tasks.diagnostics.families import hub\n"
            "from tasks.diagnostics.families.weights import WeightsUnavailable\n"
            "asked, time.sleep = [], lambda seconds: asked.append(seconds)\n"
            "try: hub.snapshot('owner/name', (('a.safetensors',), ('a.bin',)))\n"
            "except WeightsUnavailable as error: print(error.reason)\n"
            "print(sum(asked))\n"
        )
        environment = {
            **{key: value for key, value in os.environ.items() if "proxy" not in key.lower()},
            "HF_ENDPOINT": "http://127.0.0.1:9",
            "HF_HUB_OFFLINE": "0",
            "HF_HOME": str(tmp_path),
        }
        done = subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[5],
            env=environment,
        )
        reason, waited = done.stdout.splitlines()
        assert "owner/name is unavailable" in reason
        assert float(waited) < 10, "in seconds that it asked to sleep"


class TestTokens:
    def test_words_are_hashed_the_same_way_every_time_and_avoid_special_ids(self) -> None:
        words = HashedWords(vocabulary=9, length=12, eos=8, pad=0, bos=7)
        row = words(["A red circle, above a blue square"])[0].tolist()
        assert row[0] == 7
        assert row[9:] == [8, 0, 0]
        assert not {0, 7, 8} & set(row[1:9])
        assert row[1] == row[6], "the same word has the same id, whatever its case"

    def test_a_long_text_is_cut_before_its_end(self) -> None:
        row = HashedWords(vocabulary=50, length=4, eos=1, pad=1)(["one two three four five"])[0].tolist()
        assert row[-1] == 1
        assert 1 not in row[:-1]

    def test_the_end_is_the_first_eos_else_the_last_id_that_is_no_pad(self) -> None:
        import torch

        ids = torch.tensor([[5, 2, 2, 2], [5, 6, 0, 0], [5, 6, 7, 8], [0, 0, 0, 0]])
        assert end_of_text(ids, eos=2, pad=0).tolist() == [1, 1, 3, 3]
        assert end_of_text(ids, eos=None, pad=None).tolist() == [3, 3, 3, 3]


def test_every_family_names_its_architectures() -> None:
    for key in FAMILIES:
        assert find_family(key).names()
