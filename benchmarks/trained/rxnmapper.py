"""RXNMapper: an ALBERT that fills gaps in reactions; one of its heads was found to map atoms to atoms.

Schwaller et al. 2021, "Extraction of organic chemistry grammar from unsupervised learning of chemical reactions".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from PIL.Image import Image
from torch import Tensor

from benchmarks.trained.packages import found
from benchmarks.trained.pairs import texts_alone
from benchmarks.trained.reactions import reactions
from benchmarks.trained.reading import Reader, padded
from tasks.diagnostics.datasets import Dataset
from tasks.diagnostics.families.model import PADDING, TEXT, Answer, Output, Provenance

PACKAGE = "rxnmapper"
FILES = "rxnmapper/models/transformers/albert_heads_8_uspto_all_1310k"
TOKEN = re.compile(r"\[[^\]]+\]|Br|Cl|>>|%\d\d|.")
GAPS = 7
"""One token in so many is a gap to fill."""
LAYERS = 12


class Mapper(Reader):
    """Its task: the tokens that were taken out of a reaction."""

    task = "the missing token of the reaction"
    vocabulary: dict[str, int]

    def tokens(self, captions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Between a class token and a separator."""
        known, unknown = self.vocabulary, self.vocabulary["[UNK]"]
        rows = [
            [known["[CLS]"], *(known.get(part, unknown) for part in TOKEN.findall(text)), known["[SEP]"]]
            for text in captions
        ]
        return padded(rows, self.device)

    def read(self, ids: Tensor, kinds: Tensor) -> Tensor:
        """Logits, [reactions, length, vocabulary]."""
        return self.module(input_ids=ids, attention_mask=(kinds != PADDING).long()).logits  # type: ignore[no-any-return]

    def ask(self, images: Sequence[Image], captions: Sequence[str], batch_size: int | None = None) -> Answer:
        """At the gaps: every seventh token, from another one on in each reaction of seven."""
        del images, batch_size
        ids, kinds = self.tokens(captions)
        at = torch.arange(ids.shape[1], device=ids.device) + torch.arange(len(ids), device=ids.device)[:, None]
        gaps = (at % GAPS == 0) & (kinds == TEXT)
        given = ids.masked_fill(gaps, self.vocabulary["[MASK]"])
        return lambda _=None: Output(self.read(given, kinds), gaps, ids)


def load(folder: Path, device: torch.device) -> Mapper:
    """In float32, of the package in `folder`. Its layers share their weights; here each has its own copy of them."""
    from transformers import AlbertConfig, AlbertForMaskedLM

    files = found(PACKAGE, folder) / FILES
    config = AlbertConfig.from_pretrained(files, attn_implementation="sdpa")

    def make() -> Any:
        return _unshared(AlbertForMaskedLM(config))

    module = make()
    state = torch.load(files / "pytorch_model.bin", map_location="cpu", weights_only=True)
    shared, own = "albert.encoder.albert_layer_groups.0.", "albert.encoder.albert_layer_groups.{}."
    for name in [name for name in state if name.startswith(shared)]:
        for layer in range(1, LAYERS):
            state[name.replace(shared, own.format(layer))] = state[name]
    missing = module.load_state_dict(state, strict=False).missing_keys
    assert not missing, missing
    model = Mapper(module, make, device, Provenance(f"{PACKAGE} 0.4.3", "ALBERT, 12 layers, 8 heads", "SMILES"))
    lines = (files / "vocab.txt").read_text(encoding="utf-8").splitlines()
    model.vocabulary = {word: at for at, word in enumerate(lines)}
    return model


def _unshared(module: Any) -> Any:
    """A copy of the one layer for each time that it is run, so that each is a site."""
    import copy

    encoder = module.albert.encoder
    group = encoder.albert_layer_groups[0]
    encoder.albert_layer_groups = torch.nn.ModuleList([group, *(copy.deepcopy(group) for _ in range(1, LAYERS))])
    encoder.config = copy.deepcopy(encoder.config)
    encoder.config.num_hidden_groups = LAYERS
    return module


def pairs(folder: Path, n: int, pictures: Path) -> Dataset:
    """Reactions."""
    del folder
    return texts_alone(reactions(n), pictures)
