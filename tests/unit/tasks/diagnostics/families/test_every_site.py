"""All families together: whatever attends is seen, and its entropy is that of float64, by every backend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules import module as all_modules
from torch.utils._python_dispatch import TorchDispatchMode

from store.errors import GonogoError
from tasks.diagnostics.attention.calibration import usable
from tasks.diagnostics.attention.calls import AttentionCall, Projected, Scored
from tasks.diagnostics.attention.choose import Backend
from tasks.diagnostics.attention.entropy import Groups, measure
from tasks.diagnostics.attention.rows import BLOCKED, Rows
from tasks.diagnostics.attention.tap import AttentionTap
from tasks.diagnostics.families import FAMILIES, find_family
from tasks.diagnostics.families.model import PADDING, SPECIAL, Pass, VisionLanguageModel
from tasks.diagnostics.intervention.steering import Change, Steering
from tasks.diagnostics.recording import Batch

from .conftest import TINY
from .test_encoders import CAPTIONS, uneven

NATS = 1e-4
"""How far an entropy may be off."""

FEWEST_SITES, FEWEST_FAMILIES = 94, 20

SPREAD = 8.0
"""Standard deviation of the scores of sharp attention."""

BACKENDS: tuple[Backend, ...] = ("blocks", "spans", "masks")


@dataclass
class Found:
    """What one small model showed."""

    seen: Counter[str] = field(default_factory=Counter)
    """Attention calls that the tap saw, by site."""
    present: Counter[str] = field(default_factory=Counter)
    """Attention kernels that PyTorch ran, by the module that was running."""
    off: dict[str, float] = field(default_factory=dict)
    """Site -> how far its entropy is off in nats, at the worst row by the worst backend."""
    taken: dict[Backend, set[str]] = field(default_factory=lambda: {backend: set() for backend in BACKENDS})
    """Sites that a backend could take."""
    roles: Counter[str] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def found(tiny: Callable[[str], Any]) -> Callable[[str], Found]:
    """What one of `TINY` showed, looked at once."""
    kept: dict[str, Found] = {}

    def look(name: str) -> Found:
        if name not in kept:
            kept[name] = examined(tiny(name))
        return kept[name]

    return look


def examined(model: VisionLanguageModel) -> Found:
    found = Found()
    for work in model.passes(uneven(), CAPTIONS):
        kernels = Kernels(model.module)
        with torch.inference_mode():
            with AttentionTap(model.module, Comparison(model, work, found)) as tap:
                work.run()
            with kernels.counting():
                work.run()
        assert tap.blind == ()
        found.seen.update(tap.sites)
        found.present.update(kernels.sites)
        found.roles.update(model.place(site).role for site in tap.sites)
    return found


class Kernels(TorchDispatchMode):
    """Counts the attention kernels that PyTorch runs: below the functions that the tap looks at, and by other means."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.sites: Counter[str] = Counter()
        self._names = {id(module): name for name, module in model.named_modules()}
        self._running: list[nn.Module] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kernel = func.overloadpacket.__name__
        if "softmax" in kernel or "attention" in kernel or "encoder_layer" in kernel:
            holder = next(module for module in reversed(self._running) if type(module) is not nn.Softmax)
            self.sites[self._names[id(holder)]] += 1
        return func(*args, **(kwargs or {}))

    @contextmanager
    def counting(self) -> Iterator[None]:
        begin = all_modules.register_module_forward_pre_hook(lambda module, _: self._running.append(module))
        end = all_modules.register_module_forward_hook(lambda *_: self._running.pop() and None)
        try:
            with self:
                yield
        finally:
            begin.remove()
            end.remove()


class Comparison:
    """A sink of the tap: measures each call, as it is and sharper, in every way, and compares with float64."""

    def __init__(self, model: VisionLanguageModel, work: Pass, found: Found) -> None:
        self._model, self._work, self._found = model, work, found

    def __call__(self, call: AttentionCall) -> None:
        whole = call.q if isinstance(call, Projected) else call.scores
        samples = self._work.samples if whole.dim() == 3 else whole.shape[0]
        groups = self._groups(call)
        for each in (call, sharper(call)):
            exact, attendable = exactly(each)
            for keys in (None, groups) if groups else (None,):
                self._compare(call.site, measure(each, samples, keys), exact, attendable)
                for backend in BACKENDS if isinstance(each, Projected) else ():
                    try:
                        rows = measure(each, samples, keys, backend=backend)
                    except GonogoError as error:
                        assert "cannot take" in str(error)
                        continue
                    self._found.taken[backend].add(call.site)
                    self._compare(call.site, rows, exact, attendable)

    def _groups(self, call: AttentionCall) -> Groups | None:
        tokens = self._work.sequences.get(self._model.place(call.site).keys)
        kinds = None if tokens is None else tokens.kinds
        return None if kinds is None else Groups(kinds.where(kinds != PADDING, SPECIAL), 3)

    def _compare(self, site: str, rows: Rows, exact: Tensor, attendable: Tensor) -> None:
        assert torch.equal(rows.attendable.expand_as(rows.entropy).reshape(exact.shape), attendable)
        off = (rows.entropy.double().view(exact.shape) - exact)[attendable > 0].abs().max()
        self._found.off[site] = max(self._found.off.get(site, 0.0), float(off))


