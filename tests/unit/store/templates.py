"""Values that the fields of a template can have, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from store.patterns import FIELDS, Template


def filled(template: Template) -> st.SearchStrategy[dict[str, str]]:
    """A value for each field of a template, in their order."""
    values = st.tuples(*(st.from_regex(FIELDS[name], fullmatch=True) for name in template.fields))
    return values.map(lambda found: dict(zip(template.fields, found, strict=True)))
