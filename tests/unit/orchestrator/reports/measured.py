"""What a diagnostic finds of a model: values drawn for every image, and the product's own functions over them.

Images, and what they do to any model, are drawn by the data alone, so that models are correlated over them, another
look sees other images, and fewer images are the first of the same.

Draws are rounded to six decimals, and so is whatever a logarithm or an exponential was taken of: their last digits
depend on the processor, and with them would every digest, and the ids of tasks in the golden reports.
"""

from __future__ import annotations

import hashlib
import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.special import expit, logit

from store.kinds.diagnostics_metrics import ROLE_ENTROPY_LOSS
from store.models import DataRef, ModelRef
from tasks.diagnostics.diagnosing import MAP_IMAGES, NULL_IMAGES, PAIRS
from tasks.diagnostics.diagnosis import Cost, Diagnosis, Nulls, sites_of
from tasks.diagnostics.families.model import Provenance, Role
from tasks.diagnostics.handler import facts, measurements, save_samples
from tasks.diagnostics.harm.judging import judge_harm
from tasks.diagnostics.harm.measuring import FACTORS, Performance, Rescue
from tasks.diagnostics.harm.task_loss import TEMPERATURES, TaskLoss
from tasks.diagnostics.image_metrics import image_metrics
from tasks.diagnostics.intervention.influence import Effect, Interventions, Kind
from tasks.diagnostics.intervention.mm_shap import Contributions, MMShap
from tasks.diagnostics.kinds.finding import Kinds, read_kinds
from tasks.diagnostics.loss_verdict import judge
from tasks.diagnostics.losses import measured_losses
from tasks.diagnostics.maps.rollout import ROLES as ROLLED
from tasks.diagnostics.maps.sinks import IMAGES as SINK_IMAGES
from tasks.diagnostics.maps.site_maps import Maps, Similarity, SiteMaps
from tasks.diagnostics.measures import Floats
from tasks.diagnostics.nulls.random_init import FIRST_SEED, RandomInit, summary
from tasks.diagnostics.nulls.scores import layer_scores
from tasks.diagnostics.recording import Record
from tasks.handler import Measurement
from tests.unit.orchestrator.reports.diagnosed import Attention, Diagnosed

SHARED_OUT = 8
"""Pairs whose Shapley values are taken."""
PATCHES = 197
"""Keys of image tokens."""
NULL = 0.987
"""Normalised entropy of random initialisations, about."""
_SHARED, _OWN, _BY_HEAD = 0.14, 0.14, 0.15
"""Standard deviations of logits: what an image does to any model, what it does to this one, and to one of its heads."""
_BETWEEN_SEEDS, _WITHIN_SEED = 0.2, 0.05


@dataclass(frozen=True)
class Measured:
    """What a diagnostic leaves behind."""

    measurements: tuple[Measurement, ...]
    facts: Mapping[str, str]
    samples: bytes
    """Of `samples.npz`."""


@cache
def measured(like: Diagnosed, model: ModelRef, data: DataRef) -> Measured:
    """Measure a model that is like that. Same arguments, same bytes."""
    found = _diagnosis(like, model, data)
    with tempfile.TemporaryDirectory() as folder:
        samples = save_samples(found, Path(folder)).read_bytes()
    told = facts(found).told()
    if not like.placed:
        told = {label: text for label, text in told.items() if not label.startswith("Site ")}
    cited = (each for each in measurements(found) if each.cited)
    return Measured(
        tuple(each for each in cited if like.heads_in_log or not each.metric.startswith("site/")), told, samples
    )


class Drawn(Record):
    """A record of sites whose values were drawn: site -> statistic -> [samples, heads]."""

    def __init__(self, images: int, sites: Mapping[str, tuple[Role, Mapping[str, Floats]]]) -> None:
        self.images = images
        self._drawn = sites

    @property
    def sites(self) -> list[str]:
        return list(self._drawn)

    def role(self, site: str) -> Role:
        return self._drawn[site][0]

    def layers(self, role: Role) -> list[str]:
        return [site for site in self._drawn if self.role(site) == role]

    def statistics(self, site: str) -> list[str]:
        return list(self._drawn[site][1])

    def sampling_error(self, _: str) -> float:
        return 0.0

    def values(self, site: str, statistic: str) -> Floats:
        return self._drawn[site][1][statistic]


def steady(values: Floats) -> Floats:
    """Values that are the same on every processor."""
    return np.round(values, 6)


