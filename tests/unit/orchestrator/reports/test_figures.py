from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.evidence import Interval
from store.figures import Rounding, presentation, round_figure, style_of
from store.metrics import Style

values = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)
rules = st.builds(
    Rounding,
    style=st.sampled_from(["decimals", "significant", "p"]),
    digits=st.integers(1, 8),
    divisor=st.sampled_from([1.0, 0.001, 60.0, 2.0**20, 1e6]),
) | st.sampled_from([Rounding("whole"), Rounding("exact"), Rounding("whole", divisor=60.0)])


@pytest.mark.parametrize(
    ("value", "rule", "text"),
    [
        (0.5113, "decimals:3", "0.511"),
        (-0.0001, "decimals:3", "0.000"),
        (0.0234, "significant:3/0.001", "23.4"),
        (1_431_655_765, "significant:3/1073741824", "1.33"),
        (0.025, "significant:3", "0.0250"),
        (118.31, "significant:3", "118"),
        (123456.0, "significant:3", "123456"),
        (0.0, "significant:3", "0.00"),
        (9.999, "significant:3", "10.0"),
        (60.0, "whole", "60"),
        (0.6, "exact", "0.6"),
        (2.0, "exact", "2"),
        (0.0234, "p:3", "0.023"),
        (1.0, "p:3", "1.000"),
    ],
)
def test_a_rule_prints_the_digits_one_expects(value: float, rule: str, text: str) -> None:
    assert round_figure(value, rule) == text


@pytest.mark.parametrize("p", [0.0, 1e-300, 0.0004, 0.0009999])
def test_a_small_p_value_is_bounded_and_never_zero(p: float) -> None:
    assert round_figure(p, "p:3") == "< 0.001"


def test_a_p_value_of_a_thousandth_is_not_below_it() -> None:
    assert round_figure(0.001, "p:3") == "0.001"


@given(values, rules)
def test_a_recorded_rule_rounds_to_the_same_digits_again(value: float, rule: Rounding) -> None:
    assert Rounding.parse(str(rule)) == rule
    assert round_figure(value, str(rule)) == round_figure(value, rule)


@given(values, st.integers(0, 8))
def test_decimals_are_within_half_a_unit_of_the_last_digit(value: float, digits: int) -> None:
    printed = Decimal(round_figure(value, Rounding("decimals", digits)))
    assert abs(printed - Decimal(value)) <= Decimal(5).scaleb(-digits - 1)


@given(values)
def test_exact_digits_read_back_as_the_value(value: float) -> None:
    assert float(round_figure(value, "exact")) == value


@pytest.mark.parametrize("text", ["", "nearest", "decimals", "decimals:", "whole:2", "exact:1", "decimals:x"])
def test_a_text_that_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"rule|invalid literal"):
        Rounding.parse(text)


@pytest.mark.parametrize(
    ("metric", "value", "unit", "printed"),
    [
        ("latency_s", 0.0234, "s", "23.4 ms"),
        ("task/x/duration_s", 110.14, "s", "110.1 s"),
        ("cycle/1/elapsed_s", 743.6, "s", "12.4 min"),
        ("memory/total_bytes", 33_562_353_664.0, "bytes", "31.3 GiB"),
        ("peak_bytes", 512.0, "bytes", "512 B"),
        ("parameters", 151_277_313.0, "", "151.3 million"),
        ("model/x/p_collapse_holm", 1e-9, "", "< 0.001 "),
        ("throughput/best", 118.31, "images/s", "118 images/s"),
        ("count/collapsed", 2.0, "", "2 "),
        ("model/x/dz_null", -0.6412, "SD", "-0.64 "),
        ("model/x/dz_threshold", 1.8246, "SD", "1.82 "),
    ],
)
def test_each_metric_is_printed_in_the_unit_that_reads_best(metric: str, value: float, unit: str, printed: str) -> None:
    rounding, shown = presentation(style_of(metric, unit), value, unit)
    assert f"{round_figure(value, rounding)} {shown}" == printed


def test_a_narrow_interval_asks_for_more_decimals() -> None:
    rounding, _ = presentation(Style.MEASURE, 0.5, "", Interval(low=0.49996, high=0.50004))
    assert str(rounding) == "decimals:5"
