"""What LLaVA and IDEFICS share: models that go on writing after an image, trained on questions and captions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.datasets.scenes import SIDE, Dice, scene
from tasks.diagnostics.training import questions
from tasks.diagnostics.training.batches import batches, pixels, with_things
from tasks.diagnostics.training.loop import TrainingPlan, stages
from tasks.diagnostics.training.questions import KINDS, Question, ask, question
from tasks.diagnostics.training.recipes.of_transformers import LibraryRecipe
from tasks.diagnostics.training.scoring import exact_answers, likelihood, present_answers
from tasks.diagnostics.training.sequences import IGNORED, Packed, Text, pack
from tasks.diagnostics.training.statements import drawn
from tasks.diagnostics.training.vocabulary import Specials, ids, make_tokenizer

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from tasks.diagnostics.zoo.card import Score

WIDTH, HEADS, PATCH = 96, 3, 8
VISION_LAYERS, LANGUAGE_LAYERS = 3, 3
IMAGE_KEYS = 64
"""Patches of a picture."""
LENGTH = 128
"""Most tokens of a sequence, the image's included."""
SPREAD = WIDTH**-0.5
"""Standard deviation of the first weights: the library's 0.02 suits wide models, and here gives uniform attention."""
VISION: dict[str, Any] = {
    "intermediate_size": 3 * WIDTH,
    "num_hidden_layers": VISION_LAYERS,
    "num_attention_heads": HEADS,
    "image_size": SIDE,
    "patch_size": PATCH,
    "hidden_act": "gelu",
}
"""Options of the vision tower of `shapes-clip`; its width has a name of its own in each library's configuration."""

_QUESTIONS, _CAPTIONS = 6, 2
"""Texts for each picture of a batch."""
_STAGES = ((0.3, 1), (0.6, 2), (1.0, 3))
"""Up to which share of the steps scenes hold at most how many things: binding is learnt after naming."""
_CHUNK = 100


