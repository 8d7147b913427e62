"""The words for what can be wrong with attention, and for what it does to a model: kinds of collapse, and harm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

CollapseKind = Literal["peaked", "diffuse", "static", "redundant", "over-smoothed"]
"""A state of attention, or of tokens, in which little of what attention is for is left."""

Described = Literal["sink"]
"""What is told of sound models too, and is no collapse."""

KIND_NAMES: tuple[CollapseKind, ...] = get_args(CollapseKind)

HarmLabel = Literal["harmful", "harmless", "undecided"]
"""Whether the model does its task worse for the way it attends. `undecided` where nothing tells."""

Use = Literal["used", "unused", "unclear"]
"""Whether what depends on the input in the attention of a role matters to the task."""

Need = Literal["needed", "neglected", "unclear"]
"""Whether a modality matters to the task."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What a word means, how it is decided, and where it comes from."""

    means: str
    decided: str
    source: str


DEFINITIONS: Mapping[str, Definition] = {
    "peaked": Definition(
        "each row attends to hardly more than one key",
        "the mean entropy of rows without their sinks is below that of attention to three and a half keys, or below a "
        "third of that of uniform attention where rows are short",
        "Zhai et al. 2023, arXiv:2303.06296",
    ),
    "diffuse": Definition(
        "attention is uniform, so that no key is told from another",
        "the KL divergence from uniform attention is below six hundredths of a nat, or no more than a third above that "
        "of re-initialised copies and below a tenth",
        "ln(keys) less the entropy by site, for which see Zhai et al. 2023, arXiv:2303.06296",
    ),
    "static": Definition(
        "attention is a fixed pattern, whatever the input is",
        "the mutual information of key and input, which is the KL divergence of attention from its mean over inputs, "
        "is below six hundredths of a nat and below a tenth of the KL divergence from uniform attention",
        "the KL divergence is a fixed part and that information: Cover and Thomas 2006, section 2.4",
    ),
    "redundant": Definition(
        "all heads of a layer attend to the same keys",
        "the mutual information of key and head, which is the KL divergence of heads from their mean, is below six "
        "hundredths of a nat and below a twentieth of the KL divergence from uniform attention, with sinks and without",
        "of layers Zhou et al. 2021, arXiv:2103.11886; of heads Michel et al. 2019, arXiv:1905.10650",
    ),
    "over-smoothed": Definition(
        "the tokens of an input have become one and the same",
        "less than a tenth of the variance of the directions of tokens lies within inputs",
        "Dong et al. 2021, arXiv:2103.03404; Gong et al. 2021, arXiv:2104.12753",
    ),
    "sink": Definition(
        "a few keys take much of the attention of all rows, whatever the input is; no collapse, as sound models have "
        "such keys",
        "more than a quarter of attention goes to keys that take, on average over rows and inputs, eight times what "
        "uniform attention would give them, and a tenth at least",
        "Xiao et al. 2023, arXiv:2309.17453",
    ),
}
"""Words of reports hold no digits but those of sources; `tasks.diagnostics.kinds.limits` has the same numbers."""

MEASURES: Mapping[str, Definition] = {
    "entropy by values": Definition(
        "how widely attention is spread over what keys hand on: a key with a short value takes part in little",
        "the normalised entropy of attention times the norm of each value, over the sum of that; of the value vector "
        "alone, without the output projection",
        "Kobayashi et al. 2020, arXiv:2004.10102",
    ),
    "entropy of rollout": Definition(
        "how widely the tokens of the input are mixed behind a layer, if all went by attention and the residual stream",
        "the normalised entropy of a row of the product, over the layers up to this one, of the mean over heads and "
        "the identity in equal parts: the row that is handed on, or else the mean over rows",
        "Abnar and Zuidema 2020, arXiv:2005.00928",
    ),
    "MM-SHAP": Definition(
        "how much of what the model says of a pair is owed to the words, and how much to the parts of the image",
        "the share of the words in the sum of absolute Shapley values; a part of the image that is left out has "
        "the mean colour of the image",
        "Parcalabescu and Frank 2023, arXiv:2212.08158",
    ),
}
"""What is measured beside kinds of collapse, and decides nothing: `means`, how it is taken, and where it comes from."""
