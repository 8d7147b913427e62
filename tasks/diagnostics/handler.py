"""The handler of diagnostic tasks: measure the attention of one model, and leave per-image values behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from store.errors import BadInput, GonogoError
from store.kinds import diagnostics_metrics as m
from store.kinds import unit_of
from store.kinds.diagnostics import SAMPLES, DiagnosticFacts, DiagnosticSpec, null_array, site_array
from store.kinds.diagnostics_sites import SitePlace
from store.metrics import SHARE, Metric
from tasks.diagnostics.devices import find_device
from tasks.diagnostics.diagnose import diagnose
from tasks.diagnostics.diagnosis import LOSSES, SUMMARY, Diagnosis, Summary, summarise
from tasks.diagnostics.document import to_json
from tasks.diagnostics.families import find_family
from tasks.diagnostics.families.weights import UnusableModel, WeightsUnavailable
from tasks.diagnostics.intervention.influence import Effect
from tasks.diagnostics.judgement import FEWEST_IMAGES
from tasks.diagnostics.pictures import draw
from tasks.diagnostics.told import map_arrays, of_maps, of_mm_shap, of_task, shap_arrays, task_arrays
from tasks.handler import Blocked, Done, Measurement, Needs, Outcome, TaskContext, TaskHandler, measured
from tasks.libraries import INSTALL, require_libraries
from tasks.memory import is_out_of_memory

MEND = "mend what is named, or take a substitute"

HEADS_CITED = 600
"""Most heads whose entropy goes into the event log, for the report to draw; a head takes some 260 bytes there.