def exactly(call: AttentionCall) -> tuple[Tensor, Tensor]:
    """Entropy of each row by its definition, from the softmax in float64, and how many keys it may attend to."""
    scores = scores_of(call)
    p = scores.softmax(-1)
    return -(p * p.log()).nan_to_num(nan=0.0).sum(-1), (scores > BLOCKED).sum(-1)


def scores_of(call: AttentionCall) -> Tensor:
    """The whole matrix, masks included."""
    if isinstance(call, Scored):
        return call.scores.double()
    q, k = call.q.double(), call.k.double()
    serves = q.shape[-3] // k.shape[-3] if q.dim() > 3 else 1
    scores = call.scale * q @ k.repeat_interleave(serves, dim=-3).mT
    if call.causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -torch.inf)
    if call.mask is not None:
        scores = scores + (call.mask.double() if call.mask.is_floating_point() else call.mask.double().log())
    return scores


def sharper(call: AttentionCall) -> AttentionCall:
    """The same call with the spread of sharp attention: random weights attend all but uniformly, which hides errors."""
    scores = scores_of(call)
    times = SPREAD / float(scores[scores > BLOCKED].std())
    if isinstance(call, Projected):
        return replace(call, scale=call.scale * times)
    scores = torch.where(call.scores > BLOCKED, call.scores * times, call.scores)
    return Scored(call.site, scores, scores.softmax(-1))


def test_all_attention_that_runs_in_any_family_is_seen(
    found: Callable[[str], Found], record_property: Callable[[str, object], None]
) -> None:
    width = max(map(len, TINY))
    print(f"\n{'model':<{width}}  present  seen  off by, nat  roles")
    for name in TINY:
        one = found(name)
        shown = ", ".join(f"{count} {role}" for role, count in one.roles.items())
        print(f"{name:<{width}}  {len(one.present):7}  {len(one.seen):4}  {max(one.off.values()):11.1e}  {shown}")
    for name in TINY:
        assert found(name).seen == found(name).present, name
    families = {name.partition(":")[0] for name in TINY}
    assert families == set(FAMILIES)
    assert len(families) >= FEWEST_FAMILIES
    sites = sum(len(found(name).present) for name in TINY)
    assert sites >= FEWEST_SITES
    off = max(max(found(name).off.values()) for name in TINY)
    record_property(
        "told",
        f"{sites} attention sites in {len(families)} families, all seen; entropies off by {off:.1e} nat at most",
    )


@pytest.mark.parametrize("name", TINY)
def test_every_entropy_is_that_of_float64_by_every_backend(name: str, found: Callable[[str], Found]) -> None:
    for backend in BACKENDS:
        assert usable(backend, torch.device("cpu"), torch.float32), "or blocks would take its place unnoticed"
    one = found(name)
    assert set(one.off) == set(one.seen)
    assert max(one.off.values()) <= NATS, one.off


def test_every_backend_takes_part_of_the_sites(found: Callable[[str], Found]) -> None:
    taken = {backend: sum(len(found(name).taken[backend]) for name in TINY) for backend in BACKENDS}
    assert taken["blocks"] > 100, "sites that are seen at their softmax have no choice of backends"
    assert taken["masks"] == taken["blocks"], "no mask here adds a bias"
    assert taken["spans"] > 50


FUSED = [name for name in TINY if getattr(find_family(name.partition(":")[0]), "attention", "") == "sdpa"]
"""Models of the transformers library that are loaded with fused kernels, and know the eager form too."""


@pytest.mark.parametrize("name", FUSED)
def test_the_fused_and_the_eager_form_of_a_model_have_the_same_entropies(name: str, tiny: Callable[[str], Any]) -> None:
    model = tiny(name)
    fused, seen = entropies(model)
    model.module.set_attn_implementation("eager")
    try:
        eager, seen_eager = entropies(model)
    finally:
        model.module.set_attn_implementation("sdpa")
    for site, entropy in fused.items():
        assert (entropy - eager[site]).abs().nan_to_num().max() <= NATS, site
    assert fused.keys() == eager.keys()
    assert seen[Projected] > seen_eager[Projected]
    assert seen.total() == seen_eager.total()


def entropies(model: VisionLanguageModel) -> tuple[dict[str, Tensor], Counter[type]]:
    """[samples, heads] by site, with attention that is sharpened everywhere, and how each call was seen."""
    sites: dict[str, Tensor] = {}
    seen = Counter[type]()
    changes = {name: (Change(sharpness=30.0),) for name, _ in model.module.named_modules()}
    for work in model.passes(uneven(), CAPTIONS):
        batch = Batch(model, work)

        def sink(call: AttentionCall, batch: Batch = batch) -> None:
            seen[type(call)] += 1
            batch(call)

        with torch.inference_mode(), AttentionTap(model.module, sink), Steering(model.module, changes):
            work.run()
        sites |= {site: statistics["entropy"] for site, statistics in batch.sites.items()}
    return sites, seen
