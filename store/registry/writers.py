"""Families that write: language models that are given an image in one way or another."""

from __future__ import annotations

from datetime import date

from store.registry.entry import AMBIGUOUS, UNKNOWN, Model, Release, named_by

_ON = date(2026, 12, 1)
_HUB = "https://huggingface.co"

WRITERS = (
    Model(
        "BLIP-2",
        named_by(r"BLIP-?2|InstructBLIP"),
        "query transformer",
        "Li et al. (2023), arXiv:2301.12597",
        (
            Release(
                "BLIP-2", "public", f"{_HUB}/Salesforce/blip2-opt-2.7b", "MIT", "blip-2:opt-2.7b", 3_744_761_856,
                True, "MTEB's list of models, after the model card", _ON, ("blip-2",),
            ),
            # Its page says that the licence is another one than those of a list, and does not name it there.
            Release(
                "InstructBLIP", "public", f"{_HUB}/Salesforce/instructblip-vicuna-7b", UNKNOWN,
                "instructblip:vicuna-7b", 7_913_210_624, True, "page of the weights", _ON, ("instructblip",),
            ),
        ),
    ),
    Model(
        "Flamingo",
        named_by(r"(?:Open)?Flamingo|IDEFICS(?![23])"),
        "gated cross-attention",
        "Alayrac et al. (2022), arXiv:2204.14198",
        (
            Release(
                "Flamingo", "not public", "", UNKNOWN, UNKNOWN, None,
                False, "card of IDEFICS, which calls it closed-source", _ON,
            ),
            Release(
                "OpenFlamingo", "public", f"{_HUB}/openflamingo/OpenFlamingo-9B-vitl-mpt7b", UNKNOWN,
                "CLIP ViT-L/14 and MPT-7B", 9_000_000_000, False, "model card", _ON,
            ),
            # Its page says that the licence is another one than those of a list, and does not name it there.
            Release(
                "IDEFICS", "public", f"{_HUB}/HuggingFaceM4/idefics-9b", UNKNOWN, "idefics:9b", 8_929_679_632,
                True, "page of the weights", _ON, ("idefics",),
            ),
        ),
    ),
    Model(
        "Llama 3.2 Vision",
        named_by(r"Llama[ -]3\.2[ -](?:\d+B[ -])?Vision|[Mm]llama"),
        "gated cross-attention",
        "Grattafiori et al. (2024), arXiv:2407.21783",
        (
            Release(
                "Llama 3.2 Vision", "gated", f"{_HUB}/meta-llama/Llama-3.2-11B-Vision",
                "Llama 3.2 Community License", "mllama:11b", 10_642_941_475,
                True, "pages of copies of the weights; hosts that ask for the licence to be accepted", _ON, ("mllama",),
            ),
        ),
    ),
    Model(
        "LLaVA",
        named_by(r"LLaVA(?:-NeXT)?"),
        "decoder",
        "Liu et al. (2023), arXiv:2304.08485",
        (
            Release(
                "LLaVA-1.5", "public", f"{_HUB}/llava-hf/llava-1.5-7b-hf", "Llama 2 Community License",
                "llava:1.5-7b", 7_063_427_072, True, "cards of liuhaotian's weights and of copies", _ON, ("llava",),
            ),
            Release(
                "LLaVA-NeXT", "public", f"{_HUB}/llava-hf/llava-v1.6-mistral-7b-hf", "Apache-2.0",
                "llava_next:v1.6-mistral-7b", 7_566_747_648, True, "page of the weights", _ON, ("llava_next",),
            ),
        ),
    ),
    Model(
        "Qwen-VL",
        named_by(r"Qwen[\d.]*-?VL"),
        "decoder",
        "Bai et al. (2023), arXiv:2308.12966",
        (
            Release(
                "Qwen2-VL", "public", f"{_HUB}/Qwen/Qwen2-VL-2B-Instruct", UNKNOWN, "qwen2_vl:2b", 2_208_985_600,
                True, "documentation of transformers", _ON, ("qwen2_vl",),
            ),
            Release(
                "Qwen2.5-VL", "public", f"{_HUB}/Qwen/Qwen2.5-VL-3B-Instruct", "Qwen Research License",
                "qwen2_5_vl:3b", 3_754_622_976, True, "discussion 12 on the page of the weights", _ON, ("qwen2_5_vl",),
            ),
        ),
    ),
    Model(
        "PaliGemma",
        named_by(r"PaliGemma"),
        "decoder",
        "Beyer et al. (2024), arXiv:2407.07726",
        (
            Release(
                "PaliGemma", "gated", f"{_HUB}/google/paligemma-3b-pt-224", "Gemma Terms of Use",
                "paligemma:3b-224", 2_923_466_480, True, "card of ColPali; READMEs of those who fetch it", _ON,
                ("paligemma",),
            ),
        ),
    ),
    Model(
        "Idefics2",
        named_by(r"I(?:defics|DEFICS)[23]"),
        "decoder",
        "Laurençon et al. (2024), arXiv:2405.02246",
        (
            Release(
                "Idefics2", "public", f"{_HUB}/HuggingFaceM4/idefics2-8b", "Apache-2.0", "idefics2:8b",
                8_402_768_112, True, "page of the weights", _ON, ("idefics2",),
            ),
            Release(
                "Idefics3", "public", f"{_HUB}/HuggingFaceM4/Idefics3-8B-Llama3", "Apache-2.0",
                "idefics3:8b-llama3", 8_462_086_384, True, "page of the weights", _ON, ("idefics3",),
            ),
        ),
    ),
    Model(
        "Chameleon",
        named_by(r"Chameleon"),
        "decoder",
        "Chameleon Team (2024), arXiv:2405.09818",
        (
            Release(
                "Chameleon", "gated", f"{_HUB}/facebook/chameleon-7b", "Chameleon Research License", "chameleon:7b",
                7_043_090_432, True, "card of a copy, with the terms of access; text of the licence", _ON,
                ("chameleon",),
            ),
        ),
    ),
    Model(
        "GIT",
        AMBIGUOUS,
        "decoder",
        "Wang et al. (2022), arXiv:2205.14100",
        (
            Release(
                "GIT", "public", f"{_HUB}/microsoft/git-base", UNKNOWN, "git:base", 176_619_066,
                True, "documentation of transformers", _ON, ("git",),
            ),
        ),
    ),
    Model(
        "Gemini",
        AMBIGUOUS,
        "decoder",
        "Gemini Team (2023), arXiv:2312.11805, §2",
        (
            Release(
                "Gemini", "not public", "https://cloud.google.com/vertex-ai", UNKNOWN, UNKNOWN, None,
                False, "documentation of Vertex AI, through which alone it is served", _ON,
            ),
        ),
    ),
)  # fmt: skip
