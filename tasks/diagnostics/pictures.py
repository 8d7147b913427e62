"""Pictures of a diagnosis, kept with its run: layers with their null bands, and heads by layer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from store.kinds import diagnostics_metrics as m
from store.kinds.diagnostics_sites import SitePlace
from store.models import LAYER_ROLES
from tasks.diagnostics.diagnosis import UNIFORM, UNIFORM_HERE, Diagnosis, Site

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = {
    "vision": "#0b62a4",
    "text": "#b3530b",
    "vision_stream": "#3d8fd1",
    "text_stream": "#d98a4a",
    "fusion": "#1b7340",
    "cross": "#6b3fa0",
    "cross_reverse": "#9c75cc",
}
_SCORES = {m.MCS_NORM.key(): "#1f2933", m.MCS_RAW.key(): "#7a4f9a"}
_STYLE = {
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#b8c0ca",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#e4e8ed",
    "axes.axisbelow": True,
}
_DPI = 160


def draw(found: Diagnosis, folder: Path) -> dict[str, Path]:
    """Write the pictures into `folder`; returns them by artifact name, without those that nothing can be drawn in."""
    import matplotlib.style
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    kept = {}
    with matplotlib.style.context(["default", _STYLE]):
        for name, figure in (("layers.png", _layers(found)), ("heads.png", _heads(found))):
            if figure is not None:
                FigureCanvasAgg(figure)
                kept[name] = folder / name
                figure.savefig(kept[name], dpi=_DPI, metadata={"Software": "gonogo"})
    return kept


def _layers(found: Diagnosis) -> Figure | None:
    """Normalised entropy by layer with its nulls, and below it both scores by layer where there are any."""
    from matplotlib.figure import Figure

    roles = [role for role in LAYER_ROLES if any(site.role == role and site.layer is not None for site in found.sites)]
    if not roles:
        return None
    scored = bool(_scored_layers(found))
    columns = max(len(roles), len(_SCORES)) if scored else len(roles)
    figure = Figure(figsize=(1.2 + 3.1 * columns, 5.2 if scored else 3.1), layout="constrained")
    panels = figure.subplots(2 if scored else 1, columns, squeeze=False)
    drawn = [panels[0][column] for column in range(len(roles))]
    for column, role in enumerate(roles):
        _role(drawn[column], found, role, first=column == 0)
    if scored:
        for column, metric in enumerate(_SCORES):
            _score(panels[1][column], found, metric)
        drawn += panels[1][: len(_SCORES)].tolist()
    for panel in panels.flat:
        if panel not in drawn:
            panel.remove()
    figure.legend(*_entries(drawn), loc="outside lower center", ncols=2 * columns, frameon=False, fontsize=8)
    figure.suptitle(found.model.locator, fontsize=10, x=0.01, ha="left")
    return figure


def _role(axes: Axes, found: Diagnosis, role: str, *, first: bool) -> None:
    sites = [site for site in found.sites if site.role == role and site.layer is not None]
    layers = [site.layer for site in sites if site.layer is not None]
    means = [_mean(found, m.LAYER_ENTROPY_NORM.key(role=role, layer=layer)) for layer in layers]
    null = {loss.name: loss for loss in found.losses.layers}
    bands = [null.get(SitePlace(role, layer).name) for layer in layers]
    if all(bands):
        low, high = ([getattr(band, side) for band in bands] for side in ("null_low", "null_high"))
        axes.fill_between(layers, low, high, color="#8a94a0", alpha=0.35, label="random initialisation")
        axes.plot(layers, [band.null for band in bands if band], color="#5f6b7a", linewidth=1)
    axes.axhline(1.0, color="#5f6b7a", linestyle=":", linewidth=1, label="uniform attention")
    axes.plot(layers, means, "o-", color=_COLOURS[role], label=f"{role}, measured", markersize=4)
    places = {place for of_kind in found.kinds.collapsed.values() for place in of_kind}
    collapsed = [layer for layer in layers if SitePlace(role, layer).name in places]
    if collapsed:
        at = [means[layers.index(layer)] for layer in collapsed]
        axes.plot(collapsed, at, "x", color="#b3261e", markersize=9, markeredgewidth=2, label="a kind of collapse")
    axes.set(title=role, xlabel="layer", ylim=(0, 1.05), xticks=_ticks(len(layers)))
    if first:
        axes.set_ylabel("normalised entropy")


def _score(axes: Axes, found: Diagnosis, metric: str) -> None:
    """A score by layer, with its null and with what uniform attention gives, which for the raw one is not 0.5."""
    depth = 1 + max(_scored_layers(found))
    names = [m.LAYER_SCORE.key(layer=layer, score=metric) for layer in range(depth)]
    nulls = {layer: found.score_nulls[name] for layer, name in enumerate(names) if name in found.score_nulls}
    if nulls:
        low, high = [band.low for band in nulls.values()], [band.high for band in nulls.values()]
        axes.fill_between(list(nulls), low, high, color="#8a94a0", alpha=0.35, label="random initialisation")
        axes.plot(list(nulls), [band.mean for band in nulls.values()], color="#5f6b7a", linewidth=1)
    uniform = UNIFORM[metric] if metric in UNIFORM else _mean(found, UNIFORM_HERE[metric])
    axes.axhline(uniform, color="#5f6b7a", linestyle=":", linewidth=1, label="uniform attention")
    axes.plot(range(depth), [_mean(found, name) for name in names], "o-", color=_SCORES[metric], markersize=4,
              label=f"{metric}, measured")  # fmt: skip
    axes.set(title=metric, xlabel="layer", ylim=(0, 1.05), xticks=_ticks(depth))


def _scored_layers(found: Diagnosis) -> list[int]:
    """The layers that have a score; some of them may lack one."""
    scores = filter(None, map(m.LAYER_SCORE.match, found.values))
    return [int(score["layer"]) for score in scores if score["score"] == m.MCS_NORM.key()]


def _mean(found: Diagnosis, metric: str) -> float:
    """Mean over images, NaN where the metric has no value: nothing is drawn there."""
    return float(found.values[metric].mean()) if metric in found.values else float("nan")


def _heads(found: Diagnosis) -> Figure | None:
    """Normalised entropy of every head, layer by layer, one panel per role."""
    from matplotlib.figure import Figure

    by_role = {
        role: [site for site in found.sites if site.role == role and site.layer is not None] for role in LAYER_ROLES
    }
    by_role = {role: sites for role, sites in by_role.items() if sites}
    if not by_role:
        return None
    figure = Figure(figsize=(1.4 + 2.8 * len(by_role), 3.4), layout="constrained")
    panels = figure.subplots(1, len(by_role), squeeze=False)[0]
    for axes, (role, sites) in zip(panels, by_role.items(), strict=True):
        shown = axes.imshow(_table(sites), vmin=0, vmax=1, cmap="viridis", origin="lower", aspect="auto")
        axes.grid(visible=False)
        axes.set(
            title=role, xlabel="head", ylabel="layer", xticks=_ticks(_table(sites).shape[1]), yticks=_ticks(len(sites))
        )
    figure.colorbar(shown, ax=list(panels), label="normalised entropy")
    figure.suptitle(found.model.locator, fontsize=10, x=0.01, ha="left")
    return figure


def _table(sites: Sequence[Site]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """[layers, heads], NaN where a layer has fewer heads."""
    table = np.full((len(sites), max(site.heads for site in sites)), np.nan)
    for row, site in enumerate(sites):
        table[row, : site.heads] = site.entropy_norm.mean(axis=0)
    return table


def _entries(panels: Sequence[Axes]) -> tuple[list[Artist], list[str]]:
    """Handles and labels of a legend for all panels, each label once."""
    found = {label: handle for axes in panels for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    return list(found.values()), list(found)


def _ticks(count: int) -> list[int]:
    return list(range(0, count, max(1, count // 8)))
