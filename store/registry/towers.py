"""Families of two towers, whose tokens never attend to those of the other."""

from __future__ import annotations

from datetime import date

from store.registry.entry import UNKNOWN, Model, Release, named_by

_ON = date(2026, 12, 1)
_HUB = "https://huggingface.co"

TOWERS = (
    Model(
        "CLIP",
        named_by(r"(?:Open|Alt|Meta|EVA-|Chinese[- ])?CLIP|open_?clip"),
        "dual encoder",
        "Radford et al. (2021), arXiv:2103.00020, §2.4",
        (
            # The repository of OpenAI's code is under MIT; the page of the weights names no licence.
            Release(
                "CLIP", "public", f"{_HUB}/openai/clip-vit-base-patch32", UNKNOWN, "clip:base-patch32", 151_277_313,
                True, "page of the weights and its discussion 72; MTEB's list of models", _ON, ("clip",),
            ),
            Release(
                "OpenCLIP", "public", f"{_HUB}/laion/CLIP-ViT-B-32-DataComp.XL-s13B-b90K", "MIT", "openclip:ViT-B-32",
                151_277_313, True, "open_clip 3.3, pretrained.py; MTEB's list of models", _ON, ("openclip",),
            ),
            Release(
                "AltCLIP", "public", f"{_HUB}/BAAI/AltCLIP", UNKNOWN, "altclip:large", 864_186_113,
                True, "documentation of transformers", _ON, ("altclip",),
            ),
            Release(
                "Chinese-CLIP", "public", f"{_HUB}/OFA-Sys/chinese-clip-vit-base-patch16", UNKNOWN,
                "chinese_clip:vit-base-patch16", 188_262_913, True, "documentation of transformers", _ON,
                ("chinese_clip",),
            ),
        ),
    ),
    Model(
        "SigLIP",
        named_by(r"SigLIP(?:[ -]?2)?"),
        "dual encoder",
        "Zhai et al. (2023), arXiv:2303.15343",
        (
            Release(
                "SigLIP", "public", f"{_HUB}/google/siglip-base-patch16-224", "Apache-2.0", "siglip:base-patch16-224",
                203_155_970, True, "documentation of transformers; MTEB's list of models", _ON, ("siglip",),
            ),
        ),
    ),
    Model(
        "ALIGN",
        named_by(r"ALIGN"),
        "dual encoder",
        "Jia et al. (2021), arXiv:2102.05918, §4",
        (
            Release(
                "ALIGN", "not public", "", UNKNOWN, "EfficientNet-L2 and BERT-Large", None,
                False, "Jia et al. (2021), which releases no weights; the card of the reproduction", _ON,
            ),
            # The page of its TensorFlow weights, kakaobrain/coyo-align-b7-base, names Apache-2.0; this one names none.
            Release(
                "ALIGN (COYO)", "public", f"{_HUB}/kakaobrain/align-base", UNKNOWN, "align:base", 172_117_841,
                True, "pages of align-base and coyo-align-b7-base; MTEB's list of models", _ON, ("align",),
            ),
        ),
    ),
)  # fmt: skip
