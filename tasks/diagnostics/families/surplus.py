"""Weights that do not fit the architecture they are loaded into: what is harmless is told, the rest is refused."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


def misplaced(module: nn.Module, names: Collection[str]) -> str | None:
    """What a model cannot do without, of tensors that were left out by `names`, in words; None where there is nothing.

    That is layers beyond those that it has, and parameters of a part that it has. A part that it lacks altogether, such
    as a head for another task, it has no use for, and buffers are computed anew.
    """
    modules, buffers = dict(module.named_modules()), {name for name, _ in module.named_buffers()}
    for name in sorted(set(names) - buffers):
        if (found := re.match(r"(.+?)\.(\d+)\.", name)) and found[1] in modules:
            layers = sum(1 for _ in modules[found[1]].children())
            if int(found[2]) >= layers:
                return f"{name}, though {found[1]} has {layers} layers"
        owner = name.rpartition(".")[0]
        if owner in modules and owner:
            return f"{name}, of which {owner} knows nothing"
    return None


def without(module: nn.Module, names: Collection[str]) -> str:
    """Words for the provenance of weights of which `names` were left out; empty where none were."""
    left = sorted(set(names) - {name for name, _ in module.named_buffers()})
    if not left:
        return ""
    if len(left) == 1:
        return f", without {left[0]}, which this architecture has no use for"
    return f", without {len(left)} tensors that this architecture has no use for, such as {left[0]}"


def strictly(error: RuntimeError) -> str | None:
    """What PyTorch says of weights that it does not load strictly, in one line; None for any other error."""
    said = str(error)
    parts = []
    for what, heading in (("lack", "Missing"), ("have", "Unexpected")):
        if found := re.search(rf"{heading} key\(s\) in state_dict: (.*?)\. *$", said, re.MULTILINE):
            names = re.findall(r'"([^"]+)"', found[1])
            rest = f" and {len(names) - 1} more" if len(names) > 1 else ""
            parts.append(f"they {what} {names[0]}{rest}")
    sizes = re.findall(r"size mismatch for (\S+): .*?Size\((\[.*?\])\).*?Size\((\[.*?\])\)", said)
    if sizes:
        name, given, wanted = sizes[0]
        parts.append(f"their {name} has the shape {given} and not {wanted}")
    return ", and ".join(parts) or None
