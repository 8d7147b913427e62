"""LLaVA-NeXT: as LLaVA, with the image seen whole and in as many tiles as its shape asks for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from store.errors import BadInput
from tasks.diagnostics.families.hf_decoder import CLIP_L14_336, MISTRAL_7B, TINY, TINY_LANGUAGE
from tasks.diagnostics.families.hf_dual import square_crop
from tasks.diagnostics.families.hf_pair import HFPairModel, Inputs
from tasks.diagnostics.families.llava import SPECIALS, Llava, class_tokens
from tasks.diagnostics.families.model import IMAGE, SPECIAL, Place, Tokens
from tasks.diagnostics.families.tokens import LLAMA_IDS, byte_vocabulary

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class LlavaNext(Llava):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "llava_next"
    model_class: ClassVar[str] = "LlavaNextForConditionalGeneration"
    config_class: ClassVar[str] = "LlavaNextConfig"
    processor_class: ClassVar[str] = "LlavaNextProcessor"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"vision_tower\.", Place("vision", "tiles")),
        (r"language_model\.", Place("fusion", "joint", "joint")),
    )
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            "vision_config": {"model_type": "clip_vision_model", **TINY, "image_size": 16, "patch_size": 8},
            "text_config": {
                "model_type": "mistral",
                **TINY_LANGUAGE,
                **LLAMA_IDS,
                "vocab_size": byte_vocabulary(SPECIALS),
                "sliding_window": None,
            },
            "image_grid_pinpoints": [[16, 32], [32, 16], [32, 32]],
            "image_token_index": 3,
            "image_seq_length": 4,
        },
        "v1.6-mistral-7b": {  # llava-hf/llava-v1.6-mistral-7b-hf
            "vision_config": CLIP_L14_336,
            "text_config": {**MISTRAL_7B, **LLAMA_IDS, "vocab_size": 32064, "rope_theta": 1e6, "sliding_window": None},
            "image_token_index": 3,
        },
    }

    def images(self, config: Any) -> Any:
        """Tiles as large as the tower sees them."""
        from transformers import LlavaNextImageProcessor

        crop = square_crop(config.vision_config.image_size)
        return LlavaNextImageProcessor(**crop, image_grid_pinpoints=config.image_grid_pinpoints)

    def assemble(
        self, module: Any, folder: Path | None, device: torch.device, provenance: tuple[str, str]
    ) -> HFPairModel:
        """Raises BadInput for a tower that also pools each tile, as no sequence says which image a tile is of."""
        vision = module.config.vision_config
        if "siglip" in vision.model_type and getattr(vision, "vision_use_head", True):
            raise BadInput(
                f"{self.key}: its vision tower of type {vision.model_type!r} pools each tile by a head that the "
                "language model is not given; write vision_use_head false into the vision_config of config.json"
            )
        return super().assemble(module, folder, device, provenance)

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
        rows = (side // config.vision_config.patch_size) ** 2 + class_tokens(config)
        sizes = inputs["image_sizes"]
        tiles = [image_size_to_num_patches(size, config.image_grid_pinpoints, side) for size in sizes]
        lengths = torch.tensor(tiles, device=sizes.device) * rows
        return {**super().sequences(model, inputs), "tiles": Tokens(lengths=lengths)}
