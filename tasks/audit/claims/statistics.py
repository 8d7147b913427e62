"""Claims of statistics: means with what follows ±, intervals, effect sizes, p-values, power, sample sizes, tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tasks.audit.claims.claim import Claim, label_before
from tasks.audit.numbers import FREE, NUM, VALUE, Printed, printed
from tasks.audit.reading.report import Line
from tasks.audit.units import UNIT

Spread = Literal["SD", "SE", "CI", ""]
"""What follows ±: a standard deviation, a standard error, half an interval; empty where it is not said."""

_OPTIONAL_UNIT = rf"(?:\s?{UNIT}|\s?(?:nats?|bits?|points?|pp)\b)?"
_MEAN = re.compile(rf"(?P<mean>{FREE}){_OPTIONAL_UNIT}\s*±\s*(?P<spread>{VALUE})(?P<unit>{_OPTIONAL_UNIT})")
_MEAN_SD = re.compile(
    rf"(?:(?P<lead>\bM|\bmean|\baverage)(?:\s+[a-z]{{2,20}}){{0,3}}?\s*(?:of|was|is|[=:])?\s*)?(?P<mean>{FREE}){_OPTIONAL_UNIT}\s*[,;(]?\s*"
    rf"(?:with\s+)?(?:an?\s+)?(?P<kind>SD|SE|SEM|[Ss]td\.?|s\.d\.|s\.e\.|standard deviation|standard error)\s*"
    rf"(?:of|was|is|[=:])?\s*(?P<spread>{VALUE})",
    re.IGNORECASE,
)
_NAMES_SPREAD = re.compile(r"(?<![^\W_])(?:s\.?[de]\b|sem\b|std|standard [de])", re.IGNORECASE)
_NAMES_INTERVAL = re.compile(r"[CK]I|IC|nterval")
_INTERVAL_NAME = (
    r"(?:CIs?|KI|IC|confidence intervals?|credible intervals?|Konfidenzintervall|intervalle de confiance|intervals?)"
)
_INTERVAL = re.compile(
    rf"(?:(?P<a>\d{{2}}(?:\.\d{{1,2}})?)\s?-?%\s*-?\s*(?:bootstrap(?:ped)?\s+|BCa\s+)?{_INTERVAL_NAME}\b"
    r"|\b(?:CI|KI|IC)[_\s-]?\(?\s?(?P<b>\d{2}(?:\.\d)?)\s?%?\)?|\bCI\b|\b(?:confidence|credible) interval)"
    rf"\s*(?:of|from|is|was|[=:])?\s*[\[(]?\s*(?P<low>{NUM})(?P<u1>{_OPTIONAL_UNIT})\s*(?:,|;|–|—|\bto\b|\bà\b|\bbis\b|\.\."
    r"|\s-\s|-(?=\d))\s*"
    rf"(?P<high>{NUM})",
    re.IGNORECASE,
)
_ESTIMATE = re.compile(rf"(?<!±)(?<!±\s)(?P<value>{FREE})\s?(?:%|[A-Za-z°/²]{{1,12}})?\s*[(\[,]*\s*$")
"""The number that an interval stands right behind."""
_NO_ESTIMATE = re.compile(
    r"(?:\b[nN]|\bp|\bt\s*\([^()]*\)|\bdf|\bS[DE]M?|α|alpha|\bage|power|threshold|baseline|chance|reference|null|level|against"
    r"|versus|vs\.?)\s*(?:value |level )?(?:of|is|was|[=<>:])?\s*$",
    re.IGNORECASE,
)
_BRACKETED = re.compile(
    rf"(?P<value>{FREE}){_OPTIONAL_UNIT}\s*\[\s*(?P<low>{NUM}){_OPTIONAL_UNIT}\s*(?:,|;|–|\bto\b)\s*"
    rf"(?P<high>{NUM}){_OPTIONAL_UNIT}\s*\]"
)
_EFFECT = re.compile(
    r"(?:Cohen'?s?\s+d(?P<sub>[a-z]{0,2})\b|Hedges'?s?\s+g\b|Glass'?s?\s+(?:delta|Δ)|\bd(?P<sub2>[zs]|_z|_s"
    r"|_av)?(?=\s*[=≈])"
    r"|\beffect size(?:\s+d)?\b)"
    rf"\s*(?:\([^()]{{0,30}}\)\s*)?(?:[=:≈]|of|is|was)\s*(?:Cohen'?s?\s+)?(?:d\s*=\s*)?(?P<value>{VALUE})(?!\s?%)(?"
    r"![\w.]*\d)",
    re.IGNORECASE,
)
_P = re.compile(
    rf"(?<![\w./-])p(?:[-\s]?values?\s*(?::\s)?)?\s*(?P<sign>[=<>≤≥≈]|(?<=: ))\s*(?P<value>{VALUE})"
    r"(?![\d%A-Za-z_]|\s?[\^*×/+]|\s?-\s?\d)",
    re.IGNORECASE,
)
_POWER = re.compile(
    rf"\bpower\b(?:\s*\([^()]{{0,30}}\))?\s*(?P<sign>[=:≈>≥]|of|is|was)\s*(?P<more>at least|≥"
    rf"|>)?\s*(?P<value>{VALUE})\s?(?P<percent>%)?"
    rf"|(?P<value2>{FREE})\s?(?P<percent2>%)?\s*(?:statistical\s+)?power\b",
    re.IGNORECASE,
)
_N = re.compile(r"(?<![\w.])[nN]\s*=\s*(?P<value>\d{1,9})(?!\d|[.,]\d)")
_COUNTED = re.compile(
    r"(?<![\w.,/-])(?P<value>\d{1,9})(?![\d.,])\s+(?:[a-z]+[- ]){0,2}?(?:samples|images|participants|subjects"
    r"|patients|pairs"
    r"|trials|observations|respondents|examples|runs|seeds)\b(?!\s*(?:/|per\b))",
    re.IGNORECASE,
)
_ALPHA = re.compile(
    rf"(?:α|\balpha)\s*=\s*(?P<value>{VALUE})|significance level\s*(?:of|[=:])\s*(?P<value2>{VALUE})", re.IGNORECASE
)
_TEST = re.compile(
    rf"(?<![\w])(?:(?P<t>t)\s*\(\s*(?P<df>{NUM})\s*\)|(?P<F>F)\s*\(\s*(?P<df1>{NUM})\s*,\s*(?P<df2>{NUM})\s*\)"
    rf"|(?P<chi>χ²|χ2|χ\^2|chi2|X2|X²|chi-square)\s*\(\s*(?P<dfc>{NUM})\s*(?:,\s*N\s*=\s*\d{{1,9}}\s*)?\)"
    rf"|(?P<r>r)\s*\(\s*(?P<dfr>{NUM})\s*\)|(?P<z>[zZ]))\s*=\s*(?P<value>{VALUE})"
)

WORDS_OF_SPREAD = ("±", "sd", "s.d", "se", "s.e", "std", "standard")
WORDS_OF_EFFECT = ("cohen", "hedge", "glass", "effect size", "d=", "d =", "d≈", "d ≈", "dz", "d_", "ds=", "ds =")
WORDS_OF_P = ("value", *(f"p{space}{sign}" for space in ("", " ") for sign in "<>=≤≥≈"))
WORDS_OF_SIZE = (
    "n=", "n =", "samples", "images", "participants", "subjects", "patients", "pairs", "trials", "observations",
    "respondents", "examples", "runs", "seeds",
)  # fmt: skip
"""One of them, in lower case, is on each line with such a claim."""


@dataclass(frozen=True, slots=True)
class MeanSpread(Claim):
    """A mean and what follows its ±."""

    label: str
    mean: Printed
    spread: Printed
    kind: Spread


@dataclass(frozen=True, slots=True)
class ConfidenceInterval(Claim):
    """An interval; `level` in percent, None where it is not said."""

    label: str
    low: Printed
    high: Printed
    level: float | None
    value: Printed | None
    """The number it stands behind."""


@dataclass(frozen=True, slots=True)
class EffectSize(Claim):
    """Cohen's d or one of its kin."""

    value: Printed
    paired: bool
    """In standard deviations of the differences: d_z."""


