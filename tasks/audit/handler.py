"""Audits a report that is kept as an artifact."""

from __future__ import annotations

import json
from pathlib import PurePath

from store.kinds.audit import COUNTS, AuditFacts, AuditSpec, Contradiction
from tasks.audit.audit import audit
from tasks.audit.finding import VERDICTS
from tasks.audit.reading.decoding import decoded
from tasks.audit.reading.opening import read_report
from tasks.handler import Done, Needs, Outcome, TaskContext, TaskHandler, measured, nothing

RESULT_FILE = "audit.json"

MOST_FACTS = 20
"""Inconsistent findings that are told as facts; the file holds all."""


def audit_report(spec: AuditSpec, context: TaskContext) -> Outcome:
    """Read the report of the spec's digest, and hold its claims against one another.

    Raises IntegrityFailure when the artifact is missing or altered, and BadInput when it is no text.
    """
    data = context.artifact(spec.digest).read_bytes()
    found = audit(read_report(decoded(data, spec.report), PurePath(spec.report).suffix.lower()))
    kept = context.scratch / RESULT_FILE
    kept.write_text(json.dumps(found.view(spec.report), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    wrong = found.of("inconsistent")
    return Done(
        summary=f"Held the claims of {spec.report} against one another.",
        measurements=tuple(
            measured(count, len(found.of(verdict))) for count, verdict in zip(COUNTS, VERDICTS, strict=True)
        ),
        facts=AuditFacts.of(
            tuple(
                Contradiction(number, each.check, each.line, each.computation)
                for number, each in enumerate(wrong[:MOST_FACTS], start=1)
            )
        ),
        parameters={"report": spec.report, "digest": spec.digest},
        files={RESULT_FILE: kept},
    )


HANDLER: TaskHandler[AuditSpec] = audit_report

NEEDS: Needs[AuditSpec] = nothing
