"""How a question to humans looks in a terminal: in full as a brief, and as the news of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.decision.state import Decision


def brief(decision: Decision) -> str:
    """The question with every option, the evidence on it, the recommendation and the answer, in several lines."""
    request = decision.request
    lines = [f"{request.decision_id}  [{decision.status}]", f"  {request.question}"]
    for option in request.options:
        mark = "*" if option.key == decision.chosen else " "
        advice = "  (recommended)" if option.key == request.recommended else ""
        lines.append(f"  {mark} {option.key:<14} {option.label}. {option.trade_off}{advice}")
        lines += [f"      {item.metric} = {item.value:.4g}" for item in option.evidence]
    lines.append(f"  Recommended because {request.because}.")
    if decision.status == "made":
        lines.append(f"  Chosen by {decision.by}: {decision.reason}")
    elif decision.status == "expired":
        lines.append(f"  Expired: {decision.chosen} stands.")
    elif decision.status == "withdrawn":
        lines.append(f"  Withdrawn: {decision.reason}.")
    lines.append(f"  brief sha256 {request.brief_sha256}")
    return "\n".join(lines)


def question(decision: Decision, command: str, options: str) -> str:
    """The open question with its choices, and the `command` that answers it with these `options`, in several lines."""
    request = decision.request
    lines = [f"\nWaits for a human: {request.question}"]
    for option in request.options:
        mark = "  (recommended)" if option.key == request.recommended else ""
        lines.append(f"  {option.key:<14} {option.label}. {option.trade_off}{mark}")
    keys = "|".join(option.key for option in request.options)
    answer = f"--choose {keys} --as NAME --reason TEXT {options}"
    return "\n".join([*lines, f"  {command} {request.decision_id} {answer}"])
