"""The tap: sees every attention call of a running model, of any architecture, and changes nothing.

While a mode is active `nn.MultiheadAttention` leaves its fused fast path, so the outputs are bit for bit those of the
ordinary path.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from store.errors import BadInput
from tasks.diagnostics.attention.additions import FOLLOWED, Additions
from tasks.diagnostics.attention.awaiting import AwaitedValues
from tasks.diagnostics.attention.calls import AttentionCall, Projected, Scored
from tasks.diagnostics.attention.functions import MULTI_HEAD, OPAQUE, PRODUCT, SCALED_DOT_PRODUCT, SOFTMAX, scores_of
from tasks.diagnostics.attention.running import RunningModules
from tasks.diagnostics.attention.weighing import Weighing

Arguments = tuple[Any, ...]


class AttentionTap(RunningModules):
    """Within `with AttentionTap(model, sink):`, `sink` is given each attention call of `model` on this thread.

    Calls are seen through `F.scaled_dot_product_attention`, also within `F.multi_head_attention_forward`, and through a
    softmax over the last dimension of attention scores: of four dimensions anywhere; of three within a module that
    looks like attention, or where its result weighs values, as token logits and routers have three too. The sink is
    called after the attention has been computed, outside the mode. `values`, if given, is told the values of calls that
    were seen at their softmax, each once the product that reads them has run; see `awaiting`. Raises BadInput for a
    compiled model, whose calls cannot be seen.
    """

    def __init__(
        self,
        model: nn.Module,
        sink: Callable[[AttentionCall], None],
        values: Callable[[Scored, Tensor], None] | None = None,
    ) -> None:
        refuse_compiled(model)
        self._names = {module: name for name, module in model.named_modules()}
        super().__init__(self._names)
        self._attend = {module for module, name in self._names.items() if looks_like_attention(name, module)}
        self._sink = sink
        self._additions = Additions()
        self._explained: set[nn.Module] = set()
        self._opaque: set[str] = set()
        self._weighing = Weighing()
        self._awaiting = None if values is None else AwaitedValues(values)
        self.sites: dict[str, int] = {}
        """Calls seen, by site, in the order of their first call."""

    @property
    def blind(self) -> tuple[str, ...]:
        """Modules that attend in a way that cannot be seen.

        They are the innermost of those that look like attention and ran, yet within which no attention was seen, and
        those that called a kernel that keeps its scores to itself.
        """
        unseen = {self._names[module] for module in self.ran & self._attend - self._explained}
        inner = {name for name in unseen if not any(other.startswith(f"{name}.") for other in unseen)}
        return tuple(sorted(inner | self._opaque))

    def __torch_function__(
        self, func: Any, types: Any, args: Arguments = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        watch = _WATCHED.get(func)
        if watch is None:
            return func(*args, **kwargs) if kwargs else func(*args)
        return watch(self, func, args, kwargs or {})

    def _sdpa(self, func: Any, args: Arguments, kwargs: Mapping[str, Any]) -> Any:
        result = func(*args, **kwargs)
        self._see(_from_sdpa(self._site, *args, **kwargs))
        return result

    def _softmax(self, func: Any, args: Arguments, kwargs: Mapping[str, Any]) -> Any:
        result = func(*args, **kwargs)
        scores = scores_of(*args, **kwargs)
        if scores is not None:
            made = result if isinstance(result, Tensor) else None
            call = Scored(self._site, scores, made, self._additions.bias(scores))
            if self._attends(scores):
                self._see(call)
            else:
                self._weighing.keep(call, self.running)
        return result

    def _product(self, func: Any, args: Arguments, kwargs: Mapping[str, Any]) -> Any:
        result = self._follow(func, args, kwargs) if func in FOLLOWED else func(*args, **kwargs)
        for call, running in self._weighing.found(self._site, self.running, (*args, *kwargs.values())):
            self._explained.update(running)
            self._see(call)
        if self._awaiting is not None:
            self._awaiting.take(self._site, (*args, *kwargs.values()))
        return result

    def _follow(self, func: Any, args: Arguments, kwargs: Mapping[str, Any]) -> Any:
        result = func(*args, **kwargs)
        if isinstance(result, Tensor) and self._attends(result):
            self._additions.follow(func, args, kwargs, result)
        return result

    def _attends(self, scores: Tensor) -> bool:
        """Whether a tensor could hold scores of attention."""
        return scores.dim() > 3 or (scores.dim() == 3 and not self._attend.isdisjoint(self.running))

    def _multi_head(self, _: Any, args: Arguments, kwargs: Mapping[str, Any]) -> Any:
        # the mode is off within its own handler, and on again for what the body calls
        TorchFunctionMode.__enter__(self)  # type: ignore[no-untyped-call]
        try:
            return _MULTI_HEAD_BODY(*args, **kwargs)
        finally:
            TorchFunctionMode.__exit__(self, None, None, None)  # type: ignore[no-untyped-call]

    def _hidden(self, func: Any, args: Arguments, kwargs: Mapping[str, Any]) -> Any:
        self._opaque.add(self._site)
        return func(*args, **kwargs)

    @property
    def _site(self) -> str:
        """Name of the innermost module that is running; a bare softmax is a part of the module that holds it."""
        inner = (self._names[module] for module in reversed(self.running) if type(module) is not nn.Softmax)
        return next(inner, "(no module)")

    def _see(self, call: AttentionCall) -> None:
        self.sites[call.site] = self.sites.get(call.site, 0) + 1
        self._explained.update(self.running)
        self._sink(call)
        if self._awaiting is not None and isinstance(call, Scored):
            self._awaiting.keep(call)


_CLASS = re.compile(r"attention|attn", re.IGNORECASE)
_NAME = re.compile(r"(^|[._])(self|cross)?_?(attn|attention)s?\d*$", re.IGNORECASE)
_NOT = re.compile(
    r"(norm|dropout|output|mask|bias|embeddings?|scale|gate|mlp|ffn)$|^(light)?(channel|spatial|split)attn$",
    re.IGNORECASE,
)
"""Parts of an attention, and gates over channels or places that go by its name."""
_CALLED = re.compile(
    r"(flex|flash|varlen|memory_efficient|dot_product|sage)_?(attention|attn)|^sageattn|attn_(varlen_)?func$"
)
"""Functions that attend; most are not PyTorch's own, or are compiled, so that the mode is not asked about them."""


