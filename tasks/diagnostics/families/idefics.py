"""IDEFICS, the open Flamingo: a language model looks at an image through gated layers of cross-attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from store.errors import BadInput
from tasks.diagnostics.families.hf_decoder import TINY, HFDecoderFamily
from tasks.diagnostics.families.hf_pair import HFPairModel, Inputs
from tasks.diagnostics.families.model import IMAGE, SPECIAL, Place, Tokens
from tasks.diagnostics.families.tokens import LLAMA_SPECIALS, byte_vocabulary, llama_tokenizer

if TYPE_CHECKING:
    from PIL.Image import Image

SPECIALS = (*LLAMA_SPECIALS, "<fake_token_around_image>", "<image>", "<end_of_utterance>")
_TINY: Mapping[str, Any] = {
    **TINY,
    "vocab_size": byte_vocabulary(SPECIALS),
    "alpha_initializer": "ones",  # open gates: with those of the published models, 0 at first, no image would count
    "vision_config": {
        "embed_dim": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 32,
        "patch_size": 8,
    },
}


class Idefics(HFDecoderFamily):
    """Names are the sizes below; weights are `random`, a folder saved by `save_pretrained`, or a hub id."""

    key: ClassVar[str] = "idefics"
    model_class: ClassVar[str] = "IdeficsForVisionText2Text"
    config_class: ClassVar[str] = "IdeficsConfig"
    places: ClassVar[tuple[tuple[str, Place], ...]] = (
        (r"vision_model\.", Place("vision")),
        (r"perceiver_resampler\.", Place("pooling", "", "perceived")),
        (r"(.*gated_cross_attn_layers\.\d+)\.", Place("cross", "text", "", r"\1.alpha_cross_attn")),
        (r"layers\.", Place("text", "text")),
    )
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "tiny": {
            **_TINY,
            "use_resampler": True,
            "perceiver_config": {
                "use_resampler": True,
                "resampler_n_latents": 4,
                "resampler_depth": 2,
                "resampler_n_heads": 2,
                "resampler_head_dim": 16,
            },
        },
        "tiny-without-resampler": _TINY,
        "9b": {  # HuggingFaceM4/idefics-9b
            "vocab_size": 32000,
            "additional_vocab_size": 2,
            "cross_layer_interval": 4,
            "qk_layer_norms": True,
            "use_resampler": True,
            "vision_config": {"embed_dim": 1280},
            "perceiver_config": {"use_resampler": True, "qk_layer_norms_perceiver": True},
        },
    }

    def stand_in(self, config: Any) -> Any:
        """IDEFICS's preprocessing at the size of the tower."""
        from transformers import IdeficsImageProcessor, IdeficsProcessor

        return IdeficsProcessor(
            IdeficsImageProcessor(image_size=config.vision_config.image_size),
            llama_tokenizer(config.max_position_embeddings, SPECIALS, "$A"),
        )

    def process(self, processor: Any, images: Sequence[Image], texts: Sequence[str]) -> Mapping[str, Any]:
        """An image, then its caption. Raises BadInput for an address, which the processor would go and fetch."""
        for text in texts:
            if "://" in text and " " not in text.strip(" "):
                raise BadInput(f"{self.key}: the caption {text[:80]!r} is an address; take it out")
        return super().process(processor, images, texts)

    def image_token(self, config: Any) -> None:
        """Nothing of the image stands among the input ids: its token there says only where it belongs."""

    def sequences(self, model: HFPairModel, inputs: Inputs) -> dict[str, Tokens]:
        """`text`, and `perceived`: what a resampler reads, the rows of the vision tower and its own latents."""
        import torch

        found = {"text": Tokens(self.kinds(model, inputs))}
        config = model.module.config
        if config.use_resampler:
            rows = (config.vision_config.image_size // config.vision_config.patch_size) ** 2 + 1
            kinds = torch.tensor([IMAGE] * rows + [SPECIAL] * config.perceiver_config.resampler_n_latents)
            samples = len(inputs["input_ids"])
            found["perceived"] = Tokens(kinds.to(model.device).expand(samples, -1))
        return found
