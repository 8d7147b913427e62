"""`gonogo diagnose`: every option does what it says, and what makes no sense is refused in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from .conftest import Gonogo, Said

CLIP = "openclip:shapes-clip@zoo"
PLANT = "tower=vision,layers=1-2,scale=8"
MODALITIES = {"swap-image", "cut-image", "swap-text", "cut-text"}
QUICK = ("--n", 3, "--captions", 1, "--nulls", 0, "--influence", "none")


def diagnosed(gonogo: Gonogo, *arguments: object) -> dict[str, Any]:
    said = gonogo("diagnose", *arguments, "--json")
    assert said.code == 0, said.err
    assert said.err == ""
    found: dict[str, Any] = said.json
    assert found["schema"] == "gonogo.diagnose/3"
    return found


def refused(said: Said, *words: str, code: int = 2) -> None:
    assert said.code == code, said
    assert said.out == ""
    assert said.err.count("\n") == 1, said.err
    assert said.err.startswith("gonogo: ")
    for word in words:
        assert word in said.err, said.err


def without_costs(found: dict[str, Any]) -> dict[str, Any]:
    """All but what differs from run to run, in its last bits or altogether."""
    return {name: value for name, value in found.items() if not name.startswith(("latency", "peak", "seconds"))}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, in which nothing may be written."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    assert [path.name for path in tmp_path.iterdir() if path.name != "pictures"] == []


@pytest.mark.slow
def test_a_plant_is_found_whether_it_is_an_option_or_a_part_of_the_name(gonogo: Gonogo) -> None:
    options = ("--n", 30, "--captions", 1, "--nulls", 4, "--influence", "none")
    by_option = diagnosed(gonogo, CLIP, "--plant", PLANT, *options)
    by_name = diagnosed(gonogo, f"{CLIP}#{PLANT}", *options)
    assert without_costs(by_option) == without_costs(by_name)
    assert by_option["model"] == f"{CLIP}#{PLANT}"
    assert by_option["planted"] == PLANT
    assert by_option["kinds"] == {"peaked": ["vision/01", "vision/02"]}
    assert by_option["lost_layers"] == ["vision/01", "vision/02"]
    assert (by_option["verdict"], by_option["reason"]) == ("undecided", "No interventions were asked for.")
    shown = gonogo("diagnose", CLIP, "--plant", PLANT, *options)
    assert (shown.code, shown.err) == (0, "")
    assert f"{CLIP}#{PLANT}" in shown.out
    assert "vision/01 over half" in shown.out
    assert "attention peaked in vision layers 1 and 2" in shown.out
    assert "harm undecided: " in shown.out
    sites = len(by_option["sites"])
    assert f"30 images, {sites} of {sites} attention sites" in shown.out


def test_nothing_is_planted_unless_it_is_asked_for(gonogo: Gonogo) -> None:
    found = diagnosed(gonogo, "clip:tiny@random", *QUICK)
    assert found["planted"] is None
    assert found["model"] == "clip:tiny@random"


def test_nulls_are_as_many_as_asked_for_or_left_out(gonogo: Gonogo) -> None:
    some = diagnosed(gonogo, "clip:tiny@random", *QUICK, "--nulls", 3)
    assert len(set(some["nulls"]["random_initialisation"]["seeds"])) == 3
    assert {loss["name"] for loss in some["losses"]} == {"vision", "text"}
    none = diagnosed(gonogo, "clip:tiny@random", *QUICK, "--nulls", 0)
    assert none["nulls"]["random_initialisation"] is None
    assert (none["losses"], none["layer_losses"]) == ([], [])
    assert none["entropy_loss"] == "inconclusive"
    assert none["entropy_loss_reason"] == "No null of random initialisation was measured."
    assert some["summary"]["mcs_norm"] == none["summary"]["mcs_norm"]


@pytest.mark.parametrize(
    ("influence", "kinds"),
    [
        ("none", set()),
        ("modalities", MODALITIES),
        ("sites", MODALITIES | {"uniform-site"}),
        ("heads", MODALITIES | {"uniform-site", "silent-head"}),
    ],
)
def test_influence_says_which_interventions_are_made(gonogo: Gonogo, influence: str, kinds: set[str]) -> None:
    found = diagnosed(gonogo, "clip:tiny@random", *QUICK, "--influence", influence)
    assert {effect["kind"] for effect in found["influence"]} == kinds
    sites, heads = (
        sum(effect["kind"] == kind for effect in found["influence"]) for kind in ("uniform-site", "silent-head")
    )
    assert sites == (len(found["sites"]) if influence in ("sites", "heads") else 0)
    assert heads == (sum(site["heads"] for site in found["sites"]) if influence == "heads" else 0)
    assert (found["reason"] == "No interventions were asked for.") == (influence == "none")
    assert (found["performance"] == {}) == (influence == "none")


def test_number_types_are_taken_and_named(gonogo: Gonogo) -> None:
    whole = diagnosed(gonogo, CLIP, *QUICK)
    assert (whole["dtype"], whole["device"] == "CPU") == ("float32", not torch.cuda.is_available())
    for dtype, close in (("bfloat16", 0.02), ("float16", 0.002)):
        found = diagnosed(gonogo, CLIP, *QUICK, "--dtype", dtype, "--device", "cpu")
        assert (found["dtype"], found["device"]) == (dtype, "CPU")
        for metric in ("vision_entropy_norm", "text_entropy_norm", "mcs_norm"):
            assert found["summary"][metric] == pytest.approx(whole["summary"][metric], abs=close)
            assert found["summary"][metric] != whole["summary"][metric]


def test_seeds_captions_and_batches_are_as_asked_for(gonogo: Gonogo) -> None:
    options = ("--n", 3, "--captions", 2, "--batch-size", 2, "--nulls", 0, "--influence", "none")
    found, other = (diagnosed(gonogo, "clip:tiny@random", *options, "--seed", seed) for seed in (5, 6))
    assert (found["n"], found["captions_per_image"], found["batch_size"], found["seed"]) == (3, 2, 2, 5)
    assert found["summary"]["mcs_norm"] != other["summary"]["mcs_norm"]
    assert found["data_digest"] != other["data_digest"]


def test_the_help_says_that_the_seed_is_that_of_the_scenes_too_and_so_it_is(gonogo: Gonogo) -> None:
    said = " ".join(gonogo("diagnose", "--help").out.split())
    assert "Seed of random weights, and of the scenes of `--data shapes`" in said
    quick = ("clip:tiny@random", "--n", 2, "--nulls", 0, "--influence", "none")
    digests = [diagnosed(gonogo, *quick, "--seed", seed)["data_digest"] for seed in (0, 0, 1)]
    assert digests[0] == digests[1] != digests[2]


def test_pictures_are_written_where_they_are_asked_for(gonogo: Gonogo, elsewhere: Path) -> None:
    assert gonogo("diagnose", "clip:tiny@random", *QUICK, "--pictures", "pictures").code == 0
    assert {path.name for path in (elsewhere / "pictures").iterdir()} == {"layers.png", "heads.png"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["clip:tiny@random", "--plant", "tower=nose,scale=8"], ["plant 'tower=nose,scale=8'", "'vision', 'text'"]),
        (["clip:tiny@random", "--plant", "tower=vision"], ["scale: Field required"]),
        (["clip:tiny@random", "--plant", "tower=vision,scale=-1"], ["greater than or equal to 0"]),
        (["clip:tiny@random", "--plant", "tower=vision,layers=9,scale=8"], ["2 vision layers; name any of 0 to 1"]),
        (["clip:tiny@random", "--plant", "tower=cross,scale=8"], ["the model has no cross attention", "vision, text"]),
        (["clip:tiny@random#tower=text,heads=2,scale=8"], ["2 heads; name any of 0 to 1"]),
        (["clip:tiny@random#tower=text,scale=8", "--plant", PLANT], ["--plant", "give one of the two"]),
        (["clip:tiny@random#", "--plant", PLANT], ["--plant"]),
        (["clip:tiny@random#"], ["ends with # and names no plant"]),
        (["clip:tiny@random#sharper"], ["'sharper' is not one of tower="]),
        (["clip:tiny@random", "--nulls", "1"], ["--nulls", "one random initialisation has no spread"]),
        (["clip:tiny@random", "--nulls", "-1"], ["--nulls"]),
        (["clip:tiny@random", "--nulls", "many"], ["--nulls", "'many'"]),
        (["clip:tiny@random", "--rows", "7"], ["--rows", "7 rows tell too little", "give 8 or more"]),
        (["clip:tiny@random", "--influence", "all"], ["--influence", "modalities"]),
        (["clip:tiny@random", "--dtype", "int8"], ["--dtype", "bfloat16"]),
        (["clip:tiny@random", "--device", "tpu"], ["--device", "auto, cpu, cuda or cuda:N"]),
        (["clip:tiny@random", "--device", "cuda:99"], ["device cuda:99", "GPUs here"]),
        (["clip:tiny@random", "--batch-size", "0"], ["--batch-size"]),
        (["clip:tiny@random", "--captions", "0"], ["--captions"]),
        (["clip:tiny@random", "--seed", "-1"], ["--seed"]),
        (["clip:tiny@random", "--pictures", __file__], ["--pictures", "is a file"]),
        ([], ["MODEL"]),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_one_line(gonogo: Gonogo, arguments: list[str], words: list[str]) -> None:
    refused(gonogo("diagnose", "--n", 2, "--captions", 1, *arguments), *words)
