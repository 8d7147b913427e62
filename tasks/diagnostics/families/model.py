"""What every loaded vision-language model offers: passes to run, the place of each attention site, and an output."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from store.models import Role

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image
    from torch import Tensor

IMAGE, TEXT, SPECIAL, PADDING = 0, 1, 2, -1
"""What a token is. Special tokens belong to neither modality: start and end of text, separators, latents."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a model an attention site is, and which sequences of the pass meet there."""

    role: Role
    """What attention at the site does; see `store.models.LayerRole`."""
    queries: str = ""
    """Sequence of `Pass.sequences` that the queries stand for; empty where all rows count alike."""
    keys: str = ""
    """Sequence that the keys stand for; needed only where they are of more than one kind."""
    gate: str = ""
    """Parameter, by dotted name, whose tanh scales what the site adds to its stream; empty where nothing does."""


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """What stands at each position of a sequence."""

    kinds: Tensor | None = None
    """[samples, length], IMAGE, TEXT, SPECIAL or PADDING, integers; None: all positions count alike."""
    readout: Tensor | None = None
    """[samples], position of the row that is handed on, such as a class token or the end of text, if any."""
    lengths: Tensor | None = None
    """[samples], how many positions each sample has in a sequence in which all are packed one after another."""


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One forward pass over some samples, ready to run as often as wanted."""

    run: Callable[[], object]
    samples: int
    """Images, for a tower that sees each image once; otherwise image-caption pairs, image by image."""
    sequences: Mapping[str, Tokens] = field(default_factory=dict)
    """The sequences that `Place` names."""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """What the module is given, such as tensors, by name: a null is kept for the same inputs alone."""
    cut: int = 0
    """Captions that are longer than the model's context, so that only their beginning is read."""


@dataclass(frozen=True, slots=True, eq=False)
class Output:
    """What a model says of its samples, as distributions, so that interventions can be compared."""

    logits: Tensor
    """[samples, positions, classes], unnormalised log-probabilities."""
    valid: Tensor
    """[samples, positions], boolean: the positions that count, at least one a sample."""
    labels: Tensor | None = None
    """[samples, positions], the right class, where it is known."""

    def turned(self) -> Output:
        """Where pairs are judged beside one another, [n, 1, n]: the same over the first of a pair, given the second."""
        return replace(self, logits=self.logits.transpose(0, 2))


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a loaded model comes from, in words fit for a report."""

    weights: str
    architecture: str
    tokenizer: str


class Answer(Protocol):
    """The output of some pairs, as often as it is asked for."""

    def __call__(self, changed: str | None = None, /) -> Output | None:
        """`changed` is the one site that is steered otherwise than when `changed` was last None.

        What does not depend on that site may be kept from then.
        """


class VisionLanguageModel(ABC):
    """A loaded model, in eval mode, on its device. Only its family knows more of it than this."""

    module: Any
    """The torch.nn.Module whose named modules are the sites."""
    device: torch.device
    provenance: Provenance
    fresh: Callable[[int], Any]
    """Makes a module of the same architecture with the random weights of a seed, on the CPU."""

    task: ClassVar[str] = ""
    """What `output` is a distribution over, in words, such as `the next token`; empty where there is no output."""
    coupled: ClassVar[bool] = False
    """Whether the output for one pair depends on the others that are given with it."""
    matches: ClassVar[bool] = False
    """Whether the output says of each pair if it matches: class 1 if so, class 0 if not."""
    recalls: ClassVar[bool] = False
    """Whether each numbered block of the module makes the same of the same arguments, so that it need not be run again
    on what it was given before: it reads nothing else that changes, such as an attribute that a pass sets, and writes
    nowhere else."""
    absent: ClassVar[Mapping[Role, str]] = {}
    """Roles that such a model has no attention for, with the reason, where a reader could expect some."""

    @abstractmethod
    def passes(self, images: Sequence[Image], captions: Sequence[Sequence[str]]) -> tuple[Pass, ...]:
        """The passes that run the whole model on some images and on the captions of each, as many for every image.

        Preprocessing and tokenising happen here, not in `Pass.run`.
        """

    @abstractmethod
    def place(self, site: str) -> Place:
        """The place of an attention site, by the dotted name of its module."""

    @abstractmethod
    def output(self, images: Sequence[Image], captions: Sequence[str]) -> Output | None:
        """What the model says of image-caption pairs, one caption an image; None where it has no such task."""

    def ask(self, images: Sequence[Image], captions: Sequence[str], batch_size: int | None = None) -> Answer:
        """`output` of the pairs, to be asked for again and again; a model can prepare what stays the same.

        `batch_size` is how many samples may go through the module at once, for models whose pairs are `coupled`: the
        others are never given more.
        """
        del batch_size
        return lambda _=None: self.output(images, captions)

    def ask_after(self, images: Sequence[Image], captions: Sequence[str], others: Sequence[str]) -> Answer | None:
        """The output at the tokens of `captions`, each read after the tokens of another text in place of its own.

        None where the output is not read at the tokens of the text, or a text has too few of them.
        """
        del images, captions, others
        return None

    @property
    def hidden_word(self) -> str:
        """What `ask_without` makes of a word that is hidden, in words."""
        return "taken out"

    def ask_without(
        self, images: Sequence[Image], captions: Sequence[str], hidden: Sequence[Collection[int]]
    ) -> Answer | None:
        """The output with some words of each caption hidden, by their numbers; what is right stays what it was.

        A word is what stands between blanks. None where the output is not of each pair by itself, or where words cannot
        be hidden without changing what is asked for.
        """
        if not self.matches:
            return None
        return self.ask(images, [without_words(text, words) for text, words in zip(captions, hidden, strict=True)])

    @contextmanager
    def untrained(self, seed: int) -> Iterator[None]:
        """Context manager: run what was prepared with the random weights of a seed instead of the model's own.

        These wait on the CPU meanwhile, so that the device never holds both.
        """
        own = self.module
        other = self._drawn(seed)
        try:
            _move(own, "cpu")
            self.module = other
            _move(other, self.device)
            yield
        finally:
            self.module = own
            _move(other, "meta")  # which frees it, whoever still refers to it
            _move(own, self.device)

    def reinitialised(self, seed: int) -> VisionLanguageModel:
        """The same architecture with random weights of a seed; tokenizer and image processor stay as they are."""
        other = copy.copy(self)
        other.module = self._drawn(seed)
        _move(other.module, self.device)
        return other

    def _drawn(self, seed: int) -> Any:
        """A module with the random weights of a seed, on the CPU, in the dtype of the model's own."""
        module = self.fresh(seed).eval()
        _move(module, next(self.module.parameters()).dtype)
        return module


def without_words(caption: str, hidden: Collection[int]) -> str:
    """The caption without some of its words, by their numbers; a word is what stands between blanks."""
    return " ".join(word for at, word in enumerate(caption.split()) if at not in hidden)


def _move(module: Any, to: torch.device | torch.dtype | str) -> None:
    """Move a module; what is made in inference mode could not be moved again outside it."""
    import torch

    with torch.inference_mode(False), torch.no_grad():
        module.to(to)
