"""`gonogo power`: images, effects and power of a plan, and whether a study can decide."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import STUDY, new_study


def refused(said, *words: str) -> None:
    assert said.code == 2, said
    assert said.out == ""
    assert said.err.count("\n") == 1, said.err
    assert said.err.startswith("gonogo: ")
    for word in words:
        assert word in said.err, said.err


def test_a_medium_effect_needs_34_images(gonogo) -> None:
    said = gonogo("power", "--effect", "0.5")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0] == "n      34        images, from 33.367"
    found = gonogo("power", "--effect", "0.5", "--json").json
    assert [found[key] for key in ("schema", "design", "effect", "alpha", "power", "n")] == [
        "gonogo.power/1", "paired", 0.5, 0.05, 0.8, 34,
    ]  # fmt: skip
    assert found["mde"] == pytest.approx(0.49503, abs=5e-6)
    assert found["achieved"] == pytest.approx(0.8077775013, abs=5e-10)


@pytest.mark.parametrize(
    ("options", "n"),
    [
        ((), 34),
        (("--design", "independent"), 64),
        (("--comparisons", "3"), 45),
        (("--one-sided",), 27),
        (("--looks", "2"), 41),
        (("--look-level", "0.025", "--looks", "2"), 41),
        (("--power", "0.9"), 44),
        (("--alpha", "0.01"), 51),
        (("--at-least", "2", "--of", "3"), 28),
        (("--at-least", "3", "--of", "3"), 41),
    ],
)
def test_the_images_for_a_design(gonogo, options: tuple[str, ...], n: int) -> None:
    found = gonogo("power", "--effect", "0.5", "--json", *options).json
    assert found["n"] == n
    assert found["achieved"] >= found["power"] == found["target"]
    back = gonogo("power", "--n", n, "--json", *options).json
    assert back["mde"] == back["effect"] == found["mde"] <= 0.5, "n images find the effect, and a bit less"


def test_images_and_an_effect_give_the_power(gonogo) -> None:
    found = gonogo("power", "--n", "34", "--effect", "0.5", "--json").json
    assert found["power"] == found["achieved"] == pytest.approx(0.8077775013, abs=5e-10)
    assert gonogo("power", "--n", "33", "--effect", "0.5", "--json").json["power"] == pytest.approx(0.7954, abs=5e-5)


def test_a_claim_tells_what_sharing_images_can_cost(gonogo) -> None:
    said = gonogo("power", "--effect", "0.5", "--at-least", "2", "--of", "3")
    assert "claim  2 of 3    models or more" in said.out
    assert said.out.splitlines()[-1] == "n      45        images do whatever the models share"
    assert "INCONCLUSIVE" in said.err, "28 images are fewer than a study tests"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--effect", "--n", "--study"]),
        (["--effect", "0"], ["--effect"]),
        (["--effect", "-0.5"], ["--effect"]),
        (["--effect", "nan"], ["--effect", "nan is no number"]),
        (["--effect", "inf"], ["--effect"]),
        (["--effect", "big"], ["--effect"]),
        (["--effect", "0.00001"], ["--effect", "billion"]),
        (["--effect", "0.00001", "--at-least", "1", "--of", "2"], ["--effect", "billion"]),
        (["--n", "1"], ["--n"]),
        (["--n", "34.5"], ["--n"]),
        (["--n", "9" * 30], ["--n"]),
        (["--n", "2", "--alpha", "1e-30"], ["--n", "no effect"]),
        (["--n", "2", "--alpha", "1e-300"], ["--alpha", "1e-100"]),
        (["--n", "34", "--power", "1"], ["--power"]),
        (["--n", "34", "--power", "nan"], ["--power"]),
        (["--n", "34", "--power", "0.05"], ["--power", "the level of a test"]),
        (["--n", "34", "--effect", "0.5", "--power", "0.9"], ["--power", "give two"]),
        (["--effect", "0.5", "--alpha", "0"], ["--alpha"]),
        (["--effect", "0.5", "--alpha", "1"], ["--alpha"]),
        (["--effect", "0.5", "--alpha", "nan"], ["--alpha"]),
        (["--effect", "0.5", "--looks", "0"], ["--looks"]),
        (["--effect", "0.5", "--look-level", "0.06"], ["--look-level", "alpha"]),
        (["--effect", "0.5", "--comparisons", "0"], ["--comparisons"]),
        (["--effect", "0.5", "--design", "unpaired"], ["--design", "independent"]),
        (["--effect", "0.5", "--at-least", "2"], ["--of is missing"]),
        (["--effect", "0.5", "--of", "2"], ["--at-least is missing"]),
        (["--effect", "0.5", "--at-least", "3", "--of", "2"], ["--at-least", "3 of 2"]),
        (["--effect", "0.5", "--at-least", "0", "--of", "2"], ["--at-least"]),
        (["--study", "--n", "40"], ["--n", "leave it out"]),
        (["--study", "--look-level", "0.01"], ["--look-level", "leave it out"]),
    ],
)
def test_a_plan_that_makes_no_sense(gonogo, arguments: list[str], words: list[str]) -> None:
    refused(gonogo("power", *arguments), *words)


def test_a_study_is_judged_without_being_touched(gonogo, tmp_path: Path) -> None:
    folder = new_study(tmp_path / "study")
    said = gonogo("power", "--study", "-w", folder)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0] == "64 images in 2 looks, the last at level 0.0466782; power 0.8"
    assert [line.split()[:3] for line in said.out.splitlines()[2:]] == [["2", "of", "3"], ["3", "of", "3"]]
    found = gonogo("power", "--study", "-w", folder, "--json").json
    assert [found[key] for key in ("schema", "design", "effect", "alpha", "power", "n")] == [
        "gonogo.power/1", "one-sample", 0.5, 0.05, 0.8, 64,
    ]  # fmt: skip
    assert found["mde"] == found["claims"][1]["go"] > found["claims"][0]["go"]
    assert found["doubts"] == []
    assert [path.name for path in folder.iterdir()] == ["study.toml"]


def test_doubts_about_a_study_are_warnings(gonogo, tmp_path: Path) -> None:
    folder = new_study(tmp_path / "study", STUDY.replace("n = 32", "n = 20"))
    said = gonogo("power", "--study", "-w", folder, "--json")
    assert said.code == 0
    assert said.err.splitlines() == [f"warning: study.toml: {line}" for line in said.json["doubts"]]
    early, strong = said.json["doubts"]
    assert "the first look can only be INCONCLUSIVE" in early
    assert "3 of 3" in strong
    needed = strong.rpartition("= ")[2]
    new_study(folder, STUDY.replace("n = 32", f"n = {needed}").replace("looks = 2", "looks = 1\nalpha = 0.025"))
    assert gonogo("power", "--study", "-w", folder, "--json").json["claims"][1]["go"] > 0.5, "half of the images"


def test_a_study_can_be_held_against_another_effect_and_power(gonogo, tmp_path: Path) -> None:
    folder = new_study(tmp_path / "study")
    small = gonogo("power", "--study", "-w", folder, "--effect", "0.2", "--json").json
    assert [claim["n"] > 64 for claim in small["claims"]] == [True, True]
    assert len(small["doubts"]) == 2
    sure = gonogo("power", "--study", "-w", folder, "--power", "0.95", "--json").json
    assert sure["power"] == 0.95
    assert sure["mde"] > small["mde"]


def test_a_study_that_cannot_be_judged(gonogo, tmp_path: Path) -> None:
    refused(gonogo("power", "--study", "-w", tmp_path), "study.toml is not there", "gonogo init")
    folder = new_study(tmp_path / "study")
    refused(gonogo("power", "--study", "-w", folder, "--power", "0.02"), "--power", "0.0466782")
    refused(gonogo("power", "--study", "-w", folder, "--effect", "1e-7"), "--effect", "billion")
    new_study(folder, STUDY.replace("looks = 2", "looks = 2\nalpha = 1e-300"))
    refused(gonogo("power", "--study", "-w", folder), "study.toml: decision.alpha", "from 1e-12")
    new_study(folder, STUDY.replace("threshold = 0.7", "threshold = 1.7"))
    refused(gonogo("power", "--study", "-w", folder), "study.toml: decision.threshold", "between 0 and 1")
    new_study(folder, STUDY.replace("looks = 2", 'looks = "open"\neffect = 0.02'))
    refused(gonogo("power", "--study", "-w", folder), "study.toml: decision.effect", "0.02 SD", "32 images")
    new_study(folder, STUDY.replace("n = 32", "n = 0"))
    refused(gonogo("power", "--study", "-w", folder), "data.n")


@pytest.mark.slow
def test_a_run_warns_when_it_registers_a_study_that_cannot_decide_and_goes_on(gonogo, tmp_path: Path) -> None:
    one_model = STUDY[: STUDY.index('[[models]]\nid = "siglip')] + STUDY[STUDY.index("[data]") :]
    text = one_model.replace("n = 32", "n = 3").replace("at_least = [2, 3]", "at_least = 1")
    folder = new_study(tmp_path / "study", text.replace("[decision]", '[diagnostics]\ninfluence = "none"\n[decision]'))
    said = gonogo("run", "-w", folder)
    assert said.code == 0, said
    warning = "warning: study.toml: data.n: 6 images in all are fewer than the 30"
    assert [line.startswith(warning) for line in said.err.splitlines() if "warning" in line] == [True]
    assert "INCONCLUSIVE" in said.err
    again = gonogo("run", "-w", folder)
    assert "warning" not in again.err, "the study is registered, and no news"


def test_the_example_of_the_readme_is_true(gonogo) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    command, _, printed = readme.partition("$ gonogo power --effect")[2].partition("```")[0].partition("\n")
    assert "--at-least" in command
    assert gonogo("power", "--effect", *command.split()).out == printed


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from orchestrator.cli.main import run\n"
        "assert run(['power', '--help']) == 0\n"
        "heavy = {'numpy', 'scipy', 'statsmodels', 'pydantic', 'sqlalchemy', 'mlflow', 'torch', 'rich'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False
    )
    assert done.returncode == 0, done.stderr
    for option in ("--effect", "--n", "--power", "--alpha", "--design", "--comparisons", "--looks", "--study"):
        assert option in done.stdout
