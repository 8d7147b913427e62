"""Works are cited by keys that the screening included; none is undefined, and none stands uncited."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.buildlog import undefined_citations, undefined_references

_CITE = re.compile(r"\\(?:no)?cite[a-zA-Z]*\*?(?:\[[^\]]*\])*\{([^}]*)\}")
_ENTRY = re.compile(r"^@\w+\{([^,\s]+),", re.MULTILINE)


def check(paper: Paper) -> Iterator[Fault]:
    """By what LaTeX says, and by what people cite."""
    from tasks.drafting.reading.visible import without_comments

    included = set(_ENTRY.findall(paper.bibliography))
    cited = set(paper.expected.citations)
    for name, text in sorted(paper.prose.items()):
        if not name.endswith(".tex"):
            continue
        for number, line in enumerate(without_comments(text).split("\n"), 1):
            for key in (key.strip() for keys in _CITE.findall(line) for key in keys.split(",")):
                cited.add(key)
                if key not in included and key != "*":
                    yield Fault("citation", _why(key, paper), file=f"paper/{name}", line=number)
    for key in sorted(undefined_citations(paper.log) & included):
        yield Fault("citation", f"the reference {key} is cited, and was not set")
    for label in sorted(undefined_references(paper.log)):
        yield Fault("citation", f"there is nothing of the label {label}")
    if paper.pages is not None:
        for key in sorted(included - cited):
            yield Fault("citation", f"{key} is in the references, and nobody cites it")


def _why(key: str, paper: Paper) -> str:
    told = paper.expected.standings.get(key)
    return f"{key} cannot be cited: {told}" if told else f"{key} is no work that was screened"
