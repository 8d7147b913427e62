"""The handler of diagnostic tasks: measure the attention of one model, and leave per-image values behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from store.kinds.diagnostic import DiagnosticSpec
from store.metrics import SHARE
from store.study.protocol import LOSS

from store.errors import BadInput, GonogoError
from tasks.diagnostics.diagnose import diagnose
from tasks.diagnostics.diagnosis import LOSSES, SUMMARY, Diagnosis, Summary, summarise
from tasks.diagnostics.document import to_json
from tasks.diagnostics.families.weights import UnusableModel, WeightsUnavailable
from tasks.diagnostics.intervention.influence import Effect
from tasks.diagnostics.pictures import draw
from tasks.handler import Blocked, Done, Measurement, Outcome, Run
from tasks.libraries import INSTALL
from tasks.memory import is_out_of_memory

MEND = "mend what is named, or take a substitute"

HEADS_CITED = 600
"""Most heads whose entropy goes into the event log, for the report to draw; a head takes some 260 bytes there.

The 240 heads of a ViT-B-32 take 61 kB, the 528 of a ViT-L-14 take 135 kB. A decoder of 32 layers of 32 heads, with the
384 of its image tower, would take 375 kB, more than three times the rest of its event: its heads stay with the run, in
metrics, `samples.npz` and `heads.png`.
"""


def measure_attention(spec: DiagnosticSpec, run: Run) -> Outcome:
    """Diagnose the model of `spec`; raises as `diagnose` does.

    Blocked where trying again could not help: where weights or libraries cannot be had, where the model, a plant, the
    data or the device cannot be used, where scores or the output are not finite, and where the metric that the study
    decides on is undefined.
    """
    cache = run.workspace / "cache" / "nulls"
    try:
        found = diagnose(
            spec.model, spec.data, run.workspace, spec.batch_size, spec.seed, run.progress, spec.method, cache
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
            "samples.npz": save_samples(found, run.scratch),
            "diagnosis.json": _json(found, run.scratch),
            **draw(found, run.scratch),
        },
    )


def measurements(found: Diagnosis) -> tuple[Measurement, ...]:
    """Every number of the diagnosis, under the key that reports look it up by. What is undefined has none."""
    return (
        *_of_model(found),
        *_of_nulls(found),
        *_of_influence(found),
        *_of_layers(found),
        *_of_sites(found),
    )


def _why_undefined(found: Diagnosis, metric: str) -> str:
    """A loss is undefined for the reason that its entropy is, or for want of a null."""
    if metric.endswith(LOSS) and metric not in found.undefined:
        entropy = f"{metric.removesuffix('_loss')}_norm"
        return found.undefined.get(entropy, "no null of random initialisation was measured")
    return found.undefined.get(metric, "it is not among the measures of this model")


def _of_model(found: Diagnosis) -> Iterator[Measurement]:
    for metric in SUMMARY:
        summary = found.summary(metric)
        if summary is not None:
            yield _mean(metric, summary)
    if found.alignment is not None:
        aligned = found.alignment
        yield _mean("retrieval", summarise(aligned.retrieval, SHARE))
        yield Measurement("retrieval_chance", aligned.chance)
        for metric, triple in (("modality_gap", aligned.gap), ("permutation_share", aligned.share)):
            if triple is not None:
                yield Measurement(metric, triple[0], "", triple[1], triple[2])
    yield Measurement("latency_s", found.cost.latency_s, "s")
    yield Measurement("latency_tapped_s", found.cost.latency_tapped_s, "s")
    yield Measurement("peak_bytes", found.cost.peak_bytes, "B")
    yield Measurement("sites_seen", len(found.sites))
    yield Measurement("sites_expected", found.sites_expected)
    yield Measurement("parameters", found.parameters)
    if found.rows is not None:
        yield Measurement("rows", found.rows)
        yield Measurement("sampling_error", found.sampling_error, "nat")
    yield Measurement("images", found.n)
    yield Measurement("captions", found.n * found.captions_per_image)
    if found.cut:
        yield Measurement("captions_cut", found.cut)


def _of_nulls(found: Diagnosis) -> Iterator[Measurement]:
    if (null := found.nulls.random_init) is not None:
        yield Measurement("null/draws", len(null.seeds))
        yield Measurement("null/images", null.images)
    for loss in found.verdict.losses:
        yield Measurement(f"null/{loss.name}/entropy_norm", loss.null, "", loss.null_low, loss.null_high)
        yield Measurement(f"null/{loss.name}/loss", loss.value, "", loss.low, loss.high)
        yield Measurement(f"null/{loss.name}/p_collapsed", loss.p_collapsed)
    for loss in found.verdict.layers:
        yield Measurement(f"null/layer/{loss.name}/entropy_norm", loss.null, "", loss.null_low, loss.null_high)
        yield Measurement(f"null/layer/{loss.name}/loss", loss.value, "", loss.low, loss.high)
    for metric, band in found.score_nulls.items():
        yield Measurement(f"null/{metric}", band.mean, "", band.low, band.high)
    for loss in found.verdict.heads:
        yield Measurement(f"null/head/{loss.name}/loss", loss.value, "", loss.low, loss.high, cited=False)
    for metric, shift in found.nulls.shuffled.items():
        yield Measurement(f"shuffled/{metric}", shift.difference, _unit(metric), shift.low, shift.high)


def _of_influence(found: Diagnosis) -> Iterator[Measurement]:
    for effect in found.effects:
        key = _key(effect)
        change = summarise(effect.change, SHARE)
        cited = effect.head is None
        yield Measurement(f"{key}/change", change.value, "", change.low, change.high, change.n, cited)
        if effect.loss is not None:
            rise = summarise(effect.loss)
            yield Measurement(f"{key}/loss", rise.value, "nat", rise.low, rise.high, rise.n, cited)
    for name, relation in (("sites", found.relation()), ("heads", found.relation(per_head=True))):
        if relation is not None:
            key = f"influence/{name}/spearman_entropy_norm"
            yield Measurement(key, relation.value, "", relation.low, relation.high)
            yield Measurement(f"influence/{name}/compared", relation.n)


def _of_layers(found: Diagnosis) -> Iterator[Measurement]:
    for metric in found.values:
        summary = found.summary(metric)
        if metric.startswith(("layer/", "band/")) and summary is not None:
            yield _mean(metric, summary)


def _of_sites(found: Diagnosis) -> Iterator[Measurement]:
    """Pooling heads, which belong to no layer, as a whole; and every head of every site."""
    drawn = sum(site.heads for site in found.sites) <= HEADS_CITED
    for site in found.sites:
        name = _site_key(site.name)
        pooled = site.entropy_norm.mean(axis=1)
        if site.layer is None and np.isfinite(pooled).all():
            yield _mean(f"site/{name}/entropy_norm", summarise(pooled, SHARE))
        for kind, values in site.statistics.items():
            for head, value in enumerate(values.mean(axis=0)):
                if np.isfinite(value):
                    key, cited = f"site/{name}/head/{head:02d}/{kind}", drawn and kind == "entropy_norm"
                    yield Measurement(key, float(value), _unit(kind), n=found.n, cited=cited)


def _site_key(name: str) -> str:
    """A site's name within a metric's."""
    return name.replace(":", "-")


def _key(effect: Effect) -> str:
    if not effect.site:
        return f"influence/{effect.kind}"
    head = "" if effect.head is None else f"/head/{effect.head:02d}"
    return f"influence/{effect.kind}/{effect.site}{head}"


def _mean(metric: str, summary: Summary) -> Measurement:
    return Measurement(metric, summary.value, _unit(metric), summary.low, summary.high, summary.n)


def _unit(metric: str) -> str:
    measure = next(part for part in reversed(metric.split("/")) if part not in ("readout", "image", "text"))
    return "nat" if measure == "uniform" or measure.endswith(("entropy", "entropy_uniform", "log_odds")) else ""


def facts(found: Diagnosis) -> dict[str, str]:
    """What was measured, where each site is, and what the verdict is, by a readable label."""
    told = {
        "Model": found.model.locator,
        "Weights": found.provenance.weights,
        "Architecture": found.provenance.architecture,
        "Tokenizer": found.provenance.tokenizer,
        "Device": found.device,
        "Number type": found.dtype,
        "Verdict": found.verdict.label,
        "Reason": found.verdict.reason,
        "Influence": found.verdict.functional.label,
        "Reason of the influence": found.verdict.functional.reason,
    }
    if found.model.plant:
        told["Planted"] = str(found.model.plant)
    if found.verdict.collapsed_layers:
        told["Collapsed layers"] = ", ".join(found.verdict.collapsed_layers)
    if heads := found.verdict.collapsed_heads_by_layer:
        told["Collapsed heads"] = "; ".join(f"{layer}: {numbers}" for layer, numbers in heads.items())
    if found.task:
        told["Output"] = found.task
    for site in found.sites:
        told[f"Site {_site_key(site.name)}"] = site.role if site.layer is None else f"{site.role}/{site.layer:02d}"
    if found.blind:
        told["Attention not seen"] = ", ".join(found.blind)
    if found.cut:
        told["Captions cut"] = "some are longer than the model's context, and only their beginning was measured"
    for metric, reason in found.undefined.items():
        told[f"Undefined: {metric}"] = reason
    return told


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
    path = folder / "samples.npz"
    sites = {f"site/{site.name}/{kind}": values for site in found.sites for kind, values in site.statistics.items()}
    first = {} if found.alignment is None else {"retrieval": found.alignment.retrieval}
    for metric in LOSSES:
        if metric in found.values and (null := found.nulls.random_init) is not None:
            first[f"null/{metric}"] = null.roles[metric.removesuffix(LOSS)].T
    for effect in found.effects:
        first[f"{_key(effect)}/change"] = effect.change
        if effect.loss is not None:
            first[f"{_key(effect)}/loss"] = effect.loss
    np.savez(path, allow_pickle=False, image_ids=found.image_ids, **found.values, **sites, **first)
    return path


def _json(found: Diagnosis, folder: Path) -> Path:
    path = folder / "diagnosis.json"
    path.write_text(json.dumps(to_json(found), indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return path
