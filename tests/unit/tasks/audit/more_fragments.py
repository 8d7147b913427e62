"""More fragments in pairs, in other formats, wordings and locales: what cannot be true, and what can."""

from __future__ import annotations

TRIAL = (
    "Of 640 people screened, {screened} were excluded and 592 remained. Serious events occurred in {events} (7.1%) of "
    "297 "
    "patients. The mean difference was {difference} mmol/l (95% CI -0.68 to -0.34; p {p}). The hazard ratio was "
    "{ratio} "
    "(95% CI 0.98 to 1.83, p = {hazard_p}).\n"
)


def trial(**changed: str) -> str:
    given = {
        "screened": "48", "events": "21", "difference": "-0.51", "p": "< 0.001", "ratio": "1.34", "hazard_p": "0.07",
    } | changed  # fmt: skip
    return TRIAL.format(**given)


PAPER = r"""\documentclass{article}
\begin{document}
\section{Results}
Scores were higher with the cue ($M = 5.2$, $SD = 1.6$, $n = %(n)s$; 95\%% CI $[%(low)s, %(high)s]$) than at
chance, $t(63) = %(t)s$, $p = %(p)s$. Processing took \SI{90}{\second} (\SI{%(min)s}{\minute}).
%% An old remark: 5/7 (90\%%)
\begin{tabular}{lrr}
\toprule
Part & Items & Share \\
\midrule
Left & 14 & 35\,\%% \\
Right & 26 & 65\,\%% \\
\midrule
Total & %(total)s & 100\,\%% \\
\bottomrule
\end{tabular}
\end{document}
"""


def paper(**changed: str) -> str:
    given = {"n": "64", "low": "4.8", "high": "5.6", "t": "2.50", "p": ".015", "min": "1.5", "total": "40"} | changed
    return PAPER % given


PAGE = """<!DOCTYPE html><html><head><title>Build 9/7 done</title></head><body>
<h1>Build <em>41</em></h1><p>Execution time: {total}&nbsp;s</p>
<h2>Job 1: <code>compile</code> (28.3&nbsp;s)</h2><p>Status: completed</p>
<h2>Job 2: test (41.7&nbsp;s)</h2><p>Status: {status}</p><ul><li>Execution time: {inner}&nbsp;s</li></ul>
<h2>Summary</h2>
<table><tr><th>Suite</th><th>Tests</th></tr><tr><td>unit</td><td>1,204</td></tr><tr><td>web</td><td>96</td></tr>
<tr><td>Total</td><td>{tests}</td></tr></table>
<p>Jobs completed: 2/2 (100&#160;%)</p>
<p>Latency fell from 80&thinsp;ms to 60&thinsp;ms, a reduction by {drop}&nbsp;%.</p></body></html>"""


def page(**changed: str) -> str:
    given = {"total": "70.0", "status": "completed", "inner": "40.1", "tests": "1,300", "drop": "25"} | changed
    return PAGE.format(**given)


LAB = """Prüfbericht

Probe: 12 Stück
Prüfdauer: {hours} h (90 min)
Gesamtmasse: {grams} g = 1,2345 kg
Anteil bestanden: 11/12 ({share} %)
Mittel 412,3 ± 8,7 SD, n = 12, 95 %-KI [{low}; {high}]
"""


def lab(**changed: str) -> str:
    given = {"hours": "1,5", "grams": "1.234,5", "share": "91,7", "low": "406,8", "high": "417,8"} | changed
    return LAB.format(**given)


SUMMED = """# Weekly report

## Summary
Total processing time: {summary} s
The mean image size was 2.4 MB.

## Reading
We read 12 files.

## Results
Total processing time: 61.5 s
The mean image size was {size} MB.
"""


def summed(summary: str = "61.5", size: str = "2.4") -> str:
    return SUMMED.format(summary=summary, size=size)


