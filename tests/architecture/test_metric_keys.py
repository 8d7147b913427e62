"""No metric key and no fact label is spelled outside `store/kinds`: whoever needs one asks the kind of the task."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from store.kinds import KINDS
from store.patterns import FIELDS, Template

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("store", "agents", "tasks", "orchestrator", "benchmarks")
HOME = "store/kinds"

TEMPLATES: Mapping[str, Template] = {
    **{metric.path: Template(metric.path) for kind in KINDS.values() for metric in kind.metrics},
    **{label.text: label for kind in KINDS.values() for label in kind.facts.labels()},
}
"""Of every key and of every label, by its text."""

BEGINNINGS = {(start := f"{text.partition('/')[0]}/"): f"{start}…" for text in TEMPLATES if "/" in text}
"""Such as `layer/`, with which a longer text begins."""
ENDINGS = {text.rpartition("}")[2]: text for text in TEMPLATES if re.search(r"\}[/_]\w+$", text)}
"""Such as `_entropy_loss`, which are taken off or put on."""

LOOK_UPS = (
    "value",
    "values",
    "of",
    "find",
    "at",
    "get",
    "put",
    "metric",
    "measured",
    "range_of",
    "unit_of",
    "style_of",
)
"""Functions and methods whose argument can be a key or a label."""
RECORDS = ("Measurement", "MetricReported", "Metric", "Evidence")
"""Classes that are made with a key."""
MAPPINGS = ("values", "metrics", "evidence", "facts", "measures", "undefined")
"""Names of mappings by key or by label."""
KEYS = ("metric", "measure", "key", "label")
"""Names of keys and labels."""

FIELD = "\ue000"
"""Stands for a field of a template; no source has this character."""

Parents = Mapping[ast.AST, ast.AST]


@dataclass(frozen=True, slots=True)
class Spelled:
    """A literal that is a key or a label, whole or in part."""

    line: int
    literal: str
    template: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.literal} is {self.template!r}"


def spelled(source: str) -> list[Spelled]:
    """Every key and label that a module spells, in the order of its lines."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Constant() | ast.JoinedStr() if _is_derived(parents.get(node)):
                continue
            case ast.Constant(value=str() as text):
                in_part = isinstance(parents[node], ast.Expr | ast.JoinedStr)  # a docstring, or a part of an f-string
                template = None if in_part else _named(text) or (_as_key(node, parents) and _whole(text)) or None
            case ast.JoinedStr(values=pieces):
                template = _filled([each.value if isinstance(each, ast.Constant) else None for each in pieces])
            case _:
                continue
        if template is not None:
            found.append(Spelled(node.lineno, ast.unparse(node), template))
    return sorted(found, key=lambda each: each.line)


def _is_derived(above: ast.AST | None) -> bool:
    """Whether a literal names a number that the log yields, which is no metric of a task: `book.derived("cycles")`."""
    return isinstance(above, ast.Call) and _last(above.func) == "derived"


@cache
def _whole(text: str) -> str | None:
    """The template that a text is, or fills in."""
    if text in TEMPLATES:
        return text
    return next((name for name, template in TEMPLATES.items() if template.match(text) is not None), None)


def _named(text: str) -> str | None:
    """The template of a text that can be nothing but a key or a label, or a part of one: no ordinary word."""
    if re.search(r"[/_ ]", text) is None:
        return None
    beginning = next((template for start, template in BEGINNINGS.items() if text.startswith(start)), None)
    return beginning or ENDINGS.get(text) or _whole(text)


