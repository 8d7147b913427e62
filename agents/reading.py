"""What agents read off a board: which looks are done, who stands in for whom, what is measured, what is settled."""

from __future__ import annotations

from store.amendments import WEIGHS, redefined
from store.board import Amendment, Board, Decision, Task
from store.events import DecisionKind
from store.evidence import Evidence
from store.specs import DataRef, Diagnostic, ModelRef, Statistics
from store.study import Study, StudyModel
from store.verdicts import Direction

CLAIM = "at-least-"
"""How the options of the question about the claim's strength begin; k follows."""

STOP = "stop"
"""The option that ends the study."""


def study_of(board: Board) -> Study:
    """The registered protocol; LookupError before registration."""
    if board.study is None:
        raise LookupError("no study is registered")
    return board.study


def current_cycle(board: Board) -> int:
    """Number of the open cycle, or of the newest."""
    return len(board.cycles)


def answer(board: Board, kind: DecisionKind, subject: str) -> str | None:
    """The newest option in force for a question, if it was answered."""
    answered = [d for d in decisions_on(board, kind, subject) if d.chosen is not None and not lapsed(board, d)]
    return answered[-1].chosen if answered else None


def lapsed(board: Board, decision: Decision) -> bool:
    """Whether an answer no longer counts, since an amendment changed what was asked about."""
    return any(
        amendment.position > (decision.answered_position or board.position) and _asked_of(decision, amendment)
        for amendment in board.amendments
    )


def _asked_of(decision: Decision, amendment: Amendment) -> bool:
    """Whether an amendment changes what a question is about: which models may count, or the one that is named."""
    match decision.request.kind:
        case "claim_strength":
            return not {"decision.at_least", "models"}.isdisjoint(amendment.event.changed)
        case "unavailable_model":
            return decision.request.subject in redefined(amendment.before, amendment.event.study)
        case _:
            return False


def decisions_on(board: Board, kind: DecisionKind, subject: str) -> list[Decision]:
    """All questions of a kind about a subject, oldest first."""
    return [d for d in board.decisions if d.request.kind == kind and d.request.subject == subject]


def active_models(board: Board) -> tuple[StudyModel, ...]:
    """The models of the study, less those that a human dropped."""
    return tuple(model for model in study_of(board).models if answer(board, "unavailable_model", model.id) != "drop")


def looks_done(board: Board, before_cycle: int | None = None) -> int:
    """Looks whose comparison was accepted, in all cycles or in those before one."""
    return len(
        {
            task.spec.look
            for task in board.tasks
            if isinstance(task.spec, Statistics)
            and task.status == "accepted"
            and (before_cycle is None or task.cycle < before_cycle)
        }
    )


def amended_late(board: Board) -> tuple[Amendment, ...]:
    """Amendments of what a verdict rests on that came after a comparison had been accepted."""
    first = min(
        (t.status_position for t in board.tasks if isinstance(t.spec, Statistics) and t.status == "accepted"),
        default=board.position + 1,
    )
    return tuple(
        amendment
        for amendment in board.amendments
        if amendment.position > first and any(key.startswith(WEIGHS) for key in amendment.event.changed)
    )


def current_look(board: Board) -> int:
    """The look that the newest cycle takes: the first that no earlier cycle has compared, and never past the last."""
    following = looks_done(board, before_cycle=current_cycle(board)) + 1
    return min(following, study_of(board).decision.last_look or following)


def of_looks(board: Board) -> str:
    """How a look's number goes on: `of 3`, or that their number is open."""
    last = study_of(board).decision.last_look
    return "of an open number" if last is None else f"of {last}"


def parts_until(board: Board, look: int) -> tuple[DataRef, ...]:
    """The parts of the data that a look rests on, in order."""
    study = study_of(board)
    return tuple(study.data.part(number, study.seed) for number in range(1, look + 1))


def attempts(board: Board, model: StudyModel) -> list[tuple[Task, Diagnostic]]:
    """The diagnostics planned on behalf of a model since it was last defined, and a human last asked to try it afresh.

    Oldest first.
    """
    retries = [
        decision.answered_position or 0
        for decision in decisions_on(board, "unavailable_model", model.id)
        if decision.chosen == "retry"
    ]
    defined = [
        amendment.position
        for amendment in board.amendments
        if model.id in redefined(amendment.before, amendment.event.study)
    ]
    since = max((*retries, *defined), default=0)
    return [
        (task, task.spec)
        for task in board.tasks
        if isinstance(task.spec, Diagnostic) and task.subject == model.id and task.position > since
    ]


def stand_in(board: Board, model: StudyModel) -> ModelRef:
    """The model that is measured in its place: itself, or the last substitute that was taken."""
    tried = attempts(board, model)
    return tried[-1][1].model if tried else model.ref


def replaced_models(board: Board) -> tuple[str, ...]:
    """Ids of active models that are not measured themselves, because a substitute stands in for them."""
    return tuple(model.id for model in active_models(board) if stand_in(board, model) != model.ref)


