"""Where a model attends: its sites by role, found by running it once; and what a plant means for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from store.errors import unknown
from store.models import Role
from tasks.diagnostics.attention.calls import Projected
from tasks.diagnostics.families.model import Place, VisionLanguageModel
from tasks.diagnostics.families.weights import UnusableModel

if TYPE_CHECKING:
    from PIL.Image import Image

    from tasks.diagnostics.attention.calls import AttentionCall
    from tasks.diagnostics.families.model import Tokens


@dataclass(frozen=True, slots=True)
class Spot:
    """A site before anything has been measured at it."""

    name: str
    heads: int | None
    """None where heads share a dimension with the batch."""
    per_sample: int = 1
    """Entries of the first dimension of its calls that are one sample: windows, or heads where they share it."""


@dataclass(frozen=True, slots=True)
class SiteLayout:
    """All sites of a model."""

    roles: Mapping[Role, tuple[Spot, ...]]
    """The sites of each role, in the order of their first call: the first is layer 0."""
    gates: Mapping[str, str]
    """Site -> its gate, where it has one."""


def find_layout(model: VisionLanguageModel, images: Sequence[Image], captions: Sequence[Sequence[str]]) -> SiteLayout:
    """The layout of a model, found by running it on a few pairs.

    Raises UnusableModel for a site that its family places nowhere, or where there is no such role, sequence or gate.
    """
    import torch

    from tasks.diagnostics.attention.tap import AttentionTap

    roles: dict[Role, dict[str, Spot]] = {}
    gates: dict[str, str] = {}

    def note(call: AttentionCall) -> None:
        place = _placed(model, call.site, work.sequences)
        whole = call.q if isinstance(call, Projected) else call.scores
        heads = whole.shape[-3] if whole.dim() > 3 else None
        each = max(1, whole.shape[0] // work.samples)
        roles.setdefault(place.role, {}).setdefault(call.site, Spot(call.site, heads, each))
        if place.gate:
            gates[call.site] = place.gate

    with torch.inference_mode():
        for work in model.passes(images, captions):
            with AttentionTap(model.module, note):
                work.run()
    return SiteLayout({role: tuple(spots.values()) for role, spots in roles.items()}, gates)


def _placed(model: VisionLanguageModel, site: str, sequences: Mapping[str, Tokens]) -> Place:
    """The place of a site, if it can be one."""
    where = f"the attention at {site!r} of {type(model).__name__}"
    try:
        place = model.place(site)
    except KeyError:
        raise UnusableModel(
            f"{where} has no place; let its place() give it one, with the role of what it does"
        ) from None
    if not isinstance(place, Place):
        raise UnusableModel(f"{where} has the place {place!r}; let its place() give a Place")
    for what, word, known in (
        ("role", place.role, get_args(Role)),
        ("sequence", place.queries, sequences),
        ("sequence", place.keys, sequences),
    ):
        if word and word not in known:
            raise UnusableModel(f"{where}: {unknown(what, word, known)}")
    if place.gate and place.gate not in dict(model.module.named_parameters()):
        raise UnusableModel(
            f"{where}: its gate {place.gate!r} is no parameter of the module; name one, or leave it out"
        )
    return place