def _as_key(node: ast.Constant, parents: Parents) -> bool:
    """Whether a literal is used as a key: looked up, compared with one, given to a record, or one of a mapping."""
    above = parents[node]
    match above:
        case ast.Call(func=function):
            return _last(function) in (*LOOK_UPS, *RECORDS)
        case ast.keyword(arg=name):
            return name in KEYS
        case ast.Subscript(value=mapping):
            return _last(mapping) in MAPPINGS
        case ast.Compare(left=left, comparators=others):
            return any(_last(other) in (*MAPPINGS, *KEYS) for other in (left, *others))
        case ast.Dict(keys=keys, values=values) if node in keys:
            unpacked = [value for key, value in zip(keys, values, strict=True) if key is None]
            others = [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
            given = parents[above]
            return (
                (isinstance(given, ast.keyword) and given.arg in MAPPINGS)
                or any(_last(value) in MAPPINGS for value in unpacked)
                or any(_named(other) for other in others)
            )
    return False


def _last(node: ast.expr) -> str:
    """The last name of `a.b.c` or of `c`."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _filled(pieces: Sequence[str | None]) -> str | None:
    """The template that an f-string fills in; of its pieces, None is anything."""
    if pieces[0] is not None:
        for start, template in BEGINNINGS.items():
            if pieces[0].startswith(start):
                return template
    pattern = _pattern(pieces)
    for shape, template in _shapes().items():
        if (found := pattern.fullmatch(shape)) is not None and any(found.groups()):
            return template
    return None


def _pattern(pieces: Sequence[str | None]) -> re.Pattern[str]:
    """What an f-string can become; its groups are words that it shares with a template."""
    parts = []
    for place, piece in enumerate(pieces):
        if piece is None:
            fields = f"{FIELD}(?:[/_ -]{FIELD})*"
            parts.append(f"(?:{fields}|[^/{FIELD}]+)" if place else fields)
        else:
            words = re.findall(r"[A-Za-z]+|[^A-Za-z]+", piece)
            parts += [f"(?:({word})|{FIELD})" if word.isalpha() else re.escape(word) for word in words]
    return re.compile("".join(parts))


@cache
def _shapes() -> Mapping[str, str]:
    """Shape -> template: each field replaced by FIELD, or by one of its values where these can be listed."""
    return {
        template.fill(**dict(zip(template.fields, values, strict=True))): text
        for text, template in TEMPLATES.items()
        if template.fields or "/" in text
        for values in product(*((FIELD, *_listed(field)) for field in template.fields))
    }


def _listed(field: str) -> list[str]:
    values = FIELDS[field].split("|")
    return values if all(re.fullmatch("[a-z_]+", value) for value in values) else []


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not path.relative_to(ROOT).as_posix().startswith(f"{HOME}/"):
                yield path


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_spells_a_key_or_a_label(path: Path) -> None:
    found = [str(each) for each in spelled(path.read_text())]
    assert not found, f"ask the metrics and facts of {HOME} instead"


@pytest.mark.parametrize(
    "source",
    [
        'shown = "mcs_norm"',
        'def decide(metric: str = "vision_entropy_norm"): ...',
        'key = "layer/vision/03/entropy_norm"',
        'key = f"layer/{role}/{layer:02d}/entropy"',
        'key = f"layer/fusion/{layer:02d}/{name}"',
        'key = f"{tower}_entropy_norm"',
        'key = f"{metric}/{site}/entropy" if found else f"model/{model}/{name}"',
        'key = "model/{model}/mean".format(model=model)',
        'key = "layer/" + role',
        'key = role + "_entropy"',
        'is_loss = metric.endswith("_entropy_loss")',
        'losses = [metric for metric in found if metric.endswith("/loss")]',
        'finer = metric.startswith(("layer/", "band/"))',
        r'pattern = re.compile(r"layer/(\d+)/mcs_norm")',
        'rows = task.value("rows")',
        'chance = found.values["images"]',
        'has = "alpha" in evidence.metrics',
        'is_level = item.metric == "alpha"',
        'within = range_of("retrieval")',
        'yield Measurement("rows", 3.0)',
        'yield MetricReported(metric="parameters", value=1.0)',
        'table = {"mcs_raw": 0.4, "captions": 5}',
        'verdict = task.facts["Verdict"]',
        'device = facts.get("Device", "")',
        'dtype = "Number type"',
        'label = f"Site {name}"',
        'told = Done(facts={"Recalled": why})',
        'told = {**logged.facts, "Claims": claims}',
        'first = "Inconsistent 1, sums, line 3"',
        'match measure:\n    case "mcs_raw": ...',
    ],
)
def test_a_key_or_label_that_is_spelled_is_found(source: str) -> None:
    assert spelled(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""mcs_norm"""',
        'def f():\n    """layer/vision/03/entropy"""',
        'text = "the mean of mcs_norm over images"',
        'words = ["images", "rows", "captions", "alpha", "parameters", "retrieval"]',
        'print("images")',
        'options = {"rows": 3, "columns": 4}',
        'part = getattr(tokens, "rows")',
        'head = ("Model", "Verdict")',
        'name = f"{key}_low"',
        'name = f"{role}/{layer:02d}"',
        'name = f"{first}_{second}"',
        'unit = "images/s"',
        "key = metrics.LAYER_ENTROPY.key(role=role, layer=layer)",
    ],
)
def test_ordinary_words_and_texts_are_left_alone(source: str) -> None:
    assert not spelled(source)


def test_modules_of_every_package_are_looked_at() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in modules()} == set(PACKAGES)