def generator(*parts: object) -> np.random.Generator:
    """A generator of its own for these words; the same in every process."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256("/".join(map(str, parts)).encode()).digest()[:8]))


def _diagnosis(like: Diagnosed, model: ModelRef, data: DataRef) -> Diagnosis:
    record, absent = _record(like, model, data), dict(like.absent)
    metrics = image_metrics(record, absent)
    null = _null(like, model, data) if like.nulls else None
    for role, values in () if null is None else summary(record)[0].items():
        metrics.put(ROLE_ENTROPY_LOSS.key(role=role), 1 - values / null.roles[role].mean())
    made, performance = _interventions(like, model, data), _performance(like, model, data)
    why = [
        metrics.undefined[name] for name in ("vision_entropy_norm", "text_entropy_norm") if name in metrics.undefined
    ]
    lost = None if null is None else measured_losses(record, null)
    return Diagnosis(
        model=model,
        provenance=Provenance(model.weights, model.name, "byte pairs"),
        image_ids=np.arange(data.first, data.first + data.n, dtype=np.int64),
        captions_per_image=data.captions_per_image,
        sites=sites_of(record),
        blind=(),
        cut=0,
        values=metrics.values,
        undefined=metrics.undefined,
        nulls=Nulls(null, {}),
        effects=made.effects,
        task=like.output,
        alignment=None,
        losses=judge(lost, data.n, model.untrained, "; ".join(dict.fromkeys(why)) or None),
        kinds=_kinds(like, model, data, record),
        performance=performance,
        harm=judge_harm(performance, made.rises, model.untrained, untried=made.untried),
        mm_shap=_mm_shap(like, model, data),
        cost=_cost(like.size, model, data),
        parameters=int(like.size * generator("parameters", model.family, model.name).integers(10**6, 10**9)),
        device="CPU",
        dtype="float32",
        rows=None,
        seed=0,
        data_digest="0" * 64,
        versions={},
    )  # fmt: skip


def _kinds(like: Diagnosed, model: ModelRef, data: DataRef, record: Drawn) -> Kinds:
    """Maps whose entropies are those of the record, without sinks, and a drawn part of which follows the input."""
    roles: dict[Role, list[str]] = {}
    maps, similarity, rollout = {}, {}, {}
    for site in like.sites:
        rng = generator("maps", model.locator, data.first, site.name)
        roles.setdefault(site.role, []).append(site.name)
        reach = record.values(site.name, "uniform").mean(axis=0)
        entropy = reach * record.values(site.name, "entropy_norm").mean(axis=0)
        away = reach - entropy
        norm, drawn = float((entropy / reach).mean()), generator("values", model.locator, data.first, site.name)
        by_value, rolled = drawn.uniform(0.95, 1.0), drawn.uniform(0.7, 0.8, min(SINK_IMAGES, data.n))
        maps[site.name] = SiteMaps(
            inputs=min(MAP_IMAGES, data.n),
            keys=float(np.exp(reach.mean())),
            reach=reach,
            narrow=float(min(np.log(3.5), reach.mean() / 3)),
            entropy=entropy,
            fixed_part=steady(away * rng.uniform(0.1, 0.3)),
            sink=steady(rng.uniform(0.0, 0.1, len(reach))),
            raw=float(away.mean()),
            between_heads=(apart := float(steady(away.mean() * rng.uniform(0.2, 0.4)))),
            between_rest=apart,
            entropy_norm=norm,
            value_entropy_norm=None if site.gate is not None else float(steady(norm * by_value)),
        )
        cosine, within = steady(rng.uniform(0.3, 0.7, 2))
        similarity[site.name] = Similarity(float(cosine), float(within))
        if site.role in ROLLED:
            rollout[site.name] = steady(norm * rolled)
    untrained = {site: (1 - NULL) * float(found.reach.mean()) for site, found in maps.items()} if like.nulls else {}
    return read_kinds(roles, Maps(maps, {}, similarity, rollout), untrained)


def _mm_shap(like: Diagnosed, model: ModelRef, data: DataRef) -> MMShap | None:
    """Of writers alone: eight words that count for less than the nine parts of the image."""
    if not (like.labelled and like.output.startswith("the next token")):
        return None
    rng = generator("shapley", model.locator, data.first)
    pairs = (steady(rng.normal(0, (*[0.1] * 8, *[0.2] * 9))) for _ in range(min(SHARED_OUT, data.n)))
    found = (Contributions(each[:8], each[8:], float(steady(rng.uniform(0.01, 0.02))), False, -0.3) for each in pairs)
    return MMShap(
        tuple(found), "the log-likelihood of the caption, nats a token", "replaced by '<unk>', token by token"
    )


def _performance(like: Diagnosed, model: ModelRef, data: DataRef) -> Performance | None:
    """A task that is done well, worse where attention is taken from another pair, and hardly better for any factor."""
    if not (like.output and like.labelled):
        return None
    n = min(PAIRS, data.n)
    rng = generator("task", model.locator, data.first)

    def loss(mean: float, own: Floats) -> TaskLoss:
        value = steady(mean * np.exp(0.3 * own))
        at = np.stack([value, *(value + 0.1 * step for step in range(1, len(TEMPERATURES)))], axis=1)
        return TaskLoss(at, steady(np.clip(1 - 0.4 * value, 0, 1)))

    own = rng.normal(size=n)
    mixed = {name: 0.8 * own + 0.6 * rng.normal(size=n) for name in ("jitter", "resampled", *map(str, FACTORS))}
    roles = dict.fromkeys(site.role for site in like.sites)
    return Performance(
        own=loss(0.3, own),
        untrained=tuple(loss(1.2, rng.normal(size=n)) for _ in range(2)) if like.nulls else (),
        twin=loss(0.2, 0.9 * own) if model.plant is not None else None,
        rescues={
            role: tuple(
                Rescue(factor, loss(0.3 + 0.05 * abs(np.log(factor)), mixed[str(factor)])) for factor in FACTORS
            )
            for role in roles
        },
        resampled={role: loss(0.9, mixed["resampled"]) for role in roles},
        jittered=loss(0.3, mixed["jitter"]),
    )


def _cost(size: float, model: ModelRef, data: DataRef) -> Cost:
    rng = generator("cost", model.locator, data.first)
    latency = size * float(np.median(rng.lognormal(math.log(0.023), 0.1, 7)))
    tapped = latency * float(np.median(rng.normal(1.76, 0.05, 7)))
    return Cost(latency, tapped, int(size * rng.integers(2**30, 2**31)), latency * data.n, 16)


def _record(like: Diagnosed, model: ModelRef, data: DataRef) -> Drawn:
    sites = {site.name: (site.role, _site(site, model, data)) for site in like.sites}
    if like.rigid:
        _stiffen(sites, data.captions_per_image)
    return Drawn(data.n, sites)


def _site(site: Attention, model: ModelRef, data: DataRef) -> dict[str, Floats]:
    """Statistic -> [samples, heads]. Samples are images in a vision tower, image-caption pairs elsewhere."""
    found = _entropies(site, model, data)
    if site.role == "fusion":
        for rows in ("image", "text"):
            found |= {f"{name}/{rows}": each for name, each in _entropies(site, model, data, rows).items()}
        odds = generator("odds", model.locator, data.first, site.name).normal(0, 0.3, found["entropy"].shape)
        found["image_mass/text"] = steady(expit(odds))
        found["log_odds/text"] = steady(odds - np.log(PATCHES / _words(data))[:, None])
    if site.gate is not None:
        noise = generator("gate", model.locator, data.first, site.name).normal(0, 0.1, len(found["entropy"]))
        found["gated_influence"] = steady(site.gate * np.exp(noise)[:, None])
    return found


def _entropies(site: Attention, model: ModelRef, data: DataRef, rows: str = "") -> dict[str, Floats]:
    own = generator("site", model.locator, data.first, site.name, rows)
    image = site.role in ("vision", "pooling")
    effect = _effect(data, "image" if image else "text", image)
    samples = len(effect)
    moved = _SHARED * effect + _OWN * _effect(data, model.locator, image)
    noise = _BY_HEAD * own.normal(size=(samples, len(site.heads)))
    norm = steady(expit(logit(np.array(site.heads)) + moved[:, None] + noise))
    keys = {
        "vision": np.full(samples, PATCHES),
        "pooling": np.full(samples, PATCHES),
        "cross": np.full(samples, PATCHES),
    }.get(site.role, _words(data) if site.role == "text" else PATCHES + _words(data))
    uniform = np.repeat(steady(np.log(keys))[:, None], len(site.heads), axis=1)
    return {"entropy": norm * uniform, "entropy_norm": norm, "uniform": uniform}


def _effect(data: DataRef, on: str, by_image: bool) -> Floats:
    """Standard normal: what each image, or each caption and its image, does to a model or modality, [samples]."""
    rng = generator("images", data.source, data.seed, data.first, on)
    images = rng.normal(size=data.n)
    if by_image:
        return images
    captions = generator("captions", data.source, data.seed, data.first, on).normal(
        size=data.n * data.captions_per_image
    )
    return np.sqrt(0.5) * (np.repeat(images, data.captions_per_image) + captions)


def _words(data: DataRef) -> Floats:
    """Tokens of every caption, [pairs]."""
    rng = generator("words", data.source, data.seed, data.first)
    return rng.integers(5, 14, data.n * data.captions_per_image).astype(np.float64)


def _stiffen(sites: Mapping[str, tuple[Role, dict[str, Floats]]], captions: int) -> None:
    """Make the text tower a multiple of the vision tower, so that a score of the two is one number."""
    vision, text = ([of for role, of in sites.values() if role == wanted] for wanted in ("vision", "text"))
    read, seen = (sum(float(site["entropy_norm"].mean()) for site in tower) for tower in (text, vision))
    ratio = read / seen
    for of_image, of_text in zip(vision, text, strict=True):
        norm = ratio * np.repeat(of_image["entropy_norm"], captions, axis=0)
        of_text.update(entropy_norm=norm, entropy=norm * of_text["uniform"])


def _null(like: Diagnosed, model: ModelRef, data: DataRef) -> RandomInit:
    """Untrained copies of the model, on the first images."""
    first = data.model_copy(update={"n": min(NULL_IMAGES, data.n)})
    seeds = tuple(range(FIRST_SEED, FIRST_SEED + like.nulls))
    copies = [_untrained(like, model, first, seed) for seed in seeds]
    found = [summary(copy) for copy in copies]
    scores = [layer_scores(copy, dict(like.absent)) for copy in copies]
    return RandomInit(
        seeds,
        first.n,
        {role: np.stack([roles[role] for roles, _ in found]) for role in found[0][0]},
        {site: np.stack([sites[site] for _, sites in found]) for site in found[0][1]},
        {metric: np.stack([of[metric] for of in scores]) for metric in scores[0]},
    )


def _untrained(like: Diagnosed, model: ModelRef, data: DataRef, seed: int) -> Drawn:
    sites = {}
    for site in like.sites:
        found = _site(site, model, data)
        rng = generator("untrained", model.family, model.name, seed, site.name)
        for norm in [name for name in found if name.startswith("entropy_norm")]:
            shape = found[norm].shape
            moved = _BETWEEN_SEEDS * rng.normal(size=shape[1]) + _WITHIN_SEED * rng.normal(size=shape)
            found[norm] = steady(expit(logit(NULL) + moved))
            found[norm.replace("_norm", "")] = found[norm] * found[norm.replace("entropy_norm", "uniform")]
        sites[site.name] = (site.role, found)
    return Drawn(data.n, sites)


def _interventions(like: Diagnosed, model: ModelRef, data: DataRef) -> Interventions:
    """Modalities are changed on the first images, sites on half of them."""
    if not like.output:
        return Interventions()
    first = min(PAIRS, data.n)
    texts: tuple[tuple[Kind, float], ...] = ()
    untried: dict[Kind, str] = {}
    if like.other_text is None:
        untried = dict.fromkeys(("swap-text", "cut-text"), "the output is read at the tokens of the text itself")
    else:
        texts = (("swap-text", like.other_text), ("cut-text", 0.9 * like.other_text))

    def effect(kind: Kind, moves: float, images: int, site: str = "", head: int | None = None) -> Effect:
        rng = generator("effect", model.locator, data.first, kind, site, head)
        change = steady(rng.beta(40 * moves, 40 * (1 - moves), images)) if moves else np.zeros(images)
        rise = 6 * change + steady(0.1 * rng.normal(size=images)) if like.labelled else None
        return Effect(kind, site, head, change, rise)

    def all_of() -> Iterator[Effect]:
        for kind, moves in (("swap-image", like.swapped), ("cut-image", 0.9 * like.swapped), *texts):
            yield effect(kind, moves, first)
        half = max(2, first // 2)
        for site in like.sites:
            yield effect("uniform-site", site.change, half, site.name)
        for site in like.sites if like.silenced is not None else ():
            for head, entropy in enumerate(site.heads):
                moves = 0.25 + like.silenced * (entropy - 0.5)
                yield effect("silent-head", min(max(moves, 0.01), 0.9), half, site.name, head)

    return Interventions(tuple(all_of()), untried)
