"""`gonogo models`: lists what can be measured, trains the zoo's models, and shows their cards."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.diagnostics.families import FAMILIES, find_family
from tasks.diagnostics.training import making
from tasks.diagnostics.zoo import NAMES


def refused(said, *words: str, code: int = 2) -> None:
    assert said.code == code, said
    assert said.err.count("\n") == 1, said.err
    for word in words:
        assert word in said.err, said.err


def test_all_families_or_one_are_listed(gonogo) -> None:
    assert gonogo("models").out.splitlines()[0]
    assert "clip:tiny" in gonogo("models", "clip").out.splitlines()
    assert gonogo("models", "clip").out == gonogo("models", "list", "clip").out
    listed = gonogo("models", "--json").json
    assert listed["schema"] == "gonogo.models/1"
    assert "openclip" in {family["family"] for family in listed["families"]}
    assert gonogo("models", "list", "clip", "--json").json == gonogo("models", "clip", "--json").json
    assert gonogo("models", "--json", "clip").json == gonogo("models", "clip", "--json").json


def test_every_family_is_listed_with_some_of_its_architectures(gonogo) -> None:
    lines = {line.split()[0]: line for line in gonogo("models").out.splitlines()}
    assert lines.keys() == set(FAMILIES)
    assert "in all)" in lines["openclip"]
    for key in FAMILIES:
        listed = gonogo("models", key)
        assert (listed.code, listed.err) == (0, "")
        assert all(line.startswith(f"{key}:") for line in listed.out.splitlines())
    assert gonogo("models", "--json").json["families"] == [
        {"family": key, "names": list(find_family(key).names())} for key in sorted(FAMILIES)
    ]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ((), ["card", "list", "train", "family:name@weights"]),
        (("list",), ["FAMILY", "--json"]),
        (("card",), ["NAME", "--json"]),
        (("train",), ["NAME", "--out DIR", "--seed", "--steps", "--json", "quarter of an hour"]),
    ],
)
def test_help_tells_the_options(gonogo, command: tuple[str, ...], words: list[str]) -> None:
    said = gonogo("models", *command, "--help")
    assert (said.code, said.err) == (0, "")
    for word in words:
        assert word in said.out


def test_help_on_training_imports_no_model_library() -> None:
    script = (
        "import sys\n"
        "from orchestrator.cli.main import run\n"
        "assert run(['models', 'train', '--help']) == 0\n"
        "heavy = {'torch', 'numpy', 'open_clip', 'transformers', 'timm', 'PIL', 'mlflow', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=Path(__file__).parents[2])


@pytest.mark.slow
def test_a_model_is_trained_from_the_command_line(gonogo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "SCORED", 100)
    monkeypatch.chdir(tmp_path)
    said = gonogo("models", "train", "shapes-clip", "--steps", "3")
    assert said.code == 1, "three steps are too few for the scores that the recipe asks for"
    assert "R@1 image to text" in said.out
    assert said.out.splitlines()[-1] == "shapes-clip"
    assert said.err == ""
    card = json.loads((tmp_path / "shapes-clip" / "card.json").read_text())
    assert card["training"]["steps"] == 3
    assert gonogo("models", "card", "shapes-clip/").code == 0
    again = gonogo("models", "train", "shapes-clip", "--steps", "3", "--seed", "1", "--json")
    assert again.json["schema"] == "gonogo.card/1"
    assert again.json["training"]["seed"] == 1
    (tmp_path / "shapes-clip" / "notes.txt").write_text("mine")
    refused(gonogo("models", "train", "shapes-clip", "--steps", "3"), "notes.txt", "--out")


@pytest.mark.parametrize("name", NAMES)
def test_a_card_is_shown(gonogo, name: str) -> None:
    said = gonogo("models", "card", name)
    assert said.code == 0
    assert "chance" in said.out
    assert "SHA-256" in said.out
    assert gonogo("models", "card", name, "--json").json["name"] == name


def test_what_makes_no_sense_is_refused_in_one_line(gonogo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused(gonogo("models", "klip"), "did you mean clip")
    refused(gonogo("models", "list", "klip"), "did you mean clip")
    refused(gonogo("models", "train", "shapes-clap"), "did you mean shapes-clip")
    refused(gonogo("models", "card", "shapes-lava"), "did you mean shapes-llava")
    refused(gonogo("models", "train", "shapes-clip", "--steps", "0"), "--steps")
    refused(gonogo("models", "train", "shapes-clip", "--seed", "-1"), "--seed")
    refused(gonogo("models", "card", tmp_path), "card.json")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_training_says_so_and_writes_nothing(
    gonogo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "fit", interrupted)
    refused(gonogo("models", "train", "shapes-clip", "--out", tmp_path / "clip"), "nothing was written", code=130)
    assert list(tmp_path.iterdir()) == []
