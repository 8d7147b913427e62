"""Fusion encoders of the transformers library that say whether a caption matches an image."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from tasks.diagnostics.families.hf_pair import HFPairFamily, HFPairModel, Inputs, class_token_first
from tasks.diagnostics.families.model import Output, Tokens

if TYPE_CHECKING:
    from torch import Tensor


class MatchingFamily(HFPairFamily):
    """A family whose models score a pair as no match or a match. The sequences are `image` and `text`."""

    attention: ClassVar[str] = "eager"
    matches: ClassVar[bool] = True
    task: ClassVar[str] = "whether the caption matches the image: no or yes"

    @abstractmethod
    def scores(self, made: Any) -> Tensor:
        """[samples, 2], the logits of no match and of a match, out of what `forward` made."""

    def sequences(self, model: HFPairModel, inputs: Inputs) -> dict[str, Tokens]:
        """An image tower with a class token, and the input ids, whose first row is handed on."""
        first = class_token_first(inputs["input_ids"])
        return {"image": first, "text": Tokens(self.kinds(model, inputs), first.readout)}

    def output(self, model: HFPairModel, inputs: Inputs) -> Output:
        """One position a pair; a pair is right where it matches."""
        import torch

        logits = self.scores(self.forward(model.module, inputs))
        right = torch.ones(len(logits), 1, dtype=torch.long, device=logits.device)
        return Output(logits[:, None], right.bool(), right)
