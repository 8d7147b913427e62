"""What is left: open work, the target date, what went wrong, what was done about it, what to do next. Pure."""

from __future__ import annotations

from datetime import date

from orchestrator.reports.book import FigureBook
from orchestrator.reports.context import Advice, Blocker
from orchestrator.reports.derived import derive
from orchestrator.reports.naming import task_link, task_model
from orchestrator.reports.past import Past
from orchestrator.reports.prose import Code, Label, ModelName, Piece, Prose, Said, counted, listed, p_value
from orchestrator.reports.tasks import why
from orchestrator.reports.wording import VERDICTS, status_words
from store.cycle.verdicts import ClaimVerdict
from store.metrics import Style
from store.queries.answers import stopped
from store.queries.claims import claims_in_force
from store.queries.looks import looks_done
from store.queries.models import active_models, measured
from store.task.state import Task

_DAYS, _LOOKS, _MORE = ("day", "days"), ("look", "looks"), ("more model", "more models")

UNPREDICTABLE: Prose = (
    "How long humans take to answer cannot be predicted from the log, so no day of completion is forecast.",
)


def remaining(past: Past, book: FigureBook) -> tuple[Prose, ...]:
    """What the study still needs, as far as the board knows."""
    lines: list[Prose] = []
    for task in past.tasks:
        if task.status in ("planned", "claimed", "returned", "succeeded"):
            title = Said(task.title, task.position)
            lines.append((task_link(past, task.task_id), f", {task.status}: ", title, *_tag(task)))
    for model in active_models(past.board):
        if measured(past.board, model, max(looks_done(past.board), 1)) is None:
            lines.append(("Measure ", ModelName.of(model.ref), ", or what stands in for it."))
    position = past.protocol_position
    if past.comparison is None:
        lines.append(("Test and compare the models: no comparison has been accepted.",))
    elif past.study.decision.allows(looks_done(past.board) + 1):
        done: Prose = (book.derived("looks/done"),)
        if past.study.decision.last_look is not None:
            done = (*done, " of ", book.pointed(position, "/study/decision/looks"))
        lines.append(("Take further looks, unless the claim is established: ", *done, " done."))
    for decision in past.board.open_decisions:
        if decision.request.cycle <= past.cycle.number:
            question = Said(decision.request.question, decision.position)
            lines.append(("Answer ", Code(decision.request.decision_id), ": ", question))
    return tuple(lines)


def _tag(task: Task) -> Prose:
    model = task_model(task)
    return (" (", model, ")") if model is not None and model.untrained else ()


def trajectory(past: Past, book: FigureBook) -> tuple[Prose, ...]:
    """How far it is to the day on which a decision is wanted, the pace so far, and what is still to come."""
    if past.study.target is None:
        return (("No target date was set.",),)
    return (_to_target(past.study.target, past, book), *_pace(past, book), _to_come(past, book), UNPREDICTABLE)


def _to_target(target: date, past: Past, book: FigureBook) -> Prose:
    day, today = Label(target.isoformat()), Label(past.at.date().isoformat())
    if past.at.date() <= target:
        left = counted(book.derived("days/to_target"), *_DAYS)
        start: Prose = ("The target date is ", day, ". From ", today)
        return (*start, ", the day of the last event, it is ", *left, " away.")
    over = counted(book.derived("days/past_target"), *_DAYS)
    return ("The target date was ", day, ", ", *over, " before ", today, ", the day of the last event.")


def _pace(past: Past, book: FigureBook) -> tuple[Prose, ...]:
    if past.study.decision.last_look is None:
        done: Prose = (*counted(book.derived("looks/done"), *_LOOKS), " of an open number are done.")
    else:
        planned = book.pointed(past.protocol_position, "/study/decision/looks", "looks")
        done = (book.derived("looks/done"), " of ", *counted(planned, *_LOOKS), " planned are done.")
    median: Prose = ("The median time that a cycle took so far, by the log, is ", book.derived("cycles/median_s"))
    open_end = "" if past.cycle.closed_at else ", this one up to the last event"
    cycles = counted(book.derived("cycles"), "cycle", "cycles")
    return (done, (*median, ", over ", *cycles, open_end, "; the time between cycles is not in it."))


def _to_come(past: Past, book: FigureBook) -> Prose:
    looks, questions = "looks/left", f"cycle/{past.cycle.number}/decisions/open"
    steps: list[Prose] = []
    if past.study.decision.last_look is None:
        steps.append(("as many looks as it takes",))
    elif derive(looks, past).value and not stopped(past.board):
        steps.append((*counted(book.derived(looks), *_LOOKS), " to be taken, unless the claim is established sooner"))
    if derive(questions, past).value:
        steps.append((*counted(book.derived(questions), "question", "questions"), " to be answered by a human"))
    if not steps:
        return ("By the log, no look is left to take and no question to answer.",)
    return ("Still to come: ", *steps[0], *(piece for step in steps[1:] for piece in ("; ", *step)), ".")


def blockers(past: Past) -> tuple[Blocker, ...]:
    """Tasks that were blocked, failed or sent back, and results that came too late."""
    troubled = [
        task
        for task in past.tasks
        if task.status in ("blocked", "superseded", "failed")
        or task.returns
        or any(
            attempt.outcome in ("failed", "taken over", "released") for attempt in past.attempts.get(task.task_id, ())
        )
    ]
    return tuple(
        Blocker(
            task=link,
            model=task_model(task),
            status=task.status,
            status_words=status_words(task, past),
            issue=_issue(task, past),
            mitigation=_mitigation(task, past),
        )
        for task in troubled
        if not isinstance(link := task_link(past, task.task_id), Label)
    )


