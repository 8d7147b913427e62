"""Qwen2.5-VL: as Qwen2-VL, with most layers of the vision tower attending within windows of the image only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tasks.diagnostics.families.qwen2_vl import IMAGE_IDS, TEXT_IDS, TINY_TEXT, Qwen2VL


class Qwen25VL(Qwen2VL):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "qwen2_5_vl"
    model_class: ClassVar[str] = "Qwen2_5_VLForConditionalGeneration"
    config_class: ClassVar[str] = "Qwen2_5_VLConfig"
    processor_class: ClassVar[str] = "Qwen2_5_VLProcessor"
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            "vision_config": {
                "depth": 2,
                "hidden_size": 32,
                "intermediate_size": 64,
                "num_heads": 2,
                "patch_size": 4,
                "out_hidden_size": 32,
                "window_size": 16,
                "fullatt_block_indexes": [1],
            },
            "text_config": TINY_TEXT,
            **IMAGE_IDS,
        },
        "3b": {  # Qwen/Qwen2.5-VL-3B-Instruct
            "vision_config": {"hidden_size": 1280, "out_hidden_size": 2048, "tokens_per_second": 2},
            "text_config": {
                **TEXT_IDS,
                "hidden_size": 2048,
                "intermediate_size": 11008,
                "num_hidden_layers": 36,
                "num_attention_heads": 16,
                "num_key_value_heads": 2,
                "vocab_size": 151936,
                "max_position_embeddings": 128000,
                "rms_norm_eps": 1e-6,
                "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
            },
            "tie_word_embeddings": True,
            **IMAGE_IDS,
        },
    }
