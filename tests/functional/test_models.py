"""`gonogo models`: lists what can be measured, trains the zoo's models, and shows their cards."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, tzinfo
from pathlib import Path

import pytest

from tasks.diagnostics.families import FAMILIES, find_family
from tasks.diagnostics.training import making
from tasks.diagnostics.zoo import NAMES


class Later(datetime):
    """The clock of another year."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Later:
        return cls(2040, 1, 1, tzinfo=tz)


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
        ((), ["access", "card", "list", "train", "family:name@weights"]),
        (("list",), ["FAMILY", "--json"]),
        (("access",), ["MODEL", "--horizon", "--json"]),
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


def test_it_is_told_whose_weights_can_be_had(gonogo) -> None:
    said = gonogo("models", "access")
    assert (said.code, said.err) == (0, "")
    assert max(map(len, said.out.splitlines())) <= 80
    lines = {line.split("  ")[0]: line for line in said.out.splitlines()[1:]}
    assert {"CLIP", "ALIGN", "BLIP", "Flamingo", "IDEFICS", "LLaVA-1.5", "Gemini"} <= lines.keys()
    assert "not public" in lines["ALIGN"]
    assert " public" in lines["CLIP"]
    assert "0.6 GiB" in lines["CLIP"]
    document = gonogo("models", "access", "--json").json
    assert document["schema"] == "gonogo.models.access/1"
    assert {each["model"] for each in document["models"]} >= lines.keys() - {""}
    clip = document["models"][0]
    assert clip["memory"] == {"float32": 4 * clip["parameters"], "float16": 302_554_626, "bfloat16": 302_554_626}


def test_of_one_model_every_fact_is_shown(gonogo) -> None:
    said = gonogo("models", "access", "paligemma").out
    for word in (
        "gated",
        "Gemma Terms of Use",
        "https://huggingface.co/google/paligemma-3b-pt-224",
        "arXiv:2407.07726",
    ):
        assert word in said
    both = gonogo("models", "access", "openclip", "--json").json["models"]
    assert {each["family"] for each in both} == {"CLIP", "CoCa"}


def test_an_entry_that_is_older_than_the_horizon_says_so(gonogo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.cli.models.datetime", Later)
    assert "(old)" not in gonogo("models", "access", "clip", "--horizon", "36500").out
    assert gonogo("models", "access", "gemini", "--horizon", "30").out.splitlines()[-1].endswith("(old)")
    assert all(each["old"] for each in gonogo("models", "access", "--json", "--horizon", "30").json["models"])


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
    refused(gonogo("models", "access", "klip"), "did you mean clip")
    refused(gonogo("models", "access", ""), "unknown model ''")
    refused(gonogo("models", "access", "--horizon", "soon"), "--horizon")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_training_says_so_and_writes_nothing(
    gonogo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "fit", interrupted)
    refused(gonogo("models", "train", "shapes-clip", "--out", tmp_path / "clip"), "nothing was written", code=130)
    assert list(tmp_path.iterdir()) == []
