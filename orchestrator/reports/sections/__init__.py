"""One folder per section of the reports; `orchestrator/reports/documents.py` says where each stands.

A section `x` is four files in a folder of that name, and one line in a document:

- `x/__init__.py`: the view, a frozen dataclass. Its numbers are figures, and its fields stand in the order of the page.
- `x/builder.py`: `build(history, book) -> View`, pure; or None to leave the section out. Numbers of the log come
  from the book, as figures: `book.evidence(item)`, `book.pointed(position, pointer)`, `book.derived(name)`.
- `x/section.md.j2` and `x/section.html.j2`: they print `view`, with the macros `m`. Headings are the frame's.
- `Section("x", "Heading")` in `documents.py`, where the section is to stand.

A drawing `y` is a module `plots/y.py` with a function `draw_y(history) -> Drawn`, and its name in `NAMES` of
`plots/drawings.py`, in `drawings=` of the section that shows it, and in both partials of that section, as
`{{ m.plot(page.plot("y")) }}`. A number that it prints, other than on a scale, is a figure among its pieces. A number
that no event holds is derived in `derived.py`, and gets its key in `keys.py`.

A section imports no other section: what several show is a part, in `orchestrator/reports/parts`.
"""
