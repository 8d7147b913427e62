"""The tap: sees every attention call of a running model, of any architecture, and changes nothing.

It is a `TorchFunctionMode`, which PyTorch asks about every call of its functions on this thread, beside a stack of the
modules that are running. While a mode is active `nn.MultiheadAttention` leaves its fused fast path, so the outputs
are bit for bit those of the ordinary path.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from store.errors import BadInput
from tasks.diagnostics import mha
from tasks.diagnostics.calls import AttentionCall, Projected, Scored

_SOFTMAX = (functional.softmax, torch.softmax, Tensor.softmax, torch.special.softmax)


class AttentionTap(TorchFunctionMode):
    """Within `with AttentionTap(model, sink):`, `sink` is given each attention call of `model` on this thread.

    Calls are seen through `F.scaled_dot_product_attention`, `F.multi_head_attention_forward` (and so through
    `nn.MultiheadAttention`), and a softmax over the last dimension of attention scores. The sink is called after the
    attention has been computed, outside the mode. Raises BadInput for a compiled model, whose calls cannot be seen.
    """

    def __init__(self, model: nn.Module, sink: Callable[[AttentionCall], None]) -> None:
        super().__init__()
        _refuse_compiled(model)
        self._model = model
        self._sink = sink
        self._names = {id(module): name for name, module in model.named_modules()}
        self._stack: list[_Running] = []
        self._hooks: list[RemovableHandle] = []
        self._thread = 0
        self._ran: set[str] = set()
        self._explained: set[str] = set()
        self.sites: dict[str, int] = {}
        """Calls seen, by site, in the order of their first call."""

    @property
    def blind(self) -> tuple[str, ...]:
        """Innermost modules that look like attention and ran, yet within which no attention was seen."""
        unseen = self._ran - self._explained
        return tuple(sorted(name for name in unseen if not any(other.startswith(f"{name}.") for other in unseen)))

    def __enter__(self) -> AttentionTap:
        self._thread = threading.get_ident()
        for module in self._model.modules():
            self._hooks.append(module.register_forward_pre_hook(self._push))
            self._hooks.append(module.register_forward_hook(self._pop, always_call=True))
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(exc_type, exc, trace)  # type: ignore[no-untyped-call]
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._stack.clear()

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if func is functional.scaled_dot_product_attention:
            self._see(_from_sdpa(self._site, *args, **kwargs))
        elif func is functional.multi_head_attention_forward:
            self._see(mha.projected(self._site, args, kwargs))
        elif func in _SOFTMAX and (scores := self._attention_scores(*args, **kwargs)) is not None:
            self._see(Scored(self._site, scores))
        return result

    @property
    def _site(self) -> str:
        return self._stack[-1].name if self._stack else "(no module)"

    def _see(self, call: AttentionCall) -> None:
        self.sites[call.site] = self.sites.get(call.site, 0) + 1
        for running in self._stack:
            running.seen = True
        self._sink(call)

    def _attention_scores(self, input: Tensor, dim: int | None = None, *_: Any, **__: Any) -> Tensor | None:
        """The scores, where a softmax looks like that of attention: three dimensions may also be token logits."""
        if dim not in (-1, input.dim() - 1) or input.dim() < 3:
            return None
        if input.dim() == 3 and not any(running.looks_like_attention for running in self._stack):
            return None
        return input

    def _push(self, module: nn.Module, *_: Any) -> None:
        if threading.get_ident() == self._thread:
            self._stack.append(_Running(self._names[id(module)], module))

    def _pop(self, *_: Any) -> None:
        if threading.get_ident() != self._thread:
            return
        running = self._stack.pop()
        if running.looks_like_attention:
            self._ran.add(running.name)
            if running.seen:
                self._explained.add(running.name)


class _Running:
    """A module whose forward is under way."""

    __slots__ = ("looks_like_attention", "name", "seen")

    def __init__(self, name: str, module: nn.Module) -> None:
        self.name = name
        self.looks_like_attention = _looks_like_attention(module)
        self.seen = False


def _looks_like_attention(module: nn.Module) -> bool:
    return isinstance(module, nn.MultiheadAttention) or "attention" in type(module).__name__.lower()


def _from_sdpa(
    site: str,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Projected:
    del value, dropout_p, enable_gqa  # they do not bear on the weights; groups of heads show in the shapes
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    return Projected(site, query, key, attn_mask, is_causal, scale)


def _refuse_compiled(model: nn.Module) -> None:
    for name, module in model.named_modules():
        compiled = (
            type(module).__name__ == "OptimizedModule"
            or module._compiled_call_impl is not None
            or hasattr(module.forward, "_torchdynamo_orig_callable")
        )
        if compiled or isinstance(module, torch.jit.ScriptModule):
            where = f"its module {name!r}" if name else "it"
            raise BadInput(f"the model's attention cannot be seen, as {where} is compiled; give the model uncompiled")