@dataclass(frozen=True, slots=True)
class PValue(Claim):
    """A p-value; `sign` is =, < or >."""

    value: Printed
    sign: str
    level: bool
    """Of a criterion such as "p < 0.05 threshold", and no result."""


@dataclass(frozen=True, slots=True)
class Power(Claim):
    """A power, as a share."""

    value: Printed
    at_least: bool


@dataclass(frozen=True, slots=True)
class SampleSize(Claim):
    """How many; `named` where it is written n = ..."""

    n: int
    named: bool


@dataclass(frozen=True, slots=True)
class TestStatistic(Claim):
    """A test with its statistic: t, F, chi2, r or z."""

    kind: str
    df: tuple[float, ...]
    value: Printed


def means(line: Line) -> Iterator[MeanSpread]:
    """`M ± s`, and "mean M (SD s)"."""
    if "±" in line.text:
        for each in _MEAN.finditer(line.text):
            label = label_before(line.text, each.start())
            kind = _kind(line.text, each.end())
            yield MeanSpread(
                line, each.start(), each.end(), label, printed(each["mean"]), printed(each["spread"]), kind
            )
    for each in _MEAN_SD.finditer(line.text) if _NAMES_SPREAD.search(line.text) else ():
        label = label_before(line.text, each.start()) or label_before(line.text, each.start("mean"))
        short = each["kind"].lower().replace(".", "").replace(" ", "")
        spread: Spread = "SE" if short in ("se", "sem", "standarderror") else "SD"
        yield MeanSpread(line, each.start(), each.end(), label, printed(each["mean"]), printed(each["spread"]), spread)


