"""The table of all calibrations, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.calibration.rows import Row

HEAD = """# Calibration of the statistics

Simulated studies, in which the truth is known: how often the rules err, and how much they find. Written by

    {command}

of the code with digest `{code}`, comments apart. Values are means over independent studies, with their 99 % Monte
Carlo interval. A row meets its bound when the value lies in it; "within error" when the value does not but the interval
reaches it. Rows without a bound are shown for comparison. The unit is the image. Models are tested one-sided at
alpha = 0.05.
"""


def markdown(suites: Mapping[str, Sequence[Row]], command: str, code: str) -> str:
    """The whole document; each suite under its title. `code` is the digest of what was run."""
    parts = [HEAD.format(command=command, code=code)]
    for title, rows in suites.items():
        parts += [
            f"## {title}\n",
            "| What | Bound | Value | 99 % interval | Studies | Met |",
            "|---|---|---:|---|---:|---|",
        ]
        parts += [line(row) for row in rows]
        parts.append("")
    return "\n".join(parts)


def line(row: Row) -> str:
    """One row of the table."""
    interval = f"{_number(row.low)} to {_number(row.high)}"
    return f"| {row.name} | {row.bound} | {_number(row.value)} | {interval} | {row.studies:,} | {row.met} |"


def _number(value: float) -> str:
    """Four digits, and never a zero that is none."""
    return f"{value:.4f}" if value == 0 or abs(value) >= 5e-4 else f"{value:.1e}"
