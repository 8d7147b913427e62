"""Questions about a scene, with their answers: the same seed, index and number give the same question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.diagnostics.datasets.scenes import COLOURS, COLUMNS, RADII, ROWS, SHAPES, Dice, Thing, scene

KINDS = ("colour", "shape", "place", "size")


@dataclass(frozen=True, slots=True)
class Question:
    """A question about one thing of a scene."""

    kind: str
    text: str
    """Words, ending with a question mark."""
    answer: str
    """Words, ending with a full stop."""


def ask(kind: str, thing: Thing) -> Question:
    """The question of a kind about a thing. Colour and shape name a thing, since the things of a scene differ in both.

    Raises KeyError for a kind that is not in KINDS.
    """
    texts = {
        "colour": f"what colour is the {thing.shape} ?",
        "shape": f"which shape is {thing.colour} ?",
        "place": f"where is the {thing.shape} ?",
        "size": f"what size is the {thing.shape} ?",
    }
    return Question(kind, texts[kind], f"{answer(kind, thing)} .")


def answer(kind: str, thing: Thing) -> str:
    """What is asked for: one word, or row and column."""
    return {
        "colour": thing.colour,
        "shape": thing.shape,
        "place": f"{ROWS[thing.row]} {COLUMNS[thing.column]}",
        "size": thing.size,
    }[kind]


def answers(kind: str) -> tuple[str, ...]:
    """All answers that a kind of question can have, without the full stop."""
    places = tuple(f"{row} {column}" for row in ROWS for column in COLUMNS)
    return {"colour": tuple(COLOURS), "shape": SHAPES, "place": places, "size": tuple(RADII)}[kind]


def question(seed: int, index: int, number: int) -> Question:
    """A question about a scene; the kinds take turns, the thing is drawn."""
    kind = KINDS[number % len(KINDS)]
    return ask(kind, Dice("question", seed, index, number).pick(scene(seed, index)))


def guess_rate(kind: str, thing: Thing, things: Sequence[Thing]) -> float:
    """How often the answer for one of the things of a scene, drawn blindly, is the answer for `thing`."""
    return sum(answer(kind, other) == answer(kind, thing) for other in things) / len(things)