_SPREADS = re.compile(
    r"\s*\(?\s*(?:(?:mean|M)\s*±\s*)?(?:(?P<SD>SD|s\.d\.|std\b\.?|standard deviation)"
    r"|(?P<SE>SEM?\b|s\.e\.|standard error)|(?P<CI>95\s?%\s*(?:CI|confidence)(?!\s*[\w:=]*\s*[:=\[(]?\s*\[?-?\d)))",
    re.IGNORECASE,
)
_SPREADS_BEFORE = re.compile(
    r"\b(?:mean|M)\s*±\s*(?P<kind>SD|SEM?|s\.d\.|s\.e\.|std|standard deviation|standard error)", re.I
)


def _kind(text: str, end: int) -> Spread:
    """What the text says of the number behind ±: just behind it, or as "mean ± SD" on the line."""
    said = _SPREADS.match(text[end : end + 60])
    if said:
        return "SD" if said["SD"] else "SE" if said["SE"] else "CI"
    before = _SPREADS_BEFORE.search(text)
    if before is None:
        return ""
    return "SE" if before["kind"].lower().replace(".", "").startswith(("se", "standard e")) else "SD"


def intervals(line: Line) -> Iterator[ConfidenceInterval]:
    """`95% CI [a, b]` and the like, and `x [a, b]`."""
    taken: set[int] = set()
    if _NAMES_INTERVAL.search(line.text):
        for each in _INTERVAL.finditer(line.text):
            level = each["a"] or each["b"]
            at = float(level) if level else None
            taken.add(each.start("low"))
            label = label_before(line.text, each.start())
            low, high = printed(each["low"]), printed(each["high"])
            yield ConfidenceInterval(
                line, each.start(), each.end(), label, low, high, at, _estimate(line, each.start())
            )
    if "[" in line.text:
        for each in _BRACKETED.finditer(line.text):
            if each.start("low") not in taken:
                label = label_before(line.text, each.start())
                value = printed(each["value"])
                yield ConfidenceInterval(
                    line, each.start(), each.end(), label, printed(each["low"]), printed(each["high"]), None, value
                )


def _estimate(line: Line, at: int) -> Printed | None:
    head = line.text[max(0, at - 60) : at]
    each = _ESTIMATE.search(head)
    return None if each is None or _NO_ESTIMATE.search(head[: each.start()]) else printed(each["value"])


def effects(line: Line) -> Iterator[EffectSize]:
    """Cohen's d, dz, d_av, Hedges' g."""
    for each in _EFFECT.finditer(line.text):
        paired = (each["sub"] or each["sub2"] or "").strip("_").lower() == "z"
        yield EffectSize(line, each.start(), each.end(), printed(each["value"]), paired)


_CRITERION = re.compile(
    r"\s*(?:\(?\s*)?(?:significance|threshold|criteri|level|cut-?off|rigou?r|required|is required|as significant)", re.I
)
_CRITERION_BEFORE = re.compile(r"(?:threshold|criteri\w{1,3}|level|significant at|require[sd]?|at)\s*[:(]?\s*$", re.I)


def p_values(line: Line) -> Iterator[PValue]:
    """`p < .001`, `p = 0.03`."""
    for each in _P.finditer(line.text):
        sign = (each["sign"] or "=").replace("≈", "=").replace("≤", "<").replace("≥", ">")
        level = bool(_CRITERION.match(line.text, each.end()) or _CRITERION_BEFORE.search(line.text[: each.start()]))
        level = level or bool(
            re.search(r"\(\s*$", line.text[: each.start()]) and _CRITERION.match(line.text, each.end())
        )
        yield PValue(line, each.start(), each.end(), printed(each["value"]), sign, level)


def powers(line: Line) -> Iterator[Power]:
    """`power = 0.8`, "80 % power"."""
    for each in _POWER.finditer(line.text):
        text, percent = each["value"] or each["value2"], each["percent"] or each["percent2"]
        number = printed(text)
        if percent:
            number = Printed(text, number.value / 100, number.half / 100)
        elif number.value > 1 and (each["value2"] or number.value >= 2):
            continue  # "a power of 2", "350 power"
        yield Power(line, each.start(), each.end(), number, bool(each["more"]) or each["sign"] in (">", "≥"))


def sample_sizes(line: Line) -> Iterator[SampleSize]:
    """`n = 100`, "100 samples"."""
    for each in _N.finditer(line.text):
        yield SampleSize(line, each.start(), each.end(), int(each["value"]), True)
    for each in _COUNTED.finditer(line.text):
        yield SampleSize(line, each.start(), each.end(), int(each["value"]), False)


def alphas(line: Line) -> Iterator[float]:
    """`alpha = 0.05`."""
    for each in _ALPHA.finditer(line.text):
        yield float(each["value"] or each["value2"])


def test_statistics(line: Line) -> Iterator[TestStatistic]:
    """`t(29) = 2.5`, `F(2, 57) = 4.1`, `χ²(1) = 6`, `r(48) = .31`, `z = 2.1`."""
    for each in _TEST.finditer(line.text):
        kind = next(name for name in ("t", "F", "chi", "r", "z") if each[name])
        df = tuple(float(each[name]) for name in ("df", "df1", "df2", "dfc", "dfr") if each[name])
        yield TestStatistic(line, each.start(), each.end(), kind, df, printed(each["value"]))