def accepted_part(board: Board, ref: ModelRef, part: DataRef) -> Task | None:
    """The accepted measurement of a model on a part of the data."""
    for task in board.tasks:
        spec = task.spec
        if task.status == "accepted" and isinstance(spec, Diagnostic) and (spec.model, spec.data) == (ref, part):
            return task
    return None


def measured(board: Board, model: StudyModel, look: int) -> tuple[Task, ...] | None:
    """The accepted measurements that cover a model up to a look; None while any is missing."""
    ref = stand_in(board, model)
    tasks = tuple(accepted_part(board, ref, part) for part in parts_until(board, look))
    return tuple(task for task in tasks if task is not None) if all(tasks) else None


def missing_parts(board: Board, model: StudyModel) -> list[DataRef]:
    """Parts of the data on which a model has no accepted measurement, nor one planned in this cycle."""
    ref = stand_in(board, model)
    this_cycle = current_cycle(board)
    under_way = {spec.data for task, spec in attempts(board, model) if task.cycle == this_cycle}
    return [
        part
        for part in parts_until(board, current_look(board))
        if part not in under_way and accepted_part(board, ref, part) is None
    ]


def untried(board: Board, model: StudyModel) -> ModelRef | None:
    """The first substitute that was not tried and is not in the study for another model."""
    tried = {spec.model.locator for _, spec in attempts(board, model)}
    others = [other for other in study_of(board).models if other.id != model.id]
    taken = {other.ref.locator for other in others} | {stand_in(board, other).locator for other in others}
    return next((ref for ref in model.candidates[1:] if ref.locator not in tried | taken), None)


def replaceable(task: Task) -> bool:
    """True when a substitute may take a task's place: it is blocked, or was returned and did no better."""
    return task.status == "blocked" or task.disputed


def settled(board: Board, task: Task) -> bool:
    """True when nothing more comes of a task in its cycle."""
    if task.disputed or task.status in ("accepted", "blocked", "superseded", "cancelled"):
        return True
    return task.claimable and any(_never(board, task_id) for task_id in task.depends_on)


def _never(board: Board, task_id: str) -> bool:
    task = board.tasks_by_id[task_id]
    while task.superseded_by is not None:
        task = board.tasks_by_id[task.superseded_by]
    return task.status != "accepted" and settled(board, task)


def newest_comparison(board: Board) -> Task | None:
    """The newest accepted statistics task."""
    done = [t for t in board.tasks if isinstance(t.spec, Statistics) and t.status == "accepted"]
    return done[-1] if done else None


def audits(board: Board, cycle: int) -> tuple[Task, ...]:
    """The audits of the reports of a cycle, in the order of planning."""
    return tuple(task for task in board.tasks_in(cycle) if task.kind == "audit")


def contradictions(audit: Task) -> int:
    """How many findings of an accepted audit are inconsistent."""
    found = audit.value("count/inconsistent") if audit.status == "accepted" else None
    return int(found.value) if found is not None else 0


def contradictions_told(audit: Task) -> tuple[tuple[str, str], ...]:
    """Label and computation of the inconsistent findings that an audit told as facts, in its order."""
    told = [fact for fact in audit.facts.items() if fact[0].startswith("Inconsistent ")]  # it may tell more
    return tuple(sorted(told, key=lambda fact: (len(fact[0].partition(",")[0]), fact[0])))  # 2 comes before 10


def possible_claims(board: Board) -> tuple[int, ...]:
    """The k of "at least k models" that the rule names and that the active models could still reach."""
    models = len(active_models(board))
    return tuple(k for k in study_of(board).decision.at_least if k <= models)


def chosen_claim(board: Board) -> int | None:
    """The k that a human chose, as long as the protocol and the active models allow it."""
    chosen = answer(board, "claim_strength", "claim") or ""
    k = int(chosen.removeprefix(CLAIM)) if chosen.startswith(CLAIM) else None
    return k if k in possible_claims(board) else None


def claims_in_force(board: Board) -> tuple[int, ...]:
    """The claims that are to be decided: the chosen one, else all that are possible."""
    chosen = chosen_claim(board)
    return possible_claims(board) if chosen is None else (chosen,)


def stopped(board: Board) -> bool:
    """True when a human ended the study."""
    return answer(board, "claim_strength", "claim") == STOP


def compared_models(comparison: Task | None) -> frozenset[str]:
    """Ids of the models in a comparison, as they were measured."""
    if comparison is None or not isinstance(comparison.spec, Statistics):
        return frozenset()
    return frozenset(source.model_id for source in comparison.spec.sources)


def adjusted_p(comparison: Task, model_id: str, direction: Direction) -> Evidence | None:
    """A model's p in a direction, adjusted for looks and models; of older comparisons, for models alone."""
    return comparison.value(f"model/{model_id}/{direction}/p_adjusted") or comparison.value(
        f"model/{model_id}/p_{direction}_holm"
    )


def level(comparison: Task) -> Evidence | None:
    """What adjusted p-values are held against: alpha, or alpha over the looks where they are not adjusted for them."""
    return comparison.value("alpha") or comparison.value("alpha/look")
