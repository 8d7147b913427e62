"""What a report must say, and must not."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from orchestrator.reports import derived
from orchestrator.reports.history import look_back
from orchestrator.reports.render import render_cycle
from store.record import Recorded
from store.study.protocol import Approvals
from tests.unit.orchestrator.reports import histories
from tests.unit.orchestrator.reports.conftest import played, rendered
from tests.unit.orchestrator.reports.expected import comparisons
from tests.unit.orchestrator.reports.reading import Page

OPEN, DONE, OLDER = "a question is open", "two looks are done", "an older cycle is asked for"


def text(history: str, name: str = "cycle-report") -> str:
    return unlinked(rendered(history)[f"{name}.md"])


def plain(entries: Sequence[Recorded], cycle: int) -> str:
    return unlinked(render_cycle(entries, cycle)["cycle-report.md"])


def unlinked(markdown: bytes) -> str:
    return re.sub(r"\]\(#[^)]*\)|[\[\]\\]", "", markdown.decode())


def section(history: str, heading: str, name: str = "cycle-report") -> str:
    return re.split(r"^## ", text(history, name).split(f"\n## {heading}\n")[1], flags=re.MULTILINE)[0]


def sections(history: str) -> dict[str, Any]:
    return json.loads(rendered(history)["cycle-report.json"])["sections"]  # type: ignore[no-any-return]


def test_a_blocked_and_replaced_task_is_not_counted_as_completed() -> None:
    assert "5 of 6 tasks are completed, that is, accepted by the reviewer; 1 blocked, then replaced." in text(OPEN)
    blocked = next(task for task in sections(OPEN)["tasks"] if task["status"] == "superseded")
    assert blocked["standing"]["text"].startswith("Blocked, then replaced by c1-diagnostic-")
    assert "it does not count as completed" in blocked["standing"]["text"]
    assert blocked["task_id"] not in section(OPEN, "Summary").split("### Not accomplished")[0]


def test_what_is_said_of_a_replaced_task_is_how_it_ended() -> None:
    history = "what failed twice is replaced"
    summary, counts = section(history, "Summary"), sections(history)["summary"]["lines"][0]["text"]
    assert counts.endswith("accepted by the reviewer; 1 failed, then replaced and 1 not accepted, then replaced.")
    assert "blocked" not in summary.lower()
    replaced = {task["model"]["id"]: task for task in sections(history)["tasks"] if task["status"] == "superseded"}
    assert replaced["breaks"]["status_words"] == "failed, then replaced"
    assert replaced["breaks"]["standing"]["text"].startswith("Failed, then replaced by c1-diagnostic-")
    assert "RuntimeError: out of memory" in replaced["breaks"]["standing"]["text"]
    assert replaced["short"]["status_words"] == "not accepted, then replaced"
    assert "it rests on 48" in replaced["short"]["standing"]["text"]
    for task in replaced.values():
        assert "it does not count as completed" in task["standing"]["text"]
        assert task["task_id"] not in summary.split("### Not accomplished")[0]
    for format in ("cycle-report.md", "cycle-report.html", "timeline.svg"):
        assert b"not accepted, then replaced" in rendered(history)[format]
        assert b"blocked, then replaced" not in rendered(history)[format]


def test_an_undefined_measure_is_told_with_its_reason() -> None:
    assert "mcs_norm is undefined in align: its vision tower (EfficientNet) has no softmax attention" in text(OPEN)


def test_what_could_not_be_measured_or_tested_has_a_row_that_says_why() -> None:
    evidence = section("everything is blocked", "Evidence so far")
    assert "| first | – | – | not measured: blocked: the weights cannot be had |" in evidence
    assert "undetermined: the values do not differ by more than rounding noise" in section(
        "twelve models", "Evidence so far"
    )


def test_the_raw_score_is_never_without_uniform_attention_and_the_normalised_score() -> None:
    for history in (OPEN, DONE, "twelve models"):
        for task in sections(history)["tasks"]:
            metrics = [row["metric"] for row in task["metrics"]]
            if "mcs_raw" in metrics:
                assert {"mcs_raw_uniform", "mcs_norm"} <= set(metrics)
        finding = section(history, "Critical finding")
        looks = 2 if history == DONE else 1
        assert finding.count("`mcs_raw`") == finding.count("where uniform attention gives") == looks


def test_a_study_of_untrained_models_says_that_it_says_nothing_of_trained_ones() -> None:
    said = "its weights are a random initialisation, so the result says nothing about trained models."
    for part in (text("one untrained model").split("\n## ")[0], section("one untrained model", "Summary")):
        assert "Every model is untrained" in part
        assert said in part
    assert said in text("one untrained model", "assessment")
    assert "Every model is untrained" not in text(OPEN)
    assert "Some models are untrained" in text(OPEN)


def test_an_untrained_model_is_called_so_in_tables_prose_and_plots() -> None:
    files = rendered(OPEN)
    assert "| clip (untrained) |" in section(OPEN, "Evidence so far")
    for plot in ("layers.svg", "forest.svg", "timeline.svg"):
        assert b">clip (untrained)<" in files[plot]
    page = Page.read(files["cycle-report.html"])
    named = [i for i, e in enumerate(page.elements) if "model" in e.classes and e.text == "clip"]
    assert named
    assert all("untrained" in page.elements[i + 1].classes for i in named)


def test_evidence_without_an_effect_against_the_threshold_still_makes_a_report() -> None:
    entries = histories.two_cycles(unreported=frozenset({"dz_threshold"})).entries
    report = json.loads(render_cycle(entries, 1)["cycle-report.json"])["sections"]
    assert "relative to the threshold" not in str(report["finding"])
    assert "relative to the null value" in str(report["finding"])
    assert all(row["dz_threshold"] == {"absent": "–", "reason": ""} for row in report["evidence"]["tested"])


def test_what_a_review_counted_is_printed_as_figures_of_the_evidence_it_saw() -> None:
    report = json.loads(rendered(OPEN)["cycle-report.json"])
    figures = {figure["id"]: figure for figure in report["figures"]}
    found = [row["found"] for row in report["sections"]["criteria"] if row["found"] and row["found"]["figures"]]
    assert {row["text"] for row in found} == {"it rests on 60", "8 of 8 were seen"}
    metrics = {tuple(figures[i]["metric"].rpartition("/")[2] for i in row["figures"]) for row in found}
    assert metrics == {("n",), ("sites_seen", "sites_expected")}
    again = json.loads(rendered("what failed twice is replaced")["cycle-report.json"])["sections"]["criteria"]
    assert any(row["state"] == "unmet" and row["found"]["text"] == "it rests on 48" for row in again)


def test_no_p_value_is_printed_as_zero() -> None:
    for history in (OPEN, DONE, "twelve models"):
        for figure in json.loads(rendered(history)["cycle-report.json"])["figures"]:
            assert not (figure["rounding"].startswith("p:") and not float(figure["text"].strip("< ")))


def test_an_inconclusive_verdict_gives_its_reason() -> None:
    assert "**? INCONCLUSIVE** · the verdict depends on the strength of the claim" in text(OPEN)
    assert "**? INCONCLUSIVE** · there is no accepted comparison." in text("everything is blocked")
    assert "NOT ASSESSED" in text("nothing has happened")


def test_a_failed_and_a_returned_attempt_are_told() -> None:
    environment, _, blip = sections(OPEN)["tasks"][:3]
    told = [moment["text"]["text"] for moment in environment["moments"]]
    assert [words.split(" ")[0] for words in told] == ["Claimed", "Returned", "Claimed", "Accepted"]
    assert "failed after" in told[0] and "RuntimeError: the machine went away" in told[0]
    assert any("it rests on 48" in moment["text"]["text"] for moment in blip["moments"])
    assert "it rests on 48" in section(OPEN, "Blockers and mitigations")


def test_durations_are_differences_of_event_timestamps() -> None:
    at = {entry.position: entry.at for entry in played(OPEN)[0]}
    events = {entry.position: entry.event for entry in played(OPEN)[0]}
    report = json.loads(rendered(OPEN)["cycle-report.json"])
    figures = {figure["id"]: figure for figure in report["figures"]}
    for task in report["sections"]["tasks"]:
        figure = figures[task["duration"]["figure"]]
        claims = [p for p, e in events.items() if e.type == "TaskClaimed" and e.task_id == task["task_id"]]
        assert figure["value"] == (at[figure["position"]] - at[max(claims)]).total_seconds()
        assert figure["run_id"] is None


def test_an_open_question_shows_options_error_power_recommendation_and_the_command() -> None:
    question = section(OPEN, "Strategic question")
    assert "| `at-least-2` At least 2 of 3 | recommended" in question
    *_, (comparison, _) = comparisons(played(OPEN)[0])
    for k in (2, 3):
        item = [
            comparison.evidence.of(f"claim/{k}_of_3/{each}") for each in ("error_bound", "error_independent", "power")
        ]
        bound, independent, power = (each.value for each in item if each is not None)
        row = next(line for line in question.splitlines() if line.startswith(f"| `at-least-{k}`"))
        assert row.endswith(f"| {bound:#.3g} | {independent:#.3g} | {power:.3f} |")
    assert "`gonogo decide c1-claim-strength --choose OPTION --as NAME --reason TEXT`" in question
    assert "after 1 look, so an answer is given with knowledge of the data" in question
    assert "No question waits for a human." in section(DONE, "Strategic question")


def test_an_option_stands_in_silence_only_while_a_question_with_a_deadline_is_open() -> None:
    assert "| if unanswered |" in section(OPEN, "Strategic question")
    assert "if unanswered" not in text(DONE)
    player = histories.two_cycles(approvals=Approvals())
    for report in (render_cycle(player.entries, 1), render_cycle(histories.second_cycle(player).entries, 2)):
        assert b"if unanswered" not in report["cycle-report.md"] + report["cycle-report.html"] + report["assessment.md"]


def test_a_close_is_told_only_when_it_is_known() -> None:
    for name in ("cycle-report.md", "cycle-report.html", "assessment.md", "assessment.html"):
        assert b"still open" not in rendered(OPEN)[name] and b"Closed" not in rendered(OPEN)[name]
        assert b"Closed" in rendered(OLDER)[name]


def test_a_claim_chosen_after_data_were_seen_is_noted_as_such() -> None:
    decisions = section(DONE, "Decisions")
    assert "`at-least-2` was chosen by Ada on 2026-03-02" in decisions
    assert "Reason: two of three is what the claim says: most." in decisions
    assert "was chosen after 1 look, with knowledge of the data." in decisions


def test_an_amendment_is_shown_with_who_when_what_why_and_after_which_look() -> None:
    amendments = section(DONE, "Decisions").split("### Amendments")[1]
    assert "human:Ada: the second look is to be stricter. Changed: `decision.alpha` from 0.05 to 0.04." in amendments
    assert "It came after 1 look, with knowledge of the data." in amendments
    said = "amended after data had been compared (`decision.alpha`), so its error rate no longer holds."
    assert said in text(DONE).split("## Summary")[0], "the verdict says so itself"
    assert said not in text(OLDER), "the amendment came later"


def test_a_question_that_was_withdrawn_is_told_so_and_an_amended_plan_of_looks_does_not_know_the_old_one() -> None:
    report = plain(histories.amended_while_asked(), 2)
    asked = report.split("\n## Decisions\n")[1].split("\n## ")[0]
    assert "withdrawn** · `c1-claim-strength`" in asked
    assert "the protocol was amended: decision.at_least, decision.looks." in asked
    assert "It no longer counts" not in asked
    assert (
        "does not account for the error that the looks before the amendment have spent" in report.split("## Summary")[0]
    )
    assert "does not account for" not in text(DONE), "there the looks were not amended"


def test_a_claim_that_was_chosen_and_is_no_longer_possible_is_told_not_to_count() -> None:
    report = plain(histories.claim_no_longer_possible(), 2)
    assert "It no longer counts: the protocol was amended in what was asked about." in report
    assert "It no longer counts" not in text(DONE)


def test_a_critical_finding_that_was_planted_is_told_so() -> None:
    marked, plain_one = (histories.model("a", plant=plant) for plant in ("tower=vision,layers=1,scale=8", ""))
    for model, planted in ((marked, True), (plain_one, False)):
        rule = histories.DecisionRule(threshold=0.6, at_least=(1,), looks=2, controls="counted")
        registered = histories.study(model, histories.model("b"), decision=rule)
        player = histories.Player(registered, means={"a": 0.9, "b": 0.5})
        report = plain(player.open("x").work().judge().entries, 1)
        finding = report.split("\n## Critical finding\n")[1].split("\n## ")[0]
        assert "Collapse shown** in a" in finding
        assert ("The collapse in this model was planted** as a positive control." in finding) == planted


def test_evidence_of_earlier_cycles_is_part_of_the_evidence_so_far() -> None:
    assert len(sections(DONE)["evidence"]["measured"]) == 6
    assert {row["look"]["text"] for row in sections(DONE)["evidence"]["measured"]} == {"1", "2"}
    assert len(sections(OLDER)["evidence"]["measured"]) == 3


def test_an_older_cycle_reports_its_own_comparison_and_verdict() -> None:
    assert json.loads(rendered(OLDER)["assessment.json"])["verdict"] == "INCONCLUSIVE"
    assert json.loads(rendered(DONE)["assessment.json"])["verdict"] == "GO"
    assert "at look 1 of 2" in section(OLDER, "Critical finding")
    assert "at look 2 of 2" in section(DONE, "Critical finding")


def test_a_verdict_that_an_answer_has_settled_is_told_beside_the_recorded_one() -> None:
    player = histories.two_cycles()
    player.answer("c1-claim-strength", "at-least-2", "Ada", "it is enough")
    report = json.loads(render_cycle(player.entries, 1)["cycle-report.json"])
    assert report["verdict"] == "INCONCLUSIVE"
    assert "For the claim that is now in force, the same assessment gives GO." in report["notes"]


def test_the_looks_that_are_left_are_counted_even_when_the_last_event_is_an_acceptance() -> None:
    entries = played(OPEN)[0]
    last = max(entry.position for entry in entries if entry.event.type == "TaskAccepted")
    report = json.loads(render_cycle(entries[:last], 1)["cycle-report.json"])
    assert any("1 of 2 done" in line["text"] for line in report["sections"]["remaining"])


def test_the_trajectory_counts_from_the_last_event_to_the_target_date() -> None:
    assert "The target date is 2026-03-09, 7 days after 2026-03-02, the day of the last event." in text(OPEN)
    assert "The target date was 2026-02-20, 10 days before 2026-03-02" in text("everything is blocked")
    assert section("one untrained model", "Trajectory").strip() == "No target date was set."


def test_the_trajectory_tells_the_pace_and_what_is_still_to_come() -> None:
    at = {entry.position: entry.at for entry in played(OPEN)[0]}
    opened = next(entry.at for entry in played(OPEN)[0] if entry.event.type == "CycleOpened")
    trajectory, done = section(OPEN, "Trajectory"), section(DONE, "Trajectory")
    assert "Looks done: 1 of 2 planned." in trajectory
    assert "over 1 cycle, this one up to the last event; the time between cycles is not included." in trajectory
    assert "Still to come: 1 look to be taken, unless the claim is established sooner; 1 question to be" in trajectory
    median = next(
        f for f in json.loads(rendered(OPEN)["cycle-report.json"])["figures"] if f["metric"] == "cycles/median_s"
    )
    assert median["value"] == (max(at.values()) - opened).total_seconds()
    assert "over 2 cycles, this one up to the last event" in done
    assert "No look is left to take, and no question to answer." in done
    for told in (trajectory, done):
        assert "How long humans take to answer cannot be predicted from the log" in told


def test_files_are_listed_with_their_digests_in_full_in_json() -> None:
    files = sections(OPEN)["files"]
    assert {file["name"] for file in files} == {"environment.json", "samples.npz", "comparison.json"}
    assert all(re.fullmatch(r"[0-9a-f]{64}", file["digest"]) for file in files)
    for format in ("md", "html"):
        page = rendered(OPEN)[f"cycle-report.{format}"].decode()
        assert all(file["run"] in page for file in files)
    assert "recorded by the event that follows, `ReportWritten`." in section(OPEN, "Files generated")


def test_the_assessment_says_what_would_be_needed() -> None:
    needed = section("everything is blocked", "What would be needed", "assessment")
    assert "a GO needs collapse shown in 1 more model, and a NO-GO needs it excluded in 2 more models." in needed
    assert "The claim of at least 2 of 3 is settled." in section(DONE, "What would be needed", "assessment")


def test_sections_without_content_say_so_in_a_sentence() -> None:
    empty = text("nothing has happened")
    for sentence in (
        "No task was planned in this cycle.", "No task of this cycle has been accepted.", "No task left a file.",
        "Nothing was blocked, failed or sent back.", "The strategist has made no recommendation.",
        "No question waits for a human.", "The cycle has not been assessed yet.",
        "There is no timeline: no task of this cycle was ever claimed.",
    ):  # fmt: skip
        assert sentence in empty


def test_words_of_the_log_come_out_as_words_in_both_formats() -> None:
    page = Page.read(rendered("hostile texts")["cycle-report.html"])
    said = [element.text for element in page.elements if "said" in element.classes]
    assert any("<script>alert(1)</script>" in words and "{{ 7*7 }}" in words for words in said)
    assert "[x](javascript:alert(1))" in re.sub(r"\\", "", rendered("hostile texts")["cycle-report.md"].decode())


def test_a_long_text_of_the_log_is_drawn_short_and_without_mathematics() -> None:
    forest = rendered("twelve models")["forest.svg"].decode()
    assert "a-model-with-a-ve" in forest and "…" in forest


def test_a_total_of_times_is_rounded_once_as_on_every_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived, "_times", lambda _: [0.1] * 10)
    entries, number = played("two looks are done")
    total = derived.derive(f"cycle/{number}/task_time/total_s", look_back(list(entries), number))
    assert total.value == 1.0
