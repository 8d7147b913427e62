"""LLaVA-NeXT: as LLaVA, with the image seen whole and in as many tiles as its shape asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.families.hf_decoder import TINY, HFDecoderFamily
from tasks.diagnostics.families.hf_pair import HFPairModel, Inputs
from tasks.diagnostics.families.llava import IDS, ROLES, SPECIALS
from tasks.diagnostics.families.model import IMAGE, SPECIAL, Place, Tokens
from tasks.diagnostics.families.tokens import byte_tokenizer, byte_vocabulary

if TYPE_CHECKING:
    from torch import Tensor


class LlavaNext(HFDecoderFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "llava_next"
    model_class: ClassVar[str] = "LlavaNextForConditionalGeneration"
    config_class: ClassVar[str] = "LlavaNextConfig"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"vision_tower\.", Place("vision", "tiles")),
        (r"language_model\.", Place("fusion", "joint", "joint")),
    )
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            "vision_config": {"model_type": "clip_vision_model", **TINY, "image_size": 16, "patch_size": 8},
            "text_config": {
                "model_type": "mistral",
                **TINY,
                **IDS,
                "num_key_value_heads": 1,
                "vocab_size": byte_vocabulary(SPECIALS),
                "max_position_embeddings": 2048,
                "sliding_window": None,
            },
            "image_grid_pinpoints": [[16, 32], [32, 16], [32, 32]],
            "image_token_index": 3,
            "image_seq_length": 4,
        },
        "v1.6-mistral-7b": {  # llava-hf/llava-v1.6-mistral-7b-hf
            "vision_config": {
                "model_type": "clip_vision_model",
                "hidden_size": 1024,
                "intermediate_size": 4096,
                "num_hidden_layers": 24,
                "num_attention_heads": 16,
                "image_size": 336,
                "patch_size": 14,
                "projection_dim": 768,
            },
            "text_config": {
                "model_type": "mistral",
                **IDS,
                "hidden_size": 4096,
                "intermediate_size": 14336,
                "num_hidden_layers": 32,
                "num_attention_heads": 32,
                "num_key_value_heads": 8,
                "vocab_size": 32064,
                "max_position_embeddings": 32768,
                "rope_theta": 1e6,
                "sliding_window": None,
            },
            "image_token_index": 3,
        },
    }

    def stand_in(self, config: Any) -> Any:
        """Tiles as large as the tower sees them."""
        from transformers import LlavaNextImageProcessor, LlavaNextProcessor

        vision = config.vision_config
        side = vision.image_size
        images = LlavaNextImageProcessor(
            size={"shortest_edge": side},
            crop_size={"height": side, "width": side},
            image_grid_pinpoints=config.image_grid_pinpoints,
        )
        return LlavaNextProcessor(
            images,
            byte_tokenizer(config.text_config.max_position_embeddings, SPECIALS, ROLES, "<s> $A"),
            patch_size=vision.patch_size,
            vision_feature_select_strategy=config.vision_feature_select_strategy,
            num_additional_image_tokens=1,
        )

    def prompt(self, caption: str) -> str:
        """The image, then the caption."""
        return f"<image>\n{caption}"

    def kinds(self, model: HFPairModel, inputs: Inputs) -> Tensor:
        """What ends a row of patches in the detailed view is a learnt separator, the same for every image."""
        import torch
        from transformers.models.llava_next import modeling_llava_next as library

        kinds = super().kinds(model, inputs)
        config = model.module.config
        side = config.vision_config.image_size
        edge = side // config.vision_config.patch_size
        for row, size in zip(kinds, inputs["image_sizes"], strict=True):
            high, wide = library.get_anyres_image_grid_shape(size, config.image_grid_pinpoints, side)
            width = library.unpad_image(torch.empty(1, high * edge, wide * edge), size).shape[2]
            places = (row == IMAGE).nonzero()[:, 0]
            row[places[edge**2 :][width :: width + 1]] = SPECIAL
        return kinds

    def sequences(self, model: HFPairModel, inputs: Inputs) -> dict[str, Tokens]:
        """`joint`, and `tiles`: the patches and class tokens of all tiles of each image."""
        import torch
        from transformers.models.llava_next.modeling_llava_next import image_size_to_num_patches

        config = model.module.config
        side = config.vision_config.image_size
        rows = (side // config.vision_config.patch_size) ** 2 + 1
        sizes = inputs["image_sizes"]
        tiles = [image_size_to_num_patches(size, config.image_grid_pinpoints, side) for size in sizes]
        lengths = torch.tensor(tiles, device=sizes.device) * rows
        return {**super().sequences(model, inputs), "tiles": Tokens(lengths=lengths)}
