"""A mode that knows where a model is: a stack of the modules whose forward is under way on this thread."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle


class RunningModules(TorchFunctionMode):
    """PyTorch asks a `TorchFunctionMode` about every call of its functions on this thread; this one also keeps a stack.

    The stack is kept by hooks on `modules`, for as long as the mode is entered and for the thread that entered it. A
    module leaves it when its forward raises as well, and no hook is left behind. What is done with a call is a
    subclass's `__torch_function__`.
    """

    def __init__(self, modules: Iterable[nn.Module]) -> None:
        super().__init__()
        self._modules = tuple(modules)
        self._hooks: list[RemovableHandle] = []
        self._thread = 0
        self.running: list[nn.Module] = []
        """Modules whose forward is under way, the innermost last."""
        self.ran: set[nn.Module] = set()
        """Modules whose forward was called."""

    def __enter__(self) -> Self:
        self._thread = threading.get_ident()
        for module in self._modules:
            self._hooks.append(module.register_forward_pre_hook(self._begin))
            self._hooks.append(module.register_forward_hook(self._end, always_call=True))
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(exc_type, exc, trace)  # type: ignore[no-untyped-call]
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self.running.clear()

    def _begin(self, module: nn.Module, *_: Any) -> None:
        if threading.get_ident() == self._thread:
            self.running.append(module)
            self.ran.add(module)

    def _end(self, module: nn.Module, *_: Any) -> None:
        # a module that failed before its turn to begin was never on the stack
        if threading.get_ident() == self._thread and self.running and self.running[-1] is module:
            self.running.pop()
