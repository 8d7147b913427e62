"""Audits a report from anywhere: whether the numbers in it can all be true."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tasks.audit.audit import AuditResult


def audit(file: Path) -> AuditResult:
    """Compare the claims of a report in Markdown, plain text, HTML or LaTeX with one another; BadInput for others."""
    from tasks.audit.audit import audit_file

    return audit_file(file)
