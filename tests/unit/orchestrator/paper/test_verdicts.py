"""Three verdicts give three papers. To write the golden ones anew: GONOGO_GOLDEN=write pytest <this file>"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from orchestrator.paper.claims import STRONGER, forbidden
from tests.unit.orchestrator.paper.conftest import VERDICTS, sources

GOLDEN = Path(__file__).parents[3] / "golden" / "papers"
KEPT = ("abstract", "introduction", "results", "limitations", "conclusion")


def letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def prose(verdict: str) -> str:
    files = sources(VERDICTS[verdict])
    return "\n".join(files[name].decode() for name in sorted(files) if name.startswith("paper/sections/"))


@pytest.mark.parametrize("verdict", VERDICTS)
def test_the_paper_reads_as_it_did(verdict: str) -> None:
    files = sources(VERDICTS[verdict])
    for name in (*KEPT, "paper.tex"):
        place = "paper/paper.tex" if name == "paper.tex" else f"paper/sections/{name}.tex"
        kept = GOLDEN / verdict.lower() / Path(place).name
        if os.environ.get("GONOGO_GOLDEN") == "write" and place in files:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(files[place])
        assert kept.is_file() == (place in files), f"{verdict}: {name}"
        if place in files:
            assert kept.read_bytes() == files[place], f"{kept} changed; write it anew if that is meant"


@pytest.mark.parametrize("verdict", VERDICTS)
def test_no_sentence_of_another_verdict_stands_in_a_paper(verdict: str) -> None:
    told = letters(prose(verdict) + sources(VERDICTS[verdict])["paper/paper.tex"].decode())
    assert [each for each in forbidden(None if verdict == "none" else verdict) if letters(each) in told] == []


@pytest.mark.parametrize("verdict", ["GO", "NO_GO", "INCONCLUSIVE"])
def test_each_verdict_has_its_own_sentences(verdict: str) -> None:
    own = letters(prose(verdict))
    others = [sentence for other in STRONGER if other != verdict for sentence in forbidden(other)]
    assert sum(letters(sentence) in own for sentence in others) >= 3, "the test above could not fail"


def test_no_conclusion_stands_in_a_paper_before_the_assessment() -> None:
    assert "paper/sections/conclusion.tex" not in sources(VERDICTS["none"])
    assert "conclusion" not in json.loads(sources(VERDICTS["none"])["paper/paper.json"])["sections"]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_no_paper_claims_to_be_the_first(verdict: str) -> None:
    assert (
        re.findall(r"\b(?:the first to|novel|prove[sn]?|state[- ]of[- ]the[- ]art|significant)\b", prose(verdict)) == []
    )