def _issue(task: Task, past: Past) -> Said:
    if task.status == "superseded":
        return why(task, past)
    if task.reason and task.status != "cancelled":
        return Said(task.reason, task.status_position)
    reasons = [(a.reason, a.end_position or a.position) for a in past.attempts.get(task.task_id, ()) if a.reason]
    reasons += [
        (review.event.reason, review.position)
        for review in past.reviews.get(task.task_id, ())
        if review.event.type == "TaskReturned"
    ]
    text, position = max(reasons, key=lambda found: found[1], default=("", task.position))
    return Said(text, position)


def _mitigation(task: Task, past: Past) -> Prose:
    remedy: Prose = ("Suggested: ", Said(task.remedy.rstrip(". "), task.status_position), ".") if task.remedy else ()
    if task.superseded_by is not None:
        by = past.board.tasks_by_id[task.superseded_by]
        stand_in: Piece | None = task_model(by)
        named: Prose = (" (", stand_in, ")") if stand_in is not None else ()
        space: Prose = (" ",) if remedy else ()
        return ("Replaced by ", task_link(past, by.task_id), *named, f", which is {by.status}.", *space, *remedy)
    if task.status == "accepted":
        return ("Done again and accepted.",)
    questions = [
        decision
        for decision in past.board.decisions
        if decision.request.subject == task.subject and decision.position > task.status_position
    ]
    if questions:
        asked = questions[0]
        state = f"answered: {asked.chosen}" if asked.chosen is not None else "which is open"
        space = (" ",) if remedy else ()
        return ("Put to a human as ", Code(asked.request.decision_id), ", ", state, ".", *space, *remedy)
    return remedy or ("None yet.",)


def recommendations(past: Past) -> tuple[Advice, ...]:
    """The strategist's advice, as it was recorded."""
    made, position = past.cycle.recommendations, past.cycle.recommendations_position
    if made is None or position is None:
        return ()
    return tuple(
        Advice(item.priority, Said(item.action, position), Said(item.because.rstrip(". "), position))
        for item in made.recommendations
    )


def _flip(claim: ClaimVerdict, index: int, position: int, book: FigureBook) -> Prose:
    """The smallest change of evidence that would give another verdict."""
    if claim.flip is None:
        return ()
    pointer = f"/claims/{index}/flip"
    moves: list[Prose] = [
        (
            Label(change.model), " by ",
            book.computed(position, f"{pointer}/changes/{number}/standard_errors", Style.TWO_DECIMALS),
            " towards ", "collapse" if change.direction == "collapse" else "its absence", " (",
            *p_value(book.computed(position, f"{pointer}/changes/{number}/p", Style.P_VALUE)), ", to pass ",
            book.computed(position, f"{pointer}/changes/{number}/bound", Style.PROBABILITY), ")",
        )
        for number, change in enumerate(claim.flip.changes)
    ]  # fmt: skip
    return (
        " It would be ",
        VERDICTS[claim.flip.to],
        " if means moved by so many standard errors: ",
        *listed(moves),
        ".",
    )


def _more(claim: ClaimVerdict, index: int, position: int, book: FigureBook, untested: bool) -> Prose:
    """The further images that would decide, were the observed effects the true ones."""
    if claim.more is None and untested:
        return (" How many more images would decide it cannot be told, as some models could not be tested at all.",)
    if claim.more is None:
        return (" No number of further images is known to decide it, were the observed effects the true ones.",)
    images = book.pointed(position, f"/claims/{index}/more/images", "images")
    return (
        " Were the observed effects the true ones, ", *counted(images, "more image", "more images"),
        " would decide it, as ", VERDICTS[claim.more.to], ".",
    )  # fmt: skip


def needed(past: Past, book: FigureBook) -> tuple[Prose, ...]:
    """What would settle each claim in force, counted in models."""
    assessment, position = past.cycle.assessment, past.cycle.assessment_position
    if assessment is None or position is None:
        return (("The cycle has to be assessed first.",),)
    comparison = past.comparison
    untested = comparison is not None and any(
        label.startswith("Undetermined ") and " - " not in label for label in comparison.facts
    )
    lines: list[Prose] = []
    for index, claim in enumerate(assessment.claims):
        if claim.at_least not in claims_in_force(past.board):
            continue
        k = book.pointed(position, f"/claims/{index}/at_least", "models")
        of = book.pointed(position, f"/claims/{index}/models", "models")
        if claim.verdict != "INCONCLUSIVE":
            lines.append(
                ("The claim of at least ", k, " of ", of, " is settled.", *_flip(claim, index, position, book))
            )
            continue
        go = book.derived(f"claim/{claim.at_least}/collapsed_missing")
        no_go = book.derived(f"claim/{claim.at_least}/of/{claim.models}/cleared_missing")
        lines.append(
            ("For at least ", k, " of ", of, ": a GO needs collapse shown in ", *counted(go, *_MORE),
             ", and a NO-GO needs it excluded in ", *counted(no_go, *_MORE), ".",
             *_flip(claim, index, position, book), *_more(claim, index, position, book, untested)),
        )  # fmt: skip
    estimated = comparison is not None and any(item.metric.endswith("/null_error") for item in comparison.evidence)
    known = ", were its null known" if estimated else ""
    images = comparison.value("power/n_for_medium_effect") if comparison is not None else None
    if images is not None:
        lines.append(
            (
                "To find a medium effect at this look's level, a single model needs ",
                book.evidence(images),
                f" images{known}.",
            )
        )
    smallest = comparison.value("power/mde") if comparison is not None else None
    if smallest is not None:
        effect = book.evidence(smallest)
        lines.append(
            ("With the images at hand, the smallest effect that can be expected to be found is ", effect, f"{known}.")
        )
    return tuple(lines)
