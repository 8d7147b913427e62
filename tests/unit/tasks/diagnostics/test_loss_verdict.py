"""What may be said of a model, given its losses against random initialisation and the effects of interventions."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.diagnostics.loss_verdict import LossVerdict, judge
from tasks.diagnostics.losses import Loss, Losses, loss_of, losses
from tasks.diagnostics.nulls.heads import head_p_values
from tasks.diagnostics.nulls.random_init import RandomInit

RNG = np.random.default_rng(0)


def loss(name: str, share: float, images: int = 40, spread: float = 0.01) -> Loss:
    """The loss of a model that keeps 1 - share of a null of about .9."""
    rng = np.random.default_rng(list(name.encode()))
    draws = 0.9 + rng.normal(0, 0.004, (8, 1)) + rng.normal(0, 0.002, (8, images))
    return loss_of(name, 0.9 * (1 - share) + rng.normal(0, spread, images), draws)


def judged(*layers: float, n: int = 40, untrained: bool = False, blind: tuple[str, ...] = ()) -> LossVerdict:
    of_layers = tuple(loss(f"vision/{i:02d}", share) for i, share in enumerate(layers))
    found = Losses((loss("vision", float(np.mean(layers))),), of_layers)
    return judge(found, n, untrained, None, blind)


def test_a_loss_is_a_share_of_the_null_with_an_interval_around_it() -> None:
    found = loss("vision", 0.3)
    assert found.low < found.value < found.high
    assert found.value == pytest.approx(0.3, abs=0.02)
    assert found.null_low < found.null < found.null_high
    assert found.p_different < 1e-6 < found.p_collapsed


@pytest.mark.parametrize(
    ("layers", "label", "said"),
    [
        ((0.1, 0.2, 0.3), "kept", "In no role and no layer"),
        ((0.1, 0.5, 0.1), "inconclusive", "the loss of vision layer 1 reaches one half"),
        ((0.8, 0.8, 0.8), "lost", "vision attention as a whole and vision layers 0, 1 and 2"),
        ((0.1, 0.8, 0.1), "lost", "in vision layer 1."),
        ((0.5, 0.5, 0.5), "inconclusive", "the loss of vision attention and vision layers 0, 1 and 2 reaches one half"),
    ],
)
def test_the_label_follows_the_losses_and_says_where(layers: tuple[float, ...], label: str, said: str) -> None:
    verdict = judged(*layers)
    assert (verdict.label, said in verdict.reason) == (label, True), verdict.reason


def with_heads(*layers: tuple[float, ...]) -> LossVerdict:
    """The verdict on layers whose heads have lost these shares."""
    null = 0.9 + RNG.normal(0, 0.004, (8, 1, 1, 1)) + RNG.normal(0, 0.002, (8, 40, len(layers), len(layers[0])))
    model = 0.9 * (1 - np.array(layers)) + RNG.normal(0, 0.01, (40, len(layers), len(layers[0])))
    sites = {f"site {i}": null[:, :, i] for i in range(len(layers))}
    found = losses(
        {"vision": model.mean(axis=(1, 2))},
        {f"vision/{i:02d}": (f"site {i}", model[:, i]) for i in range(len(layers))},
        RandomInit(tuple(range(8)), 40, {"vision": null.mean(axis=(2, 3))}, sites),
    )
    return judge(found, 40, False, None)


def test_a_collapsed_head_is_named_and_does_not_decide_the_label() -> None:
    verdict = with_heads((0.1, 0.1, 0.1, 0.1), (0.1, 0.1, 0.9, 0.1))
    assert verdict.lost_heads == ("vision/01/02",)
    assert verdict.lost_heads_by_layer == {"vision/01": "2"}
    assert verdict.lost_layers == ()
    assert verdict.label == "kept", "its layer as a whole has lost less than half"
    assert verdict.reason.endswith("Single heads have lost more than half of theirs.")
    by_name = {loss.name: loss.value for loss in verdict.heads}
    assert len(by_name) == 8
    assert by_name["vision/01/02"] == pytest.approx(0.9, abs=0.02)
    assert by_name["vision/01/01"] == pytest.approx(0.1, abs=0.02)


def test_the_heads_of_a_collapsed_layer_are_told_in_one_word() -> None:
    verdict = with_heads((0.8, 0.9, 0.8), (0.8, 0.1, 0.8))
    assert verdict.lost_heads_by_layer == {"vision/00": "all", "vision/01": "0 and 2"}


def test_heads_are_corrected_for_their_number() -> None:
    few, many = loss("vision/00/00", 0.52, spread=0.001), [loss(f"vision/00/{i:02d}", 0.1) for i in range(1, 1000)]
    assert few.p_collapsed < 0.05
    alone, among = (
        judge(Losses((loss("vision", 0.1),), (), heads), 40, False, None) for heads in ((few,), (few, *many))
    )
    assert alone.lost_heads == ("vision/00/00",)
    assert among.lost_heads == ()


def test_fewer_than_thirty_images_settle_nothing() -> None:
    assert judged(0.8, 0.8, n=29).label == "inconclusive"


def test_a_modality_without_attention_is_undefined_and_the_rest_is_still_judged() -> None:
    found = Losses((loss("text", 0.8),), (loss("text/00", 0.8),), (loss("text/00/00", 0.8),))
    verdict = judge(found, 40, False, "the vision tower, an EfficientNet, has no attention")
    assert verdict.label == "undefined"
    assert "EfficientNet" in verdict.reason
    assert "text attention as a whole" in verdict.reason
    assert verdict.lost_heads == ("text/00/00",)


def test_without_a_null_nothing_is_decided() -> None:
    assert judge(None, 40, False, None).label == "inconclusive"


def test_untrained_weights_are_called_so() -> None:
    assert "nothing of a trained model" in judged(0.1, untrained=True).reason


def test_attention_that_was_not_seen_leaves_open_whether_all_is_well() -> None:
    verdict = judged(0.1, blind=("decoder.mixer", "encoder.mixer"))
    assert (verdict.label, verdict.reason) == (
        "inconclusive",
        "The attention of decoder.mixer and encoder.mixer was not seen.",
    )
    assert judged(0.8, blind=("decoder.mixer",)).label == "lost", "what was seen has collapsed all the same"


def broken(values: float = 0.4, null: float = 0.9) -> Losses:
    """The losses of a good vision tower of two layers, and of a cross-attention of one, with these numbers in it."""
    draws = 0.9 + RNG.normal(0, 0.004, (8, 1, 1)) + RNG.normal(0, 0.002, (8, 40, 2))
    model = 0.8 + RNG.normal(0, 0.01, (40, 2))
    other, of_null = np.full((40, 2), values), np.full((8, 40, 2), null)
    return losses(
        {"vision": model.mean(axis=1), "cross": other.mean(axis=1)},
        {"vision/00": ("a", model), "cross/00": ("b", other)},
        RandomInit(
            tuple(range(8)),
            40,
            {"vision": draws.mean(axis=2), "cross": of_null.mean(axis=2)},
            {"a": draws, "b": of_null},
        ),
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (broken(values=np.nan), "on some image no row of it counts"),
        (broken(null=np.nan), "on some image no row of its null counts"),
        (broken(null=0.0), "random initialisations have no entropy there that could be lost"),
    ],
)
def test_what_cannot_be_compared_leaves_open_whether_all_is_well(found: Losses, said: str) -> None:
    verdict = judge(found, 40, False, None)
    assert verdict.label == "inconclusive"
    assert verdict.reason == f"There is no loss of cross: {said}. There is no loss of cross/00: {said}."
    assert [loss.name for loss in verdict.losses] == ["vision"]


def test_a_layer_whose_null_was_not_measured_is_named() -> None:
    draws = 0.9 + RNG.normal(0, 0.004, (8, 40))
    found = losses({}, {"vision/00": ("a", np.full((40, 2), 0.8))}, RandomInit((), 40, {"vision": draws}, {}))
    assert found.unjudged == {"vision/00": "its null was not measured"}


def test_a_loss_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="cross: random initialisations have no entropy there"):
        loss_of("cross", np.full(40, 0.4), np.zeros((8, 40)))


def test_without_anything_to_compare_nothing_is_well() -> None:
    verdict = judge(Losses(), 40, False, None)
    assert (verdict.label, verdict.reason) == ("inconclusive", "Nothing has a null to be compared with.")


def test_layers_are_corrected_for_their_number() -> None:
    few, many = loss("vision/00", 0.51, spread=0.001), [loss(f"vision/{i:02d}", 0.1) for i in range(1, 100)]
    alone, among = (judge(Losses((loss("vision", 0.1),), layers), 40, False, None) for layers in ((few,), (few, *many)))
    assert few.p_collapsed < 0.025
    assert (alone.label, among.label) == ("lost", "inconclusive")


def test_heads_that_differ_from_copies_are_named_where_they_are_few_and_counted_where_not() -> None:
    sharper = with_heads((0.0, 0.0, 0.0, 0.1), (0.0, -0.1, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0))
    assert sharper.different_heads == ("vision/00/03", "vision/01/01")
    assert sharper.different_heads_in_words == "vision/00: 3; vision/01: 1"
    assert sharper.lost_heads == ()
    trained = with_heads((0.2, 0.3, 0.2, 0.1), (0.0, 0.2, 0.2, 0.2), (0.1, 0.1, 0.1, 0.1))
    assert trained.different_heads_in_words == "11 of 12"
    assert with_heads((0.0, 0.0, 0.0, 0.0), (0.0,) * 4, (0.0,) * 4).different_heads_in_words == ""
    few = with_heads((0.2, 0.3), (0.0, 0.2))
    assert not few.different, "of so few heads there is no null of their tails"
    assert (few.heads_not_compared, sharper.heads_not_compared) == (("vision",), ())


def test_heads_of_one_more_copy_are_seldom_named_though_what_they_miss_is_skewed() -> None:
    """As in CLIP ViT-B-32, whose heads, untrained, miss a share of entropy with more than a normal tail."""
    rng = np.random.default_rng(4)
    named = 0
    for _ in range(100):
        missing = np.exp(0.5 * rng.gumbel(size=(9, 1, 12, 12)) - 5.5) * np.exp(0.1 * rng.normal(size=(9, 8, 12, 12)))
        layers = {f"vision/{layer:02d}": (f"site {layer}", 1 - missing[0, :, layer]) for layer in range(12)}
        sites = {f"site {layer}": 1 - missing[1:, :, layer] for layer in range(12)}
        p_values = head_p_values(layers, RandomInit(tuple(range(8)), 8, {}, sites))
        assert len(p_values) == 144
        named += bool(LossVerdict("kept", "", different=p_values).different_heads)
    assert named <= 12
