"""Bad input: one line that names the thing and the remedy, the right exit code, and nothing half-written."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from orchestrator.study.file import read_study
from orchestrator.usecases.register import check
from orchestrator.workspace import Workspace

from .conftest import STUDY, new_study

COCO = STUDY.replace('source = "shapes"', 'source = "coco"\nimages = "images"\nannotations = "captions.json"').replace(
    "n = 32", "n = 2"
)


def refused(said, *words: str, code: int = 2) -> None:
    assert said.code == code, said
    assert said.err.count("\n") == 1, said.err
    assert said.err.startswith("gonogo: ")
    for word in words:
        assert word in said.err, said.err


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("threshold = 0.7", "treshold = 0.7", ["decision.treshold", "did you mean threshold"]),
        ("threshold = 0.7", 'threshold = "high"', ["decision.threshold", "'high'"]),
        ("threshold = 0.7", "", ["decision.threshold is missing"]),
        ("threshold = 0.7", "threshold = 0.5", ["decision", "equals null"]),
        ("threshold = 0.7", "threshold = nan", ["decision.threshold"]),
        ("threshold = 0.7", "threshold = 1.5", ["decision.threshold", "mcs_norm lies between 0 and 1"]),
        ("threshold = 0.7", "threshold = 1.0", ["decision.threshold", "no mean lies on both sides"]),
        ("null = 0.5", "null = -3", ["decision.null", "never -3"]),
        ("looks = 2", "looks = 2\nalpha = 0.85", ["decision.alpha", "below 0.5"]),
        ("looks = 2", "looks = 2\nalpha = 1e-300", ["decision.alpha", "from 1e-12"]),
        ("at_least = [2, 3]", "at_least = 4", ["decision.at_least", "4 of 3 models"]),
        ("at_least = [2, 3]", "at_least = [2, 2]", ["decision.at_least"]),
        ("at_least = [2, 3]", "at_least = 0", ["decision.at_least"]),
        ("at_least = [2, 3]", "at_least = 1.5", ["decision.at_least", "whole number of models"]),
        ("at_least = [2, 3]", "at_least = []", ["decision.at_least: ", "one or more"]),
        ("looks = 2", "looks = 0", ["decision.looks: ", "greater than or equal to 1", "or", "'open'", "(got 0)"]),
        ("looks = 2", 'looks = "ever"', ["decision.looks: ", "valid integer", "'open'", "(got 'ever')"]),
        ("looks = 2", 'looks = "open"\neffect = 1e-9', ["decision.effect: ", "1e-09 SD", "give 0.01"]),
        ("looks = 2", "alpha = 1.5", ["decision.alpha"]),
        ('metric = "mcs_norm"', 'metric = "vibes"', ["decision.metric"]),
        ('id = "siglip-tiny"', 'id = "clip-tiny"', ["'clip-tiny' is used twice"]),
        ('id = "siglip-tiny"', 'id = "../up"', ["models.1.id"]),
        ('family = "siglip"', 'family = "sigclip"', ["models.1 (siglip-tiny)", "did you mean siglip"]),
        ('name = "tiny"\nweights = "random"\n\n[[models]]\nid = "far',
         'name = "tinny"\nweights = "random"\n\n[[models]]\nid = "far',
         ["models.1 (siglip-tiny)", "did you mean tiny"]),
        ('weights = "random"\n\n[[models]]\nid = "siglip', 'weights = "./nowhere"\n\n[[models]]\nid = "siglip',
         ["models.0 (clip-tiny)", "nowhere"]),
        ('["clip:small@random"]', '["clip-small"]', ["models.2.substitutes", "family:name@weights"]),
        ('["clip:small@random"]', '["clip:smalll@random"]', ["models.2.substitutes", "did you mean small"]),
        ("n = 32", "n = 0", ["data.n"]),
        ("[data]", "[date]", ["[date]", "did you mean data"]),
        ("[study]", "[study", ["not valid TOML", "line 2"]),
        ("[[models]]", "[models]", ["TOML"]),
        ('name = "tiny"\nquestion', 'nmae = "tiny"\nquestion', ["study.nmae", "did you mean name"]),
        ('source = "shapes"', 'source = "coco"', ["data", "images"]),
        ("target = 2126-12-31", 'target = "soon"', ["study.target"]),
        ("n = 32", "n = true", ["data.n"]),
        ("n = 32", 'n = "32"', ["data.n"]),
        ("threshold = 0.7", "threshold = true", ["decision.threshold"]),
        ("at_least = [2, 3]", 'at_least = ["2"]', ["decision.at_least"]),
        ("at_least = [2, 3]", "at_least = true", ["decision.at_least"]),
        ("seed = 7", 'seed = "7"', ["study.seed"]),
        ('name = "tiny"\nquestion', 'name = "   "\nquestion', ["study.name", "blank"]),
        ('claim = "It does"', 'claim = "It \\u202edoes"', ["study.claim", "U+202E"]),
        ("[decision]", "[diagnostics]\nnulls = 1\n[decision]", ["diagnostics.nulls", "has no spread"]),
        ('[decision]\nmetric = "mcs_norm"',
         '[diagnostics]\nnulls = 0\n[decision]\nmetric = "vision_entropy_loss"',
         ["diagnostics.nulls", "it needs some"]),
        ("[decision]", "[diagnostics]\nnull = 8\n[decision]", ["diagnostics.null", "did you mean nulls"]),
        ("[decision]", '[diagnostics]\ninfluence = "all"\n[decision]', ["diagnostics.influence", "'modalities'"]),
        ("[decision]", '[diagnostics]\ndevice = "tpu"\n[decision]', ["diagnostics.device", "give auto, cpu, cuda"]),
        ("[decision]", '[diagnostics]\ndtype = "int8"\n[decision]', ["diagnostics.dtype", "'bfloat16'"]),
        ('name = "tiny"\nweights', 'plant = "tower=nose,scale=8"\nname = "tiny"\nweights',
         ["models.0.plant", "tower", "'vision', 'text'"]),
        ('name = "tiny"\nweights', 'plant = "tower=vision"\nname = "tiny"\nweights', ["models.0.plant", "scale"]),
        ('["clip:small@random"]', '["clip:small@random#"]', ["models.2.substitutes", "names no plant"]),
        ("[data]", '[tracking]\nuri = "sqlite:///:memory:"\n[data]', ["tracking.uri names no file", "sqlite:///PATH"]),
        ("[data]", '[tracking]\nuri = "sqlite:///"\n[data]', ["tracking.uri names no file"]),
        ("[data]", '[tracking]\nuri = "sqlite:///runs.db?mode=ro"\n[data]', ["tracking.uri: ", "?", "another name"]),
    ],
)  # fmt: skip
def test_a_study_file_that_makes_no_sense(tmp_path: Path, gonogo, old: str, new: str, words: list[str]) -> None:
    assert old in STUDY
    folder = new_study(tmp_path / "study", STUDY.replace(old, new, 1))
    refused(gonogo("run", "-w", folder), "study.toml", *words)
    assert [path.name for path in folder.iterdir()] == ["study.toml"], "nothing is half-written"


def test_a_study_file_that_is_missing_or_not_text(tmp_path: Path, gonogo) -> None:
    refused(gonogo("run", "-w", tmp_path), "study.toml is not there", "gonogo init")
    (tmp_path / "study.toml").write_bytes(b"\xff\xfe\x00")
    refused(gonogo("run", "-w", tmp_path), "not UTF-8")
    (tmp_path / "study.toml").write_text("a = " + "[" * 100_000)
    refused(gonogo("run", "-w", tmp_path), "study.toml")


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """A workspace with a small COCO data set that is in order: four images with two captions each."""
    folder = new_study(tmp_path / "study", COCO)
    (folder / "images").mkdir()
    for i in range(4):
        Image.new("RGB", (40, 30), (60 * i, 10, 10)).save(folder / f"images/{i}.png")
    captions = {
        "images": [{"id": i, "file_name": f"{i}.png"} for i in range(4)],
        "annotations": [
            {"id": 2 * i + j, "image_id": i, "caption": f"a picture {j}"} for i in range(4) for j in (0, 1)
        ],
    }
    (folder / "captions.json").write_text(json.dumps(captions))
    return folder


def _change(folder: Path, edit) -> None:
    data = json.loads((folder / "captions.json").read_text())
    edit(data)
    (folder / "captions.json").write_text(json.dumps(data))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: (f / "images/1.png").unlink(), ["1.png"]),
        (lambda f: (f / "images/3.png").write_bytes((f / "images/3.png").read_bytes()[:60]), ["3.png"]),
        (lambda f: (f / "images/2.png").write_text("no image"), ["2.png"]),
        (lambda f: Image.new("1", (10_000, 10_000)).save(f / "images/2.png"), ["2.png", "10000 x 10000 pixels"]),
        (lambda f: (f / "captions.json").write_text("{"), ["captions.json", "JSON"]),
        (lambda f: (f / "captions.json").write_text("[]"), ["captions.json"]),
        (lambda f: (f / "captions.json").unlink(), ["captions.json"]),
        (lambda f: _change(f, lambda d: d["annotations"][0].update(caption="  ")), ["captions.json", "blank"]),
        (lambda f: _change(f, lambda d: d["annotations"].pop()), ["caption"]),
        (lambda f: _change(f, lambda d: d["images"][1].update(id=0)), ["captions.json", "0"]),
        (lambda f: _change(f, lambda d: d["images"][0].update(file_name="../../etc/passwd")), ["captions.json"]),
        (lambda f: _change(f, lambda d: d["images"].pop()), ["captions.json"]),
    ],
    ids=[
        "image missing", "image truncated", "not an image", "100 megapixels", "not JSON", "wrong JSON",
        "no captions file", "empty caption", "too few captions", "id twice", "path escapes", "too few images",
    ],
)  # fmt: skip
def test_data_that_cannot_be_used(coco: Path, gonogo, spoil, words: list[str]) -> None:
    spoil(coco)
    before = sorted(path.name for path in coco.iterdir())
    refused(gonogo("run", "-w", coco), *words)
    assert sorted(path.name for path in coco.iterdir()) == before, "nothing is half-written"


def test_a_workspace_of_a_newer_gonogo_is_left_alone(workspace: Path, gonogo) -> None:
    with sqlite3.connect(workspace / "gonogo.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    before = (workspace / "gonogo.db").read_bytes()
    for command in ("run", "board", "verify", "events"):
        refused(gonogo(command, "-w", workspace), "upgrade gonogo")
    assert (workspace / "gonogo.db").read_bytes() == before


def test_a_number_of_more_digits_than_can_be_read_is_named(tmp_path: Path, gonogo) -> None:
    folder = new_study(tmp_path / "study", STUDY.replace("n = 32", f"n = {'9' * 5000}"))
    refused(gonogo("run", "-w", folder), "study.toml", "not valid TOML")


def test_the_workspace_may_be_given_before_the_command_and_the_nearer_one_counts(workspace: Path, gonogo) -> None:
    after = gonogo("board", "--json", "-w", workspace)
    assert after.code == 0
    assert gonogo("-w", workspace, "board", "--json").out == after.out
    assert gonogo("--workspace", "/nowhere", "board", "--json", "-w", workspace).out == after.out


def test_without_a_command_the_help_is_shown_in_lines(gonogo) -> None:
    said = gonogo()
    assert (said.code, said.out) == (2, "")
    assert len(said.err.splitlines()) > 20
    assert max(map(len, said.err.splitlines())) < 121


def test_a_log_that_is_not_there_yet(tmp_path: Path, gonogo) -> None:
    folder = new_study(tmp_path / "study")
    for command in ("board", "events", "decisions", "report", "replay", "verify"):
        refused(gonogo(command, "-w", folder), "gonogo.db is not there", "gonogo run")
    assert [path.name for path in folder.iterdir()] == ["study.toml"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["boad"], ["Did you mean board?"]),
        (["init", "a%20b"], ["a%20b", "choose another name"]),
        (["events", "--after", "9" * 30], ["--after"]),
        (["report", "--cycle", "9" * 30], ["--cycle"]),
        (["diagnose", "clip:tiny@random", "--n", "9" * 5000], ["--n"]),
        (["board", "--at", "-1"], ["--at"]),
        (["board", "--jsn"], ["--jsn"]),
        (["decide"], ["ID"]),
        (["diagnose", "openclip"], ["family:name@weights"]),
        (["diagnose", "openclap:ViT-B-32@random"], ["did you mean openclip"]),
        (["diagnose", "openclip:ViT-B-33@random"], ["did you mean ViT-B-32"]),
        (["diagnose", "clip:tiny@random", "--data", "/nowhere"], ["/nowhere"]),
        (["diagnose", "clip:tiny@random", "--n", "0"], ["--n"]),
        (["models", "klip"], ["did you mean clip"]),
        (["data", "check", "/nowhere"], ["/nowhere"]),
    ],
)
def test_a_command_line_that_makes_no_sense(gonogo, arguments: list[str], words: list[str]) -> None:
    refused(gonogo(*arguments), *words)


@pytest.mark.parametrize("name", ["Ada\x1b[31m", "Me\nYou", "Ev\u202eil", "D\x7fL", "", "x" * 3000])
def test_a_name_that_could_pass_for_something_else_is_refused(workspace: Path, gonogo, name: str) -> None:
    answer = ("--choose", "stop", "--as", name, "--reason", "x")
    refused(gonogo("decide", "c1-claim-strength", *answer, "-w", workspace), "--as")


def test_a_log_that_is_a_folder_or_empty_beside_its_reports(workspace: Path, gonogo) -> None:
    log = workspace / "gonogo.db"
    log.unlink()
    refused(gonogo("run", "-w", workspace), "gonogo.db is gone", "restore a backup", code=5)
    log.touch()
    refused(gonogo("run", "-w", workspace), "event 1 is missing", code=5)
    log.unlink()
    log.mkdir()
    for command in ("run", "board", "verify"):
        refused(gonogo(command, "-w", workspace), "gonogo.db cannot be opened")


def test_a_stray_file_among_heads_is_no_sign_of_a_lost_log(tmp_path: Path, gonogo) -> None:
    (tmp_path / "heads").mkdir()
    (tmp_path / "heads/notes.json").write_text("{}")
    assert gonogo("init", tmp_path).code == 0
    (tmp_path / "heads/000003.json").write_text("{}")
    refused(gonogo("init", tmp_path, "--keep"), "is gone, and", "000003.json was signed for it", code=5)


def test_a_folder_that_is_gone_is_named(tmp_path: Path, gonogo, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    refused(gonogo("board"), "the folder in which this was started is gone")


@pytest.mark.parametrize("name", ["", "~no-such-user/study"])
@pytest.mark.parametrize("command", [("init",), ("board", "-w"), ("export", "-o"), ("audit",)])
def test_a_path_that_is_none(tmp_path: Path, gonogo, monkeypatch, command: tuple[str, ...], name: str) -> None:
    monkeypatch.chdir(tmp_path)
    refused(gonogo(*command, name), "the current folder is called ." if not name else "no such user with a home folder")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["", "~no-such-user/study"])
def test_a_workspace_before_the_command_that_is_none(workspace: Path, gonogo, monkeypatch, name: str) -> None:
    monkeypatch.chdir(workspace)
    refused(gonogo("-w", name, "board"), "the current folder is called ." if not name else "no such user")
    assert gonogo("-w", ".", "board").code == 0


def test_what_is_quoted_at_length_is_cut_and_the_remedy_is_not(gonogo) -> None:
    said = gonogo("models", "x" * 5000)
    refused(said, "gonogo: ")
    assert len(said.err) < 1_600
    assert said.err.endswith(" more\n"), "the end of the list of those there are"


def test_a_position_beyond_all_numbers(workspace: Path, gonogo) -> None:
    refused(gonogo("board", "--at", "9" * 23, "-w", workspace), "--at")


def test_a_reader_that_has_seen_enough_ends_the_listing_quietly(workspace: Path) -> None:
    listing = f"{sys.executable} -m orchestrator.cli events --json -w {workspace}"
    done = subprocess.run(
        ["bash", "-c", f"{listing} | head -1; echo ${{PIPESTATUS[0]}}"], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""


def test_weights_that_cannot_be_had_block_a_diagnosis_with_the_reason(gonogo) -> None:
    said = gonogo("diagnose", "clip:base-patch32@openai/clip-vit-base-patch32", "--n", 2)
    refused(said, "is blocked", "openai/clip-vit-base-patch32", code=1)


def test_doctor_names_a_workspace_that_is_not_there(tmp_path: Path, gonogo) -> None:
    said = gonogo("doctor", "--json", "-w", tmp_path / "nowhere")
    assert said.code == 1
    (check,) = (each for each in said.json["checks"] if each["name"] == "workspace")
    assert not check["ok"]
    assert check["detail"].endswith("nowhere is not there; gonogo init makes it")


def test_a_target_that_has_passed_is_told_when_a_study_is_registered(tmp_path: Path) -> None:
    workspace = Workspace(new_study(tmp_path / "study", STUDY.replace("target = 2126-12-31", "target = 2020-01-31")))
    told: list[str] = []
    check(read_study(workspace.study_file).study, workspace, told.append)
    assert [line for line in told if "target" in line] == [
        "warning: study.toml: study.target: 2020-01-31 has passed; reports count the days since"
    ]
