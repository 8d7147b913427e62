"""Reports whose numbers are computed, and so are true: in random order, wording, rounding and locale."""

from __future__ import annotations

import html
import math
import random
import re
from collections.abc import Callable
from datetime import date, timedelta

from scipy.special import stdtr, stdtrit

Draw = random.Random

NAMES = ["Recall Index", "Grip", "Fitness Score", "Vigour", "Trust Index", "Acuity", "Span"]
THINGS = ["images", "papers", "cases", "samples", "records", "runs"]
STEPS = ["Load", "Parse", "Solve", "Render", "Check", "Store", "Train"]
PLACES = ["North", "South", "West", "East", "Bonn", "Kiel", "Ulm"]


def rounded(x: float, digits: int) -> str:
    return f"{x:.{digits}f}"


def share(r: Draw) -> str:
    n = r.randint(3, 900)
    k = r.randint(0, n)
    percent = rounded(100 * k / n, r.randint(0, 2))
    thing = r.choice(THINGS)
    return r.choice(
        [
            f"We kept {k} of {n} {thing} ({percent} %).",
            f"- Kept: {k}/{n} ({percent}%)",
            f"Kept {k} ({percent}%) of {n} {thing} in all.",
            f"In {k} out of {n} cases, i.e. {percent} %, it held.",
        ]
    )


def duration(r: Draw) -> str:
    seconds = r.uniform(40, 9000)
    digits = r.randint(0, 2)
    said = rounded(seconds, digits)
    exact = float(said)
    return r.choice(
        [
            f"It took {said} seconds (~{rounded(exact / 60, 1)} minutes).",
            f"Elapsed: {said} s = {rounded(exact / 60, 2)} min",
            f"The build ran {said} s ({rounded(exact / 3600, 2)} h).",
        ]
    )


def table(r: Draw) -> str:
    places = r.sample(PLACES, r.randint(2, 5))
    counts = [r.randint(0, 500) for _ in places]
    hours = [round(r.uniform(0.5, 90), 1) for _ in places]
    rows = "\n".join(f"| {p} | {n} | {h} h |" for p, n, h in zip(places, counts, hours, strict=True))
    kind = r.choice(["Total", "Sum", "Mean", "Max"])
    last = {
        "Total": (str(sum(counts)), rounded(sum(hours), 1)),
        "Sum": (str(sum(counts)), rounded(sum(hours), 1)),
        "Mean": (rounded(sum(counts) / len(counts), 1), rounded(sum(hours) / len(hours), 2)),
        "Max": (str(max(counts)), str(max(hours))),
    }[kind]
    return f"| Site | Visits | Time |\n|---|---:|---:|\n{rows}\n| {kind} | {last[0]} | {last[1]} h |"


def steps(r: Draw) -> str:
    names = r.sample(STEPS, r.randint(2, 5))
    times = [round(r.uniform(0.2, 50), 1) for _ in names]
    lines = [f"- {name}: {at} s" for name, at in zip(names, times, strict=True)]
    lines.append(
        r.choice([f"- Total: {rounded(sum(times), 1)} s", f"- Longest: {max(times)} s", f"- Shortest: {min(times)} s"])
    )
    return "\n".join(lines)


def result(r: Draw) -> str:
    """A mean with its spread, interval, test and effect, all of the same data."""
    n = r.randint(8, 400)
    name = r.choice(NAMES)
    against = round(r.uniform(0.1, 5), 1)
    digits = r.randint(2, 3)
    sd = float(rounded(r.uniform(0.05, 2), digits))
    mean = float(rounded(against + r.uniform(-1, 1) * sd, digits))
    se = sd / math.sqrt(n)
    half = float(stdtrit(n - 1, 0.975)) * se
    at = (mean - against) / se
    p = 2 * float(stdtr(n - 1, -abs(at)))
    p_said = f"= {p:.3f}" if p >= 0.001 else "< .001"
    low, high = rounded(mean - half, digits + 1), rounded(mean + half, digits + 1)
    d = rounded(abs(mean - against) / sd, 2)
    m, s = rounded(mean, digits), rounded(sd, digits)
    return r.choice(
        [
            f"- n = {n}\n- {name} = {m} ± {s} SD (95% CI [{low}, {high}])\n- Against the baseline of {against}: p "
            f"{p_said}\n"
            f"- Cohen's d = {d}",
            f"{name} was {m} (SD {s}, n = {n}; 95% CI {low} to {high}), against a chance level of {against}: "
            f"t({n - 1}) = {at:.2f}, p {p_said}, d = {d}.",
            f"With n = {n} we found {name} = {m} ± {s} SD, baseline {against} (95 % CI: [{low}; {high}]; p {p_said}).",
        ]
    )


