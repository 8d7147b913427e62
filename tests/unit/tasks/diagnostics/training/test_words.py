"""Questions can be answered, captions are true or false as they should be, and every word has an id."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from store.errors import BadInput
from tasks.diagnostics import zoo
from tasks.diagnostics.datasets.scenes import captions, scene
from tasks.diagnostics.training import questions, statements
from tasks.diagnostics.training.batches import training_seed
from tasks.diagnostics.training.recipes.blip import SPECIALS as BLIP
from tasks.diagnostics.training.recipes.clip import SPECIALS as CLIP
from tasks.diagnostics.training.recipes.idefics import Idefics
from tasks.diagnostics.training.recipes.llava import Llava
from tasks.diagnostics.training.vocabulary import Specials, ids, words

SCENES = range(200)


def test_a_question_names_one_thing_of_the_scene_and_its_answer_is_possible() -> None:
    for index in SCENES:
        things = scene(3, index)
        for number in range(8):
            asked = questions.question(3, index, number)
            named = [thing for thing in things if {thing.colour, thing.shape} & set(asked.text.split())]
            assert len(named) == 1
            assert asked == questions.ask(asked.kind, named[0])
            assert asked.answer.removesuffix(" .") in questions.answers(asked.kind)


def test_the_texts_of_a_training_are_those_that_the_shipped_models_learnt() -> None:
    seed, whole = training_seed(0), hashlib.sha256()
    for index in range(60):
        true = statements.telling(seed, index)
        texts = [statements.full(seed, index), true, statements.altered(seed, index, true)]
        texts += [statements.elsewhere(seed, index), *(statements.drawn(seed, index, number) for number in range(3))]
        texts += [each.text + each.answer for each in (questions.question(seed, index, number) for number in range(6))]
        whole.update("\n".join(texts).encode())
    assert whole.hexdigest() == "38a691565453e853bb02013310b59c737821b280f3fcd2e2ff82bca55b9ed2fb"


def test_the_same_question_is_asked_again_and_the_kinds_take_turns() -> None:
    once = [questions.question(3, index, number) for index in SCENES for number in range(4)]
    assert once == [questions.question(3, index, number) for index in SCENES for number in range(4)]
    assert set(Counter(asked.kind for asked in once).values()) == {len(SCENES)}
    assert once != [questions.question(4, index, number) for index in SCENES for number in range(4)]


def test_a_blind_guess_among_the_things_of_a_scene_is_right_as_often_as_it_says() -> None:
    things = next(found for index in SCENES if len(found := scene(3, index)) == 2 and found[0].size == found[1].size)
    assert questions.guess_rate("colour", things[0], things) == 0.5
    assert questions.guess_rate("size", things[0], things) == 1.0


def test_false_captions_are_false_and_true_ones_true() -> None:
    for index in SCENES:
        here = {(thing.colour, thing.shape) for thing in scene(3, index)}
        true = statements.telling(3, index)
        assert true in captions(3, index, 5)
        assert statements.drawn(3, index) in captions(3, index, 5)
        assert statements.named(true)
        assert statements.named(true) <= here
        near = statements.altered(3, index, true)
        assert not statements.named(near) <= here
        assert sum(a != b for a, b in zip(true.split(), near.split(), strict=True)) == 1
        assert not statements.named(statements.elsewhere(3, index)) <= here
        assert near == statements.altered(3, index, true)


@pytest.mark.parametrize("specials", [CLIP, BLIP, Llava.specials, Idefics.specials], ids=["clip", "blip", "llava", "i"])
def test_every_word_of_the_scenes_has_an_id_of_its_own(specials: Specials) -> None:
    known = ids(specials)
    assert len(set(known.values())) == len(known) == len(words()) + 4 + len(specials.extra)
    assert known["<pad>"] == 0
    assert known[specials.eos] == max(known.values()), "OpenCLIP finds the end of a text by the highest id"
    for index in SCENES:
        texts = [*captions(3, index, 5), *(f"{q.text} {q.answer}" for q in map(_question, [index] * 4, range(4)))]
        assert {word for text in texts for word in text.split()} <= known.keys()


def test_importing_the_zoo_imports_no_model_library() -> None:
    code = (
        "import sys, tasks.diagnostics.zoo as zoo; [zoo.folder(name) for name in zoo.NAMES];"
        "sys.exit(bool({'torch', 'transformers', 'open_clip'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[5]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_an_unknown_model_is_named_with_close_ones() -> None:
    with pytest.raises(BadInput, match="did you mean shapes-clip"):
        zoo.folder("shapes-clap")


def _question(index: int, number: int) -> questions.Question:
    return questions.question(3, index, number)
