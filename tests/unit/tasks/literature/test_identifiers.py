"""Identifiers from the ways in which they are written."""

from __future__ import annotations

import pytest

from tasks.literature.reading.assembling import assembled
from tasks.literature.reading.identifiers import arxiv_of, doi_of


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("https://doi.org/10.1234/AbC.", "10.1234/abc"),
        ("doi: 10.1234%2Fx, and more", "10.1234/x"),
        ("https://doi.org/10.1016/S2215-0366%2816%2930214-0", "10.1016/s2215-0366(16)30214-0"),
        ("10.1234/.", ""),
        ("n/a", ""),
        ("1.10/x", ""),
    ],
)
def test_a_doi_is_found_in_what_is_around_it(text: str, doi: str) -> None:
    assert doi_of(text) == doi


@pytest.mark.parametrize(
    ("text", "arxiv"),
    [
        ("arXiv:2101.00001v2 [cs.CV]", "2101.00001v2"),
        ("https://arxiv.org/pdf/hep-th/9901001v1", "hep-th/9901001v1"),
        ("2101.00001", "2101.00001"),
        ("in 2101.00001", ""),
        ("arXiv:2101.000012", ""),
    ],
)
def test_an_arxiv_id_is_found_where_it_is_one_or_is_said_to_be(text: str, arxiv: str) -> None:
    assert arxiv_of(text) == arxiv


@pytest.mark.parametrize(
    "said",
    [
        {"doi": "10.48550/arXiv.2101.00001"},
        {"url": "http://arxiv.org/abs/2101.00001"},
        {"container": "arXiv preprint arXiv:2101.00001"},
        {"arxiv": "arXiv:2101.00001"},
    ],
)
def test_an_arxiv_id_is_taken_from_wherever_a_source_puts_it(said: dict[str, str]) -> None:
    assert assembled(title="A", **said).arxiv == "2101.00001"  # type: ignore[arg-type]
