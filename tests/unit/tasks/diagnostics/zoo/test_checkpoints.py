"""The shipped models are what their cards say, load offline by the libraries' own loaders, and use the image."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.diagnostics import zoo
from tasks.diagnostics.datasets.scenes import captions, picture, scene
from tasks.diagnostics.quiet import quiet
from tasks.diagnostics.training.batches import HELD_OUT, pixels, with_things
from tasks.diagnostics.training.questions import KINDS, ask
from tasks.diagnostics.training.recipes import blip, clip, find_recipe
from tasks.diagnostics.training.recipes.writer import Writer
from tasks.diagnostics.training.scoring import likelihood, retrieval
from tasks.diagnostics.training.statements import drawn, elsewhere, full, telling

WRITERS = ("shapes-llava", "shapes-idefics")
SCENES = list(range(100))
STRANGERS = [*SCENES[1:], SCENES[0]]


@cache
def loaded(name: str) -> Any:
    with quiet():
        return find_recipe(name).load(zoo.folder(name))


@pytest.mark.parametrize("name", zoo.NAMES)
def test_a_card_describes_the_files_beside_it(name: str) -> None:
    card, folder = zoo.card(name), zoo.folder(name)
    assert (card.name, card.family) == (name, find_recipe(name).family)
    assert {file.name for file in folder.iterdir()} == {*card.files, "card.json"}
    weights = (folder / card.checkpoint).read_bytes()
    assert hashlib.sha256(weights).hexdigest() == card.sha256
    assert len(weights) == card.bytes <= 2_000_000
    assert card.licence == "Apache-2.0"
    assert all(Path(file).suffix in (".json", ".safetensors") for file in card.files), "nothing is pickled"


@pytest.mark.parametrize("name", zoo.NAMES)
def test_a_shipped_model_meets_what_its_recipe_asks_for(name: str) -> None:
    card = zoo.card(name)
    assert card.shortfalls == ()
    assert any(score.required for score in card.scores)
    assert card.training.cpu_minutes <= 15
    assert card.training.steps == find_recipe(name).plan.steps, "trained in full"
    for score in card.scores:
        assert score.before_rounding == pytest.approx(score.value, abs=0.02), "half precision costs next to nothing"


@pytest.mark.parametrize("name", zoo.NAMES)
def test_the_vision_tower_comes_from_the_shipped_clip_where_the_card_says_so(name: str) -> None:
    started = zoo.card(name).started_from
    assert (started is None) == (find_recipe(name).starts_from is None)
    if started is not None:
        assert zoo.card("shapes-clip").sha256 in started


@pytest.mark.parametrize("name", zoo.NAMES)
def test_weights_are_stored_in_half_precision(name: str) -> None:
    import torch
    from safetensors.torch import load_file

    assert {value.dtype for value in load_file(zoo.folder(name) / zoo.card(name).checkpoint).values()} == {torch.half}
    assert {parameter.dtype for parameter in loaded(name).parameters()} == {torch.float32}


@pytest.mark.parametrize("name", ["shapes-blip", *WRITERS])
def test_the_image_processor_gives_the_pixels_of_training(name: str) -> None:
    import torch
    from PIL import Image
    from transformers import AutoImageProcessor

    processor = AutoImageProcessor.from_pretrained(zoo.folder(name), local_files_only=True)
    made = processor([Image.fromarray(picture(HELD_OUT, index)) for index in (0, 1)], return_tensors="pt")
    tensor = made if isinstance(made, torch.Tensor) else made["pixel_values"]
    torch.testing.assert_close(tensor, pixels(HELD_OUT, [0, 1]), atol=1e-5, rtol=0)


def test_the_tokenizers_give_the_ids_of_training() -> None:
    import open_clip
    from transformers import AutoTokenizer

    texts = [text for index in range(20) for text in captions(HELD_OUT, index, 5)]
    folder = zoo.folder("shapes-clip")
    own = open_clip.tokenizer.HFTokenizer(str(folder), context_length=clip.LENGTH)
    assert own(texts).tolist() == clip.token_ids(texts).tolist()
    tokenizer = AutoTokenizer.from_pretrained(zoo.folder("shapes-blip"), local_files_only=True)
    made = tokenizer(texts, padding="max_length", return_tensors="pt")
    assert made["input_ids"].tolist() == blip.token_ids(texts)[0].tolist()
    assert made["attention_mask"].tolist() == blip.token_ids(texts)[1].tolist()


def test_clip_finds_captions_and_pictures_but_not_those_of_other_scenes() -> None:
    named = [full(HELD_OUT, index) for index in SCENES]
    own = retrieval([clip.similarity(loaded("shapes-clip"), HELD_OUT, SCENES, named)], "x")
    other = retrieval([clip.similarity(loaded("shapes-clip"), HELD_OUT, STRANGERS, named)], "x")
    assert min(score.value for score in own) > 0.4
    assert max(score.value for score in other) < 0.1


def test_blip_tells_true_captions_from_false_ones_only_with_the_right_picture() -> None:
    module = loaded("shapes-blip")
    true = [telling(HELD_OUT, index) for index in SCENES]
    false = [elsewhere(HELD_OUT, index) for index in SCENES]
    own = blip.match_probability(module, HELD_OUT, SCENES, true)
    assert np.mean(own > 0.5) > 0.75
    assert np.mean(blip.match_probability(module, HELD_OUT, SCENES, false) < 0.5) > 0.75
    assert np.mean(blip.match_probability(module, HELD_OUT, STRANGERS, true) > 0.5) < np.mean(own > 0.5) - 0.3


@pytest.mark.parametrize("name", WRITERS)
def test_answers_come_from_the_picture(name: str) -> None:
    recipe = find_recipe(name)
    assert isinstance(recipe, Writer)
    one = with_things(HELD_OUT, 1, 50)
    strangers = [*one[1:], one[0]]
    for kind in KINDS:
        asked = [ask(kind, scene(HELD_OUT, index)[0]) for index in one]
        own = np.mean(recipe.correct(loaded(name), HELD_OUT, one, asked))
        other = np.mean(recipe.correct(loaded(name), HELD_OUT, strangers, asked))
        assert own > 0.8, kind
        assert other < (0.75 if kind == "size" else 0.4), kind


@pytest.mark.parametrize("name", WRITERS)
def test_captions_are_likelier_with_their_own_picture(name: str) -> None:
    recipe = find_recipe(name)
    assert isinstance(recipe, Writer)
    texts = [drawn(HELD_OUT, index) for index in SCENES]
    level, wins = likelihood(
        *(recipe.log_likelihood(loaded(name), HELD_OUT, each, texts) for each in (SCENES, STRANGERS))
    )
    assert level.value > level.chance + 0.1
    assert wins.value > 0.7


def test_the_gates_of_idefics_are_open() -> None:
    gates = [
        float(value.detach().tanh().abs())
        for name, value in loaded("shapes-idefics").named_parameters()
        if "alpha_cross" in name
    ]
    assert max(gates) > 0.3


@pytest.mark.parametrize("name", WRITERS)
def test_a_processor_and_greedy_decoding_give_the_answer_in_words(name: str) -> None:
    from PIL import Image
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(zoo.folder(name), local_files_only=True)
    right = 0
    for index in with_things(HELD_OUT, 1, 10):
        image, asked = Image.fromarray(picture(HELD_OUT, index)), ask("colour", scene(HELD_OUT, index)[0])
        if name == "shapes-llava":
            inputs = processor(images=image, text=f"<image> {asked.text}", return_tensors="pt")
        else:
            inputs = processor(text=[[image, asked.text]], return_tensors="pt")
        written = loaded(name).generate(**inputs, max_new_tokens=4, do_sample=False)[0, inputs["input_ids"].shape[1] :]
        right += processor.tokenizer.decode(written, skip_special_tokens=True) == asked.answer
    assert right >= 8
