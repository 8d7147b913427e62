"""Boards with literature for tests: a registered study, and commands applied to it one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from store.board import EMPTY, Board, imagined
from store.commands import Command, ImportRecords, MatchRecords, RegisterStudy, ScreenWorks
from store.evidence import Artifact
from store.gate import decide
from store.literature.events import Merged, RecordsImported, Screening, Stage
from store.review import ReviewProtocol
from store.study.protocol import Data, DecisionRule, Study, StudyModel

CRITERIA = {"off-topic": "Not about attention.", "no-measure": "Measures nothing."}


def study(review: ReviewProtocol | None = None) -> Study:
    return Study(
        name="A study",
        question="Does it?",
        claim="It does.",
        models=(StudyModel(id="clip", family="openclip", name="ViT-B-32", weights="random"),),
        data=Data(source="shapes", n=8),
        decision=DecisionRule(threshold=0.6, at_least=(1,)),
        literature=review or ReviewProtocol(criteria=CRITERIA),
    )


def artifact(name: str, content: str) -> Artifact:
    return Artifact(name=name, digest=hashlib.sha256(content.encode()).hexdigest(), size=len(content))


def imported(name: str, kept: int, quarantined: int = 0, source: str = "") -> RecordsImported:
    return RecordsImported(
        source=source or name,
        format="bibtex",
        encoding="utf-8",
        guessed=False,
        file=artifact(name, name),
        records=artifact(f"{name}.jsonl", f"records of {name}"),
        kept=kept,
        quarantined=quarantined,
    )


def ids(name: str, kept: int) -> list[str]:
    return [f"{artifact(name, name).digest[:8]}.{place}" for place in range(kept)]


def after(board: Board, *commands: Command, actor: str = "human:ada") -> Board:
    for command in commands:
        for event in decide(command, board):
            board = imagined(board, event, actor)
    return board


def begun(review: ReviewProtocol | None = None) -> Board:
    return after(EMPTY, RegisterStudy(study(review)))


def with_records(*files: tuple[str, int], review: ReviewProtocol | None = None) -> Board:
    return after(begun(review), ImportRecords(tuple(imported(name, kept) for name, kept in files)))


def joined(board: Board, *works: Sequence[str]) -> Board:
    return after(board, MatchRecords("a test", tuple(Merged(records=tuple(sorted(work))) for work in works), (), ()))


def screened(
    board: Board,
    record: str,
    verdict: str,
    by: str = "ada",
    stage: Stage = "title",
    criterion: str = "",
    reason: str = "",
    key: bool = False,
    settles: bool = False,
) -> Board:
    decision = Screening(
        record=record,
        verdict=verdict,  # type: ignore[arg-type]
        criterion=criterion or ("off-topic" if verdict == "exclude" else ""),
        reason=reason,
        key=key,
        settles=settles,
    )
    return after(board, ScreenWorks(stage, (decision,), by))
