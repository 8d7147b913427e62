"""A permutation test finds no p-value that is smaller than its number of permutations allows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, found
from tasks.audit.numbers import said

_PERMUTATIONS = re.compile(
    r"(?<![\w.,])(?P<n>\d{1,9})\s+(?:random |Monte Carlo )?(?:permutations|shuffles|randomi[sz]ations)\b", re.I
)
_EXTRAPOLATED = re.compile(
    r"pareto|\btail|gamma|normal approximation|extrapol|parametric|bonferroni|correct|adjust", re.I
)


def check(claims: Claims) -> Iterator[Finding]:
    """P against 1 / (n + 1), where both stand in one sentence or item.

    Source: Phipson and Smyth (2010), "Permutation p-values should never be zero", Statistical Applications in Genetics
    and Molecular Biology 9.
    """
    for line in claims.numeric("permutations", "shuffles", "randomi"):
        numbers = {int(each["n"]) for each in _PERMUTATIONS.finditer(line.text)}
        near = claims.p_values.within("sentence", line) or claims.p_values.within("item", line)
        results = [each for each in near if not each.level and each.sign != ">"]
        if len(numbers) != 1 or len(results) != 1 or _EXTRAPOLATED.search(line.text + results[0].line.text):
            continue
        n, p = numbers.pop(), results[0]
        least = 1 / (n + 1)
        highest = p.value.value if p.sign == "<" else p.value.span.high
        text = f"{n} permutations find no p-value below {said(least, 3)}, printed p {p.sign} {p.value.text}"
        # p < 1/n is how "none of n" is usually written.
        holds = highest >= least * (1 - 1e-9) or (p.sign == "<" and highest * n >= 1 - 1e-9)
        yield found("consistent" if holds else "inconsistent", p.line, text, line)
