"""Works are cited by keys that the screening included; none is undefined, and none stands uncited."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.buildlog import read_log
from tasks.drafting.reading.visible import without_comments

_CITE = re.compile(r"\\(?:no)?[a-zA-Z]*cite[a-zA-Z]*\*?\s*(?:\[[^\]]*\]\s*)*\{([^}]*)\}", re.IGNORECASE)
_ENTRY = re.compile(r"^\s*@(?!comment|string|preamble)\w+\s*[{(]\s*([^,\s]+)\s*,", re.MULTILINE | re.IGNORECASE)


def check(paper: Paper) -> Iterator[Fault]:
    """By what LaTeX says, and by what people cite."""
    log = read_log(paper.log)
    included = set(_ENTRY.findall(paper.bibliography))
    cited, told = set(paper.expected.citations), set[str]()
    for name, text in sorted(paper.prose.items()):
        if not name.endswith(".tex"):
            continue
        bare = without_comments(text)
        for found in _CITE.finditer(bare):
            for key in (key.strip() for key in found[1].split(",")):
                cited.add(key)
                if key not in included and key not in ("*", ""):
                    told.add(key)
                    line = bare.count("\n", 0, found.start()) + 1
                    yield Fault("citation", _why(key, paper), file=f"paper/{name}", line=line)
    for key in sorted(set(paper.expected.citations) - included - told):
        told.add(key)
        yield Fault("citation", f"{key} is cited, and is not in the references")
    for key in sorted(set(log.citations) - told):
        yield Fault("citation", f"the reference {key} is cited, and was not set")
    for label in log.references:
        yield Fault("citation", f"there is nothing of the label {label}")
    if paper.pages is not None and "*" not in cited:
        for key in sorted(included - cited):
            yield Fault("citation", f"{key} is in the references, and nobody cites it")


def _why(key: str, paper: Paper) -> str:
    told = paper.expected.standings.get(key)
    return f"{key} cannot be cited: {told}" if told else f"{key} is no work that was screened"
