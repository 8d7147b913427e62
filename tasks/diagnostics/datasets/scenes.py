"""Scenes of coloured shapes: the same seed and index give the same picture and captions on every machine."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

SIDE = 64
"""Width and height of a picture, in pixels."""

COLOURS = {
    "red": (222, 38, 42),
    "green": (32, 160, 58),
    "blue": (44, 78, 220),
    "yellow": (238, 214, 46),
    "purple": (146, 48, 186),
    "orange": (240, 132, 28),
    "cyan": (54, 206, 218),
    "white": (244, 244, 244),
}
SHAPES = ("circle", "square", "triangle", "cross", "ring", "star")
RADII = {"small": 6, "large": 10}
"""Radius of a shape, in pixels."""
ROWS = ("top", "middle", "bottom")
COLUMNS = ("left", "centre", "right")
OPENERS = ("a photo of", "an image of", "there is", "we see", "this shows")
NUMBERS = ("no", "one", "two", "three")

_CELL = 21
_MARGIN = 11
_JITTER = 2

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Thing:
    """One shape in a scene, in a cell of a 3 x 3 grid, with its centre in pixels."""

    shape: str
    colour: str
    size: str
    row: int
    column: int
    x: int
    y: int


class Dice:
    """Choices that depend on a text alone: `random()` of a text seed is fixed by Python's documentation."""

    def __init__(self, *key: object) -> None:
        self._random = random.Random("/".join(str(part) for part in key)).random

    def below(self, stop: int) -> int:
        """A number of 0 to stop - 1."""
        return int(self._random() * stop)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]

    def deal(self, items: Sequence[T], count: int) -> list[T]:
        """Pick `count` different items."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(count)]


@lru_cache(maxsize=4096)  # a picture, its captions and the questions about it ask for the same scene many times over
def scene(seed: int, index: int) -> tuple[Thing, ...]:
    """One to three things that differ in shape, colour and cell."""
    dice = Dice("scene", seed, index)
    count = 1 + dice.below(3)
    kinds = zip(dice.deal(SHAPES, count), dice.deal(list(COLOURS), count), dice.deal(range(9), count), strict=True)
    return tuple(_thing(dice, shape, colour, *divmod(cell, 3)) for shape, colour, cell in kinds)


def picture(seed: int, index: int) -> NDArray[np.uint8]:
    """The scene as pixels, [64, 64, 3], RGB."""
    dice = Dice("ground", seed, index)
    pixels = np.empty((SIDE, SIDE, 3), np.uint8)
    shade = 15 + dice.below(60)
    pixels[:] = [shade + dice.below(12) for _ in range(3)]
    for thing in scene(seed, index):
        pixels[_outline(thing)] = COLOURS[thing.colour]
    return pixels


def captions(seed: int, index: int, count: int) -> tuple[str, ...]:
    """True captions of a scene, of 4 to 14 words; caption j does not depend on `count`."""
    return tuple(caption(seed, index, j) for j in range(count))


def caption(seed: int, index: int, number: int) -> str:
    """One of the captions of a scene; the others need not be made for it."""
    kinds = (_all_things, _relation, _place, _one_thing, _number)
    return kinds[number % len(kinds)](scene(seed, index), Dice("caption", seed, index, number))


def _thing(dice: Dice, shape: str, colour: str, row: int, column: int) -> Thing:
    x, y = (_MARGIN + _CELL * cell + dice.below(2 * _JITTER + 1) - _JITTER for cell in (column, row))
    return Thing(shape, colour, dice.pick(list(RADII)), row, column, x, y)


def _outline(thing: Thing) -> NDArray[np.bool_]:
    """The pixels that a thing covers, [64, 64]."""
    y, x = np.mgrid[:SIDE, :SIDE]
    x, y, r = x - thing.x, y - thing.y, RADII[thing.size]
    squared = x * x + y * y
    match thing.shape:
        case "circle":
            return np.asarray(squared < r * r)
        case "ring":
            return np.asarray((squared < r * r) & (100 * squared >= 36 * r * r))
        case "square":
            return np.asarray(np.maximum(abs(x), abs(y)) <= 0.85 * r)
        case "triangle":
            return np.asarray((y <= 0.8 * r) & (y >= 2 * abs(x) - r))
        case "cross":
            return np.asarray((np.minimum(abs(x), abs(y)) <= r / 4) & (np.maximum(abs(x), abs(y)) <= r))
        case _:
            reach = 0.69 + 0.38 * np.cos(5 * (np.arctan2(y, x) + math.pi / 2))
            return np.asarray(np.sqrt(squared) < r * reach)


def _phrase(thing: Thing, dice: Dice, sized: bool) -> str:
    words = [thing.size] if sized and dice.below(2) else []
    words += [thing.colour, thing.shape]
    article = "an" if words[0][0] in "aeiou" else "a"
    return " ".join([article, *words])


def _opened(text: str, dice: Dice) -> str:
    """Put an opener before a text that leaves room for it."""
    return f"{dice.pick(OPENERS)} {text}" if len(text.split()) <= 11 and dice.below(2) else text


def _all_things(things: Sequence[Thing], dice: Dice) -> str:
    if len(things) == 1:
        return _place(things, dice)
    return _opened(" and ".join(_phrase(thing, dice, sized=False) for thing in dice.deal(things, len(things))), dice)


def _relation(things: Sequence[Thing], dice: Dice) -> str:
    if len(things) == 1:
        return _one_thing(things, dice)
    a, b = dice.deal(things, 2)
    if a.row != b.row:
        relation = "above" if a.row < b.row else "below"
    else:
        relation = "left of" if a.column < b.column else "right of"
    return _opened(f"{_phrase(a, dice, sized=True)} {relation} {_phrase(b, dice, sized=True)}", dice)


def _place(things: Sequence[Thing], dice: Dice) -> str:
    thing = dice.pick(things)
    row, column = ROWS[thing.row], COLUMNS[thing.column]
    place = "in the middle" if (row, column) == ("middle", "centre") else f"at the {row} {column}"
    return _opened(f"{_phrase(thing, dice, sized=True)} {place}", dice)


def _one_thing(things: Sequence[Thing], dice: Dice) -> str:
    return f"{dice.pick(OPENERS)} {_phrase(dice.pick(things), dice, sized=True)}"


def _number(things: Sequence[Thing], dice: Dice) -> str:
    shapes = "shape" if len(things) == 1 else "shapes"
    return f"{dice.pick(OPENERS[:2])} {NUMBERS[len(things)]} {shapes}"
