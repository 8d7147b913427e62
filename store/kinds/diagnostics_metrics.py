"""What a diagnosis reports: measures of the whole model, its layers, sites and heads, nulls and interventions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from store.metrics import AMOUNT, LOSS, SHARE, Metric, Style

DecisionMetric = Literal[
    "mcs_norm",
    "mcs_raw",
    "vision_entropy_norm",
    "text_entropy_norm",
    "vision_entropy",
    "text_entropy",
    "vision_entropy_loss",
    "text_entropy_loss",
]
"""Per-image measures that a study can decide on."""

DECIDED_BY_DEFAULT: DecisionMetric = "mcs_norm"
"""The measure that a study decides on unless it names another; that of MCS_NORM."""

MCS_NORM = Metric("mcs_norm", range=SHARE)
MCS_RAW = Metric("mcs_raw", range=SHARE)
MCS_RAW_UNIFORM = Metric("mcs_raw_uniform", range=SHARE)
"""What uniform attention gives of the raw score."""
ROLE_ENTROPY = Metric("{role}_entropy", "nat", AMOUNT)
ROLE_ENTROPY_NORM = Metric("{role}_entropy_norm", range=SHARE)
TOWER_ENTROPY_UNIFORM = Metric("{tower}_entropy_uniform", "nat", AMOUNT)
ROLE_ENTROPY_LOSS = Metric("{role}_entropy_loss", range=LOSS)
"""Normalised entropy lost against random initialisation, as a share of the null's."""
READOUT_ENTROPY = Metric("{readout}_entropy", "nat", AMOUNT)
READOUT_ENTROPY_NORM = Metric("{readout}_entropy_norm", range=SHARE)
FUSION_IMAGE_MASS = Metric("fusion_image_mass", range=SHARE)
FUSION_LOG_ODDS = Metric("fusion_log_odds", "nat")
GATED_INFLUENCE = Metric("gated_influence", range=AMOUNT)

RETRIEVAL = Metric("retrieval", range=SHARE)
RETRIEVAL_CHANCE = Metric("retrieval_chance", range=SHARE)
MODALITY_GAP = Metric("modality_gap")
PERMUTATION_SHARE = Metric("permutation_share")

LATENCY = Metric("latency_s", "s", AMOUNT, Style.SECONDS)
LATENCY_TAPPED = Metric("latency_tapped_s", "s", AMOUNT, Style.SECONDS)
PEAK_BYTES = Metric("peak_bytes", "B", AMOUNT, Style.BYTES)
PARAMETERS = Metric("parameters", range=AMOUNT, style=Style.PARAMETERS)
SITES_SEEN = Metric("sites_seen", range=AMOUNT, style=Style.COUNT)
SITES_EXPECTED = Metric("sites_expected", range=AMOUNT, style=Style.COUNT)
ROWS = Metric("rows", range=AMOUNT, style=Style.COUNT)
SAMPLING_ERROR = Metric("sampling_error", "nat", AMOUNT)
IMAGES = Metric("images", range=AMOUNT, style=Style.COUNT)
CAPTIONS = Metric("captions", range=AMOUNT, style=Style.COUNT)
CAPTIONS_TRUNCATED = Metric("captions_cut", range=AMOUNT, style=Style.COUNT)

LAYER_ENTROPY = Metric("layer/{role}/{layer}/entropy", "nat", AMOUNT)
LAYER_ENTROPY_NORM = Metric("layer/{role}/{layer}/entropy_norm", range=SHARE)
LAYER_LOG_ODDS = Metric("layer/{role}/{layer}/log_odds", "nat")
LAYER_GATED_INFLUENCE = Metric("layer/{role}/{layer}/gated_influence", range=AMOUNT)
LAYER_SCORE = Metric("layer/{layer}/{score}", range=SHARE)
BAND_ENTROPY_NORM = Metric("band/{role}/{band}/entropy_norm", range=SHARE)
BAND_SCORE = Metric("band/{band}/{score}", range=SHARE)

SITE_ENTROPY_NORM = Metric("site/{site}/entropy_norm", range=SHARE)
"""Of what is no layer, such as a pooling head."""


