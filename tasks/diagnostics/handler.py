"""The handler of diagnostic tasks: measure the attention of one model, and leave per-image values behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from store.specs import Diagnostic
from tasks.diagnostics.diagnose import diagnose
from tasks.diagnostics.diagnosis import SUMMARY, Diagnosis, Summary, to_json
from tasks.diagnostics.families.weights import UnusableModel, WeightsUnavailable
from tasks.handler import Blocked, Done, Measurement, Outcome, Run

_INSTALL = 'pip install "gonogo[diagnostics]"'


def measure_attention(spec: Diagnostic, run: Run) -> Outcome:
    """Diagnose the model of `spec`; raises as `diagnose` does.

    Blocked where weights or libraries cannot be had, where a model is unusable, and where the metric that the study
    decides on is undefined.
    """
    try:
        found = diagnose(spec.model, spec.data, run.workspace, spec.batch_size, spec.seed, run.progress)
    except WeightsUnavailable as error:
        return Blocked(error.reason, error.remedy)
    except UnusableModel as error:
        return Blocked(str(error), "mend the model, or take a substitute")
    except ImportError as error:
        return Blocked(f"a library of the diagnostics is missing or broken ({error})", _INSTALL)
    if spec.metric not in found.values:
        why = found.undefined.get(spec.metric, "it is not among the measures of this model")
        return Blocked(f"{spec.metric} is undefined for {spec.model.locator}: {why}", "take a substitute")
    return Done(
        summary=f"Measured the attention of {spec.model.locator}.",
        measurements=(*_of_model(found), *_of_layers(found), *_of_heads(found)),
        facts=_facts(found),
        parameters=_parameters(found),
        files={"samples.npz": _samples(found, run.scratch), "diagnosis.json": _json(found, run.scratch)},
    )


def _of_model(found: Diagnosis) -> Iterator[Measurement]:
    for metric in SUMMARY:
        summary = found.summary(metric)
        if summary is not None:
            yield _mean(metric, summary)
    yield Measurement("latency_s", found.cost.latency_s, "s")
    yield Measurement("latency_tapped_s", found.cost.latency_tapped_s, "s")
    yield Measurement("peak_bytes", found.cost.peak_bytes, "B")
    yield Measurement("sites_seen", len(found.sites))
    yield Measurement("sites_expected", found.sites_expected)
    yield Measurement("parameters", found.parameters)
    yield Measurement("images", found.n)
    yield Measurement("captions", found.n * found.captions_per_image)


def _of_layers(found: Diagnosis) -> Iterator[Measurement]:
    for metric in found.values:
        summary = found.summary(metric)
        if metric.startswith("layer/") and summary is not None:
            yield _mean(metric, summary)


def _of_heads(found: Diagnosis) -> Iterator[Measurement]:
    for site in found.sites:
        for kind, values, unit in (("entropy", site.entropy, "nat"), ("entropy_norm", site.entropy_norm, "")):
            for head, value in enumerate(values.mean(axis=0)):
                if np.isfinite(value):
                    key = f"site/{site.name}/head/{head:02d}/{kind}"
                    yield Measurement(key, float(value), unit, n=found.n, cited=False)


def _mean(metric: str, summary: Summary) -> Measurement:
    unit = "nat" if metric.endswith(("entropy", "entropy_uniform")) else ""
    return Measurement(metric, summary.value, unit, summary.low, summary.high, summary.n)


def _facts(found: Diagnosis) -> dict[str, str]:
    facts = {
        "Model": found.model.locator,
        "Weights": found.provenance.weights,
        "Architecture": found.provenance.architecture,
        "Tokenizer": found.provenance.tokenizer,
        "Device": found.device,
        "Number type": found.dtype,
        "Verdict": found.verdict.label,
        "Reason": found.verdict.reason,
    }
    if found.blind:
        facts["Attention not seen"] = ", ".join(found.blind)
    for metric, reason in found.undefined.items():
        facts[f"Undefined: {metric}"] = reason
    return facts


def _parameters(found: Diagnosis) -> dict[str, str]:
    return {
        "seed": str(found.seed),
        "batch_size": str(found.batch_size),
        "captions_per_image": str(found.captions_per_image),
        "data_digest": found.data_digest,
        **{f"version/{package}": version for package, version in found.versions.items()},
    }


def _samples(found: Diagnosis, folder: Path) -> Path:
    """Per-image values, so that statistics need not run the model again: float64 arrays whose first axis is images."""
    path = folder / "samples.npz"
    sites = {
        f"site/{site.name}/{kind}": values
        for site in found.sites
        for kind, values in (("entropy", site.entropy), ("entropy_norm", site.entropy_norm))
    }
    np.savez(path, allow_pickle=False, image_ids=found.image_ids, **found.values, **sites)
    return path


def _json(found: Diagnosis, folder: Path) -> Path:
    path = folder / "diagnosis.json"
    path.write_text(json.dumps(to_json(found), indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return path
