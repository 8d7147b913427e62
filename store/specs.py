"""What a task is asked to do: one frozen model per kind of task, joined in a union tagged by `kind`."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_serializer,
)

from store.errors import BadInput

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of some bytes, in hex."""

Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""An id that is safe in a file name, a URL and a Markdown anchor."""

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,159}$")]
"""A derived id, such as a task's or a decision's; as safe as a slug, and longer."""

Priority = Literal["high", "medium", "low"]
"""Which of two tasks that could both start goes first."""


STORED = "stored"
"""Key of the validation context that says that a model is read from the log, and not from a person."""


class Frozen(BaseModel):
    """Immutable, closed to unknown keys, and free of NaN and infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Grown(Frozen):
    """A model that gained fields after logs had been written with it.

    Those fields are left out of its JSON while they hold their defaults, so that digests of what lacks them stay.
    """

    later: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _without_later_defaults(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = serialise(self)
        for name in self.later:
            if getattr(self, name) == type(self).model_fields[name].get_default():
                data.pop(name, None)
        return data


_LAST = 9999
"""The highest number of a layer or head that can be written."""


class Plant(Frozen):
    """A collapse that is planted: at some sites of a model, the scores of attention are multiplied."""

    tower: Literal["vision", "text", "vision_stream", "text_stream", "fusion", "cross", "cross_reverse"]
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


class ModelRef(Grown):
    """A vision-language model, named as `family:name@weights`, with `#` and what is planted in it, if anything is."""

    later: ClassVar[frozenset[str]] = frozenset({"plant"})

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


class Environment(Frozen):
    """Describe the machine and measure the throughput of a model's image tower over batch sizes."""

    kind: Literal["environment"] = "environment"
    model: ModelRef
    batch_sizes: tuple[int, ...] = (1, 2, 4, 8)
    seed: int = 0


Influence = Literal["none", "modalities", "sites", "heads"]
"""Which interventions are made: none; those on modalities; also each site made uniform; also each head silenced."""


FEWEST_ROWS = 8
"""So many of 196 rows, of four images or more, and twice the error that they state cover nine means in ten even where
rows are skewed; two rows of one image cover six, as a simulation among the tests of sampling shows."""


class Method(Grown):
    """How the attention of each model is measured."""

    later: ClassVar[frozenset[str]] = frozenset({"rows"})

    nulls: int = Field(default=8, ge=0, le=1000)
    """Random initialisations to compare with; 0 leaves that null out, otherwise 2 or more."""
    influence: Influence = "sites"
    device: str = "auto"
    """`auto`: the first GPU, or else the CPU."""
    dtype: Literal["float32", "bfloat16", "float16"] = "float32"
    """Number type of the model; the measures are taken in float32 whatever it is."""
    rows: int | None = Field(default=None, ge=2, le=1_000_000)
    """Query rows to measure of the image tokens of a site, each sample's own, where it has more; None: all."""

    @field_validator("nulls")
    @classmethod
    def _spread(cls, value: int) -> int:
        if value == 1:
            raise ValueError("one random initialisation has no spread; give 0, or 2 or more")
        return value

    @field_validator("rows")
    @classmethod
    def _enough(cls, value: int | None, info: ValidationInfo) -> int | None:
        stored = (info.context or {}).get(STORED, False)  # logs may hold what was once allowed
        if value is not None and value < FEWEST_ROWS and not stored:
            raise ValueError(f"{value} rows tell too little of their own error; give {FEWEST_ROWS} or more")
        return value

    @field_validator("device")
    @classmethod
    def _named(cls, value: str) -> str:
        if not re.fullmatch(r"auto|cpu|cuda(:[0-9]{1,3})?", value):
            raise ValueError(f"there is no device {value!r}; give auto, cpu, cuda or cuda:N")
        return value


class Diagnostic(Grown):
    """Measure the attention of one model on one part of the data."""

    later: ClassVar[frozenset[str]] = frozenset({"method"})

    kind: Literal["diagnostic"] = "diagnostic"
    model: ModelRef
    data: DataRef
    metric: str = "mcs_norm"
    """What the study decides on; a model in which it is undefined blocks the task."""
    batch_size: int = Field(default=16, ge=1)
    seed: int = 0
    """Seed of random weights."""
    method: Method = Method()


Test = Literal["student", "johnson"]
"""How a mean is tested: Student's t, or Johnson's, which allows for skew."""

Boundary = Literal["bonferroni", "pocock", "obrien-fleming"]
"""How a fixed number of looks shares alpha: equally, equally with their overlap used, or mostly kept for the end."""

Looks = Annotated[int, Field(ge=1, le=100)] | Literal["open"]
"""A number that is fixed beforehand, or as many as wanted, by e-values."""


class Source(Frozen):
    """Per-image results of one model in one look, as a diagnostic left them."""

    model_id: Slug
    task_id: str
    run_id: str
    digest: Digest
    """Digest of the task's `samples.npz`."""


class Statistics(Grown):
    """Test and compare models on the images they share."""

    later: ClassVar[frozenset[str]] = frozenset({"test", "boundary", "effect"})

    kind: Literal["statistics"] = "statistics"
    sources: tuple[Source, ...] = Field(min_length=1)
    """One or more per model; several looks of a model are joined in order."""
    metric: str
    null: float
    threshold: float
    """A model counts as collapsed when its mean lies beyond this, on the side away from `null`."""
    alpha: float = Field(gt=0, lt=1)
    at_least: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)
    """The claims under consideration: collapse in at least k of the models, for each k here."""
    look: int = Field(default=1, ge=1)
    looks: Looks = 1
    test: Test = "student"
    boundary: Boundary = "bonferroni"
    """Of a fixed number of looks."""
    effect: float = Field(default=0.5, gt=0)
    """Effect that the study is planned for, in standard deviations; it tunes the e-values of open looks."""
    resamples: int = Field(default=10_000, ge=100)
    seed: int = 0


class Audit(Frozen):
    """Hold the claims of a report against one another."""

    kind: Literal["audit"] = "audit"
    report: str = Field(min_length=1)
    """Name of the report, such as `cycle-report.md`; its ending tells the format."""
    digest: Digest
    """Digest of the report, which is kept as an artifact."""


TaskSpec = Annotated[Environment | Diagnostic | Statistics | Audit, Field(discriminator="kind")]
TaskKind = Literal["environment", "diagnostic", "statistics", "audit"]


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
