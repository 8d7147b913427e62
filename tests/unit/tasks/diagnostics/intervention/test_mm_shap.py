"""MM-SHAP on real models and on one whose answers are known, against every order of arrival and masks made by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch

from store.errors import GonogoError
from store.kinds.diagnostics import DiagnosticFacts, Method
from store.models import DataRef, ModelRef
from tasks.diagnostics.datasets import open_data
from tasks.diagnostics.diagnose import diagnose
from tasks.diagnostics.document import to_json
from tasks.diagnostics.families import find_family
from tasks.diagnostics.families.model import Output, VisionLanguageModel
from tasks.diagnostics.families.words import tokens_by_word
from tasks.diagnostics.handler import facts, measurements, save_samples
from tasks.diagnostics.intervention.answering import PairAnswers, TowerAnswers, partly, side_of_grid
from tasks.diagnostics.intervention.mm_shap import contributions, measure_mm_shap


def load(locator: str) -> Any:
    ref = ModelRef.parse(locator)
    return find_family(ref.family).load(ref, Path(), 0, torch.device("cpu"))


def scene(seed: int = 0) -> PIL.Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (33, 47, 3), dtype=np.uint8)
    return PIL.Image.fromarray(pixels)


def by_hand(image: PIL.Image.Image, side: int, cells: Sequence[bool]) -> PIL.Image.Image:
    pixels = np.array(image)
    mean = pixels.reshape(-1, 3).mean(axis=0).round()
    height, width = pixels.shape[:2]
    for at, there in enumerate(cells):
        if not there:
            row, column = divmod(at, side)
            rows = slice(round(row * height / side), round((row + 1) * height / side))
            pixels[rows, round(column * width / side) : round((column + 1) * width / side)] = mean
    return PIL.Image.fromarray(pixels)


def dual(model: Any, image: PIL.Image.Image, words: list[str], there: Sequence[bool]) -> float:
    kept = " ".join(word for word, stays in zip(words, there, strict=True) if stays)
    of_image, of_text = model.embeddings([image], [kept])
    return float(model.temperature() * (of_image @ of_text.T))


def matcher(model: Any, image: PIL.Image.Image, words: list[str], there: Sequence[bool]) -> float:
    kept = " ".join(word for word, stays in zip(words, there, strict=True) if stays)
    scores = model.module(**model.inputs([image], [kept])).itm_score
    return float(scores.softmax(-1)[0, 1])


def writer(model: Any, image: PIL.Image.Image, words: list[str], there: Sequence[bool]) -> float:
    """Token by token: each letter is one here, with the blank before it of the word."""
    given = model.inputs([image], [" ".join(words)])
    ids = given["input_ids"][0].clone()
    letters = [at for at, word in enumerate(words) for _ in range(len(word) + (at > 0))]
    first = len(ids) - len(letters)
    for offset, word in enumerate(letters):
        if not there[word]:
            ids[first + offset] = 0  # padding, as the tokenizer has neither a mask nor an unknown word
    logs = model.module(**{**given, "input_ids": ids[None]}).logits[0].log_softmax(-1)
    # of the opening of the caption one token is text too, a line break
    right = [float(logs[at - 1, given["input_ids"][0, at]]) for at in range(first - 1, len(ids))]
    return float(np.mean(right))


MODELS: dict[str, tuple[Callable[..., float], str]] = {
    "openclip:shapes-clip@zoo": (dual, "red circle"),
    "clip:tiny@random": (dual, "red circle"),
    "blip:tiny@random": (matcher, "a ring"),
    "llava:tiny@random": (writer, "a ring"),
}


@pytest.mark.parametrize("locator", MODELS)
def test_shares_are_those_of_every_order_of_words_and_cells(locator: str) -> None:
    model, (value, caption) = load(locator), MODELS[locator]
    image, words, players = scene(), caption.split(), 6
    answers = (TowerAnswers if value is dual else PairAnswers)(model, image, caption, 7)
    assert (answers.words, answers.cells) == (2, 4)
    with torch.inference_mode():
        every = (np.arange(2**players)[:, None] >> np.arange(players)) & 1 == 1
        plain = [value(model, by_hand(image, 2, who[2:]), words, who[:2]) for who in every]
        found = contributions(answers, np.random.default_rng(0))
        table = answers(every)
    np.testing.assert_allclose(table, plain, rtol=1e-5, atol=1e-6)
    assert np.ptp(plain) > 1e-5, "a model that says the same of everything would tell nothing"
    expected = np.zeros(players)
    for order in permutations(range(players)):
        number = 0
        for player in order:
            expected[player] += table[number | 1 << player] - table[number]
            number |= 1 << player
    expected /= math.factorial(players)
    together = np.concatenate([found.words, found.cells])
    np.testing.assert_allclose(together, expected, rtol=0, atol=1e-12)
    assert together.sum() == pytest.approx(table[-1] - table[0], abs=1e-12)
    assert found.exact and found.error == 0 and found.whole == pytest.approx(table[-1], rel=1e-6)
    size = np.abs(expected)
    if size.sum() > 1e-4:
        assert found.text_share == pytest.approx(size[:2].sum() / size.sum(), abs=1e-9)


@pytest.mark.parametrize("locator", MODELS)
def test_cells_of_the_mean_colour_get_nothing(locator: str) -> None:
    quarters = np.repeat(np.repeat(np.array([[0, 254], [127, 127]], dtype=np.uint8), 16, axis=0), 16, axis=1)
    image = PIL.Image.fromarray(np.stack([quarters] * 3, axis=-1))
    value, _ = MODELS[locator]
    with torch.inference_mode():
        answers = (TowerAnswers if value is dual else PairAnswers)(load(locator), image, "red red", 64)
        found = contributions(answers, np.random.default_rng(0))
    scale = np.abs(found.cells[:2]).max()
    assert np.abs(found.cells[2:]).max() < 1e-3 * scale + 1e-7
    if value is not writer:  # where the second of two words that are the same is read after the first
        assert found.words[0] == pytest.approx(found.words[1], abs=1e-6)


class Known(VisionLanguageModel):
    """Says that a pair matches by a tenth for each word, and by the brightness of the image."""

    matches = True
    task = "a match"

    def __init__(self) -> None:
        self.module = torch.nn.Identity()
        self.seen = 0

    def output(self, images: Sequence[Any], captions: Sequence[str]) -> Output:
        self.seen += len(captions)
        bright = torch.tensor([np.asarray(image, dtype=np.float64).mean() / 1000 for image in images])
        p = 0.1 * torch.tensor([len(caption.split()) for caption in captions]).double() + bright
        return Output(torch.stack([(1 - p).log(), p.log()], dim=-1)[:, None], torch.ones(len(p), 1).bool())

    def passes(self, *_: Any) -> Any:
        raise NotImplementedError

    def place(self, _: str) -> Any:
        raise NotImplementedError


def halves(left: int, right: int) -> PIL.Image.Image:
    row = [left] * 4 + [right] * 4
    return PIL.Image.fromarray(np.array([[[each] * 3 for each in row]] * 8, dtype=np.uint8))


@pytest.mark.parametrize("budget", [1024, 20])
def test_a_known_answer_is_shared_out_in_closed_form_whether_all_orders_are_tried_or_some(budget: int) -> None:
    model = Known()
    answers = PairAnswers(model, halves(100, 200), "one two three", 16)
    found = contributions(answers, np.random.default_rng(0), budget)
    np.testing.assert_allclose(found.words, 0.1, atol=1e-9)
    np.testing.assert_allclose(found.cells, [-0.0125, 0.0125, -0.0125, 0.0125], atol=1e-9)
    assert found.text_share == pytest.approx(0.3 / 0.35, abs=1e-9)
    assert found.exact == (budget == 1024) and found.error == pytest.approx(0, abs=1e-9)
    assert model.seen <= (2**7 + 1 if found.exact else budget * 2)


def test_what_moves_nothing_has_no_share() -> None:
    class Deaf(Known):
        def output(self, images: Sequence[Any], captions: Sequence[str]) -> Output:
            said = super().output(images, captions)
            return Output(torch.zeros_like(said.logits), said.valid)

    found = measure_mm_shap(Deaf(), [scene()] * 2, ["a b", "c"], 4, {}, 0, lambda *_: None)
    assert found.text_share.size == 0 and "neither words nor parts" in found.undefined
    assert all(math.isnan(each.text_share) for each in found.pairs) and math.isnan(found.sampling_error)


def test_an_answer_that_is_not_finite_is_an_error() -> None:
    class Broken(Known):
        def output(self, images: Sequence[Any], captions: Sequence[str]) -> Output:
            said = super().output(images, captions)
            return Output(said.logits * math.nan, said.valid)

    with pytest.raises(GonogoError, match="not finite"):
        measure_mm_shap(Broken(), [scene()], ["a b"], 4, {}, 0, lambda *_: None)


def test_a_model_without_an_answer_to_hide_words_from_is_told() -> None:
    class Mute(Known):
        matches = False

    found = measure_mm_shap(Mute(), [scene()], ["a b"], 4, {}, 0, lambda *_: None)
    assert not found.pairs and "words could be hidden" in found.undefined


def test_a_caption_that_is_cut_to_the_context_leaves_the_other_pairs_as_they_are() -> None:
    model, short, long = load("git:tiny@random"), "a red circle", " ".join(["shape"] * 300)
    alone = measure_mm_shap(model, [scene()], [short], 8, {}, 0, lambda *_: None)
    beside = measure_mm_shap(model, [scene(1), scene()], [long, short], 8, {}, 0, lambda *_: None)
    assert len(alone.pairs) == len(beside.pairs) == 1
    assert not beside.undefined
    assert beside.pairs[0].exact and beside.text_share == pytest.approx(alone.text_share)


def test_all_coalitions_of_nine_words_take_no_more_memory_than_their_table() -> None:
    """Of 2^9 coalitions in each tower a quarter of a million are paired, and not their embeddings."""
    import tracemalloc

    class Wide:
        def temperature(self) -> float:
            return 1.0

        def text_embeddings(self, texts: Sequence[str]) -> torch.Tensor:
            return torch.tensor([[float(len(text)), *[1.0] * 511] for text in texts])

        def image_embeddings(self, images: Sequence[Any]) -> torch.Tensor:
            return torch.tensor([[float(np.asarray(image).mean()), *[1.0] * 511] for image in images])

    answers = TowerAnswers(Wide(), scene(), "a b c d e f g h i", 64)  # type: ignore[arg-type]
    tracemalloc.start()
    found = contributions(answers, np.random.default_rng(0))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.exact and len(found.words) == len(found.cells) == 9
    assert most < 200e6, "embeddings of all pairs would take two gigabytes"


def test_drawn_orders_are_within_their_error_of_all_orders() -> None:
    """Of a real model, by many seeds: the errors are stated neither too small nor, by much, too large."""
    with torch.inference_mode():
        answers = TowerAnswers(load("openclip:shapes-clip@zoo"), scene(1), "a red circle and blue", 64)
        exact = contributions(answers, np.random.default_rng(0))
        drawn = [contributions(answers, np.random.default_rng(seed), 500) for seed in range(60)]
    assert exact.exact and not any(each.exact for each in drawn)
    off = np.array([each.text_share for each in drawn]) - exact.text_share
    error = float(np.sqrt(np.mean([each.error**2 for each in drawn])))
    assert 0.6 < error / float(off.std()) < 1.6 and abs(off.mean()) < 2 * error


def test_the_grid_has_about_as_many_cells_as_words() -> None:
    assert [side_of_grid(words) for words in (0, 1, 2, 4, 5, 9, 10)] == [1, 1, 2, 2, 3, 3, 4]
    tiny = PIL.Image.new("RGB", (2, 1), (7, 8, 9))
    assert np.array(partly(tiny, 3, [False] * 9)).tolist() == [[[7, 8, 9]] * 2]


@pytest.mark.parametrize("caption", ["a  red ring ", "naïve é", "x", " lead"])
def test_every_token_of_a_caption_is_of_one_word(caption: str) -> None:
    model = load("llava:tiny@random")
    opening = model.family.opening
    tokens = tokens_by_word(model.tokenizer, opening, caption)
    assert tokens is not None
    for number, word in enumerate(caption.split()):
        assert model.tokenizer.decode([id for id, at in tokens if at == number]).strip() == word
    assert model.tokenizer.decode([id for id, _ in tokens]) == caption
    assert tokens_by_word(model.tokenizer, opening, "  ") is None
    assert tokens_by_word(SimpleNamespace(is_fast=False), opening, caption) is None


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    workspace = tmp_path_factory.mktemp("asked")
    data = DataRef(source="shapes", images=str(workspace / "data"), n=4, captions_per_image=1)
    how = Method(nulls=0, influence="none", mm_shap=2, device="cpu")
    plain = ModelRef.parse("openclip:shapes-clip@zoo")
    planted = ModelRef.parse("openclip:shapes-clip@zoo#tower=vision,scale=0")
    return [diagnose(model, data, workspace, method=how) for model in (plain, planted)], data, workspace


def test_a_diagnosis_tells_it_as_measurements_facts_json_and_arrays(asked: Any, tmp_path: Path) -> None:
    (found, _), data, workspace = asked
    said = {each.metric: each for each in measurements(found)}
    shares = found.mm_shap.text_share
    assert said["mm_shap/text_share"].value == pytest.approx(shares.mean()) and said["mm_shap/text_share"].n == 2
    assert {"mm_shap/text/contribution", "mm_shap/image/contribution", "mm_shap/sampling_error"} < set(said)
    assert (said["mm_shap/pairs"].value, said["mm_shap/exact"].value) == (
        2,
        sum(each.exact for each in found.mm_shap.pairs),
    )
    told = DiagnosticFacts.read(facts(found).told())
    assert "logit of the pair" in told.mm_shap and told.mm_shap_undefined == ""
    written = json.loads(json.dumps(to_json(found), allow_nan=False))["mm_shap"]
    assert written["mm_shap/text_share"]["value"] == pytest.approx(shares.mean())
    assert [len(pair["words"]) for pair in written["pairs"]] == [
        len(sample.captions[0].split()) for sample in open_data(data, workspace).samples[:2]
    ]
    arrays = np.load(save_samples(found, tmp_path))
    np.testing.assert_array_equal(arrays["mm_shap/text_share"], shares)
    assert arrays["map/vision/02/rollout_entropy_norm"].shape == (4,)


def test_it_is_of_the_model_as_it_was_planted(asked: Any) -> None:
    plain, planted = asked[0]
    assert not np.allclose(plain.mm_shap.text_share, planted.mm_shap.text_share, atol=1e-3)


def test_it_is_off_unless_asked_for_and_leaves_digests_as_they_were() -> None:
    assert Method().mm_shap == 0 and "mm_shap" not in Method().model_dump_json()
    assert json.loads(Method(mm_shap=3).model_dump_json())["mm_shap"] == 3