MORE: dict[str, list[tuple[str, str]]] = {
    "sums": [
        (paper(total="42"), paper()),
        (page(tests="1,310"), page()),
        ("| Poste | Montant |\n|---|---:|\n| Personnel | 812,5 |\n| Matériel | 143,2 |\n| Divers | 44,3 |\n"
         "| Total | 1 100,0 |\n\nSoit 12,5 % de moins.",
         "| Poste | Montant |\n|---|---:|\n| Personnel | 812,5 |\n| Matériel | 143,2 |\n| Divers | 44,3 |\n"
         "| Total | 1 000,0 |\n\nSoit 12,5 % de moins."),
        ("Added: 12 files\nRemoved: 3 files\nChanged: 9 files\nTotal: 25 files",
         "Added: 12 files\nRemoved: 3 files\nChanged: 9 files\nTotal: 24 files"),
        ("> | Arm | n |\n> |---|---|\n> | A | 60 |\n> | B | 61 |\n> | All | 131 |",
         "> | Arm | n |\n> |---|---|\n> | A | 60 |\n> | B | 61 |\n> | All | 121 |"),
    ],
    "means": [
        ("| Day | Visits |\n|---|---|\n| Mon | 20 |\n| Tue | 40 |\n| Average | 50 |",
         "| Day | Visits |\n|---|---|\n| Mon | 20 |\n| Tue | 40 |\n| Average | 30 |"),
        ("- Run 1: 3.2 s\n- Run 2: 4.2 s\n- Mean: 4.1 s", "- Run 1: 3.2 s\n- Run 2: 4.2 s\n- Mean: 3.7 s"),
    ],
    "extremes": [
        ("- Lap 1: 61.2 s\n- Lap 2: 59.8 s\n- Fastest lap: 60.4 s", "- Lap 1: 61.2 s\n- Lap 2: 59.8 s\n- Fastest lap: "
                                                                    "59.8 s"),
        ("| City | Rain |\n|---|---|\n| Bonn | 61 |\n| Kiel | 70 |\n| Minimum | 66 |",
         "| City | Rain |\n|---|---|\n| Bonn | 61 |\n| Kiel | 70 |\n| Minimum | 61 |"),
    ],
    "percentages": [
        (trial(events="27"), trial()),
        (lab(share="92,7"), lab()),
        ("| | Drug (n = 64) | Placebo (n=60) |\n|---|---|---|\n| Women, n (%) | 41 (64.1) | 33 (65.0) |",
         "| | Drug (n = 64) | Placebo (n=60) |\n|---|---|---|\n| Women, n (%) | 41 (64.1) | 33 (55.0) |"),
        ("In all, 3 out of 8 cases, i.e. 37.5 %, were kept; 5 of 8 (60.5 %) were not.",
         "In all, 3 out of 8 cases, i.e. 37.5 %, were kept; 5 of 8 (62.5 %) were not."),
        ("<p>Kept <b>17</b>/<b>20</b> (95&nbsp;%)</p>", "<p>Kept <b>17</b>/<b>20</b> (85&nbsp;%)</p>"),
        ("Kept: １７/２０ （95％）", "Kept: １７/２０ (85％)"),
    ],
    "changes": [
        ("Der Umsatz stieg von 1.250,0 auf 1.375,0 (+12,0 %).", "Der Umsatz stieg von 1.250,0 auf 1.375,0 (+10,0 %)."),
        ("Le délai est passé de 12,0 à 9,0 jours (-20,0 %).", "Le délai est passé de 12,0 à 9,0 jours (-25,0 %)."),
        (page(drop="30"), page()),
        ("Le coût est passé de 80 à 60 €. Throughput rose from 12,5 to 15,0 (+30,0 %) et 0,5.",
         "Le coût est passé de 80 à 60 €. Throughput rose from 12,5 to 15,0 (+20,0 %) et 0,5."),
        ("Coverage went from 81.2% to 83.0% (+2.8 points).", "Coverage went from 81.2% to 83.0% (+1.8 points)."),
        ("Inference was cut from 1.2 s to 300 ms, 3x faster.", "Inference was cut from 1.2 s to 300 ms, 4x faster."),
    ],
    "restatements": [
        (summed(summary="65.1"), summed()),
        (summed(size="4.2"), summed()),
        ("| Metric | Value |\n|---|---|\n| Code coverage | 91 % |\n\n# Conclusion\nCode coverage: 94 %",
         "| Metric | Value |\n|---|---|\n| Code coverage | 94 % |\n\n# Conclusion\nCode coverage: 94 %"),
    ],
    "named_counts": [
        ("We see three causes:\n\n- heat\n- dust", "We see three causes:\n\n- heat\n- dust\n- noise"),
        ("Ablations (2 variants):\n1. No mask\n2. No bias\n3. Neither", "Ablations (2 variants):\n1. No mask\n   - "
                                                                        "and so on\n2. No bias"),
    ],
    "statuses": [
        (page(status="failed"), page()),
        ("All 3 of 3 milestones met.\n\n| Milestone | State |\n|---|---|\n| M1 | ✅ |\n| M2 | ✅ |\n| M3 | ❌ |",
         "2 of 3 milestones met.\n\n| Milestone | State |\n|---|---|\n| M1 | ✅ |\n| M2 | ✅ |\n| M3 | ❌ |"),
    ],
    "targets": [
        ("| Goal | Required | Achieved | Status |\n|---|---|---|---|\n| Coverage | ≥ 80 % | 75 % | ✔ |",
         "| Goal | Required | Achieved | Status |\n|---|---|---|---|\n| Coverage | ≥ 80 % | 85 % | ✔ |"),
        ("| Goal | Target | Status |\n|---|---|---|\n| Sites | 5 sites | ✓ 3/5 done |",
         "| Goal | Target | Status |\n|---|---|---|\n| Sites | 5 sites | ✓ 5/5 done |"),
    ],
    "funnels": [
        (trial(screened="58"), trial()),
        ("<p>240 records screened</p><ul><li>250 articles "
         "assessed</li></ul>", "<p>240 records screened</p><ul><li>50 articles assessed</li></ul>"),
    ],
    "conversions": [
        (lab(hours="1,6"), lab()),
        ("Model size: 0.5 GB (700 MB)", "Model size: 0.5 GB (512 MB)"),
        (paper(min="1.8"), paper()),
        ("Elapsed: 1h 30min = 95 min", "Elapsed: 1h 30min = 90 min"),
    ],
    "nesting": [
        (page(inner="52.0"), page()),
        ("\\section{Setup (3\\,min)}\nTraining time: 12\\,min.", "\\section{Setup (3\\,min)}\nTraining time: 2\\,min."),
    ],
    "timestamps": [
        ("Start: 2024-05-07T14:03:00\nEnd: 2024-05-07T14:50:00\nDuration: 74 minutes",
         "Start: 2024-05-07T14:03:00\nEnd: 2024-05-07T14:50:00\nDuration: 47 minutes"),
        ("# Run\n\nTotal execution time: 90 s\n\n## Task 1 (40 s)\n- id `fit_20240102_080000`\n\n## Task 2 (50 s)\n"
         "- id `fit_20240102_093000`",
         "# Run\n\nTotal execution time: 90 s\n\n## Task 1 (40 s)\n- id `fit_20240102_080000`\n\n## Task 2 (50 s)\n"
         "- id `fit_20240102_080045`"),
    ],
    "dates": [
        ("From 2024-02-20 to 2024-03-01 (12 days)", "From 2024-02-20 to 2024-03-01 (11 days)"),
        ("It is due on Friday, 29 Feb 2024.", "It is due on Thursday, 29 Feb 2024."),
    ],
    "throughput": [
        ("It takes 12 ms/image, i.e. 120 images/s.", "It takes 12 ms/image, i.e. 83 images/s."),
        ("We timed n = 40 queries: 2.0 s (65 ms per query).", "We timed n = 40 queries: 2.0 s (50 ms per query)."),
        ("It handled 90 requests in 3 min, i.e. 50 requests/min.", "It handled 90 requests in 3 min, i.e. 30 "
                                                                   "requests/min."),
    ],
    "latencies": [
        ("## Set-up\nWarm-up takes 0.1 s per item.\n\n## Use\nThe service needs 5 s per item.",
         "## Set-up\nWarm-up takes 0.1 s per item.\n\n## Use\nThe service needs 0.12 s per item."),
    ],
    "interval_of_mean": [
        (paper(n="9"), paper()),
        (paper(low="3.6", high="6.8"), paper()),
        (lab(low="403,6", high="421,0"), lab()),
        (trial(difference="-0.81"), trial()),
        (trial(ratio="2.34"), trial()),
        ("The odds ratio was 2.1 (95% CI: 2.4, 3.2).", "The odds ratio was 2.1 (95% CI: 1.4, 3.2)."),
        ("IC 95 % : la moyenne vaut 12,4 (IC 95 % 12,9 à 13,4), soit 0,5 de plus.",
         "IC 95 % : la moyenne vaut 12,4 (IC 95 % 11,4 à 13,4), soit 0,5 de plus."),
    ],
    "effect_size": [
        ("Cue: 512 ± 61 SD; none: 548 ± 66 SD; d_z = 0.20", "Cue: 512 ± 61 SD; none: 548 ± 66 SD; d_z = 0.74"),
        ("Gain = 3.0 ± 2.0 SD against a baseline of 0, n = 30, Cohen's d = 2.5",
         "Gain = 3.0 ± 2.0 SD against a baseline of 0, n = 30, Cohen's d = 1.5"),
    ],
    "p_and_interval": [
        (trial(p="= 0.40"), trial()),
        (trial(hazard_p="0.003"), trial()),
        ("OR 1.9 (95% CI 1.1-3.3; p = 0.35)", "OR 1.9 (95% CI 1.1-3.3; p = 0.02)"),
        ("## Score\n\nSkill = 0.62 ± 0.1 (95% CI [0.55, 0.69]), threshold 0.6\n\nThe skill at random is 0.5 "
         "(baseline).\n\n"
         "Skill: p = 0.002",
         "## Score\n\nSkill = 0.62 ± 0.1 (95% CI [0.55, 0.69]), baseline 0.5\n\nSkill: p = 0.002"),
    ],
    "estimate_and_interval": [
        (trial(ratio="1.74"), trial()),
        (trial(hazard_p="0.30"), trial()),
        ("RR 0.30 (95% CI 0.20-0.88; p = 0.021)", "RR 0.42 (95% CI 0.20-0.88; p = 0.021)"),
        ("The mean difference was 4.0 (95% CI 2.0 to 6.0; p = 0.04).", "The mean difference was 4.0 (95% CI 2.0 to "
                                                                       "6.0; p < 0.001)."),
    ],
    "p_and_decision": [
        ("The difference is statistically significant (p = 0.24).", "The difference is not statistically significant "
                                                                    "(p = 0.24)."),
        ("No significant effect was found (p = .004).", "No significant effect was found (p = .4)."),
        ("p-value of the test: p = 1.30", "p-value of the test: p = 0.130"),
    ],
    "test_statistic": [
        (paper(p=".15"), paper()),
        (paper(t="1.20"), paper()),
        ("The groups differ, F(1, 62) = 9.31, p = .03.", "The groups differ, F(1, 62) = 9.31, p = .003."),
    ],
    "permutations": [
        ("A test with 1,000 permutations gave p < 0.0001.", "A test with 10,000 permutations gave p < 0.0001."),
        ("We drew 999 random permutations (p = 0.0002).", "We drew 999 random permutations (p = 0.002)."),
    ],
    "power": [
        ("## R\n- n = 20 per group\n- Cohen's d = 0.3\n- Achieved power = "
         "0.95", "## R\n- n = 20 per group\n- Cohen's d = 0.3\n- Achieved power = 0.15"),
        ("With $d = 0.5$ and a power of 80\\,\\% we need $n = 12$ pairs. "
         "\\section{A}", "With $d = 0.5$ and a power of 80\\,\\% we need $n = 34$ pairs. \\section{A}"),
    ],
    "comparisons": [
        ("The error 0.31 ≤ 0.25 is small.", "The error 0.21 ≤ 0.25 is small."),
        ("$H = 3.4 < 3.0$ nats \\section{A}", "$H = 2.4 < 3.0$ nats \\section{A}"),
        ("p95: 210 ms, above the threshold of 250 ms.", "p95: 310 ms, above the threshold of 250 ms."),
    ],
    "bounds": [
        ("GPU memory in use: 45GB/40GB", "GPU memory in use: 35GB/40GB"),
        ("Spearman's rho = 1.31 between raters", "Spearman's rho = 0.31 between raters"),
        ("Recall: 112 %", "Recall: 12 %"),
        ("Likert scale: Trust Index (TI) ranges from 1 to 5.\n\nTI = 5.6 ± 0.2",
         "Likert scale: Trust Index (TI) ranges from 1 to 5.\n\nTI = 4.6 ± 0.2"),
    ],
    "entropy": [
        ("Its attention entropy is 5.9 nats over 197 tokens.", "Its attention entropy is 4.9 nats over 197 tokens."),
        ("\\section{A} The entropy over 10 classes was 3.9 bits.", "\\section{A} The entropy over 10 classes was 2.9 "
                                                                   "bits."),
    ],
    "part_means": [
        ("| Site | n | Accuracy |\n|---|---|---|\n| A | 10 | 0.60 |\n| B | 30 | 0.80 |\n| Overall | 40 | 0.85 |",
         "| Site | n | Accuracy |\n|---|---|---|\n| A | 10 | 0.60 |\n| B | 30 | 0.80 |\n| Overall | 40 | 0.75 |"),
    ],
    "files": [
        ("- File: `fit.py`\n\n## Files delivered\n- `src/fit.py`\n- `src/plot.py`",
         "- File: `src/fit.py`\n\n## Files delivered\n- `src/fit.py`\n- `src/plot.py`"),
    ],
    "identifiers": [
        ("MLflow run_id: `probe_20240305_081500`", "MLflow run_id: `0123456789abcdef0123456789abcdef`"),
        ("sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a",
         "sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, md5: 9f86d081…"),
        ("See arXiv:2013.00020.", "See arXiv:2103.00020."),
    ],
    "utilisation": [
        ("GPU utilisation peaked at 41 % (16.43 GB/40 GB).", "GPU memory utilisation peaked at 41 % (16.43 GB/40 GB)."),
    ],
    "capabilities": [
        ("Architecture: token fusion (similar to SigLIP)", "Architecture: token fusion (similar to ViLBERT)"),
        ("CLIP's cross-modal attention has an entropy of 1.9.", "ViLT's cross-modal attention has an entropy of 1.9."),
        ("OpenCLIP shows a collapse of its cross-attention.", "BLIP shows a collapse of its cross-attention."),
        ("ViT-B/16 has 24 layers.", "ViT-B/16 has 12 layers, of which the last 4 layers are tuned."),
    ],
    "encoding": [
        ("RÃ©sultat : 5 Â± 1 â€” bien", "Résultat : 5 ± 1 — bien"),
        ("BroÅ¡ura, KÃ¶ln", "Brošura, Köln"),
    ],
}  # fmt: skip
"""Check -> pairs of an inconsistent fragment and its consistent twin."""
