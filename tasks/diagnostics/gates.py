"""How much a gated site adds to its stream: entropy says where attention goes, a gate whether any of it arrives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.utils.hooks import RemovableHandle


class Gates:
    """Within `with Gates(module, {site: gate}, samples)`, `ratios` holds |tanh(gate) x output| / |stream| of each site.

    `gate` is the dotted name of a parameter of the layer around the site; the stream is that layer's input. `counts` is
    asked, once a site has run, for the positions that count, [samples, positions], boolean: what attention makes of
    padding, or of a row that may attend to nothing, means nothing, and differs by device.
    """

    def __init__(
        self, module: nn.Module, gates: Mapping[str, str], samples: int, counts: Callable[[str], Tensor]
    ) -> None:
        self._module = module
        self._gates = gates
        self._samples = samples
        self._counts = counts
        self._streams: dict[str, Tensor] = {}
        self._hooks: list[RemovableHandle] = []
        self.ratios: dict[str, Tensor] = {}
        """Site -> [samples, 1], of the norms over the positions that count."""

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
            # the first of its arguments, whose name differs between versions
            self._streams[site] = args[0] if args else next(iter(kwargs.values()))

        return keep

    def _leaving(self, site: str, gate: str) -> Any:
        def measure(_: Any, __: Any, output: Any) -> None:
            added = (output[0] if isinstance(output, tuple) else output).float()
            opened = self._module.get_parameter(gate).float().tanh()
            counts = self._counts(site)
            gained, stream = (self._norm(x, counts) for x in (opened * added, self._streams.pop(site)))
            self.ratios[site] = gained / stream

        return measure

    def _norm(self, x: Tensor, counts: Tensor) -> Tensor:
        """[samples, 1] of [samples, positions, width], over the positions that count."""
        x = x.double().where(counts.reshape(*x.shape[:-1], 1), 0.0)
        norm: Tensor = x.reshape(self._samples, -1).norm(dim=1, keepdim=True)
        return norm
