"""Families that judge pairs: encoders in which the modalities meet, in streams of their own or in one."""

from __future__ import annotations

from datetime import date

from store.registry.entry import UNKNOWN, Architecture, Model, Release, named_by

_ON = date(2026, 12, 1)
_HUB = "https://huggingface.co"


def _not_looked_up(name: str, pattern: str, architecture: Architecture, source: str) -> Model:
    """A family of whose weights no source was looked up."""
    weights = Release(name, "unknown", UNKNOWN, UNKNOWN, UNKNOWN, None, False, "none was looked up", _ON)
    return Model(name, named_by(pattern), architecture, source, (weights,))


FUSIONS = (
    Model(
        "BLIP",
        named_by(r"BLIP(?!-?2)"),
        "fusion encoder",
        "Li et al. (2022), arXiv:2201.12086",
        (
            Release(
                "BLIP", "public", f"{_HUB}/Salesforce/blip-itm-base-coco", "BSD-3-Clause", "blip:itm-base",
                223_744_258, True, "MTEB's list of models, after the model card", _ON, ("blip",),
            ),
        ),
    ),
    _not_looked_up("ALBEF", r"ALBEF", "fusion encoder", "Li et al. (2021), arXiv:2107.07651"),
    _not_looked_up("LXMERT", r"LXMERT", "fusion encoder", "Tan and Bansal (2019), arXiv:1908.07490"),
    _not_looked_up("ViLBERT", r"ViLBERT", "fusion encoder", "Lu et al. (2019), arXiv:1908.02265"),
    Model(
        "BridgeTower",
        named_by(r"BridgeTower"),
        "fusion encoder",
        "Xu et al. (2022), arXiv:2206.08657",
        (
            Release(
                "BridgeTower", "public", f"{_HUB}/BridgeTower/bridgetower-base", "MIT", "bridgetower:base",
                326_350_082, True, "page of the weights", _ON, ("bridgetower",),
            ),
        ),
    ),
    Model(
        "CoCa",
        named_by(r"CoCa"),
        "fusion encoder",
        "Yu et al. (2022), arXiv:2205.01917",
        (
            # Of Google's own weights no source was looked up.
            Release(
                "CoCa (OpenCLIP)", "public", f"{_HUB}/laion/CoCa-ViT-B-32-laion2B-s13B-b90k", UNKNOWN,
                "openclip:coca_ViT-B-32", 253_560_065, True, "open_clip 3.3, pretrained.py", _ON, ("openclip",),
            ),
        ),
    ),
    Model(
        "FLAVA",
        named_by(r"FLAVA"),
        "fusion encoder",
        "Singh et al. (2021), arXiv:2112.04482",
        (
            Release(
                "FLAVA", "public", f"{_HUB}/facebook/flava-full", "BSD-3-Clause", "flava:full",
                303_859_063, True, "page of the weights; without the codebook, which training alone needs", _ON,
                ("flava",),
            ),
        ),
    ),
    Model(
        "ViLT",
        named_by(r"ViLT"),
        "single stream",
        "Kim et al. (2021), arXiv:2102.03334",
        (
            Release(
                "ViLT", "public", f"{_HUB}/dandelin/vilt-b32-mlm-itm", "Apache-2.0", "vilt:b32",
                111_595_777, True, "page of the weights", _ON, ("vilt",),
            ),
        ),
    ),
    _not_looked_up("VisualBERT", r"VisualBERT|UNITER", "single stream", "Li et al. (2019), arXiv:1908.03557"),
)  # fmt: skip