class Writer(LibraryRecipe, ABC):
    """Learns the answers to questions, and captions, given a picture."""

    specials: ClassVar[Specials]
    prefix: ClassVar[tuple[str, ...]]
    """Tokens before a text: where the image stands."""
    starts_from: ClassVar[str | None] = "shapes-clip"

    @abstractmethod
    def processor(self, tokenizer: Any) -> Any:
        """What prepares pictures and texts, around a tokenizer."""

    @abstractmethod
    def config(self) -> Any:
        """The configuration of the module."""

    @abstractmethod
    def tower(self, module: Any) -> Any:
        """The vision tower in a module."""

    @abstractmethod
    def see(self, module: Any, images: Tensor) -> Any:
        """What the vision tower makes of normalised pictures, [pictures, 3, 64, 64]."""

    @abstractmethod
    def logits(self, module: Any, seen: Any, packed: Packed) -> Tensor:
        """[rows, tokens, vocabulary] of sequences that begin with the prefix, one row a picture."""

    def begin(self, folder: Path, parent: Path | None) -> Any:
        """A language model with fresh weights beside the vision tower of `shapes-clip`."""
        from tasks.diagnostics.training.vision import start_from

        processor = self.processor(make_tokenizer(self.specials, LENGTH))
        processor.save_pretrained(folder)
        processor.image_processor.save_pretrained(folder)
        module = self.made(self.config())
        if parent is not None:
            start_from(self.tower(module), parent)
        return module

    def language(self) -> dict[str, Any]:
        """Options of the language model, as both libraries' configurations name them."""
        known = ids(self.specials)
        return {
            "vocab_size": len(known),
            "hidden_size": WIDTH,
            "intermediate_size": 2 * WIDTH,
            "num_hidden_layers": LANGUAGE_LAYERS,
            "num_attention_heads": HEADS,
            "max_position_embeddings": LENGTH,
            "pad_token_id": known["<pad>"],
            "bos_token_id": known["<bos>"],
            "eos_token_id": known["<eos>"],
            "tie_word_embeddings": False,
            "initializer_range": SPREAD,
        }

    def text(self, caption: str) -> Text:
        """A caption with its end, all of it learnt."""
        return self._text(caption, 0)

    def dialogue(self, asked: Question) -> Text:
        """A question with its answer, which alone is learnt."""
        return self._text(f"{asked.text} {asked.answer}", len(asked.text.split()))

    def pack(self, rows: Sequence[Sequence[Text]]) -> Packed:
        """See `sequences.pack`."""
        known = ids(self.specials)
        return pack([known[token] for token in self.prefix], rows)

    def losses(self, module: Any, plan: TrainingPlan, seed: int) -> Iterator[Tensor]:
        """Cross-entropy of answers and captions; scenes grow from one thing to three."""
        from torch.nn.functional import cross_entropy

        for indices in batches(seed, plan.batch, stages(plan, _STAGES)):
            packed = self.pack([self._lesson(seed, index) for index in indices])
            logits = self.logits(module, self.see(module, pixels(seed, indices)), packed)
            yield cross_entropy(logits.flatten(0, 1), packed.labels.flatten(), ignore_index=IGNORED)

    def scores(self, module: Any, seed: int, scenes: int) -> tuple[Score, ...]:
        """Exact answers with one and two things, with another scene's picture, and the likelihood of captions."""
        found: list[Score] = []
        one, two = (with_things(seed, things, scenes) for things in (1, 2))
        strangers = [*one[1:], one[0]]
        for kind in KINDS:
            asked = [ask(kind, scene(seed, index)[0]) for index in one]
            expected = [each.answer.removesuffix(" .") for each in asked]
            own = self.correct(module, seed, one, asked)
            found.append(exact_answers(f"{kind} of one thing", own, expected, 0.9))
            other = self.correct(module, seed, strangers, asked)
            found.append(exact_answers(f"{kind} of one thing, pictures shuffled", other, expected))
        for kind in KINDS:
            things = [Dice("asked", seed, index, kind).pick(scene(seed, index)) for index in two]
            own = self.correct(module, seed, two, [ask(kind, thing) for thing in things])
            rates = [
                questions.guess_rate(kind, thing, scene(seed, index)) for thing, index in zip(things, two, strict=True)
            ]
            found.append(present_answers(f"{kind} with two things", own, rates))
        every = range(scenes)
        captions = [drawn(seed, index) for index in every]
        swapped = [*every[1:], every[0]]
        pair = (self.log_likelihood(module, seed, each, captions) for each in (every, swapped))
        return (*found, *likelihood(*pair))

    def correct(self, module: Any, seed: int, indices: Sequence[int], asked: Sequence[Question]) -> list[bool]:
        """Whether every word of an answer, its end included, is the likeliest one: what greedy decoding would write."""
        found: list[bool] = []
        for logits, labels in self._read(module, seed, indices, [self.dialogue(each) for each in asked]):
            right = (logits.argmax(-1) == labels) | (labels == IGNORED)
            found += [bool(row) for row in right.all(dim=1)]
        return found

    def log_likelihood(
        self, module: Any, seed: int, indices: Sequence[int], captions: Sequence[str]
    ) -> np.ndarray[Any, Any]:
        """Mean log-likelihood per token of captions, given pictures, [captions], in nats."""
        import torch

        rows = []
        for logits, labels in self._read(module, seed, indices, [self.text(each) for each in captions]):
            learnt = labels != IGNORED
            picked = logits.log_softmax(-1).gather(-1, labels.clamp(min=0)[..., None])[..., 0]
            rows.append((picked * learnt).sum(1) / learnt.sum(1))
        means: np.ndarray[Any, Any] = torch.cat(rows).numpy()
        return means

    def _read(
        self, module: Any, seed: int, indices: Sequence[int], texts: Sequence[Text]
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """Logits and labels, a chunk of pictures at a time, one text a picture."""
        import torch

        with torch.no_grad():
            for start in range(0, len(indices), _CHUNK):
                packed = self.pack([[text] for text in texts[start : start + _CHUNK]])
                seen = self.see(module, pixels(seed, indices[start : start + _CHUNK]))
                yield self.logits(module, seen, packed), packed.labels

    def _lesson(self, seed: int, index: int) -> list[Text]:
        asked = [self.dialogue(question(seed, index, number)) for number in range(_QUESTIONS)]
        return asked + [self.text(drawn(seed, index, number)) for number in range(_CAPTIONS)]

    def _text(self, words: str, given: int) -> Text:
        known = ids(self.specials)
        return Text((*(known[word] for word in words.split()), known[self.specials.eos]), given)
