"""Fragments of reports, in pairs that differ in a number or a word: what cannot be true, and what can."""

from __future__ import annotations

TASKS = """# Nightly build

Execution time: {total} s

## Jobs

### Job 1: compile
**Status:** completed ({a}s)

### Job 2: test
**Status:** {status} (41.7s)

### Job 3: package
**Status:** completed (12.9s)

## Figures
- Average job time: {mean} seconds
- Fastest job: {least}s (Job 3)
- Slowest job: {most}s (Job {slowest})
- Jobs completed: {done}
"""


def tasks(**changed: str) -> str:
    given = {
        "total": "83.0", "a": "28.3", "status": "completed", "mean": "27.6", "least": "12.9", "most": "41.7",
        "slowest": "2", "done": "3/3 (100%)",
    } | changed  # fmt: skip
    return TASKS.format(**given)


STUDY = """## Study

Scale ranges from {range} for Recall Index (RI). The chance level is 0.25.

- n = {n} participants
- RI = {mean} ± {sd} SD (95% CI [{low}, {high}])
- Against the chance level of 0.25: p {p}
- Cohen's d = {d}
- Achieved power = {power}
"""


def study(**changed: str) -> str:
    given = {
        "range": "0 to 1", "n": "50", "mean": "0.31", "sd": "0.12", "low": "0.276", "high": "0.344", "p": "= 0.001",
        "d": "0.50", "power": "0.93",
    } | changed  # fmt: skip
    return STUDY.format(**given)


TABLE = """| Site | n | Score | Hours |
|---|---:|---:|---:|
| North | 20 | 0.61 | 4 |
| South | 30 | 0.71 | 6 |
| West | 50 | 0.66 | 5 |
| {name} | {n} | {score} | {hours} |
"""


def table(name: str = "Total", n: str = "100", score: str = "0.67", hours: str = "15") -> str:
    return TABLE.format(name=name, n=n, score=score, hours=hours)


STAMPS = "Elapsed time: {total}\n\n- run `probe_20240305_081500`\n- run `probe_20240305_{clock}`\n"

LINKED = """The dry depth is [{depth}](#v-depth) cm, [{low}](#v-depth) to [4.51](#v-depth), in [{probes}](#v-probes)
probes, that is [40](#v-probes), with [40](#v-sensors) sensors; p [{p}](#v-p). After [{time}](#v-time) ms, or
{share} of the time, it was over.

| Place | Printed | Interval | In full | Unit |
|---|---|---|---|---|
| <a id="v-depth"></a>depth | {row} cm | [4.02, 4.51] | {full} | cm |
| <a id="v-probes"></a>probes | 40 | | 40.0 | |
| <a id="v-sensors"></a>sensors | 40 | | 40.0 | |
| <a id="v-p"></a>test | < 0.001 | | 0.00021737612 | |
| <a id="v-time"></a>time | 36.6 ms | | 0.036621034 | s |
| <a id="v-share"></a>share | {percent} % | | 0.573913043478 | |
| <a id="v-wet"></a>wet depth | 5.11 cm | | 5.108843537414966 | cm |
"""


def linked(**changed: str) -> str:
    given = {
        "depth": "4.27", "low": "4.02", "probes": "40", "p": "&lt; 0.001", "time": "36.6", "row": "4.27",
        "full": "4.268817204301075", "percent": "57", "share": "[57 %](#v-share)",
    } | changed  # fmt: skip
    return LINKED.format(**given)


PAGE = """<!doctype html><h1>Depths</h1>
<p>It is <a href="#a1">{depth}</a> deep (p &lt; <a href="#a2">{p}</a>), and <a href="#a3">12.5&nbsp;%</a> is dry, at
<a href="#a4">0.31</a> m/s.</p>
<ul><li>At night <data value="{value}">0.44</data>, by day <span data-value="0.3141">0.314</span>, at dusk <data
value="0.25">25 %</data>, at dawn <b data-value="7">7</b></li></ul>
<h2>Values</h2>
<dl><dt id="a1">Depth</dt><dd>{given} cm in 64 probes</dd><dt id="a2">Test</dt><dd>p = 0.0004</dd>
<dt id="a3">Dry</dt><dd>0.125 of all</dd><dt id="a4">Speed</dt><dd>0.3077 m/s</dd></dl>
"""