def change(r: Draw) -> str:
    a, b = round(r.uniform(10, 900), 1), round(r.uniform(10, 900), 1)
    percent = rounded(abs(b - a) / a * 100, 1)
    word = "fell" if b < a else "rose"
    larger = rounded(max(a, b) / min(a, b), 1)
    return r.choice(
        [
            f"Latency {word} from {a} ms to {b} ms, a change of {percent}%.",
            f"Load {word} from {a} to {b} ({'+' if b > a else '-'}{percent}%).",
            f"It went from {a} s to {b} s, a factor of {larger}x.",
        ]
    )


def days(r: Draw) -> str:
    first = date(2024, 1, 1) + timedelta(days=r.randint(0, 500))
    n = r.randint(1, 200)
    last = first + timedelta(days=n)
    return r.choice(
        [
            f"From {first} to {last} ({n} days)",
            f"Deadline: {last:%B} {last.day}, {last.year} ({n} days after {first})",
            f"We meet on {last:%A}, {last.day} {last:%B} {last.year}.",
        ]
    )


def clock(r: Draw) -> str:
    seconds = r.randint(0, 40000)
    n = r.randint(60, 20000)
    start, end = (f"{x // 3600:02d}:{x // 60 % 60:02d}:{x % 60:02d}" for x in (seconds, seconds + n))
    return f"- Started: {start}\n- Finished: {end}\n- Duration: {rounded(n / 60, 1)} min"


def speed(r: Draw) -> str:
    n = r.randint(10, 3000)
    per = round(r.uniform(0.5, 9), 2)
    return r.choice(
        [
            f"All n = {n} images took {rounded(n * per, 0)} s ({per} s/image).",
            f"{n} images in {rounded(n / 50, 2)} s, that is 50 images/s.",
        ]
    )


def attention(r: Draw) -> str:
    n = r.choice([16, 50, 77, 197, 577])
    return f"The entropy is {rounded(r.uniform(0.2, 0.99) * math.log(n), 2)} nats over {n} tokens."


def selection(r: Draw) -> str:
    a = r.randint(50, 2000)
    out = r.randint(1, a - 10)
    left = a - out
    return (
        f"Of {a} records, {out} were excluded and {left} remained.\n\n"
        f"- {left} papers screened\n- {left // 2} papers analysed"
    )


def odds(r: Draw) -> str:
    log, se = r.uniform(-1.2, 1.2), r.uniform(0.05, 0.5)
    z = log / se
    p = math.erfc(abs(z) / math.sqrt(2))
    ci = [math.exp(log + k * 1.959964 * se) for k in (-1, 1)]
    said = f"= {p:.3f}" if p >= 0.001 else "< 0.001"
    return (
        f"The odds ratio was {math.exp(log):.2f} (95% CI {ci[0]:.2f} to {ci[1]:.2f}; p {said}), "
        f"which is {'' if p < 0.05 else 'not '}significant."
        if abs(p - 0.05) > 0.002
        else "The odds ratio was not told."
    )


def done(r: Draw) -> str:
    n = r.randint(2, 6)
    states = [r.random() < 0.6 for _ in range(n)]
    rows = "\n".join(f"| T{at} | {'✅ done' if each else '❌ failed'} |" for at, each in enumerate(states, 1))
    return f"{sum(states)} of {n} tasks completed.\n\n| Task | Status |\n|---|---|\n{rows}"


def goals(r: Draw) -> str:
    rows = []
    for at in range(r.randint(1, 4)):
        bound, actual = r.randint(10, 90), r.randint(5, 99)
        rows.append(f"| Goal {at} | ≥ {bound} % | {actual} % | {'✓' if actual >= bound else '✗'} |")
    return "| Goal | Target | Achieved | Met |\n|---|---|---|---|\n" + "\n".join(rows)