def within_keys(modality: str) -> str:
    """Name of the statistic of a head that is its normalised entropy within the keys of `image` or `text`."""
    return f"{modality}_entropy_norm"


_STATISTICS = {
    "entropy": ("nat", AMOUNT),
    "entropy_norm": ("", SHARE),
    "uniform": ("nat", AMOUNT),
    "image_mass": ("", SHARE),
    "log_odds": ("nat", (-AMOUNT[1], AMOUNT[1])),
    within_keys("image"): ("", SHARE),
    within_keys("text"): ("", SHARE),
    GATED_INFLUENCE.path: ("", AMOUNT),
}
HEAD: Mapping[str, Metric] = {
    f"{name}{rows}": Metric(f"site/{{site}}/head/{{head}}/{name}{rows}", unit, within)
    for name, (unit, within) in _STATISTICS.items()
    for rows in ("", "/readout", "/image", "/text")
}
"""By statistic of `tasks.diagnostics.reduction`: its mean over images at one head."""
HEAD_ENTROPY_NORM = HEAD["entropy_norm"]

NULL_DRAWS = Metric("null/draws", range=AMOUNT, style=Style.COUNT)
NULL_IMAGES = Metric("null/images", range=AMOUNT, style=Style.COUNT)
NULL_ENTROPY_NORM = Metric("null/{role}/entropy_norm", range=SHARE)
NULL_LOSS = Metric("null/{role}/loss", range=LOSS)
NULL_P_COLLAPSED = Metric("null/{role}/p_collapsed", style=Style.P_VALUE)
NULL_LAYER_ENTROPY_NORM = Metric("null/layer/{role}/{layer}/entropy_norm", range=SHARE)
NULL_LAYER_LOSS = Metric("null/layer/{role}/{layer}/loss", range=LOSS)
NULL_LAYER_SCORE = Metric("null/layer/{layer}/{score}", range=SHARE)
NULL_HEAD_LOSS = Metric("null/head/{role}/{layer}/{head}/loss", range=LOSS)
SHUFFLED = Metric("shuffled/{measure}")
"""A measure on matched pairs, less the same on shuffled ones."""

MAP_IMAGES = Metric("map/images", range=AMOUNT, style=Style.COUNT)
"""Images whose maps were captured, for what follows but for MAP_ROLLOUT, which has fewer."""
MAP_KEYS = Metric("map/{role}/{layer}/keys", "keys", AMOUNT)
"""e to the mean entropy of rows without their sinks: how many keys attention goes to."""
MAP_KL = Metric("map/{role}/{layer}/kl", "nat", AMOUNT)
"""KL divergence of attention without sinks from uniform attention."""
MAP_KL_UNTRAINED = Metric("null/map/{role}/{layer}/kl", "nat", AMOUNT)
"""The same of re-initialised copies, on the images of the null."""
MAP_INPUT_SHARE = Metric("map/{role}/{layer}/input_share", range=SHARE)
"""Of that divergence, the share that follows the input: the mutual information of key and input."""
MAP_BETWEEN_HEADS = Metric("map/{role}/{layer}/between_heads", "nat", AMOUNT)
"""Mutual information of key and head."""
MAP_SINK = Metric("map/{role}/{layer}/sink", range=SHARE)
"""Share of attention that goes to sinks."""
MAP_ENTROPY_NORM = Metric("map/{role}/{layer}/entropy_norm", range=SHARE)
"""Normalised entropy of attention, sinks included, on the rows and images of the next."""
MAP_VALUE_ENTROPY_NORM = Metric("map/{role}/{layer}/value_entropy_norm", range=SHARE)
"""The same of attention times the norms of the values that keys hand on, as a share of their sum."""
MAP_ROLLOUT = Metric("map/{role}/{layer}/rollout_entropy_norm", range=SHARE)
"""Normalised entropy of attention rolled out over the layers of the role up to this one, for the row that is handed on,
or else the mean row."""
TOKENS_WITHIN = Metric("tokens/{role}/{layer}/within", range=SHARE)
"""Of the variance of the directions of tokens behind the layer, the share that lies within inputs."""
TOKENS_COSINE = Metric("tokens/{role}/{layer}/cosine", range=(-1.0, 1.0))
"""Mean cosine of two tokens of one input behind the layer."""