The 240 heads of a ViT-B-32 take 61 kB, the 528 of a ViT-L-14 take 135 kB. A decoder of 32 layers of 32 heads, with the
384 of its image tower, would take 375 kB, more than three times the rest of its event: its heads stay with the run, in
metrics, `samples.npz` and `heads.png`.
"""


def measure_attention(spec: DiagnosticSpec, context: TaskContext) -> Outcome:
    """Diagnose the model of `spec`; raises as `diagnose` does.

    Blocked where trying again could not help: where weights or libraries cannot be had, where the model, a plant, the
    data or the device cannot be used, where scores or the output are not finite, and where the metric that the study
    decides on is undefined.
    """
    cache = context.workspace / "cache" / "nulls"
    try:
        found = diagnose(
            spec.model,
            spec.data,
            context.workspace,
            spec.batch_size,
            spec.seed,
            context.progress,
            spec.method,
            cache,
            spec.references,
        )
    except WeightsUnavailable as error:
        return Blocked(error.reason, error.remedy)
    except BadInput as error:
        mend = "mend the model, or take a substitute" if isinstance(error, UnusableModel) else MEND
        return Blocked(str(error), mend)
    except GonogoError as error:
        if type(error) is not GonogoError or is_out_of_memory(error):
            raise  # of the machine, which may do better next time
        return Blocked(str(error), MEND)
    except ImportError as error:
        return Blocked(f"a library of the diagnostics is missing or broken ({error})", INSTALL)
    if spec.metric not in found.values:
        why = _why_undefined(found, spec.metric)
        return Blocked(f"{spec.metric} is undefined for {spec.model.locator}: {why}", "take a substitute")
    return Done(
        summary=f"Measured the attention of {spec.model.locator}.",
        measurements=measurements(found),
        facts=facts(found),
        parameters=_parameters(found),
        files={
            SAMPLES: save_samples(found, context.scratch),
            "diagnosis.json": _json(found, context.scratch),
            **draw(found, context.scratch),
        },
    )


def measurements(found: Diagnosis) -> tuple[Measurement, ...]:
    """Every number of the diagnosis, under the key that reports look it up by. What is undefined has none."""
    return (
        *_of_model(found),
        *_of_nulls(found),
        *_of_influence(found),
        *of_maps(found.kinds),
        *of_task(found.performance),
        *of_mm_shap(found.mm_shap),
        *_of_layers(found),
        *_of_sites(found),
    )


def _why_undefined(found: Diagnosis, metric: str) -> str:
    """A loss is undefined for the reason that its entropy is, or for want of a null."""
    if metric in LOSSES and metric not in found.undefined:
        entropy = m.ROLE_ENTROPY_NORM.key(role=LOSSES[metric])
        return found.undefined.get(entropy, "no null of random initialisation was measured")
    return found.undefined.get(metric, "it is not among the measures of this model")


def _of_model(found: Diagnosis) -> Iterator[Measurement]:
    for measure in SUMMARY:
        summary = found.summary(measure)
        if summary is not None:
            yield _mean(measure, summary)
    if found.alignment is not None:
        aligned = found.alignment
        yield _mean(m.RETRIEVAL.key(), summarise(aligned.retrieval, SHARE))
        yield measured(m.RETRIEVAL_CHANCE, aligned.chance)
        for metric, triple in ((m.MODALITY_GAP, aligned.gap), (m.PERMUTATION_SHARE, aligned.share)):
            if triple is not None:
                yield measured(metric, triple[0], triple[1], triple[2])
    yield measured(m.LATENCY, found.cost.latency_s)
    yield measured(m.LATENCY_TAPPED, found.cost.latency_tapped_s)
    yield measured(m.PEAK_BYTES, found.cost.peak_bytes)
    yield measured(m.SITES_SEEN, len(found.sites))
    yield measured(m.SITES_EXPECTED, found.sites_expected)
    yield measured(m.PARAMETERS, found.parameters)
    if found.rows is not None:
        yield measured(m.ROWS, found.rows)
        yield measured(m.SAMPLING_ERROR, found.sampling_error)
    yield measured(m.IMAGES, found.n)
    yield measured(m.CAPTIONS, found.n * found.captions_per_image)
    if found.cut:
        yield measured(m.CAPTIONS_TRUNCATED, found.cut)


def _of_nulls(found: Diagnosis) -> Iterator[Measurement]:
    if (null := found.nulls.random_init) is not None:
        yield measured(m.NULL_DRAWS, len(null.seeds))
        yield measured(m.NULL_IMAGES, null.images)
    for loss in found.losses.losses:
        role: dict[str, Any] = {"role": loss.name}
        yield measured(m.NULL_ENTROPY_NORM, loss.null, loss.null_low, loss.null_high, **role)
        yield measured(m.NULL_LOSS, loss.value, loss.low, loss.high, **role)
        yield measured(m.NULL_P_COLLAPSED, loss.p_collapsed, **role)
    for loss in found.losses.layers:
        layer: dict[str, Any] = dict(zip(("role", "layer"), loss.name.split("/"), strict=True))
        yield measured(m.NULL_LAYER_ENTROPY_NORM, loss.null, loss.null_low, loss.null_high, **layer)
        yield measured(m.NULL_LAYER_LOSS, loss.value, loss.low, loss.high, **layer)
    for measure, band in found.score_nulls.items():
        score: dict[str, Any] = dict(m.LAYER_SCORE.match(measure) or {})
        yield measured(m.NULL_LAYER_SCORE, band.mean, band.low, band.high, **score)
    for loss in found.losses.heads:
        head: dict[str, Any] = dict(zip(("role", "layer", "head"), loss.name.split("/"), strict=True))
        yield measured(m.NULL_HEAD_LOSS, loss.value, loss.low, loss.high, cited=False, **head)
    for measure, shift in found.nulls.shuffled.items():
        difference = measured(m.SHUFFLED, shift.difference, shift.low, shift.high, measure=measure)
        yield replace(difference, unit=unit_of(measure))


def _of_influence(found: Diagnosis) -> Iterator[Measurement]:
    for effect in found.effects:
        of_change, of_rise = _metrics_of(effect)
        change = summarise(effect.change, SHARE)
        cited = effect.head is None
        yield measured(of_change, change.value, change.low, change.high, change.n, cited=cited)
        if effect.loss is not None:
            rise = summarise(effect.loss)
            yield measured(of_rise, rise.value, rise.low, rise.high, rise.n, cited=cited)
    for level, relation in (("sites", found.relation()), ("heads", found.relation(per_head=True))):
        if relation is not None:
            yield measured(m.SPEARMAN, relation.value, level=level)
            yield measured(m.COMPARED, relation.n, level=level)


def _of_layers(found: Diagnosis) -> Iterator[Measurement]:
    for measure in found.values:
        summary = found.summary(measure)
        if measure not in SUMMARY and summary is not None:
            yield _mean(measure, summary)


def _of_sites(found: Diagnosis) -> Iterator[Measurement]:
    """Pooling heads, which belong to no layer, as a whole; and every head of every site."""
    drawn = sum(site.heads for site in found.sites) <= HEADS_CITED
    for site in found.sites:
        name = _site_key(site.name)
        pooled = site.entropy_norm.mean(axis=1)
        if site.layer is None and np.isfinite(pooled).all():
            whole = summarise(pooled, SHARE)
            yield measured(m.SITE_ENTROPY_NORM, whole.value, whole.low, whole.high, whole.n, site=name)
        for statistic, values in site.statistics.items():
            for head, value in enumerate(values.mean(axis=0)):
                if np.isfinite(value):
                    metric = m.HEAD[statistic]
                    cited = drawn and metric is m.HEAD_ENTROPY_NORM
                    yield measured(metric, float(value), n=found.n, cited=cited, site=name, head=head)


def _site_key(name: str) -> str:
    """A site's name within a metric's."""
    return name.replace(":", "-")


def _metrics_of(effect: Effect) -> tuple[Metric, Metric]:
    """What an intervention changes of the output, and by how much it raises the loss."""
    if not effect.site:
        return m.CHANGE.at(intervention=effect.kind), m.RISE.at(intervention=effect.kind)
    if effect.head is None:
        return m.SITE_CHANGE.at(site=effect.site), m.SITE_RISE.at(site=effect.site)
    head: dict[str, Any] = {"site": effect.site, "head": effect.head}
    return m.HEAD_CHANGE.at(**head), m.HEAD_RISE.at(**head)


def _mean(measure: str, summary: Summary) -> Measurement:
    return Measurement(measure, summary.value, unit_of(measure), summary.low, summary.high, summary.n)


def facts(found: Diagnosis) -> DiagnosticFacts:
    """What was measured, where each site is, and what the verdict is."""
    shap = found.mm_shap
    return DiagnosticFacts(
        model=found.model.locator,
        weights=found.provenance.weights,
        architecture=found.provenance.architecture,
        tokenizer=found.provenance.tokenizer,
        device=found.device,
        dtype=found.dtype,
        kinds={kind: ", ".join(places) for kind, places in found.kinds.places.items()},
        harm=found.harm.label,
        harm_reason=found.harm.reason,
        use=dict(found.harm.use),
        need=dict(found.harm.need),
        maps_unseen=dict(found.kinds.unseen),
        values_unseen=", ".join(found.kinds.unvalued),
        unrolled={str(role): why for role, why in found.kinds.unrolled.items()},
        mm_shap="" if shap is None or not shap.pairs else f"The value is {shap.value}; a hidden word is {shap.hidden}.",
        mm_shap_undefined="" if shap is None else shap.undefined,
        planted=str(found.model.plant) if found.model.plant else "",
        lost_layers=", ".join(found.losses.lost_layers),
        lost_heads="; ".join(f"{layer}: {numbers}" for layer, numbers in found.losses.lost_heads_by_layer.items()),
        different_heads=found.losses.different_heads_in_words,
        heads_not_compared=", ".join(found.losses.heads_not_compared),
        kinds_untold=f"fewer than {FEWEST_IMAGES} images" if found.kinds.too_few else "",
        output=found.task,
        sites={_site_key(site.name): SitePlace(site.role, site.layer).name for site in found.sites},
        unseen=", ".join(found.blind),
        truncated=_TRUNCATED if found.cut else "",
        undefined=found.undefined,
    )


_TRUNCATED = "some are longer than the model's context, and only their beginning was measured"


def _parameters(found: Diagnosis) -> dict[str, str]:
    return {
        "seed": str(found.seed),
        "batch_size": str(found.cost.batch_size),
        "captions_per_image": str(found.captions_per_image),
        "data_digest": found.data_digest,
        **{f"version/{package}": version for package, version in found.versions.items()},
    }


def save_samples(found: Diagnosis, folder: Path) -> Path:
    """Write per-image values, so that statistics need not run the model again: float64 arrays, first axis images.

    What was measured on fewer images has the first of them.
    """
    path = folder / SAMPLES
    sites = {site_array(site.name, name): values for site in found.sites for name, values in site.statistics.items()}
    first = {} if found.alignment is None else {m.RETRIEVAL.key(): found.alignment.retrieval}
    for metric, role in LOSSES.items():
        if metric in found.values and (null := found.nulls.random_init) is not None:
            first[null_array(metric)] = null.roles[role].T
    first |= task_arrays(found.performance) | map_arrays(found.kinds) | shap_arrays(found.mm_shap)
    for effect in found.effects:
        of_change, of_rise = _metrics_of(effect)
        first[of_change.path] = effect.change
        if effect.loss is not None:
            first[of_rise.path] = effect.loss
    np.savez(path, allow_pickle=False, image_ids=found.image_ids, **found.values, **sites, **first)
    return path


def _json(found: Diagnosis, folder: Path) -> Path:
    path = folder / "diagnosis.json"
    path.write_text(json.dumps(to_json(found), indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return path


def require_fit(spec: DiagnosticSpec, workspace: Path) -> None:
    """Raise Unfit where the libraries of the model's family, or the device that was asked for, are not here.

    A family that cannot be found is no fault of the machine: measuring tells of it.
    """
    require_libraries(("torch",))  # before a family of one's own is imported, which may import it too
    find_device(spec.method.device)
    try:
        packages = find_family(spec.model.family, workspace).packages
    except BadInput:
        return
    require_libraries(packages)


HANDLER: TaskHandler[DiagnosticSpec] = measure_attention

NEEDS: Needs[DiagnosticSpec] = require_fit
