"""A model is said to have only what its architecture has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from store.registry import Model, models_in
from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, found
from tasks.audit.reading.report import Line
from tasks.audit.registry import vit_in

_CROSSING = re.compile(
    r"\bcross[- ](?:modal )?(?:attention|attends?)\b|\bcross[- ]modal (?:attention|entropy)|\bfusion (?:layers?"
    r"|collapse|attention|encoder)\b",
    re.I,
)
_DENIED = re.compile(
    r"\b(?:no|not|non|without|lacks?|lacking|never|neither|absent|absence|cannot|isn't|doesn't|instead of|unlike"
    r"|undefined|n/a|missing|has none|have none)\b",
    re.I,
)
_ADDED = re.compile(
    r"\b(?:add\w*|insert\w*|inject\w*|equip\w*|extend\w*|augment\w*|plus|adapter|feed|fed|into|over|via|through"
    r"|conditioned|on top"
    r"|decoder|diffusion|replac\w*|introduc\w*|new|our own|propos\w*|compar\w*|vs|versus|with|using|between CLIP"
    r"|whereas|while"
    r"|if|would|could|used (?:in|by|as))\b|\+",
    re.I,
)
"""Such a sentence may speak of what is built around a model."""
_MODEL_LINE = re.compile(r"^(?:model|architecture|network|backbone)\s*:\s*(?P<name>.+)", re.I)
_HAS = re.compile(
    r"(?:'s|’s)?[\s:,]*(?:(?:has|have|had|shows?|showed|exhibits?|uses?|contains?|suffers? from|displays?|an?|the|its"
    r"|their|of|in"
    r"|strong|weak|severe|clear|collaps\w*|learned|pretrained|layers?)\s+){0,6}"
)
_OF = re.compile(r"\s*(?:(?:layers?|heads?|weights?|entropy|collapse|of|in|the|for|within|inside|from)\s+){0,5}")
_LIKENED = re.compile(r"\bfusion\b[^.;]{0,30}?\b(?:similar to|like|same as|as in)\s+(?P<model>[^.;]{2,40})", re.I)
_VALUE = re.compile(r"\d|confirmed|detected|observed|measured|shows?|found", re.I)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+")
_LAYERS = re.compile(
    r"\b(?P<has>(?:has|have|with|contains?|comprises?|consists? of|its|all)\s+)?(?<![\d.])(?P<n>\d{1,3})[\s-]"
    r"(?:transformer |encoder |attention |vision )*layers?\b",
    re.I,
)
_PIXELS = re.compile(
    r"\b(?P<a>\d{3})\s?(?:px|pixels?|×|x\s?\d{3})|\bresolution (?:of |is )?(?P<b>\d{3})|\bat (?P<c>\d{3})\b", re.I
)
_TOKENS = re.compile(
    r"\b(?P<n>\d{2,5})\s+(?P<what>(?:image |visual |vision )*patch(?:es)?|(?:image|visual|vision) tokens)\b", re.I
)


def check(claims: Claims) -> Iterator[Finding]:
    """Attention between modalities in dual encoders; layers and tokens of vision transformers."""
    declared = _declared(claims)
    said: dict[tuple[int, str], list[tuple[Line, str, Model]]] = {}
    for line in claims.holding("cross", "fusion", "vit-"):
        if _CROSSING.search(line.text):
            for sentence in _SENTENCE.split(line.text):
                claim = _CROSSING.search(sentence)
                if claim is None or _DENIED.search(sentence) or _ADDED.search(sentence):
                    continue
                model = _model_of(sentence, claim) or _only_crossing(sentence)
                if (
                    model is None
                    and not models_in(sentence)
                    and (_VALUE.search(sentence) or _measured_below(claims, line))
                ):
                    model = declared.get(line.section)
                if model is not None:
                    said.setdefault((line.section, model.name), []).append((line, claim[0].lower(), model))
        elif likened := _LIKENED.search(line.text):
            yield from _as_another(line, likened)
        yield from _sizes(line)
    for every in said.values():
        line, claimed, model = every[0]
        also = [each for each, *_ in every]
        if model.crosses:
            yield found("consistent", line, f"{claimed} of {model.name}, a {model.architecture}", *also)
        else:
            text = (
                f"{claimed} is said of {model.name}, a {model.architecture}: its towers meet in one product "
                f"of embeddings, and no token attends across ({model.source})"
            )
            yield found("inconsistent", line, text, *also)


def _model_of(sentence: str, claim: re.Match[str]) -> Model | None:
    """The model whose attention is spoken of: named right before or behind it, with no more than a few small words."""
    for model, _ in models_in(sentence):
        for named in model.pattern.finditer(sentence):
            if named.end() <= claim.start() and _HAS.fullmatch(sentence[named.end() : claim.start()]):
                return model
            if named.start() >= claim.end() and _OF.fullmatch(sentence[claim.end() : named.start()]):
                return model
    return None


def _only_crossing(sentence: str) -> Model | None:
    """The one model of a sentence, where it has what is said."""
    named = models_in(sentence)
    return named[0][0] if len(named) == 1 and named[0][0].crosses else None


def _as_another(line: Line, likened: re.Match[str]) -> Iterator[Finding]:
    """Flags fusion that is compared with a model without cross-modal fusion."""
    for model, _ in models_in(likened["model"])[:1]:
        if not model.crosses and not _DENIED.search(line.text):
            text = f"a fusion is likened to {model.name}, a {model.architecture}, which has none ({model.source})"
            text += ": only if the product of two embeddings is meant"
            yield found("depends on reading", line, text)


def _declared(claims: Claims) -> dict[int, Model]:
    """The one model that a section says it is about."""
    every: dict[int, Model | None] = {}
    for line in claims.holding("model", "architecture", "network", "backbone"):
        told = _MODEL_LINE.match(line.text)
        if told and not _CROSSING.search(told["name"]) and not _ADDED.search(told["name"]):
            named = models_in(told["name"])
            if not named:
                continue
            first = named[0][0]
            every[line.section] = first if every.get(line.section, first) == first else None
    return {section: model for section, model in every.items() if model is not None}


def _measured_below(claims: Claims, line: Line) -> bool:
    item = claims.lines_of_item(line)
    below = next((item[at + 1 :] for at, each in enumerate(item) if each is line), ())
    return any(re.search(r"[=≈<>]\s*\d", each.text) for each in below)


def _sizes(line: Line) -> Iterator[Finding]:
    vit = vit_in(line.text) if "ViT" in line.text else None
    if vit is None:
        return
    layers = _LAYERS.search(line.text)
    if layers and vit.layers:
        n = int(layers["n"])
        text = f"{vit.name} has {vit.layers} layers; printed {n}"
        if n == vit.layers:
            yield found("consistent", line, text)
        elif layers["has"] and not re.search(r"\b(?:first|last|top|bottom|final|of its|of the)\b", line.text, re.I):
            yield found("inconsistent", line, text)
    if pixels := _PIXELS.search(line.text):
        vit = vit.at(int(pixels["a"] or pixels["b"] or pixels["c"]))
    tokens = _TOKENS.search(line.text)
    if tokens:
        n = int(tokens["n"])
        text = f"{vit.name} has {vit.tokens - 1} patches and a class token; printed {n} {tokens['what']}"
        holds = n in (vit.tokens - 1, vit.tokens)
        yield found(
            "consistent" if holds else "depends on reading", line, f"{text}{'' if holds else ': only at another size'}"
        )
