"""Compares models on the images they share: reads their per-image values, tests them, and keeps the full result."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel

from store.kinds.diagnostics_metrics import ROLE_ENTROPY_LOSS
from store.kinds.statistics import StatisticsFacts, StatisticsSpec
from store.kinds.statistics_metrics import INDEPENDENT
from tasks.handler import Done, Needs, Outcome, TaskContext, TaskHandler, nothing
from tasks.statistics.comparison import Comparison, compare
from tasks.statistics.in_range import in_range
from tasks.statistics.measurements import measurements
from tasks.statistics.models import collapse_side
from tasks.statistics.samples import load_samples
from tasks.statistics.words import BOUNDARIES, TESTS

RESULT_FILE = "comparison.json"

_NULL = (
    "estimated from a few random initialisations: its error, as that of one more of them, is in tests, pairs and the "
    "intervals of means; in effect sizes and sensitivity it is not"
)


_UNREACHABLE = "none: with so few images no result, however clear, crosses the boundary; more images can"


def compare_models(spec: StatisticsSpec, context: TaskContext) -> Outcome:
    """Test each model of the spec against the null value and the threshold, and every pair of models.

    The same spec and the same samples give the same bytes, whatever the order of the sources. Raises BadInput when
    samples cannot be joined or the spec contradicts itself.
    """
    context.progress(0, 2, "reading samples")
    joined = load_samples(spec.sources, spec.metric, context.artifact)
    context.progress(1, 2, f"comparing {len(joined.values)} models on {joined.image_ids.size} images")
    found = in_range(compare(joined, spec), spec.metric)
    path = context.scratch / RESULT_FILE
    path.write_text(result_json(found, spec), encoding="utf-8")
    context.progress(2, 2, "compared")
    return Done(
        summary=f"Compared the {spec.metric} of {', '.join(joined.values)} on the images they share.",
        measurements=measurements(found),
        facts=facts(found, spec),
        parameters=parameters(spec),
        files={RESULT_FILE: path},
    )


def facts(found: Comparison, spec: StatisticsSpec) -> StatisticsFacts:
    """What was tested and assumed, and why anything is undetermined."""
    across = {each.scope: each.assumption for each in found.across}
    return StatisticsFacts(
        unit_of_analysis="image",
        tests=f"{TESTS[spec.test]}: against the threshold each way, and against the null value two-sided; "
        "between models Student's t, paired",
        collapse=f"the mean of {spec.metric} is {collapse_side(spec)} than the threshold",
        level=_UNREACHABLE if found.level == 0 else "",
        correction="Holm, over all models in each direction, which is partial conjunction, and over all pairs",
        looks=_looks(spec),
        intervals="95 %, uncorrected: bootstrap-t for means, Student's t for differences, noncentral t for dz; "
        "at any look, a confidence sequence",
        interval_of={
            model: "BCa bootstrap: too few images differ for the bootstrap-t"
            for model, result in found.models.items()
            if result.interval_by == "BCa"
        },
        null_of_losses=_NULL if any(each.shared.error > 0 for each in found.models.values()) else "",
        assumptions="independent images; skew and Shapiro-Wilk are shown and switch no test",
        over_all_models=across | ({INDEPENDENT: found.pooled.assumption} if found.pooled else {}),
        claims="k or more models collapsed after correction; uncorrected: k or more with p at most the look's level",
        trends=_trend_words(spec) if found.trends else "",
        power="prospective, with every model 0.5 SD beyond the threshold; claims as if models did not share images",
        missing={model: f"{result.missing} images" for model, result in found.models.items() if result.missing},
        undetermined={model: why.reason for model, why in found.undetermined.items()},
        undetermined_pairs={pair: why.reason for pair, why in found.undetermined_pairs.items()},
    )


def _trend_words(spec: StatisticsSpec) -> str:
    of = "normalised entropy" if ROLE_ENTROPY_LOSS.match(spec.metric) is not None else spec.metric
    return (
        f"slope of {of} from the first layer (0) to the last (1), one an image, by Student's t; explored, with "
        "Benjamini and Hochberg's correction over models, and no part of a claim"
    )


def _looks(spec: StatisticsSpec) -> str:
    if spec.looks == "open":
        return f"{spec.look} of an open number: p is 1/E, of an e-value that is valid whenever one stops"
    return f"{spec.look} of {spec.looks}: {BOUNDARIES[spec.boundary]}"


def parameters(spec: StatisticsSpec) -> dict[str, str]:
    """What was asked for, apart from the sources."""
    asked = spec.model_dump(mode="json", exclude={"kind", "sources"})
    return {name: json.dumps(value) if not isinstance(value, str) else value for name, value in sorted(asked.items())}


def result_json(found: Comparison, spec: StatisticsSpec) -> str:
    """The full result as strict JSON with sorted keys, closed by a newline."""
    sources = [source.model_dump(mode="json") for source in spec.sources]
    whole = {
        "schema": "gonogo.comparison/1",
        "question": spec.model_dump(mode="json", exclude={"kind", "sources"}),
        "sources": sorted(sources, key=lambda source: (source["model_id"], source["digest"], source["task_id"])),
        "result": asdict(found),
    }
    return json.dumps(_plain(whole), sort_keys=True, allow_nan=False, indent=1, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    """`value` in the types of JSON: a pair of models becomes `a/b`, an interval its fields, infinity null."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {"/".join(key) if isinstance(key, tuple) else key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and math.isinf(value) else value


HANDLER: TaskHandler[StatisticsSpec] = compare_models

NEEDS: Needs[StatisticsSpec] = nothing
