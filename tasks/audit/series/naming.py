"""Words by which rows and keys are told apart: parts of one thing, statistics of it, and wholes."""

from __future__ import annotations

import re

from tasks.audit.claims.claim import words

_DIVISIONS = tuple(
    re.compile(rf"\b(?:{names})\b", re.I)
    for names in (
        r"completed?|done|failed|blocked|skipped|passed|pending|open|closed|in progress|errors?|cancelled|succeeded"
        r"|todo",
        "high|medium|low|critical|minor|major",
        "train(?:ing)?|val(?:idation)?|test|dev|hold-?out",
        "positive|negative|neutral|unknown",
        "correct|incorrect|wrong|unanswered",
        "included|excluded|accepted|rejected|unclear",
        "yes|no|unknown|other|maybe",
        "added|changed|removed|unchanged",
    )
)
"""Words that divide one thing; those of one family do not overlap."""
STATISTIC = re.compile(
    r"^(?:count|n|nobs|unique|top|freq|std\.?|sd|s\.?d\.?|st(?:andard)? ?dev(?:iation)?|var(?:iance)?|median|mode|iqr"
    r"|sem?"
    r"|skew\w*|kurt\w*|p\d{1,2}(?:\.\d+)?|q[1-4]|\d{1,2}(?:\.\d+)?\s?%"
    r"|mean|average|min(?:imum)?|max(?:imum)?|range)$|percentile|quantile|quartile|\bp\d{2}\b",
    re.I,
)
"""A row of such a name is a statistic of the same data, and no part."""
OF_ANYTHING = re.compile(
    r"^(?:metric|statistic|stat|measure|quantity|parameter|property|indicator|kpi|key|field|variable)s?$", re.I
)
"""Heads the names of rows that are unlike one another."""
NO_PART = re.compile(
    r"^(?:duration|runtime|run time|elapsed|wall|wall[- ]clock|real|user|sys|cpu|gpu)\b|timeout|time limit|budget"
    r"|deadline"
    r"|target|remaining|expected|estimat|interval|latency|delay|uptime|downtime|age\b|of which|thereof",
    re.I,
)
"""Of durations: another whole, or what is no part of one."""
_ROLE_WORDS = re.compile(
    r"\b(?:average|mean|avg|total|overall|altogether|sum|in all|combined|summe|gesamt|somme|mittelwert|durchschnitt"
    r"|moyenne|fastest|shortest|quickest|slowest|longest|min(?:imum)?"
    r"|max(?:imum)?|smallest|largest|least|most|lowest|highest)\b",
    re.I,
)
_OF_ANY_TIME = words("time duration runtime run elapsed spent tests items count number samples images tasks")


def divided(labels: list[str]) -> bool:
    """Whether labels divide one thing, each in the same way: by outcome, by priority, by split."""
    return any(all(family.search(each) for each in labels) for family in _DIVISIONS)


def says_nothing_else(label: str, labels: list[str]) -> bool:
    """Whether a label such as "total time" says nothing of what it is of, or names what all others name."""
    own = words(_ROLE_WORDS.sub("", label)) - _OF_ANY_TIME
    return not own or all(own & words(each) for each in labels)