MM_SHAP_TEXT = Metric("mm_shap/text_share", range=SHARE)
"""T-SHAP: share of the words in the sum of absolute Shapley values of words and parts of the image, mean over pairs."""
MM_SHAP_ERROR = Metric("mm_shap/sampling_error", range=AMOUNT, style=Style.TWO_DIGITS)
"""Standard error of that mean that comes of orders of players that were drawn; 0 where values are exact."""
MM_SHAP_SIZE = Metric("mm_shap/{modality}/contribution", range=AMOUNT)
"""Sum of absolute Shapley values of a modality, mean over pairs, in the unit of what the model says of a pair."""
MM_SHAP_PAIRS = Metric("mm_shap/pairs", range=AMOUNT, style=Style.COUNT)
MM_SHAP_EXACT = Metric("mm_shap/exact", range=AMOUNT, style=Style.COUNT)
"""Pairs whose values are exact."""

TASK_LOSS = Metric("performance/loss", "nat", AMOUNT)
"""Negative log-likelihood of the right answer, of each pair."""
TASK_BEATEN = Metric("performance/beaten", range=SHARE)
"""Share of wrong answers that are less likely than the right one; .5 by guessing."""
FLOOR_LOSS = Metric("performance/floor/loss", "nat", AMOUNT)
FLOOR_BEATEN = Metric("performance/floor/beaten", range=SHARE)
"""The same of re-initialised copies, mean over copies."""
TWIN_RISE = Metric("performance/twin/rise", "nat")
"""Rise of the loss over that of the same weights without what was planted."""
REFERENCE_RISE = Metric("performance/reference/{number}/rise", "nat")
"""Rise of the loss over that of a model that is named as sound, by its place among them."""
JITTER_RISE = Metric("performance/jitter/rise", "nat")
"""Rise of the loss, each at its best temperature of the output as for the next, on images that are a pixel to the side
and a little noisy."""
RESAMPLED_RISE = Metric("performance/resampled/{role}/rise", "nat")
"""With the attention of a role taken from the pair before."""
RESCUE_RISE = Metric("performance/rescue/{role}/rise", "nat")
"""With the scores of a role multiplied by RESCUE_FACTOR, the best of those that were tried."""
RESCUE_FACTOR = Metric("performance/rescue/{role}/factor", range=AMOUNT, style=Style.PROBABILITY)
LAYER_RESCUE_RISE = Metric("performance/rescue/{role}/{layer}/rise", "nat")
LAYER_RESCUE_FACTOR = Metric("performance/rescue/{role}/{layer}/factor", range=AMOUNT, style=Style.PROBABILITY)

SITE_CHANGE = Metric("influence/uniform-site/{site}/change", range=SHARE)
"""Share of the probability of the output that moves where the attention of a site is made uniform."""
SITE_RISE = Metric("influence/uniform-site/{site}/loss", "nat")
"""Rise of the loss of the right answer."""
HEAD_CHANGE = Metric("influence/silent-head/{site}/head/{head}/change", range=SHARE)
HEAD_RISE = Metric("influence/silent-head/{site}/head/{head}/loss", "nat")

Intervention = Literal["swap-image", "cut-image", "swap-text", "cut-text"]
"""What is given to a model in place of its own image or text."""
ANOTHER_IMAGE: Intervention = "swap-image"
BLANK_IMAGE: Intervention = "cut-image"
"""In the mean colour of its own."""
ANOTHER_TEXT: Intervention = "swap-text"
EMPTY_TEXT: Intervention = "cut-text"

CHANGE = Metric("influence/{intervention}/change", range=SHARE)
RISE = Metric("influence/{intervention}/loss", "nat")
SPEARMAN = Metric("influence/{level}/spearman_entropy_norm", range=(-1.0, 1.0))
COMPARED = Metric("influence/{level}/compared", style=Style.COUNT)
