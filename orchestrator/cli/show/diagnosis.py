"""How a diagnosis looks in a terminal: tables of measures, losses and interventions, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestrator.cli.show.folding import Folded
from store.kinds import diagnostics_metrics as m
from store.metrics import SHARE
from store.models import TOWERS
from tasks.diagnostics.diagnosis import MEETING, UNIFORM, UNIFORM_HERE, summarise

if TYPE_CHECKING:
    from tasks.diagnostics.diagnosis import Diagnosis

_UNIFORM = {**UNIFORM, m.FUSION_LOG_ODDS.key(): 0.0}
"""What uniform attention gives, whatever the data."""
_SHOWN = (
    m.MCS_RAW.key(),
    m.MCS_NORM.key(),
    *(m.ROLE_ENTROPY.key(role=tower) for tower in TOWERS),
    *(m.ROLE_ENTROPY_NORM.key(role=tower) for tower in TOWERS),
)
"""Measures that are shown of every model, if only as undefined."""


def show_diagnosis(found: Diagnosis) -> None:
    """Print a diagnosis on standard output."""
    console = Console(highlight=False)
    console.print(f"[bold]{escape(found.model.locator)}[/bold]  {escape(found.provenance.weights)}")
    console.print(_measures(found))
    if found.verdict.losses:
        console.print(_losses(found))
    if found.effects:
        console.print(_effects(found))
    sites = f"{len(found.sites)} of {found.sites_expected} attention sites"
    cost = f"{found.cost.latency_s * 1000:.1f} ms a pair, {found.cost.peak_bytes / 1e6:.0f} MB at most"
    console.print(f"{found.n} images, {sites}, {cost}, {found.device}, {found.dtype}")
    whole = not console.is_terminal  # a terminal breaks lines at words; elsewhere they stay whole, to be searched
    if found.rows is not None:
        error = f"the standard error of a site's mean entropy is at most {found.sampling_error:.4f} nat for it"
        console.print(f"of image tokens up to {found.rows} rows a site were measured; {error}", soft_wrap=whole)
    if found.blind:
        console.print(f"attention that is not seen: {escape(', '.join(found.blind))}", soft_wrap=whole)
    if found.cut:
        captions = f"{found.cut} of {found.n * found.captions_per_image} captions"
        told = "are longer than the model's context, and only their beginning was measured"
        console.print(f"{captions} {told}", soft_wrap=whole)
    for name, label, reason in (
        ("attention", found.verdict.label, found.verdict.reason),
        ("influence", found.verdict.functional.label, found.verdict.functional.reason),
    ):
        console.print(f"{name} [bold]{label}[/bold]: {escape(reason)}", soft_wrap=whole)


def _measures(found: Diagnosis) -> Table:
    table = _table("measure", "mean", "95 % interval", "uniform")
    meeting = [metric for metric in MEETING if metric in found.values]
    for metric in (*_SHOWN, *meeting):
        summary = found.summary(metric)
        if summary is None:
            table.add_row(metric, "undefined", "", "")
            continue
        uniform = found.summary(UNIFORM_HERE[metric]) if metric in UNIFORM_HERE else None
        null = _UNIFORM.get(metric, None if uniform is None else uniform.value)
        shown = "" if null is None else f"{null:.4f}"
        table.add_row(metric, f"{summary.value:.4f}", _interval(summary.low, summary.high), shown)
    return table


def _losses(found: Diagnosis) -> Table:
    layers, heads = found.verdict.collapsed_layers, found.verdict.collapsed_heads_by_layer
    table = _table("entropy lost", "share", "95 % interval", "random init", "heads collapsed")
    for loss in (*found.verdict.losses, *found.verdict.layers):
        name = Folded(f"{loss.name} collapsed" if loss.name in layers else loss.name)
        interval = _interval(loss.low, loss.high)
        table.add_row(name, f"{loss.value:.3f}", interval, f"{loss.null:.4f}", heads.get(loss.name, ""))
    return table


def _effects(found: Diagnosis) -> Table:
    table = _table("intervention", "moved", "95 % interval", "loss, nat")
    for effect in found.effects:
        change = summarise(effect.change, SHARE)
        where = effect.kind + (f" {effect.site}" if effect.site else "")
        where += "" if effect.head is None else f" head {effect.head}"
        rise = "" if effect.loss is None else f"{effect.loss.mean():+.4f}"
        table.add_row(Folded(where), f"{change.value:.4f}", _interval(change.low, change.high), rise)
    return table


def _table(*columns: str) -> Table:
    """Numbers stay whole; names, and what stands behind the numbers, give way where it is narrow."""
    table = Table(box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(
            column, justify="right" if number in (1, 3) else "left", overflow="fold", no_wrap=1 <= number <= 3
        )
    return table


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else rf"\[{low:.4f}, {high:.4f}]"