def looks_like_attention(name: str, module: nn.Module) -> bool:
    """Whether a module attends, by its name or what it calls; a wrapper does too, and is known by what runs within."""
    kind = type(module)
    if isinstance(module, nn.MultiheadAttention):
        return True
    if kind.__module__.startswith("torch.nn.") or _NOT.search(kind.__name__):
        return False
    code = getattr(kind.forward, "__code__", None)
    calls = any(_CALLED.search(called) for called in code.co_names) if code else False
    return calls or bool(_CLASS.search(kind.__name__) or _NAME.search(name))


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
    del dropout_p, enable_gqa  # they do not bear on the weights; groups of heads show in the shapes
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    return Projected(site, query, key, attn_mask, is_causal, scale, value)


def _multi_head_body() -> Callable[..., Any]:
    """A copy of `F.multi_head_attention_forward` with its `has_torch_function` check disabled."""
    whole = MULTI_HEAD
    names = {**whole.__globals__, "has_torch_function": lambda _: False}
    body = FunctionType(whole.__code__, names, whole.__name__, whole.__defaults__, whole.__closure__)
    body.__kwdefaults__ = whole.__kwdefaults__
    return body


_MULTI_HEAD_BODY = _multi_head_body()

_WATCHED: dict[Any, Callable[[AttentionTap, Any, Arguments, Mapping[str, Any]], Any]] = {
    **dict.fromkeys(SOFTMAX, AttentionTap._softmax),
    **dict.fromkeys(SCALED_DOT_PRODUCT, AttentionTap._sdpa),
    **dict.fromkeys(FOLLOWED, AttentionTap._follow),
    **dict.fromkeys(PRODUCT, AttentionTap._product),
    **dict.fromkeys(OPAQUE, AttentionTap._hidden),
    MULTI_HEAD: AttentionTap._multi_head,
}
"""What is looked at among all calls, and how."""


def refuse_compiled(model: nn.Module) -> None:
    """Raise BadInput, naming the module, where any part of a model is compiled."""
    for name, module in model.named_modules():
        compiled = (
            type(module).__name__ == "OptimizedModule"
            or module._compiled_call_impl is not None
            or hasattr(module.forward, "_torchdynamo_orig_callable")
        )
        if compiled or isinstance(module, torch.jit.ScriptModule):
            where = f"its module {name!r}" if name else "it"
            raise BadInput(f"the model's attention cannot be seen, as {where} is compiled; give the model uncompiled")
