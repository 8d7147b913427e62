"""What is measured: a model, a collapse that is planted in it, and a part of a data set."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Literal, Self, get_args

from pydantic import Field, ValidationError, field_validator

from store.base import Evolving, Frozen, Slug
from store.errors import BadInput

LayerRole = Literal["vision", "text", "vision_stream", "text_stream", "fusion", "cross", "cross_reverse"]
"""Role of attention whose sites are layers. The sites of a role are one stack, so that its depth means something.

`vision`, `text`: within the tower of a modality, or its only stream. `vision_stream`, `text_stream`: within a stream of
one modality that stands above its tower, and whose layers attend to the other modality too. `fusion`: over image and
text tokens in one sequence. `cross`: from text tokens, or latents, over those of the image. `cross_reverse`: from image
tokens over those of the text, in models that have both.
"""

LAYER_ROLES: tuple[LayerRole, ...] = get_args(LayerRole)
"""In the order in which reports show them."""

TOWERS, MEETING_ROLES = LAYER_ROLES[:2], LAYER_ROLES[2:]
"""Roles of a single modality, and roles of models in which the modalities meet."""

Role = Literal[LayerRole, "pooling"]
"""Role of any attention site. A pooling head reads a finished tower out, and is no layer."""

_LAST = 9999
"""The highest number of a layer or head that can be written."""


class Plant(Frozen):
    """A collapse that is planted: at some sites of a model, the scores of attention are multiplied."""

    tower: LayerRole
    """Role of the sites."""
    layers: tuple[int, ...] | None = None
    """Layers of the role, counted from 0; None: all of them."""
    heads: tuple[int, ...] | None = None
    """Heads of each layer; None: all of them."""
    scale: float = Field(ge=0, le=1000)
    """Factor of the scores: above 1 attention is more peaked, at 0 it is uniform."""

    @field_validator("layers", "heads")
    @classmethod
    def _counted(cls, value: tuple[int, ...] | None) -> tuple[int, ...] | None:
        if value is not None and (not value or min(value) < 0 or max(value) > _LAST):
            raise ValueError(f"give whole numbers from 0 to {_LAST}")
        return None if value is None else tuple(sorted(set(value)))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `tower=vision,layers=6-9,heads=0,scale=8`; raises BadInput for what cannot be read."""
        given: dict[str, Any] = {}
        for part in re.split(r",(?=[a-z]+=)", text):
            key, equals, value = part.strip().partition("=")
            if not equals or key in given or key not in cls.model_fields:
                raise BadInput(f"plant {text!r}: {part!r} is not one of tower=, layers=, heads=, scale=, each once")
            given[key] = _numbers(text, value) if key in ("layers", "heads") else value
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            found = error.errors()[0]
            where = ".".join(str(part) for part in found["loc"])
            raise BadInput(f"plant {text!r}: {where}: {found['msg']}; write tower=vision,layers=6-9,scale=8") from None

    def __str__(self) -> str:
        """In the form that `parse` reads."""
        parts = [f"tower={self.tower}"]
        parts += [
            f"{name}={_runs(value)}" for name in ("layers", "heads") if (value := getattr(self, name)) is not None
        ]
        return ",".join([*parts, f"scale={str(self.scale).removesuffix('.0')}"])  # all digits: it is read back


class ModelRef(Evolving):
    """A vision-language model, named as `family:name@weights`, with `#` and what is planted in it, if anything is."""

    added: ClassVar[frozenset[str]] = frozenset({"plant"})

    id: Slug
    """Short name, unique in a study."""
    family: str
    """Key of `tasks.diagnostics.families.FAMILIES`, an entry point, or a dotted path to a family of one's own."""
    name: str
    """Architecture within the family, such as `ViT-B-32`."""
    weights: str
    """`random`, `zoo`, a local path, a hub id, or a tag of the family's own loader such as `openai`."""
    plant: Plant | None = None

    @classmethod
    def parse(cls, text: str, id: str | None = None) -> Self:
        """Read `family:name@weights` or `family:name@weights#plant`; raises BadInput when a part is missing."""
        whole, marked, planted = text.partition("#")
        family, colon, rest = whole.partition(":")
        name, at, weights = rest.partition("@")
        if not (family and colon and name and at and weights):
            raise BadInput(f"model {text!r} is not of the form family:name@weights, such as openclip:ViT-B-32@random")
        if marked and not planted:
            raise BadInput(f"model {text!r} ends with # and names no plant; leave the # out, or add what is planted")
        return cls(
            id=id or _slug(f"{family}-{name}-{weights.rstrip('/').rpartition('/')[2]}{'-planted' if planted else ''}"),
            family=family,
            name=name,
            weights=weights,
            plant=Plant.parse(planted) if planted else None,
        )

    @property
    def locator(self) -> str:
        """The model as `parse` reads it."""
        planted = f"#{self.plant}" if self.plant else ""
        return f"{self.family}:{self.name}@{self.weights}{planted}"

    @property
    def untrained(self) -> bool:
        """True when the weights are a random initialisation, so that no result speaks of a trained model."""
        return self.weights == "random"

    @property
    def fetched(self) -> bool:
        """Whether the weights are others' and have to be had from somewhere: those of the zoo come with gonogo."""
        return self.weights not in ("random", "zoo")


class DataRef(Frozen):
    """A contiguous part of an image-caption data set, in the data set's own append-only order."""

    source: Literal["coco", "shapes"]
    images: str = ""
    """Folder of the images; for `shapes`, where they are generated."""
    annotations: str = ""
    """COCO captions JSON."""
    first: int = Field(default=0, ge=0)
    """Images to skip: earlier looks have measured them."""
    n: int = Field(ge=1)
    """Images to use."""
    captions_per_image: int = Field(default=5, ge=1)
    seed: int = 0
    """Seed of the `shapes` generator; unused for `coco`."""


def _slug(text: str) -> str:
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in text).strip("-._")
    return kept[:64].lower() or "model"


def _numbers(text: str, value: str) -> tuple[int, ...]:
    """Read `0,2,6-9`."""
    found: list[int] = []
    for part in value.split(","):
        run = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", part.strip())
        if run is None or int(run[2] or run[1]) < int(run[1]):
            raise BadInput(f"plant {text!r}: {part!r} is no number or run of numbers such as 6-9")
        found += range(int(run[1]), int(run[2] or run[1]) + 1)
    return tuple(found)


def _runs(numbers: tuple[int, ...]) -> str:
    """Write `0,2,6-9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
