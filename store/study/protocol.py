"""The study as it was registered: what is asked, of which models, on which data, and by which rule it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar, Literal, Self

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from store.base import STORED, Evolving, Frozen, Slug
from store.errors import BadInput
from store.kinds.diagnostics import Method
from store.kinds.diagnostics_metrics import DECIDED_BY_DEFAULT, ROLE_ENTROPY_LOSS, DecisionMetric
from store.kinds.statistics import Boundary, Looks, Test
from store.lines import Line, UnitInterval
from store.manuscript import PaperPlan
from store.models import DataRef, ModelRef, Plant
from store.review import ReviewProtocol


class StudyModel(Evolving):
    """One model under study, and what may stand in for it when it cannot be had."""

    added: ClassVar[frozenset[str]] = frozenset({"plant", "reference"})

    id: Slug
    family: Line
    name: Line
    weights: Line
    substitutes: tuple[str, ...] = ()
    """Models in order of preference, each as `family:name@weights`."""
    plant: str = ""
    """A collapse to plant, such as `tower=vision,layers=6-9,scale=8`, to see that the study finds it."""
    reference: tuple[str, ...] = ()
    """Models that are known to be sound, each as `family:name@weights`: seeds of the same recipe, or an intact twin.

    Harm is told by how much worse the model does its task than they do, on the same pairs.
    """

    @field_validator("reference")
    @classmethod
    def _sound(cls, reference: tuple[str, ...]) -> tuple[str, ...]:
        try:
            refs = [ModelRef.parse(text) for text in reference]
        except BadInput as error:
            raise ValueError(str(error)) from None
        planted = next((ref for ref in refs if ref.plant is not None), None)
        if planted is not None:
            raise ValueError(f"a collapse is planted in {planted.locator}, which is therefore no sound model")
        if len({ref.locator for ref in refs}) < len(refs):
            raise ValueError("a reference is named twice; it counts once")
        return reference

    @field_validator("plant")
    @classmethod
    def _plantable(cls, plant: str) -> str:
        try:
            return str(Plant.parse(plant)) if plant else plant
        except BadInput as error:
            raise ValueError(str(error)) from None

    @field_validator("substitutes")
    @classmethod
    def _readable(cls, substitutes: tuple[str, ...]) -> tuple[str, ...]:
        for text in substitutes:
            try:
                ModelRef.parse(text)
            except BadInput as error:
                raise ValueError(str(error)) from None
        return substitutes

    @property
    def ref(self) -> ModelRef:
        """The model itself."""
        return _ref(self.id, self.family, self.name, self.weights, self.plant)

    @property
    def references(self) -> tuple[ModelRef, ...]:
        """The models that it is compared with."""
        return tuple(ModelRef.parse(text) for text in self.reference)

    @property
    def candidates(self) -> tuple[ModelRef, ...]:
        """The model, then its substitutes."""
        return (self.ref, *(ModelRef.parse(text) for text in self.substitutes))


def _findable(plant: Plant) -> bool:
    """Whether what is planted can be told from what other models show: uniform attention by layer alone."""
    return plant.scale > 1 or (plant.scale == 0 and plant.heads is None)


@lru_cache(maxsize=4096)
def _ref(id: str, family: str, name: str, weights: str, plant: str) -> ModelRef:
    planted = Plant.parse(plant) if plant else None
    return ModelRef(id=id, family=family, name=name, weights=weights, plant=planted)


class Data(Frozen):
    """Where the image-caption pairs come from. Each look takes the next `n` images."""

    source: Literal["coco", "shapes"]
    images: str = ""
    annotations: str = ""
    n: int = Field(ge=1, le=10_000_000)
    captions_per_image: int = Field(default=5, ge=1, le=100)

    @model_validator(mode="after")
    def _located(self) -> Self:
        if self.source == "coco" and not (self.images and self.annotations):
            raise ValueError("source 'coco' needs both images (a folder) and annotations (a captions JSON)")
        return self

    def part(self, look: int, seed: int) -> DataRef:
        """The images that look number `look` (from 1) adds."""
        return DataRef(
            source=self.source,
            images=self.images,
            annotations=self.annotations,
            first=(look - 1) * self.n,
            n=self.n,
            captions_per_image=self.captions_per_image,
            seed=seed,
        )


Controls = Literal["apart", "counted"]


class DecisionRule(Frozen):
    """When the study's claim holds: the mean of `metric` lies beyond `threshold` in at least k of the models."""

    metric: DecisionMetric = DECIDED_BY_DEFAULT
    null: float = 0.5
    threshold: float
    alpha: UnitInterval = 0.05
    at_least: tuple[int, ...]
    """k. More than one value leaves a choice that a human makes."""
    looks: Looks = 1
    """How often the data may be looked at."""
    boundary: Boundary = "obrien-fleming"
    """How a fixed number of looks shares alpha."""
    test: Test = "johnson"
    effect: float = Field(default=0.5, gt=0, le=100)
    """Effect that the study is planned for, in standard deviations: for power, and for the e-values of open looks."""
    controls: Controls = "apart"
    """Whether models with a planted collapse are `counted` among the k, or show `apart` that the instrument works."""

    legacy: ClassVar[Mapping[str, object]] = {
        "test": "student",
        "boundary": "bonferroni",
        "effect": 0.5,
        "controls": "counted",
    }
    """What rules meant that were registered before they could say it. It is left out of their JSON, so that their
    digests stay, and is filled in again where they are read from the log."""

    @model_validator(mode="before")
    @classmethod
    def _as_registered(cls, data: Any, info: ValidationInfo) -> Any:
        stored = (info.context or {}).get(STORED, False)
        return {**cls.legacy, **data} if stored and isinstance(data, dict) else data

    @model_serializer(mode="wrap")
    def _without_legacy(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = serialise(self)
        return {key: value for key, value in data.items() if key not in self.legacy or value != self.legacy[key]}

    @property
    def last_look(self) -> int | None:
        """The number of looks that was fixed; None where it is open."""
        return None if self.looks == "open" else self.looks

    def allows(self, look: int) -> bool:
        """Whether the rule plans that look."""
        return self.looks == "open" or look <= self.looks

    @field_validator("at_least", mode="before")
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        given = value if isinstance(value, list | tuple) else (value,)
        if not all(type(k) is int for k in given):
            raise ValueError("give a whole number of models, such as 2, or a list of them, such as [1, 2]")
        return tuple(given)

    @field_validator("at_least")
    @classmethod
    def _sensible(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not value or min(value) < 1 or len(set(value)) != len(value):
            raise ValueError("give one or more different whole numbers of at least 1")
        return tuple(sorted(value))

    @model_validator(mode="after")
    def _directed(self) -> Self:
        if self.threshold == self.null:
            raise ValueError("threshold equals null, so no side of it counts as collapse")
        return self


class Budget(Frozen):
    """What one cycle may spend beside its environment task and audits; work beyond it is left to the next cycle."""

    tasks: int | None = Field(default=None, ge=1)
    seconds: float | None = Field(default=None, gt=0)
    """Time spent in tasks, by the clock of the log."""


class Approvals(Frozen):
    """Who may answer strategic questions, and for how long they stand open."""

    approvers: tuple[Line, ...] = ()
    """Empty: anyone who can write to the workspace."""
    expires_days: int | None = Field(default=None, ge=1, le=3650)


class Study(Evolving):
    """The protocol of a study. Its canonical digest is registered before any result exists."""

    added: ClassVar[frozenset[str]] = frozenset({"diagnostics", "literature", "paper"})

    name: Line = Field(max_length=200)
    question: Line
    claim: Line
    seed: int = Field(default=0, ge=0, lt=2**32)
    target: date | None = None
    """The day by which a decision is wanted."""
    models: tuple[StudyModel, ...] = Field(min_length=1)
    data: Data
    diagnostics: Method = Method()
    decision: DecisionRule
    budget: Budget = Budget()
    approvals: Approvals = Approvals()
    literature: ReviewProtocol | None = None
    """None: no literature is tracked."""
    paper: PaperPlan | None = None
    """None: no paper is drafted."""

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        ids = [model.id for model in self.models]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise ValueError(f"models: id {twice[0]!r} is used twice; give each model an id of its own")
        locators = [model.ref.locator for model in self.models]
        twice = sorted({text for text in locators if locators.count(text) > 1})
        if twice:
            raise ValueError(f"models: {twice[0]} is listed twice; a model counts once")
        models = len(self.counted)
        if not models:
            raise ValueError(
                "models: a collapse is planted in each of them; name one without, of which the claim speaks"
            )
        beyond = [k for k in self.decision.at_least if k > models]
        if beyond:
            apart = ", as those with a plant are controls and do not count" if self.controls else ""
            raise ValueError(
                f"decision.at_least: {beyond[0]} of {models} models cannot be reached{apart}; give at most {models}"
            )
        weak = [model for model in self.controls if model.ref.plant is not None and not _findable(model.ref.plant)]
        if weak and not (info.context or {}).get(STORED, False):
            raise ValueError(
                f"models: the plant in {weak[0].id} would not be found, as attention has to become uniform in all "
                "heads, or sharper; give a scale of 0 without heads, a scale above 1, such as 8, or "
                'controls = "counted" in [decision]'
            )
        if self.controls and not self.diagnostics.nulls and not (info.context or {}).get(STORED, False):
            raise ValueError(
                f"diagnostics.nulls: the plant in {self.controls[0].id} is looked for beside random initialisations; "
                "give 8 or more"
            )
        is_loss = ROLE_ENTROPY_LOSS.match(self.decision.metric) is not None
        if is_loss and not self.diagnostics.nulls and not (info.context or {}).get(STORED, False):
            raise ValueError(
                f"diagnostics.nulls: {self.decision.metric} is a loss against random initialisations; "
                "it needs some: give 8 or more"
            )
        return self

    def going_on(self, registered: Study) -> Self:
        """The same, with the rule's tests as they were registered where the file says nothing of them.

        What a file leaves out means what it meant when the study began, whatever a newer version would choose.
        """
        unsaid = self.decision.legacy.keys() - self.decision.model_fields_set
        kept = {key: getattr(registered.decision, key) for key in unsaid}
        return self.model_copy(update={"decision": self.decision.model_copy(update=kept)})

    @property
    def counted(self) -> tuple[StudyModel, ...]:
        """Models of which the claim speaks: all but the controls."""
        return tuple(model for model in self.models if not model.plant or self.decision.controls == "counted")

    @property
    def controls(self) -> tuple[StudyModel, ...]:
        """Models with a planted collapse, which show whether the instrument finds it, and enter no claim."""
        return tuple(model for model in self.models if model.plant and self.decision.controls == "apart")

    def model(self, model_id: str) -> StudyModel:
        """The model of that id; KeyError when there is none."""
        for model in self.models:
            if model.id == model_id:
                return model
        raise KeyError(model_id)
