"""What a comparison of models reports: counts, design, and each model and pair as it was tested."""

from __future__ import annotations

from store.metrics import Metric, Style
from store.patterns import Template

OF_MODEL = Template("model/{model}/{metric}")
"""Every metric that speaks of one model."""
OF_PAIR = Template("pair/{first}/{second}/{metric}")
"""Every metric that compares two models."""
OF_CLAIM = Template("claim/{k}_of_{of}/{metric}")
"""Every metric of the claim that k models or more collapse."""

MODELS = Metric("count/models", "models", style=Style.COUNT)
COLLAPSED = Metric("count/collapsed", "models", style=Style.COUNT)
"""Models that are shown to collapse, by partial conjunction."""
EXCLUDED = Metric("count/cleared", "models", style=Style.COUNT)
"""Models that are shown not to collapse."""
UNDETERMINED = Metric("count/undetermined", "models", style=Style.COUNT)

ALPHA = Metric("alpha", style=Style.PROBABILITY)
"""What p-values are held against that are adjusted for looks. Older comparisons lack it."""
LOOK_LEVEL = Metric("alpha/look", style=Style.PROBABILITY)
"""What the nominal p of a single model would have to reach at this look."""
IMAGES_FOR_MEDIUM_EFFECT = Metric("power/n_for_medium_effect", "images", style=Style.COUNT)
SMALLEST_EFFECT = Metric("power/mde", "SD", style=Style.TWO_DECIMALS)

SEQUENTIAL_P = Metric("sequential/{k}_of_{of}/p", style=Style.P_VALUE)
"""Of "k or more models collapse" by e-values, after any number of looks."""

ERROR_BOUND = Metric("claim/{k}_of_{of}/error_bound", style=Style.PROBABILITY)
ERROR_INDEPENDENT = Metric("claim/{k}_of_{of}/error_independent", style=Style.PROBABILITY)
POWER = Metric("claim/{k}_of_{of}/power", style=Style.PROBABILITY)
CLAIM = (ERROR_BOUND, ERROR_INDEPENDENT, POWER)
"""What is computed of a claim under the rule in force."""
UNCORRECTED_ERROR_BOUND = Metric("claim/{k}_of_{of}/uncorrected_error_bound", style=Style.PROBABILITY)
UNCORRECTED_ERROR_INDEPENDENT = Metric("claim/{k}_of_{of}/uncorrected_error_independent", style=Style.PROBABILITY)
UNCORRECTED_POWER = Metric("claim/{k}_of_{of}/uncorrected_power", style=Style.PROBABILITY)
UNCORRECTED_CLAIM = (UNCORRECTED_ERROR_BOUND, UNCORRECTED_ERROR_INDEPENDENT, UNCORRECTED_POWER)
"""The same of counting p-values as they are, for comparison."""

MEAN = Metric("model/{model}/mean")
SD = Metric("model/{model}/sd")
NULL_ERROR = Metric("model/{model}/null_error", style=Style.TWO_DIGITS)
"""Error of an estimated null, which all images of a model share."""
MEAN_ANY_LOOK = Metric("model/{model}/mean_any_look")
DZ_THRESHOLD = Metric("model/{model}/dz_threshold", "SD", style=Style.STANDARDISED)
G_THRESHOLD = Metric("model/{model}/g_threshold", "SD", style=Style.STANDARDISED)
DZ_NULL = Metric("model/{model}/dz_null", "SD", style=Style.STANDARDISED)
P_NULL = Metric("model/{model}/p_null", style=Style.P_VALUE)
T_NULL = Metric("model/{model}/t_null", style=Style.TWO_DECIMALS)
DF = Metric("model/{model}/df", style=Style.COUNT)
SKEW = Metric("model/{model}/skew", style=Style.TWO_DECIMALS)
SHAPIRO_P = Metric("model/{model}/shapiro_p", style=Style.P_VALUE)
BALANCED_P = Metric("model/{model}/balanced/p", style=Style.P_VALUE)
BALANCED_MARGIN = Metric("model/{model}/balanced/margin")
LEFT_OUT_P_LOW = Metric("model/{model}/left_out/p_low", style=Style.P_VALUE)
LEFT_OUT_P_HIGH = Metric("model/{model}/left_out/p_high", style=Style.P_VALUE)
TREND_SLOPE = Metric("model/{model}/trend/slope")
TREND_P = Metric("model/{model}/trend/p", style=Style.P_VALUE)
TREND_P_ADJUSTED = Metric("model/{model}/trend/p_bh", style=Style.P_VALUE)

BOUNDARY = Metric("model/{model}/{direction}/boundary")
"""Mean beyond which the look would decide the model by itself."""
P = Metric("model/{model}/{direction}/p", style=Style.P_VALUE)
P_LOOKS = Metric("model/{model}/{direction}/p_looks", style=Style.P_VALUE)
"""Adjusted for looks."""
P_ADJUSTED = Metric("model/{model}/{direction}/p_adjusted", style=Style.P_VALUE)
"""Adjusted for looks and models."""
LOG10_E = Metric("model/{model}/{direction}/log10_e", style=Style.TWO_DECIMALS)
SHIFT = Metric("model/{model}/{direction}/shift/alpha_over_{j}", "SE")
"""Move of the mean that brings p to alpha/j."""
IMAGES_NEEDED = Metric("model/{model}/{direction}/images/alpha_over_{j}", "images", style=Style.COUNT)
P_SIGNED_RANK = Metric("model/{model}/{direction}/p_signed_rank", style=Style.P_VALUE)
P_SIGN_FLIP = Metric("model/{model}/{direction}/p_sign_flip", style=Style.P_VALUE)
P_BOOTSTRAP_T = Metric("model/{model}/{direction}/p_bootstrap_t", style=Style.P_VALUE)
P_MAX_T = Metric("model/{model}/{direction}/p_max_t", style=Style.P_VALUE)

P_NOMINAL_BEFORE_LOOKS = Metric("model/{model}/p_{direction}", style=Style.P_VALUE)
"""As comparisons before the looks had boundaries called it."""
P_HOLM_BEFORE_LOOKS = Metric("model/{model}/p_{direction}_holm", style=Style.P_VALUE)
"""Adjusted for models alone, as those comparisons called it."""

INDEPENDENT = "independent"
"""Scope of an ordinary meta-analysis, which takes samples for independent; the others are those of the models."""

ACROSS_MEAN = Metric("across/{scope}/mean")
ACROSS_P_COLLAPSE = Metric("across/{scope}/p_collapse", style=Style.P_VALUE)
ACROSS_I2 = Metric("across/{scope}/i2")
ACROSS_TAU2 = Metric("across/{scope}/tau2")
ACROSS_Q_P = Metric("across/{scope}/q_p", style=Style.P_VALUE)

PAIR_DIFFERENCE = Metric("pair/{first}/{second}/difference")
PAIR_T = Metric("pair/{first}/{second}/t", style=Style.TWO_DECIMALS)
PAIR_P = Metric("pair/{first}/{second}/p", style=Style.P_VALUE)
PAIR_P_HOLM = Metric("pair/{first}/{second}/p_holm", style=Style.P_VALUE)
PAIR_DZ = Metric("pair/{first}/{second}/dz", "SD", style=Style.STANDARDISED)
PAIR_D_AV = Metric("pair/{first}/{second}/d_av", "SD", style=Style.STANDARDISED)