def page(**changed: str) -> str:
    return PAGE.format(**({"depth": "4.27", "p": "0.001", "value": "0.4409", "given": "4.2688"} | changed))


PAIRS: dict[str, list[tuple[str, str]]] = {
    "sums": [
        (
            "| Split | Share |\n|---|---|\n| a | 70 % |\n| b | 40 % |\n| Total | 100 % |",
            "| Split | n | Share |\n|---|---|---|\n| a | 70 | 70 % |\n| b | 30 | 30 % |\n| Total | 100 | 100 % |",
        ),
        (tasks(total="60.0"), tasks()),
        (table(n="110"), table()),
        (table(hours="16"), table(name="Sum")),
        ("We ran 12 + 7 = 20 trials.", "We ran 12 + 7 = 19 trials."),
        ("That is 0.25 × 360 = 95 in all.", "That is 0.25 × 360 = 90 in all."),
        ("- Load: 3.1 s\n- Solve: 8.4 s\n- Total: 10.5 s", "- Load: 3.1 s\n- Solve: 8.4 s\n- Total: 11.5 s"),
        ("Passed: 31 tests\nFailed: 4 tests\nTotal: 33 tests", "Passed: 31 tests\nFailed: 4 tests\nTotal: 35 tests"),
        ("Die Summe ist 1,5 + 2,25 = 3,85 und 0,5.", "Die Summe ist 1,5 + 2,25 = 3,75 und 0,5."),
        ("<html><table><tr><th>Shard</th><th>Rows</th></tr><tr><td>a</td><td>1,200</td></tr><tr><td>b</td><td>800"
            "</td></tr>"
         "<tr><td>Total</td><td>2,100</td></tr></table>",
         "<html><table><tr><th>Shard</th><th>Rows</th></tr><tr><td>a</td><td>1,200</td></tr><tr><td>b</td><td>800"
             "</td></tr>"
         "<tr><td>Total</td><td>2,000</td></tr></table></html>"),
        ("\\section{Cost}\n\\begin{tabular}{lr}\nStep & Hours \\\\ \\hline\nA & 3 \\\\\nB & 4 \\\\\nTotal & 8 "
            "\\\\\n\\end{tabular}",
         "\\section{Cost}\n\\begin{tabular}{lr}\nStep & Hours \\\\ \\hline\nA & 3 \\\\\nB & 4 \\\\\nTotal & 7 "
             "\\\\\n\\end{tabular}"),
    ],
    "means": [
        (tasks(mean="29.1"), tasks()),
        (table("Mean", "33.3", "0.66", "7"), table("Mean", "33.3", "0.66", "5")),
    ],
    "extremes": [
        (tasks(least="14.2"), tasks()),
        (tasks(most="40.0"), tasks()),
        (tasks(slowest="1"), tasks()),
        (table("Max", "50", "0.71", "5"), table("Max", "50", "0.71", "6")),
    ],
    "percentages": [
        ("Of the probes 5/6 (82%) answered.", "Of the probes 5/6 (83%) answered."),
        ("Disk: 12.5GB/50GB (30%)", "Disk: 12.5GB/50GB (25%)"),
        ("We kept 40 of 64 (60 %).", "We kept 40 of 64 (62.5 %)."),
        ("Share kept: 37.5 % (3/9)", "Share kept: 37.5 % (3/8)"),
        ("Behalten: 40 von 64; das sind 2/3 (66,1 %).", "Behalten: 40 von 64; das sind 2/3 (66,7 %)."),
    ],
    "changes": [
        ("Latency fell from 80 ms to 60 ms, a 30% reduction.", "Latency fell from 80 ms to 60 ms, a 25% reduction."),
        ("It went from 12.0 s to 4.0 s, 4.0x faster.", "It went from 12.0 s to 4.0 s, 3.0x faster."),
    ],
    "named_counts": [
        ("We tried three languages: Ada, Forth", "We tried two languages: Ada, Forth"),
        ("Open: Mars, Venus, Pluto (5 probes)", "Open: Mars, Venus, Pluto (3 probes)"),
    ],
    "statuses": [
        (tasks(status="failed"), tasks()),
        (tasks(status="BLOCKED → worked around, partial"), tasks(status="blocked → completed")),
        ("All in: 2/2 steps done\n\n- [x] draw\n- [ ] paint", "All in: 1/2 steps done\n\n- [x] draw\n- [ ] paint"),
        ("3 of 3 experiments succeeded.\n\n| Experiment | Status |\n|---|---|\n| A | ✓ done |\n| B | ✗ failed |\n"
            "| C | done |",
         "2 of 3 experiments succeeded.\n\n| Experiment | Status |\n|---|---|\n| A | ✓ done |\n| B | ✗ failed |\n"
             "| C | done |"),
    ],
    "targets": [
        ("| Goal | Target | Status |\n|---|---|---|\n| Sites | ≥ 5 sites | ✅ 2/5 open |",
         "| Goal | Target | Status |\n|---|---|---|\n| Sites | ≥ 5 sites | ✅ 5/5 open |"),
        ("| Goal | Target | Result | Met |\n|---|---|---|---|\n| Latency | < 50 ms | 61 ms | ✓ |",
         "| Goal | Target | Result | Met |\n|---|---|---|---|\n| Latency | < 50 ms | 41 ms | ✓ |"),
        ("| Goal | Target | Result | Met |\n|---|---|---|---|\n| Accuracy | ≥ 90% | 93% | ✗ not met |",
         "| Goal | Target | Result | Met |\n|---|---|---|---|\n| Accuracy | ≥ 90% | 88% | ✗ not met |"),
        ("- Target: at least 40 images\n- Achieved: "
            "32 images ✅", "- Target: at least 40 images\n- Achieved: 44 images ✅"),
    ],
    "funnels": [
        ("- 80 papers screened\n- 95 papers analysed\n- 12 "
            "papers cited", "- 80 papers screened\n- 35 papers analysed\n- 12 papers cited"),
        ("Of 210 records, 60 were excluded and 140 remained.", "Of 210 records, 60 were excluded and 150 remained."),
    ],
    "conversions": [
        ("It took 500 seconds (~9.2 minutes).", "It took 500 seconds (~8.3 minutes)."),
        ("Half a shift: 4.00 h = 230 min", "Half a shift: 4.00 h = 240 min"),
        ("The file has 3000 MB (3.4 GB).", "The file has 3000 MB (3.0 GB)."),
    ],
    "nesting": [
        (
            "## Model A\n- Duration: 12 ms\n- Training time: 3 h",
            "## Model A\n- Inference time: 12 ms\n- Training time: 3 h",
        ),
        (
            "### Leg 1 (40 min)\nThe run took 70 min.\n\n### Leg 2 (30 min)\nOut.",
            "### Leg 1 (40 min)\nOut.\n\n### Leg 2 (30 min)\nBack.\n\nTotal duration: 70 min",
        ),
        (
            "## Task 1 (12.0 s)\nThe run took 15.0 s.\n\n## Task 2 (15.0 s)\nIt was run.",
            "## Task 1 (12.0 s)\nThe run took 11.0 s.\n\n## Task 2 (15.0 s)\nBoth tasks were run in 27.0 s.",
        ),
        ("## Step A\nStatus: done (90 s)\n\n- Training time: 4 min", "## Step A\nStatus: done (90 s)\n\n- "
            "Training time: 1.2 min"),
        ("## Probe\nDuration: 2.0 h\n\nThe evaluation took "
            "150 minutes.", "## Probe\nDuration: 3 h\n\nThe evaluation took 150 minutes."),
    ],
    "timestamps": [
        (STAMPS.format(total="20 minutes", clock="101500"), STAMPS.format(total="20 minutes", clock="083400")),
        ("- Started: 09:10:00\n- Finished: 09:25:00\n- "
            "Duration: 25 min", "- Started: 09:10:00\n- Finished: 09:25:00\n- Duration: 15 min"),
        ("- Start: 2024-01-01 10:00\n- End: 2024-01-01 09:00", "- Start: 2024-01-01 10:00\n- End: 2024-01-01 11:00"),
    ],
    "dates": [
        ("Date: 2024-02-26\n\nDeadline: March 1, 2024 (3 days "
            "remaining)", "Date: 2024-02-26\n\nDeadline: March 1, 2024 (4 days remaining)"),
        ("We meet on Monday, 5 March 2024.", "We meet on Tuesday, 5 March 2024."),
        ("Date: 2024-09-02\n\nThe template follows ICML 2024; the abstract deadline is Sep 20.",
         "Date: 2024-09-02\n\nThe template follows ICML 2025; the abstract deadline is Sep 20."),
        ("We submit to ICCV 2024.", "We submit to ICCV 2025."),
    ],
    "throughput": [
        ("All n = 250 images took 50 s (0.3 s/image).", "All n = 250 images took 50 s (0.2 s/image)."),
        ("600 images in 12 s, that is 40 images/s.", "600 images in 12 s, that is 50 images/s."),
    ],
    "latencies": [
        ("## A\nLatency: 12 ms per query\n\n## B\nSpeed: "
            "0.9 s/query", "## A\nLatency: 12 ms per query\n\n## B\nSpeed: 14 ms/query"),
    ],
    "interval_of_mean": [
        (
            "- Depth = 0.40 ± 0.10 (SD), n = 25\n- 95% CI [0.20, 0.60]",
            "- Depth = 0.40 ± 0.10 (SD), n = 25\n- Accuracy: 91.2 %, 95% CI [89.9, 92.4]",
        ),
        (study(low="0.19", high="0.43"), study()),
        (study(low="0.336", high="0.404"), study()),
        ("mean 12.4 (SD 3.0), n = 36, 95% CI 8.4 to 16.4", "mean 12.4 (SD 3.0), n = 36, 95% CI 11.4 to 13.4"),
        ("n = 64. Score 5.20 ± 1.60 (95% CI: [3.60, 6.80])", "n = 64. Score 5.20 ± 1.60 (95% CI: [4.80, 5.60])"),
        ("The rate is 0.42 [0.45, 0.51].", "The rate is 0.48 [0.45, 0.51]."),
        ("95% CI [0.81, 0.22] around it", "95% CI [0.22, 0.81] around it"),
        ("n = 36. Moyenne 1 234,0 +/- 30,0 SD (IC n/a; 95 % CI [1 204,0; 1 264,0])",
         "n = 36. Moyenne 1 234,0 +/- 30,0 SD (IC n/a; 95 % CI [1 223,8; 1 244,2])"),
    ],
    "effect_size": [
        (study(d="1.40"), study()),
        ("Mean difference 4.0 ± 8.0 SD, n = 25, "
            "Cohen's d = 0.9", "Mean difference 4.0 ± 8.0 SD, n = 25, Cohen's d = 0.5"),
        ("## R\nA: 20.0 ± 5.0 SD\n\nB: 24.0 ± 5.0 "
            "SD\n\nCohen's d = 0.2", "## R\nA: 20.0 ± 5.0 SD\n\nB: 24.0 ± 5.0 SD\n\nCohen's d = 0.8"),
    ],
    "p_and_interval": [
        ("Mean difference -1.2 (95% CI -2.3 to 0.4), p = .030", "Mean difference −1.2 (95% CI −2.3 to −0.1), p = .030"),
        (
            "## R\nGrip = 4.0 ± 1.0, against a baseline of 3.9: 95% CI [3.6, 4.4]\n\nSignificance: p < 0.001",
            "## R\nGrip = 4.0 ± 0.4 (95% CI [3.6, 4.4]), baseline 3.9\n\nThe difference in weight: p < 0.001",
        ),
        (study(p="= 0.40"), study()),
        ("Gain over the baseline of 0: 95% CI [-0.2, "
            "0.6], p < 0.01", "Gain over the baseline of 0: 95% CI [0.2, 0.6], p < 0.01"),
    ],
    "p_and_decision": [
        ("The effect was not significant (p = 0.003).", "The effect was not significant (p = 0.3)."),
        ("p = 0.21, a significant gain", "p = 0.021, a significant gain"),
        ("Here p = 1.3 by the test.", "Here p = 0.13 by the test."),
    ],
    "test_statistic": [
        ("t(28) = 2.10, p = 0.31", "t(28) = 2.10, p = .045"),
        ("F(2, 57) = 1.20, p < .01", "F(2, 57) = 6.20, p < .01"),
        ("χ²(1) = 3.00, p = .02", "χ²(1) = 5.41, p = .02"),
        ("r(48) = .12, p < .05", "r(48) = .32, p < .05"),
        ("z = 1.10, p = .002", "z = 3.10, p = .002"),
    ],
    "power": [
        (study(power="0.55"), study()),
        ("To find d = 0.4 with power = 0.9 we need n = 20.", "To find d = 0.4 with power = 0.9 we need n = 68."),
        ("n=40 per arm for large effects (d=0.8, power=0.8)", "n=26 per arm for large effects (d=0.8, power=0.8)"),
    ],
    "comparisons": [
        ("H = 2.4 < 2.0, as wanted", "H = 1.4 < 2.0, as wanted"),
        ("The load is 91 %, below the limit of 80 %.", "The load is 71 %, below the limit of 80 %."),
        ("X = 0.42 ± 0.05 (biased, >0.5 threshold)", "X = 0.62 ± 0.05 (biased, >0.5 threshold)"),
    ],
    "bounds": [
        ("Test coverage: 104%", "Test coverage: 94%"),
        ("The correlation is 1.42 here.", "The correlation is 0.42 here."),
        ("With a power of 130% we find it.", "With a power of 80% we find it."),
        (study(sd="0.62"), study()),
        ("Done: 9/7 tasks completed", "Done: 5/7 tasks completed"),
        ("A claim about 5 of 4 models was tested.", "A claim about 5 of 4 models cannot be tested."),
        ("Fitness Score (FS) has a range of [0, 1].\n\nFS = "
            "1.30 ± 0.10", "Fitness Score (FS) has a range of [0, 1].\n\nFS = 0.30 ± 0.10"),
    ],
    "entropy": [
        ("An entropy of 3.2 nats over 16 tokens", "An entropy of 2.2 nats over 16 tokens"),
        ("Entropy: 5.1 bits across 32 classes", "Entropy: 4.1 bits across 32 classes"),
        ("Model: ViT-L/32\n\nVSS = image_entropy / (image_entropy + caption_entropy)\n\nVSS = 0.80\n\nEntropy H = 5.9",
         "Model: ViT-L/32\n\nVSS = image_entropy / (image_entropy + caption_entropy)\n\nVSS = 0.60\n\nEntropy H = 1.4"),
    ],
    "part_means": [
        ("Blocks (1-6): gain = 0.2\nBlocks (7-12): gain = 0.4\n\nOverall gain = 0.6 ± 0.2",
         "Blocks (1-6): gain = 0.2\nBlocks (7-12): gain = 0.4\n\nOverall gain = 0.3 ± 0.2"),
        ("Layers (1-2): loss ≈ 1.0\nLayers (3-4): loss > 5.0\n\nThe loss is loss = 3.2 ± 0.5",
         "Layers (1-2): loss ≈ 1.0\nLayers (3-4): loss > 5.0\n\nThe loss is loss = 3.2 ± 2.5"),
        (table("Overall", "100", "0.75", "15"), table("Overall", "100", "0.67", "15")),
    ],
    "files": [
        ("## A\n`fold.py` was written.\n\n## B\n`lib/fold.py` was tested.", "## A\n`lib/fold.py` was "
            "written.\n\n## B\n`lib/fold.py` was tested."),
        ("We wrote `src/a.c` and `src/b.c`.\n\n## Files generated\n- `src/a.c`\n- `src/d.c`",
         "We wrote `src/a.c` and `src/d.c`.\n\n## Files generated\n- `src/a.c`\n- `src/d.c`"),
    ],
    "utilisation": [
        ("CPU utilisation: 25 % (4 GiB/16 GiB)", "Memory in use: 25 % (4 GiB/16 GiB)"),
        ("GPU utilization 50% (12GB/24GB)", "GPU memory utilization 50% (12GB/24GB)"),
    ],
    "capabilities": [
        ("The cross-attention of SigLIP has collapsed.", "The cross-attention of ALBEF has collapsed."),
        ("Model: ALIGN base\n\nCross-modal attention entropy = 1.2", "Model: BridgeTower base\n\nCross-modal "
            "attention entropy = 1.2"),
        ("Fusion layers of CLIP were pruned.", "CLIP has no fusion layers."),
        ("ViT-L/14 has 18 layers.", "ViT-L/14 has 24 layers."),
        ("ViT-B/16 gives 50 patches.", "ViT-B/16 gives 196 patches."),
    ],
    "linked_values": [
        (linked(depth="4.37"), linked()),
        (linked(depth="4.277"), linked(depth="4.3")),
        (linked(depth="-4.27"), linked(depth="4.269")),
        (linked(low="4.20"), linked(low="4.0")),
        (linked(low="4.03"), linked(low="4.02")),
        (linked(probes="44"), linked()),
        (linked(p="&lt; 0.0001"), linked(p="0.0002")),
        (linked(p="0.021"), linked(p="&lt; 0.01")),
        (linked(time="63.6"), linked(time="37")),
        (linked(share="[5.7 %](#v-share)"), linked(share="[57.4 %](#v-share)")),
        (linked(share="[0.75](#v-share)"), linked(share="[0.57](#v-share)")),
        (page(depth="4.72"), page()),
        (page(given="5.2688"), page(depth="4.3")),
        (page(p="0.0001"), page(p="0.05")),
        (page(value="0.5409"), page(value="0.4351")),
    ],
    "rounded_values": [
        (linked(row="4.37"), linked()),
        (linked(full="4.668817204301075", depth="4.27"), linked(full="4.274817204301075")),
        (linked(percent="75", share="57.4 %"), linked(percent="57.4", share="57.4 %")),
        ("<html><table><tr><th>Id</th><th>Seconds</th><th>Exactly</th></tr><tr id='t1'><td>a</td><td>2.41</td><td>"
         "2.4137931</td></tr><tr id='t2'><td>b</td><td>0.83</td><td>0.8275862</td></tr><tr id='t3'><td>c</td><td>"
         "1.72</td><td>1.7241379</td></tr><tr id='t4'><td>d</td><td>3.71</td><td>3.1724138</td></tr></table>",
         "<html><table><tr><th>Id</th><th>Seconds</th><th>Exactly</th></tr><tr id='t1'><td>a</td><td>2.41</td><td>"
         "2.4137931</td></tr><tr id='t2'><td>b</td><td>0.83</td><td>0.8275862</td></tr><tr id='t3'><td>c</td><td>"
         "1.72</td><td>1.7241379</td></tr><tr id='t4'><td>d</td><td>3.17</td><td>3.1724138</td></tr></table>"),
    ],
    "encoding": [
        ("It is done âœ… and 5 Â± 1.", "It is done ✅ and 5 ± 1."),
        ("Der Wert fÃ¼r MÃ¼nchen", "Der Wert für München: Ärger, Œuvre, “ja” – 5 €"),
    ],
}  # fmt: skip
"""Check -> pairs of an inconsistent fragment and its consistent twin."""
