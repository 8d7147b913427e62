from __future__ import annotations

import math

import pytest

from orchestrator.study.detectable_effect import detectable_effects, images, level, warnings
from store.study.protocol import Data, DecisionRule, Study, StudyModel
from tasks.statistics.power import power, sample_size


def study(n: int, models: int = 3, at_least: tuple[int, ...] = (2, 3), looks: int = 1, alpha: float = 0.05) -> Study:
    return Study(
        name="tiny",
        question="Does it?",
        claim="It does",
        models=tuple(StudyModel(id=f"m{i}", family="clip", name="tiny", weights=f"w{i}") for i in range(models)),
        data=Data(source="shapes", n=n),
        decision=DecisionRule(threshold=0.7, at_least=at_least, looks=looks, alpha=alpha, boundary="bonferroni"),
    )


def test_the_distance_that_decides_one_model_is_that_of_its_test() -> None:
    (found,) = detectable_effects(study(40, models=1, at_least=(1,)))
    assert found.go == found.no_go
    assert power(40, found.go, 0.05, "one-sample", "greater") == pytest.approx(0.8)
    assert found.n == found.n_any_dependence == math.ceil(sample_size(0.5, alternative="greater"))


def test_to_refute_a_claim_of_all_models_one_is_enough() -> None:
    two, three = detectable_effects(study(60))
    assert two.go == pytest.approx(two.no_go), "2 of 3 either way"
    assert three.no_go < two.farther < three.go == three.farther
    assert (two.n, three.n) == (28, 41)
    assert (two.n_any_dependence, three.n_any_dependence) == (45, 55)


def test_the_images_of_all_looks_count_at_the_level_of_one() -> None:
    parts, whole = study(20, looks=3, alpha=0.06), study(60, alpha=0.02)
    assert (images(parts), level(parts)) == (60, pytest.approx(0.02))
    for in_parts, at_once in zip(detectable_effects(parts), detectable_effects(whole), strict=True):
        assert in_parts.go == pytest.approx(at_once.go)
        assert in_parts.n == at_once.n


def test_enough_images_leave_no_doubt() -> None:
    assert warnings(study(41)) == ()
    assert warnings(study(30, looks=2)) == ()


def test_a_claim_that_the_images_cannot_decide_is_named_with_the_images_that_can() -> None:
    (line,) = warnings(study(40))
    assert line.startswith("decision.at_least: 3 of 3 is found with a power of 0.8 by 40 images only where means lie ")
    assert line.endswith("for 0.5 SD give data.n = 41")
    assert "0.504 SD beyond the threshold, and refuted 0.312 SD short" in line


def test_a_smaller_effect_raises_a_doubt_about_every_claim() -> None:
    lines = warnings(study(60), effect=0.2)
    assert ["2 of 3" in lines[0], "3 of 3" in lines[1]] == [True, True]
    needed = int(lines[1].rpartition("= ")[2])
    assert warnings(study(needed), effect=0.2) == ()
    assert len(warnings(study(needed - 1), effect=0.2)) == 1


@pytest.mark.parametrize(("n", "looks", "enough"), [(1, 1, 30), (29, 1, 30), (14, 2, 15), (2, 7, 5)])
def test_images_too_few_for_any_test_are_told_before_all_else(n: int, looks: int, enough: int) -> None:
    (line,) = warnings(study(n, looks=looks))
    assert line.startswith(f"data.n: {n * looks} images in all are fewer than the 30")
    assert line.endswith(f"give at least {enough}")


@pytest.mark.parametrize(
    ("n", "looks", "which"), [(29, 3, "the first look"), (15, 6, "the first look"), (14, 7, "the first 2 looks")]
)
def test_looks_that_come_too_early_are_told(n: int, looks: int, which: str) -> None:
    assert warnings(study(n, looks=looks))[0].startswith(f"data.n: {which} can only be INCONCLUSIVE")


def test_one_image_reaches_as_far_as_two() -> None:
    assert detectable_effects(study(1)) == detectable_effects(study(2))
    assert detectable_effects(study(1))[0].go > 3


def test_a_level_that_is_none_is_a_doubt_and_no_crash() -> None:
    for alpha in (1e-300, 5e-324):
        (line,) = warnings(study(40, looks=2, alpha=alpha))
        assert line.startswith(("decision.alpha: it leaves less than 1e-100", "decision.look_level: "))


def test_e_values_that_reach_no_level_are_a_doubt_that_names_the_effect() -> None:
    tuned = study(40)
    rule = tuned.decision.model_copy(update={"looks": "open", "effect": 0.02})
    (line,) = warnings(tuned.model_copy(update={"decision": rule}))
    assert line == "decision.effect: e-values that are tuned to 0.02 SD never reach alpha = 0.05 with 40 images"


def test_a_level_above_the_power_raises_no_doubt_about_claims() -> None:
    assert warnings(study(40, alpha=0.9)) == ()
    with pytest.raises(ValueError, match="power"):
        detectable_effects(study(40, alpha=0.9))