def tested(r: Draw) -> str:
    df = r.randint(10, 200)
    at = round(r.uniform(0.1, 5), 2)
    p = 2 * float(stdtr(df, -at))
    return (
        f"The groups differ, t({df}) = {at:.2f}, p = {p:.3f}."
        if p >= 0.0006
        else f"They differ, t({df}) = {at:.2f}, p < .001."
    )


KINDS: tuple[Callable[[Draw], str], ...] = (
    share, duration, table, steps, result, change, days, clock, speed, attention, selection, odds, done, goals, tested,
)  # fmt: skip


TIMES = (duration, steps, clock, speed)
"""One of a section: two would be said of the same work."""


def report(seed: int) -> str:
    """A report in Markdown of several sections, each with a few true statements."""
    r = random.Random(seed)
    title = r.choice(["# Report", "Report\n======", "# Cycle 3: results", "# Laborbericht"])
    parts = [title, f"Date: {date(2024, 1, 1) + timedelta(days=r.randint(0, 600))}"]
    for at in range(r.randint(1, 6)):
        parts.append(f"## {r.choice(['Part', 'Study', 'Step', 'Model'])} {at}")
        kinds = r.sample(KINDS, r.randint(1, 4))
        times = [each for each in kinds if each in TIMES]
        parts += [each(r) for each in kinds if each not in times[1:]]
    return "\n\n".join(parts) + "\n"


def with_commas(text: str) -> str:
    """The same with decimal commas."""
    text = re.sub(r"\[([-\d.]+), ([-\d.]+)\]", r"[\1; \2]", text)
    text = re.sub(r"(?<![\d.])\.(\d)", r"0.\1", text)
    return re.sub(r"(?<![\w.])(\d+)\.(\d+)(?!\d|\.\d)", r"\1,\2", text)


def as_html(text: str) -> str:
    """The same as a page."""
    blocks = []
    for block in text.strip().split("\n\n"):
        lines = [html.escape(each) for each in block.split("\n")]
        if lines[0].startswith("#"):
            level = len(lines[0]) - len(lines[0].lstrip("#"))
            blocks.append(f"<h{level}>{lines[0].lstrip('# ')}</h{level}>")
        elif lines[-1].startswith("==="):
            blocks.append(f"<h1>{lines[0]}</h1>")
        elif lines[0].startswith("- "):
            blocks.append("<ul>" + "".join(f"<li>{each[2:]}" for each in lines) + "</ul>")
        elif lines[0].startswith("|"):
            rows = [[cell.strip() for cell in each.strip("|").split("|")] for each in (lines[0], *lines[2:])]
            cells = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
            cells[0] = cells[0].replace("td>", "th>")
            blocks.append(f"<table>{''.join(cells)}</table>")
        else:
            blocks.append(f"<p>{'<br>'.join(lines)}</p>")
    return "<!doctype html>\n<html><body>" + "\n".join(blocks) + "</body></html>"


def as_latex(text: str) -> str:
    """The same in LaTeX."""
    blocks = []
    for block in text.strip().split("\n\n"):
        lines = [each.replace("%", r"\%").replace("±", r"$\pm$").replace("≥", r"$\geq$") for each in block.split("\n")]
        if lines[0].startswith("#"):
            blocks.append(rf"\section{{{lines[0].lstrip('# ')}}}")
        elif lines[-1].startswith("==="):
            blocks.append(rf"\section{{{lines[0]}}}")
        elif lines[0].startswith("- "):
            items = "\n".join(rf"\item {each[2:]}" for each in lines)
            blocks.append(f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}")
        elif lines[0].startswith("|"):
            rows = [each.strip("|").replace("|", "&") + r"\\" for each in (lines[0], *lines[2:])]
            blocks.append("\\begin{tabular}{lrr}\n\\toprule\n" + "\n".join(rows) + "\n\\bottomrule\n\\end{tabular}")
        else:
            blocks.append("\n".join(lines))
    return "\\documentclass{article}\n\\begin{document}\n" + "\n\n".join(blocks) + "\n\\end{document}\n"


def one_of_each(seed: int) -> str:
    """A report with one statement of each kind, each in a section of its own."""
    r = random.Random(seed)
    parts = [f"## Part {at}\n\n{each(r)}" for at, each in enumerate(KINDS, 1)]
    return "# Report\n\nDate: 2024-01-01\n\n" + "\n\n".join(parts) + "\n"
