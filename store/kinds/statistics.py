"""Statistics tasks: models tested and compared on the images they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from store.base import Digest, Frozen, Slug
from store.facts import Facts, fact, facts_by
from store.kinds import statistics_metrics as metrics
from store.kinds.kind import Kind, Phase, Spec, Wording
from store.metrics import metrics_in

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


class StatisticsSpec(Spec):
    """Test and compare models on the images they share."""

    added: ClassVar[frozenset[str]] = frozenset({"test", "boundary", "effect"})

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

    @cached_property
    def source_ids(self) -> tuple[str, ...]:
        """Ids of the tasks that are compared; of a wide study thousands, which planning asks for at each step."""
        return tuple(source.task_id for source in self.sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsFacts(Facts):
    """What was tested and assumed, and why anything is undetermined."""

    unit_of_analysis: str = fact("Unit of analysis")
    tests: str = fact("Tests")
    collapse: str = fact("Collapse")
    level: str = fact("Level of this look")
    """That no result can reach the level of this look; empty where one can."""
    correction: str = fact("Correction")
    looks: str = fact("Looks")
    intervals: str = fact("Intervals")
    interval_of: Mapping[str, str] = facts_by("Interval {model}")
    null_of_losses: str = fact("Null of the losses")
    assumptions: str = fact("Assumptions")
    over_all_models: Mapping[str, str] = facts_by("Over all models, {scope}")
    claims: str = fact("Claims")
    trends: str = fact("Trends")
    power: str = fact("Power")
    missing: Mapping[str, str] = facts_by("Missing {model}")
    """Model -> how many images it has no value for."""
    undetermined: Mapping[str, str] = facts_by("Undetermined {model}")
    """Model -> why it could not be tested."""
    undetermined_pairs: Mapping[tuple[str, str], str] = facts_by("Undetermined {first} - {second}")


KIND = Kind(
    name="statistics",
    spec=StatisticsSpec,
    facts=StatisticsFacts,
    metrics=metrics_in(vars(metrics)),
    shown=(
        metrics.MODELS,
        metrics.COLLAPSED,
        metrics.EXCLUDED,
        metrics.UNDETERMINED,
        metrics.LOOK_LEVEL,
        metrics.IMAGES_FOR_MEDIUM_EFFECT,
        metrics.SMALLEST_EFFECT,
    ),
    agent="statistician",
    phase=Phase.WORK,
    charged=True,
    required=True,
    wording=Wording(
        again="Test and compare the models",
        cut_short="the comparison could be made",
        without="Without a comparison there can be no GO.",
    ),
)
