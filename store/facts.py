"""Typed facts: the texts that a task leaves in the log, by label, as fields of a frozen dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from store.patterns import Template

_LABEL = "label"


def fact(label: str) -> Any:
    """A field for the text of one label; empty where the task has no such fact."""
    return field(default="", metadata={_LABEL: Template(label)})


def facts_by(label: str) -> Any:
    """A field for the texts of a label with fields: a mapping from its value, or a tuple of its values, to text."""
    return field(default_factory=dict, metadata={_LABEL: Template(label)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts that a task of any kind may have. A kind adds fields of its own."""

    recalled: str = fact("Recalled")
    """That the result was taken from an earlier process that had ended before it could tell the log."""
    other: Mapping[str, str] = field(default_factory=dict)
    """Facts whose labels this kind does not know, by label."""

    @classmethod
    def read(cls, texts: Mapping[str, str]) -> Self:
        """The facts of a task, as its event has them: by label."""
        known: dict[str, Any] = {}
        other: dict[str, str] = {}
        for label, text in texts.items():
            for name, template in _labels(cls):
                if (found := template.match(label)) is None:
                    continue
                if found:
                    known.setdefault(name, {})[_named(found)] = text
                else:
                    known[name] = text
                break
            else:
                other[label] = text
        return cls(**known, other=other)

    def told(self) -> dict[str, str]:
        """Label -> text, without those that are empty: what an event holds."""
        texts: dict[str, str] = {}
        for name, template in _labels(type(self)):
            value = getattr(self, name)
            if isinstance(value, str):
                texts |= {template.text: value} if value else {}
                continue
            for key, text in value.items():
                texts[template.fill(**dict(zip(template.fields, _several(key), strict=True)))] = text
        return texts | dict(self.other)

    @classmethod
    def template(cls, name: str) -> Template:
        """The label of a field by the field's name; KeyError for an unknown one."""
        return dict(_labels(cls))[name]

    @classmethod
    def labels(cls) -> tuple[Template, ...]:
        """The labels that this kind knows."""
        return tuple(template for _, template in _labels(cls))


def _labels(cls: type[Facts]) -> list[tuple[str, Template]]:
    return [(each.name, each.metadata[_LABEL]) for each in fields(cls) if _LABEL in each.metadata]


def _named(found: Mapping[str, str]) -> str | tuple[str, ...]:
    values = tuple(found.values())
    return values[0] if len(values) == 1 else values


def _several(key: str | tuple[str, ...]) -> tuple[str, ...]:
    return (key,) if isinstance(key, str) else key
