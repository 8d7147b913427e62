"""Tables of the benchmark, in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from benchmarks.planted.false_alarms import FalseAlarms
from benchmarks.planted.goals import LEAST_AUC, LEAST_LOCALISED, Goal, reached
from benchmarks.planted.lengths import MCS_RAW, Lengths
from benchmarks.planted.rows import Found, flagged_by_mcs, flagged_by_nats, found, raw
from benchmarks.planted.scores import Share, share
from benchmarks.planted.sweep import Sweep, Trial

Groups = Mapping[str, Sequence[Trial]]
SCORES: tuple[Callable[[Found], Share], ...] = (lambda row: row.by_share, lambda row: row.by_spread)
"""By which a planted unit is located."""
KINDS = {True: "a layer", False: "a head"}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells in Markdown; the first column is aligned left, the others right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def goals_table(goals: Sequence[Goal]) -> str:
    """Aims beside what was found."""
    return table(
        ("aim", "where", "found", "aim is"), [(goal.aim, goal.where, goal.found, f"**{goal.met}**") for goal in goals]
    )


def headline(sweep: Sweep) -> str:
    """The aims of detection by τ, over all towers, layers and heads, with raw MCS beside."""
    nothing = share([flagged_by_mcs(seen) for _, seen in sweep.unplanted]).value
    rows = []
    for tau in dict.fromkeys(trial.tau for trial in sweep.planted):
        trials = [trial for trial in sweep.planted if trial.tau == tau]
        whole, raws = found(trials, sweep), raw(trials, sweep)
        parts = {name: found(of, sweep) for name, of in by_tower(trials).items()}
        auc = reached(whole.auc.mean, {name: part.auc.mean for name, part in parts.items()}, LEAST_AUC)
        cells = [f"{tau:g}", str(whole.runs), f"{whole.loss:.3f}", f"{whole.auc.mean:.4f}", auc]
        for score in SCORES:
            within = {name: score(part).value for name, part in parts.items()}
            cells += [_share(score(whole)), reached(score(whole).value, within, LEAST_LOCALISED)]
        best = max(raws.higher, raws.lower)
        rows.append([*cells, f"{best:.3f}", f"{raws.rule_mcs.value:.0%} : {nothing:.0%}"])
    aim = f"aim {LEAST_LOCALISED}"
    head = ("τ", "planted runs", "mean loss", "AUC", f"aim {LEAST_AUC}", "localised, by loss", aim)
    beside = ("AUC of raw MCS, better direction", "its rule flags planted : unplanted")
    return table((*head, "localised, by spread", aim, *beside), rows)


def detection(groups: Groups, sweep: Sweep, trained: bool = False) -> str:
    """What the losses tell, group by group and τ by τ."""
    head = ["planted in", "τ", "runs", "loss", "AUC", "least", "localised, by loss", "by spread"]
    head += ["beyond its own run"] if trained else []
    rows = []
    for name, tau, trials in _split(groups):
        row = found(trials, sweep)
        cells = [name, f"{tau:g}", str(row.runs), f"{row.loss:.3f}", f"{row.auc.mean:.4f}", f"{row.auc.least:.3f}"]
        cells += [f"{row.by_share.value:.3f}", f"{row.by_spread.value:.3f}"]
        cells += [f"{row.beyond_own.value:.3f}"] if trained else []
        rows.append([*cells, f"{row.elsewhere:.4f}", f"{row.named.value:.3f}", f"{row.label.value:.3f}"])
    return table([*head, "moved elsewhere", "named", "label collapsed"], rows)


def beside(groups: Groups, sweep: Sweep) -> str:
    """What raw figures tell of the same runs; the last row is of runs in which nothing was planted."""
    rows = []
    for name, tau, trials in _split(groups):
        row = raw(trials, sweep)
        cells = [name, f"{tau:g}", f"{row.higher:.3f}", f"{row.lower:.3f}", f"{row.further:.3f}"]
        rows.append([*cells, f"{row.ours:.3f}", f"{row.rule_mcs.value:.3f}", f"{row.rule_nats.value:.3f}"])
    runs = [seen for _, seen in sweep.unplanted]
    flagged = [share([rule(seen) for seen in runs]).value for rule in (flagged_by_mcs, flagged_by_nats)]
    rows.append(["nothing", "", "", "", "", "", *(f"**{rate:.3f}**" for rate in flagged)])
    head = ("planted in", "τ", "AUC, raw MCS higher", "lower", "further from 0.5", "greatest loss", "flagged: raw MCS")
    return table((*head, "flagged: H < 2 nats"), rows)


def unplanted(sweep: Sweep) -> str:
    """What is said of runs in which nothing was planted, case by case."""
    rows = []
    for case in dict.fromkeys(case for case, _ in sweep.unplanted):
        runs = [seen for other, seen in sweep.unplanted if other == case]
        verdicts = [seen.verdict for seen in runs]
        cells = [
            share([verdict.label == "lost" for verdict in verdicts]),
            share([bool(verdict.lost_heads) for verdict in verdicts]),
            share([flagged_by_mcs(seen) for seen in runs]),
            share([flagged_by_nats(seen) for seen in runs]),
        ]
        rows.append([case, str(len(runs)), *(f"{cell.value:.3f}" for cell in cells)])
    head = ("nothing planted in", "runs", "label collapsed", "a head named", "flagged: raw MCS", "flagged: H < 2 nats")
    return table(head, rows)


def alarms_table(alarms: Mapping[str, FalseAlarms]) -> str:
    """Rates of alarms over nothing."""
    rows = []
    for locator, of in alarms.items():
        name = locator.partition("@")[0]
        rows += [(name, f"{role} differs", *_rate(tests)) for role, tests in of.roles.items()]
        rows += [(name, "a layer differs", *_rate(of.layers)), (name, "a head differs", *_rate(of.heads))]
        rows += [(name, "label collapsed", *_rate(of.labels)), (name, "a head named collapsed", *_rate(of.named))]
    return table(("architecture", "alarm", "tests", "rate", "95 % interval"), rows)


def shuffled_table(alarms: Mapping[str, FalseAlarms]) -> str:
    """Rates at which the interval of matched less shuffled pairs leaves out 0."""
    rows = [
        (locator.partition("@")[0], metric, *_rate(tests))
        for locator, of in alarms.items()
        for metric, tests in of.shuffled.items()
    ]
    return table(("architecture", "metric", "tests", "rate", "95 % interval"), rows)


def lengths_table(found: Sequence[Lengths]) -> str:
    """What length explains of each score."""
    rows = []
    for row in found:
        where = f"{row.title}; {row.pairs} pairs, {row.shortest} to {row.longest} tokens"
        for score, of in row.scores.items():
            own = f"{of.median:.4f} ({of.least:.4f} to {of.greatest:.4f})"
            rows.append((where, score, f"{of.one_line:.4f}", own, f"{of.slope:+.5f}", f"{of.deviation:.5f}"))
        flat = f"the same under uniform attention, where mcs_norm is 0.5 ± {row.uniform_norm:.0e}"
        rows.append((flat, MCS_RAW, f"{row.uniform_raw:.4f}", "", "", ""))
    head = ("model", "score", "R², one line", "R², median of models (range)", "slope", "standard deviation")
    return table(head, rows)


def by_tower(trials: Sequence[Trial]) -> dict[str, list[Trial]]:
    """Runs by tower, whole layers and single heads apart."""
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(f"{trial.unit.tower}, {KINDS[trial.unit.head is None]}", []).append(trial)
    return groups


def by_case(trials: Sequence[Trial]) -> dict[str, list[Trial]]:
    """Runs by architecture, whole layers and single heads apart."""
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(f"{trial.case}, {KINDS[trial.unit.head is None]}", []).append(trial)
    return groups


def _split(groups: Groups) -> Iterator[tuple[str, float, list[Trial]]]:
    for name, trials in groups.items():
        for tau in dict.fromkeys(trial.tau for trial in trials):
            yield name, tau, [trial for trial in trials if trial.tau == tau]


def _share(of: Share) -> str:
    return f"{of.value:.3f} [{of.low:.3f}, {of.high:.3f}]"


def _rate(tests: Sequence[bool]) -> tuple[str, str, str]:
    of = share(tests)
    return str(of.n), f"{of.value:.3f}", f"[{of.low:.3f}, {of.high:.3f}]"
