"""How much a gated site adds to its stream: entropy says where attention goes, a gate whether any of it arrives."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.utils.hooks import RemovableHandle


class Gates:
    """Within `with Gates(module, {site: gate}, samples)`, `ratios` holds |tanh(gate) x output| / |stream| of each site.

    `gate` is the dotted name of a parameter of the layer around the site; the stream is that layer's input.
    """

    def __init__(self, module: nn.Module, gates: Mapping[str, str], samples: int) -> None:
        self._module = module
        self._gates = gates
        self._samples = samples
        self._streams: dict[str, Tensor] = {}
        self._hooks: list[RemovableHandle] = []
        self.ratios: dict[str, Tensor] = {}
        """Site -> [samples, 1], of the norms over all positions: that of padding alone can be 0."""

    def __enter__(self) -> Gates:
        for site, gate in self._gates.items():
            layer = self._module.get_submodule(gate.rpartition(".")[0])
            self._hooks.append(layer.register_forward_pre_hook(self._entering(site), with_kwargs=True))
            self._hooks.append(self._module.get_submodule(site).register_forward_hook(self._leaving(site, gate)))
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._streams.clear()

    def _entering(self, site: str) -> Any:
        def keep(_: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
            self._streams[site] = args[0] if args else kwargs["hidden_states"]

        return keep

    def _leaving(self, site: str, gate: str) -> Any:
        def measure(_: Any, __: Any, output: Any) -> None:
            added = (output[0] if isinstance(output, tuple) else output).float()
            opened = self._module.get_parameter(gate).float().tanh()
            parts = ((opened * added), self._streams.pop(site).float())
            gained, stream = (part.reshape(self._samples, -1).double().norm(dim=1, keepdim=True) for part in parts)
            self.ratios[site] = gained / stream

        return measure
