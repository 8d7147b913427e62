"""Load the model of a diagnosis, and the models that it is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from store.errors import BadInput
from store.kinds.diagnostics import Method
from store.models import ModelRef
from tasks.diagnostics.families import find_family
from tasks.diagnostics.families.model import VisionLanguageModel
from tasks.diagnostics.families.weights import UnusableModel

if TYPE_CHECKING:
    import torch

    from tasks.diagnostics.families.family import Family


def load(
    family: Family, model: ModelRef, workspace: Path, seed: int, device: torch.device, dtype: torch.dtype
) -> VisionLanguageModel:
    """Load a model, and say of a failure that it is the model's and not the data's.

    One of a lower precision goes through the CPU, as families load in float32, which the device may have no room for.
    """
    import torch

    from tasks.diagnostics.attention.tap import refuse_compiled

    try:
        loaded = family.load(model, workspace, seed, device if dtype == torch.float32 else torch.device("cpu"))
        refuse_compiled(loaded.module)
        loaded.module.to(dtype).to(device)
        loaded.device = device
        return loaded
    except BadInput as error:
        raise UnusableModel(str(error)) from error


def check_references(references: Sequence[ModelRef], how: Method, workspace: Path) -> None:
    """Raise UnusableModel for what cannot be a reference, before anything is measured."""
    if references and how.influence == "none":
        raise UnusableModel("references are compared by the task, which influence none leaves out; leave out either")
    for ref in references:
        if ref.untrained:
            raise UnusableModel(f"the reference {ref.locator} is a random initialisation; name a model that is sound")
        try:
            find_family(ref.family, workspace).check(ref, workspace)
        except BadInput as error:
            raise UnusableModel(f"the reference: {error}") from error


def sound_models(
    references: Sequence[ModelRef],
    model: VisionLanguageModel,
    workspace: Path,
    seed: int,
    device: torch.device,
    dtype: torch.dtype,
    planted: bool,
) -> Iterator[tuple[str, VisionLanguageModel]]:
    """Load the references one after another; UnusableModel for one that says nothing of `model`.

    That is one that has another task, or the same weights unless something is `planted` in the model.
    """
    for ref in references:
        loaded = load(find_family(ref.family, workspace), ref, workspace, seed, device, dtype)
        if loaded.provenance.weights == model.provenance.weights and not ref.untrained and not planted:
            raise UnusableModel(
                f"the reference {ref.locator} has the weights of the model itself, and says nothing of it; name another"
            )
        if loaded.task != model.task:
            raise UnusableModel(
                f"the reference {ref.locator} has another task, {loaded.task or 'none'}, and says nothing of this model"
            )
        yield ref.locator, loaded
