"""How a diagnosis looks in a terminal: tables of measures, losses and interventions, and the verdict."""

from __future__ import annotations

from math import exp, isnan
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestrator.cli.show.folding import Folded
from store.kinds import diagnostics_metrics as m
from store.kinds import range_of
from store.metrics import FREE, SHARE
from store.models import TOWERS
from tasks.diagnostics.diagnosis import MEETING, UNIFORM, UNIFORM_HERE, summarise
from tasks.diagnostics.kinds.words import kinds_in_words, places_in_words
from tasks.diagnostics.told import of_mm_shap, of_task

if TYPE_CHECKING:
    from tasks.diagnostics.diagnosis import Diagnosis
    from tasks.diagnostics.intervention.mm_shap import MMShap

_UNIFORM = {**UNIFORM, m.FUSION_LOG_ODDS.key(): 0.0}
"""What uniform attention gives, whatever the data."""
_SHOWN = (
    m.MCS_RAW.key(),
    m.MCS_NORM.key(),
    *(m.ROLE_ENTROPY.key(role=tower) for tower in TOWERS),
    *(m.ROLE_ENTROPY_NORM.key(role=tower) for tower in TOWERS),
)
"""Measures that are shown of every model, if only as undefined."""
_COUNTED = (m.MM_SHAP_PAIRS.key(), m.MM_SHAP_EXACT.key())


def show_diagnosis(found: Diagnosis) -> None:
    """Print a diagnosis on standard output."""
    console = Console(highlight=False)
    console.print(f"[bold]{escape(found.model.locator)}[/bold]  {escape(found.provenance.weights)}")
    console.print(_measures(found))
    if found.losses.losses:
        console.print(_losses(found))
    if found.kinds.readings:
        console.print(_maps(found))
        console.print(_entropies(found))
    if found.performance is not None:
        console.print(_task(found))
    if found.effects:
        console.print(_effects(found))
    if found.mm_shap is not None:
        console.print(_shares(found.mm_shap))
    sites = f"{len(found.sites)} of {found.sites_expected} attention sites"
    cost = f"{found.cost.latency_s * 1000:.1f} ms a pair, {found.cost.peak_bytes / 1e6:.0f} MB at most"
    console.print(f"{found.n} images, {sites}, {cost}, {found.device}, {found.dtype}")
    whole = not console.is_terminal  # a terminal breaks lines at words; elsewhere they stay whole, to be searched
    if found.rows is not None:
        error = f"the standard error of a site's mean entropy is at most {found.sampling_error:.4f} nat for it"
        console.print(f"of image tokens up to {found.rows} rows a site were measured; {error}", soft_wrap=whole)
    if found.mm_shap is not None:
        told = f"its value is {found.mm_shap.value}, and a hidden word is {found.mm_shap.hidden}"
        why = found.mm_shap.undefined
        console.print(f"MM-SHAP: {escape(f'undefined, as {why}' if why else told)}", soft_wrap=whole)
    if found.blind:
        console.print(f"attention that is not seen: {escape(', '.join(found.blind))}", soft_wrap=whole)
    if found.cut:
        captions = f"{found.cut} of {found.n * found.captions_per_image} captions"
        told = "are longer than the model's context, and only their beginning was measured"
        console.print(f"{captions} {told}", soft_wrap=whole)
    if different := found.losses.different_heads_in_words:
        console.print(f"heads that differ from random initialisations: {different}", soft_wrap=whole)
    if left := found.losses.heads_not_compared:
        told = "there are too few of them in all copies; take more"
        console.print(f"heads not compared with random initialisations: {', '.join(left)}: {told}", soft_wrap=whole)
    for place, why in found.kinds.unseen.items():
        console.print(f"maps not looked at: {escape(f'{place}: {why}')}", soft_wrap=whole)
    if unvalued := found.kinds.unvalued:
        console.print(f"values not seen in {places_in_words(unvalued)}", soft_wrap=whole)
    for role, why in found.kinds.unrolled.items():
        console.print(f"attention not rolled out: {escape(f'{role}: {why}')}", soft_wrap=whole)
    kinds = kinds_in_words(found.kinds.collapsed, found.kinds.too_few)
    console.print(f"attention [bold]{escape(kinds)}[/bold]", soft_wrap=whole)
    if sinks := found.kinds.places.get("sink"):
        console.print(f"sinks in {places_in_words(sinks)}, as sound models have them", soft_wrap=whole)
    console.print(f"harm [bold]{found.harm.label}[/bold]: {escape(found.harm.reason)}", soft_wrap=whole)


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
    layers, heads = found.losses.lost_layers, found.losses.lost_heads_by_layer
    table = _table("entropy lost", "share", "95 % interval", "random init", "heads over half")
    for loss in (*found.losses.losses, *found.losses.layers):
        name = Folded(f"{loss.name} over half" if loss.name in layers else loss.name)
        interval = _interval(loss.low, loss.high)
        table.add_row(name, f"{loss.value:.3f}", interval, f"{loss.null:.4f}", heads.get(loss.name, ""))
    return table


def _maps(found: Diagnosis) -> Table:
    """Of each site: keys attended to, divergence from uniform attention, and what of it follows the input."""
    table = Table(box=None, pad_edge=False)
    table.add_column("maps", overflow="fold")
    for column in ("keys", "KL, nat", "by input", "by head", "sink", "tokens"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("kinds", overflow="fold")
    for reading in found.kinds.readings:
        maps, similarity = reading.maps, reading.similarity
        within = "" if similarity is None else f"{similarity.within:.2f}"
        numbers = ["", "", "", "", ""]
        if maps is not None:
            share = "" if isnan(maps.input_share) or "diffuse" in reading.found else f"{maps.input_share:.2f}"
            kl, heads = float(maps.kl.mean()), f"{maps.between_heads:.3f}"
            numbers = [f"{exp(maps.entropy.mean()):.1f}", f"{kl:.3f}", share, heads, f"{maps.sink.mean():.2f}"]
        table.add_row(Folded(reading.place.name), *numbers, within, ", ".join(reading.found))
    return table


def _entropies(found: Diagnosis) -> Table:
    """Of each site, normalised: attention as it is, weighed by the norms of its values, and rolled out up to there."""
    table = _table("normalised entropy", "attention", "by values", "rollout")
    for reading in found.kinds.readings:
        maps, rollout = reading.maps, reading.rollout
        if maps is not None or rollout is not None:
            numbers = (
                None if maps is None else maps.entropy_norm,
                None if maps is None else maps.value_entropy_norm,
                None if rollout is None else float(rollout.mean()),
            )
            table.add_row(Folded(reading.place.name), *("" if each is None else f"{each:.4f}" for each in numbers))
    return table


def _task(found: Diagnosis) -> Table:
    table = _table("task", "mean", "95 % interval")
    for each in of_task(found.performance):
        if each.low is not None or each.high is not None:
            value = f"{each.value:+.4f}" if range_of(each.metric) == FREE else f"{each.value:.4f}"
            table.add_row(Folded(each.metric.partition("/")[2]), value, _interval(each.low, each.high))
    return table


def _shares(found: MMShap) -> Table:
    table = _table("MM-SHAP", "mean", "95 % interval")
    for each in of_mm_shap(found):
        value = f"{each.value:.0f}" if each.metric in _COUNTED else f"{each.value:.4f}"
        table.add_row(Folded(each.metric.partition("/")[2]), value, _interval(each.low, each.high))
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
