"""What the planner says of models that cannot be had, and of substitutes, by the registry of models."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

import store.registry
from store import commands as c
from store.models import ModelRef
from store.registry import HORIZON_DAYS, MODELS, Found, Release, find, releases

from .conftest import Play, ordinary

CLIP = "openai/clip-vit-base-patch32"
SAYS = (
    "the registry of models says: CLIP is public at https://huggingface.co/openai/clip-vit-base-patch32, under a "
    "licence that no source names, 0.6 GiB in float32 as clip:base-patch32 (page of the weights and its discussion 72; "
    "MTEB's list of models; looked up on 2026-12-01)"
)


@pytest.fixture
def lost(play, study_data):
    """Plays a cycle in which the third model, as it is given here, cannot be had."""

    def make(locator: str, *substitutes: str, outcome=None, **changes: object) -> Play:
        ref = ModelRef.parse(locator)
        third = {"id": "c", "family": ref.family, "name": ref.name, "weights": ref.weights}
        models = [*study_data()["models"][:2], {**third, "substitutes": list(substitutes)}]
        study = play(models=models, **changes)
        study.cycle(outcome or out_of_reach(locator))
        return study

    return make


def out_of_reach(*locators: str):
    def outcome(task):
        if task.kind == "diagnostic" and task.spec.model.locator in locators:
            return c.Block(task.task_id, task.fence, "the hub cannot be reached", "a network")
        return ordinary(task)

    return outcome


def reason(study: Play) -> str:
    """Why the substitute was planned."""
    (planned,) = [task for task in study.board.tasks if task.rule == "replace_blocked"]
    return planned.because


def question(study: Play):
    (asked,) = [d.request for d in study.board.open_decisions if d.request.kind == "unavailable_model"]
    return asked


def test_a_substitute_is_planned_for_a_reason_that_cites_the_registry(lost) -> None:
    study = lost(f"clip:base-patch32@{CLIP}", "clip:small@random")
    assert reason(study) == f"clip:base-patch32@{CLIP} cannot be measured: the hub cannot be reached; {SAYS}"


def test_a_question_about_a_model_without_a_substitute_cites_it_too(lost) -> None:
    asked = question(lost(f"clip:base-patch32@{CLIP}"))
    assert asked.because == f"the last attempt ended so: the hub cannot be reached; clip:base-patch32@{CLIP}: {SAYS}"


def test_a_question_cites_it_on_every_model_that_was_tried(lost) -> None:
    first, second = f"clip:base-patch32@{CLIP}", "blip:itm-base@Salesforce/blip-itm-base-coco"
    asked = question(lost(first, second, outcome=out_of_reach(first, second)))
    assert f"{first}: the registry of models says: CLIP is public" in asked.because
    assert f"{second}: the registry of models says: BLIP is public" in asked.because


def test_memory_is_that_of_the_number_type_of_the_study(lost) -> None:
    study = lost(f"clip:base-patch32@{CLIP}", "clip:small@random", diagnostics={"dtype": "bfloat16"})
    assert "0.3 GiB in bfloat16" in reason(study)


@pytest.mark.parametrize(
    ("locator", "said"),
    [
        ("own.models:net@hub/none", "; the registry of models has no entry for it"),
        ("own.gemini:pro@hub/none", "says of others like them: Gemini is not public, and runs at https://cloud.google"),
        ("own.models:flamingo@hub/none", "says of others like them: Flamingo is not public (card of IDEFICS"),
        ("own.models:albef@hub/none", "whether ALBEF is public is not known (none was looked up; looked up on 2026-"),
        (
            "mllama:11b@meta-llama/Llama-3.2-11B-Vision",
            "for those who accept Llama 3.2 Community License under an account, 39.6 GiB in float32 as mllama:11b (",
        ),
        (
            "own.models:openflamingo@hub/none",
            "under a licence that no source names, about 33.5 GiB in float32 as CLIP ViT-L/14",
        ),
        (
            "openclip:ViT-L-14@laion/other",
            "like them: OpenCLIP is public at https://huggingface.co/laion/CLIP-ViT-B-32",
        ),
    ],
)
def test_what_is_not_public_or_not_known_is_said_so(lost, locator: str, said: str) -> None:
    assert said in reason(lost(locator, "clip:small@random"))
    assert said.removeprefix("; ") in question(lost(locator)).because


@pytest.mark.parametrize("weights", ["zoo", "random"])
def test_nothing_is_said_of_weights_that_are_nobody_elses(lost, weights: str) -> None:
    locator = f"openclip:ViT-B-16@{weights}"
    assert reason(lost(locator, "clip:small@random")).endswith("the hub cannot be reached")
    assert question(lost(locator)).because == "the last attempt ended so: the hub cannot be reached"


def test_nothing_is_said_of_a_model_that_was_measured_and_sent_back(play, study_data) -> None:
    models = study_data()["models"]
    models[0] |= {"weights": CLIP, "substitutes": ["siglip:small@random"]}
    study = play(models=models)

    def broken(task):
        own = task.kind == "diagnostic" and task.spec.model.id == "a"
        return c.Fail(task.task_id, task.fence, "RuntimeError: broken") if own else ordinary(task)

    study.cycle(broken)
    told = next(task.because for task in study.board.tasks if task.rule == "replace_blocked" and task.subject == "a")
    assert told.endswith("RuntimeError: broken")


@pytest.mark.parametrize(
    ("substitute", "said"),
    [
        ("own.models:flamingo@hub/flamingo", "Flamingo is not public (card of IDEFICS"),
        ("paligemma:3b-224@google/paligemma-3b-pt-224", "for those who accept Gemma Terms of Use under an account"),
    ],
)
def test_a_substitute_that_not_everybody_can_have_is_proposed_with_that_said(lost, substitute: str, said: str) -> None:
    told = reason(lost("own.models:net@hub/none", substitute))
    assert f"; of the substitute {substitute}, the registry of models " in told
    assert said in told


@pytest.mark.parametrize("substitute", ["blip:itm-base@Salesforce/blip-itm-base-coco", "clip:small@random"])
def test_nothing_is_said_against_a_substitute_that_all_can_have(lost, substitute: str) -> None:
    assert "substitute" not in reason(lost("own.models:net@hub/none", substitute))


def test_an_entry_that_is_older_than_the_horizon_is_said_to_be_by_the_clock_of_the_log(lost, clock) -> None:
    clock.turn(3 * HORIZON_DAYS * 86_400)
    substitute = "blip:itm-base@Salesforce/blip-itm-base-coco"
    told = reason(lost(f"clip:base-patch32@{CLIP}", substitute))
    assert told.count(f"looked up on 2026-12-01, more than {HORIZON_DAYS} days ago)") == 2
    assert f"; of the substitute {substitute}, the registry of models says: BLIP is public" in told


@pytest.mark.parametrize("release", [r for _, r in releases() if r.hub_id], ids=lambda release: release.name)
def test_weights_are_found_by_the_address_that_a_study_names(release: Release) -> None:
    address = release.where.removeprefix("https://huggingface.co/")
    assert find("own.models", "net", address, "c") == Found((release,), same=True)


def test_what_is_called_so_goes_before_what_is_of_the_family() -> None:
    assert [each.name for each in find("openclip", "coca_ViT-B-32", "x/y", "c").releases] == ["CoCa (OpenCLIP)"]
    assert [each.name for each in find("openclip", "ViT-L-14", "x/y", "c").releases] == ["OpenCLIP", "CoCa (OpenCLIP)"]
    assert [each.name for each in find("align", "base", "x/y", "align").releases] == ["ALIGN", "ALIGN (COYO)"]
    assert find("own", "net", "x/y", "c") == Found((), same=False)


def test_every_way_in_which_weights_can_be_had_has_its_words(lost, monkeypatch: pytest.MonkeyPatch) -> None:
    _, release = next(releases())
    said = set()
    for access in ("public", "gated", "not public", "unknown"):
        changed = replace(MODELS[0], releases=(replace(release, access=access, as_of=date(2026, 1, 1)),))
        monkeypatch.setattr(store.registry, "MODELS", (changed,))
        said.add(reason(lost(f"clip:base-patch32@{CLIP}", "clip:small@random")))
    assert len(said) == 4
