"""Facts about models and venues that reports can be held against; each can be looked up in what is named beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Architecture = Literal[
    "dual encoder", "fusion encoder", "single stream", "decoder", "gated cross-attention", "query transformer"
]


@dataclass(frozen=True, slots=True)
class Model:
    """A family of vision-language models."""

    name: str
    pattern: re.Pattern[str]
    architecture: Architecture
    source: str

    @property
    def crosses(self) -> bool:
        """Whether tokens of one modality ever attend to those of the other."""
        return self.architecture != "dual encoder"


def _model(name: str, pattern: str, architecture: Architecture, source: str) -> Model:
    return Model(name, re.compile(rf"(?<![\w-])(?:{pattern})(?![A-Za-z])"), architecture, source)


MODELS = (
    _model(
        "CLIP",
        r"(?:Open|Alt|Meta|EVA-|Chinese[- ])?CLIP|open_?clip",
        "dual encoder",
        "Radford et al. (2021), arXiv:2103.00020, §2.4",
    ),
    _model("SigLIP", r"SigLIP(?:[ -]?2)?", "dual encoder", "Zhai et al. (2023), arXiv:2303.15343"),
    _model("ALIGN", r"ALIGN", "dual encoder", "Jia et al. (2021), arXiv:2102.05918, §4"),
    _model("BLIP-2", r"BLIP-?2|InstructBLIP", "query transformer", "Li et al. (2023), arXiv:2301.12597"),
    _model("BLIP", r"BLIP(?!-?2)", "fusion encoder", "Li et al. (2022), arXiv:2201.12086"),
    _model("ALBEF", r"ALBEF", "fusion encoder", "Li et al. (2021), arXiv:2107.07651"),
    _model("LXMERT", r"LXMERT", "fusion encoder", "Tan and Bansal (2019), arXiv:1908.07490"),
    _model("ViLBERT", r"ViLBERT", "fusion encoder", "Lu et al. (2019), arXiv:1908.02265"),
    _model("BridgeTower", r"BridgeTower", "fusion encoder", "Xu et al. (2022), arXiv:2206.08657"),
    _model("CoCa", r"CoCa", "fusion encoder", "Yu et al. (2022), arXiv:2205.01917"),
    _model("FLAVA", r"FLAVA", "fusion encoder", "Singh et al. (2021), arXiv:2112.04482"),
    _model("ViLT", r"ViLT", "single stream", "Kim et al. (2021), arXiv:2102.03334"),
    _model("VisualBERT", r"VisualBERT|UNITER", "single stream", "Li et al. (2019), arXiv:1908.03557"),
    _model(
        "Flamingo",
        r"(?:Open)?Flamingo|IDEFICS(?![23])",
        "gated cross-attention",
        "Alayrac et al. (2022), arXiv:2204.14198",
    ),
    _model(
        "Llama 3.2 Vision",
        r"Llama[ -]3\.2[ -](?:\d+B[ -])?Vision|[Mm]llama",
        "gated cross-attention",
        "Grattafiori et al. (2024), arXiv:2407.21783",
    ),
    _model("LLaVA", r"LLaVA(?:-NeXT)?", "decoder", "Liu et al. (2023), arXiv:2304.08485"),
    _model("Qwen-VL", r"Qwen[\d.]*-?VL", "decoder", "Bai et al. (2023), arXiv:2308.12966"),
    _model("PaliGemma", r"PaliGemma", "decoder", "Beyer et al. (2024), arXiv:2407.07726"),
    _model("Idefics2", r"I(?:defics|DEFICS)[23]", "decoder", "Laurençon et al. (2024), arXiv:2405.02246"),
    _model("Chameleon", r"Chameleon", "decoder", "Chameleon Team (2024), arXiv:2405.09818"),
)
"""What attends to what, by the paper of each family."""


def models_in(text: str) -> list[tuple[Model, int]]:
    """The families that a text names, each with the position of its first mention, in order."""
    named = ((model, each.start()) for model in MODELS if (each := model.pattern.search(text)))
    return sorted(named, key=lambda pair: pair[1])


_VIT = re.compile(r"\bViT-(?P<size>[A-Za-z]+)[-/ ]?(?P<patch>\d{2})(?:[-/@ ](?P<pixels>\d{3}))?", re.IGNORECASE)
_LAYERS = {"ti": 12, "s": 12, "b": 12, "l": 24, "h": 32}
_USUAL_PIXELS = 224


@dataclass(frozen=True, slots=True)
class Vit:
    """A vision transformer, as its name tells it."""

    name: str
    tokens: int
    """Patches and a class token."""
    layers: int | None
    patch: int
    """Pixels along its side."""

    def at(self, pixels: int) -> Vit:
        """The same for images of another size."""
        return Vit(self.name, (pixels // self.patch) ** 2 + 1, self.layers, self.patch)


def vit_in(text: str) -> Vit | None:
    """The one vision transformer that a text names, at 224 pixels unless it says otherwise.

    Source: Dosovitskiy et al. (2021), arXiv:2010.11929, table 1.
    """
    every = list(_VIT.finditer(text))
    if len(every) != 1:
        return None
    named = every[0]
    pixels, patch = int(named["pixels"] or _USUAL_PIXELS), int(named["patch"])
    if patch < 8 or patch > pixels:
        return None
    return Vit(named[0], (pixels // patch) ** 2 + 1, _LAYERS.get(named["size"].lower()), patch)


@dataclass(frozen=True, slots=True)
class Venue:
    """A conference: the last month in which it is usually held, and in which years."""

    name: str
    month: int
    years: Literal["all", "odd", "even"] = "all"


VENUES = {
    each.name: each
    for each in (
        Venue("WACV", 3), Venue("AAAI", 2), Venue("ICLR", 5), Venue("AISTATS", 5), Venue("ICRA", 6), Venue("CVPR", 6),
        Venue("NAACL", 6), Venue("ICML", 7), Venue("UAI", 8), Venue("ACL", 8), Venue("KDD", 8), Venue("IJCAI", 8),
        Venue("INTERSPEECH", 9), Venue("MICCAI", 10), Venue("ICCV", 10, "odd"), Venue("ECCV", 10, "even"),
        Venue("COLM", 10), Venue("EMNLP", 11), Venue("BMVC", 11), Venue("CoRL", 11), Venue("NeurIPS", 12),
    )
}  # fmt: skip
"""By the calendars on their own pages."""
