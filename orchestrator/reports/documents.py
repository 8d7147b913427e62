"""The documents that a cycle leaves: for each, its sections in order. A section is one folder and one line here."""

from __future__ import annotations

from orchestrator.reports.section import Document, Section

CYCLE_REPORT = Document(
    name="cycle-report",
    schema="gonogo.report/1",
    formats=("md", "html"),
    sections=(
        Section("summary", "Summary"),
        Section("finding", "Critical finding"),
        Section("tasks", "Task by task", drawings=("timeline",)),
        Section("progress", "GO/NO-GO progress"),
        Section("controls", "Does the instrument work?"),
        Section("evidence", "Evidence so far", drawings=("forest", "layers", "heads")),
        Section("collapse", "Kinds of collapse and harm"),
        Section("influence", "Entropy and influence"),
        Section("literature", "Literature", drawings=("flow",)),
        Section("decisions", "Decisions"),
        Section("audit", "Audit of the previous reports"),
        Section("remaining", "Remaining work"),
        Section("trajectory", "Trajectory"),
        Section("files", "Files generated"),
        Section("blockers", "Blockers and mitigations"),
        Section("access", "Whose weights can be had"),
        Section("performance", "Performance"),
        Section("recommendations", "Recommendations for the planning team", contents="Recommendations"),
        Section("question", "Strategic question"),
        Section("criteria", "Success criteria"),
    ),
    says_undrawn=True,
)

ASSESSMENT = Document(
    name="assessment",
    schema="gonogo.assessment/1",
    formats=("md", "html"),
    sections=(
        Section("rule", "The rule"),
        Section("progress", "Findings"),
        Section("controls", "Does the instrument work?"),
        Section("verdicts", "Verdicts so far"),
        Section("evidence", "Evidence", drawings=("forest",), options={"linked": False}),
        Section("decisions", "Decision history", options={"open_in_full": True}),
        Section("needed", "What would be needed"),
    ),
)

HANDOVER = Document(
    name="handover",
    schema="gonogo.handover/1",
    formats=("md",),
    sections=(
        Section("task_table", "Tasks"),
        Section("progress", "Goals"),
        Section("evidence", "Results", options={"linked": False}),
        Section("blockers", "Blocked"),
        Section("audit", "Audit of the previous reports"),
        Section("next_steps", "Next"),
    ),
)

DOCUMENTS = (CYCLE_REPORT, ASSESSMENT, HANDOVER)
