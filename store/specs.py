"""What a task is asked to do: one frozen model per kind of task, joined in a union tagged by `kind`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from store.errors import BadInput

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of some bytes, in hex."""

Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""An id that is safe in a file name, a URL and a Markdown anchor."""

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,159}$")]
"""A derived id, such as a task's or a decision's; as safe as a slug, and longer."""

Priority = Literal["high", "medium", "low"]
"""Which of two tasks that could both start goes first."""


class Frozen(BaseModel):
    """Immutable, closed to unknown keys, and free of NaN and infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ModelRef(Frozen):
    """A vision-language model, named as `family:name@weights`."""

    id: Slug
    """Short name, unique in a study."""
    family: str
    """Key of `tasks.diagnostics.families.FAMILIES`."""
    name: str
    """Architecture within the family, such as `ViT-B-32`."""
    weights: str
    """`random`, a local path, a hub id, or a tag of the family's own loader such as `openai`."""

    @classmethod
    def parse(cls, text: str, id: str | None = None) -> Self:
        """Read `family:name@weights`; raises BadInput when a part is missing."""
        family, colon, rest = text.partition(":")
        name, at, weights = rest.partition("@")
        if not (family and colon and name and at and weights):
            raise BadInput(f"model {text!r} is not of the form family:name@weights, such as openclip:ViT-B-32@random")
        return cls(
            id=id or _slug(f"{family}-{name}-{weights.rstrip('/').rpartition('/')[2]}"),
            family=family,
            name=name,
            weights=weights,
        )

    @property
    def locator(self) -> str:
        """The model as `family:name@weights`."""
        return f"{self.family}:{self.name}@{self.weights}"

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


class Diagnostic(Frozen):
    """Measure the attention of one model on one part of the data."""

    kind: Literal["diagnostic"] = "diagnostic"
    model: ModelRef
    data: DataRef
    metric: str = "mcs_norm"
    """What the study decides on; a model in which it is undefined blocks the task."""
    batch_size: int = Field(default=16, ge=1)
    seed: int = 0
    """Seed of random weights."""


class Source(Frozen):
    """Per-image results of one model in one look, as a diagnostic left them."""

    model_id: Slug
    task_id: str
    run_id: str
    digest: Digest
    """Digest of the task's `samples.npz`."""


class Statistics(Frozen):
    """Test and compare models on the images they share."""

    kind: Literal["statistics"] = "statistics"
    sources: tuple[Source, ...] = Field(min_length=1)
    """One or more per model; several looks of a model are joined in order."""
    metric: str
    null: float
    threshold: float
    """A model counts as collapsed when its mean lies beyond this, on the side away from `null`."""
    alpha: float = Field(gt=0, lt=1)
    at_least: tuple[int, ...]
    """The claims under consideration: collapse in at least k of the models, for each k here."""
    look: int = Field(default=1, ge=1)
    looks: int = Field(default=1, ge=1)
    resamples: int = Field(default=10_000, ge=100)
    seed: int = 0


TaskSpec = Annotated[Environment | Diagnostic | Statistics, Field(discriminator="kind")]
TaskKind = Literal["environment", "diagnostic", "statistics"]


def _slug(text: str) -> str:
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in text).strip("-._")
    return kept[:64].lower() or "model"
