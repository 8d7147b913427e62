"""The page: what was said of each model as it is, and of each plant; every number is of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.planted.prose import paragraph, points
from benchmarks.trained.findings import Found, Range
from benchmarks.trained.heads import Head
from benchmarks.trained.measuring import PAIRS, SCALES
from benchmarks.trained.models import Trained
from tasks.diagnostics.kinds import limits
from tasks.diagnostics.kinds.words import places_in_words

ABOUT = """
Written by `{command}`. Each model was trained by others, for its own purpose, and is diagnosed as a user would, on
inputs of its own kind. Nothing says that such a model is sound but that it does its task: here it is far above
re-initialised copies, and people use it. So a verdict of harm would be false, and a kind that is named has to be
looked at. Limits are those of `tasks/diagnostics/kinds/limits.py` and `tasks/diagnostics/harm/judging.py`. Two rules
are younger than the first look at these models, and so are not borne out by them: the first layer of RXNMapper was
called static, where half of the heads point to one place and a share of .08 of the KL, .18 nats, follows the input, and
has not been since less than .06 nats must follow it; DINOv2 was called harmful where it has to find crops by their
colours, and has not been since nothing is said at the floor of what copies with random weights can do.
"""
STATES = """
Ranges are over the layers of a role: the least and the greatest. `KL`: divergence from uniform attention, nats;
`share of entropy`: of what uniform attention would have; `follows`: share of the KL that follows the input; `heads
apart`: share that tells heads apart; `tokens apart`: share of the variance of tokens that lies within inputs. All but
the last two are of attention without its sinks.
"""
HARM = """
`Loss` is of the model's own task on {pairs} pairs, nats; `floor` that of re-initialised copies; `rivals` the share of
wrong answers that are less likely than the right one, in the model and in copies (0.5 by guessing). Nothing is named to
compare with, so that `undecided` is the best that can be said.
"""
PLANTED = """
In all layers of one role, scores are multiplied by 8, or by 0. `Found`: layers of the role in which the kind is named
that this makes. `Harm` is told beside the same weights without the plant, `alone` without them. Layers are not tried
one by one here, as a diagnosis would do, so that `alone` may be missed more often than there. A role that reads what
the plant spoils may show a kind for that.
"""
NAMED = """
Where a kind is named in a model as it is. Heads are in their order; `keys` is e^H; `place` is the one that
takes most attention, counted from the row's own (-1: the one before), of those up to eight away.
"""
CANNOT = (
    "One set of weights a model, and few pairs: shares of models are no rates, and layers of a model not independent.",
    "The material is narrow: reactions are made of twelve textbook ones, prose is about Python, the voice is "
    "synthetic, two windows of a photograph are alike. In more varied inputs more of the attention may follow them.",
    "Whisper is given 5.12 s in place of 30 s, SmolLM2 40 tokens in place of thousands; DINOv2 was tuned for saliency, "
    "and SmolLM2 cut to 4 bits, by those who packed them.",
    "Whether a kind would be found that training made in models as large: nothing here collapsed in training.",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One model: as it is, with each plant, and the heads of layers in which a kind was named."""

    model: Trained
    states: tuple[Found, ...]
    heads: Mapping[str, tuple[Head, ...]]

    @property
    def own(self) -> Found:
        """As it is."""
        return self.states[0]


def page(rows: Sequence[Row], command: str) -> str:
    """The whole page in Markdown."""
    parts = [
        "# Are verdicts right about transformers that others trained?",
        paragraph(ABOUT.format(command=command)),
        points(*_told(rows)),
        "## The models",
        _models(rows),
        "## Kinds, in the models as they are",
        paragraph(STATES),
        _states(rows),
        "## Harm, of the models as they are",
        paragraph(HARM.format(pairs=PAIRS)),
        _harm(rows),
        *_false(rows),
        "## Planted controls",
        paragraph(PLANTED),
        _planted(rows),
        *_named(rows),
        "## What this does not show",
        points(*CANNOT),
    ]
    return "\n\n".join(parts) + "\n"


def _told(rows: Sequence[Row]) -> list[str]:
    """What the tables amount to."""
    harmful = [row.model.title for row in rows if row.own.label == "harmful"]
    once = [row for row in rows if row.model.roles]  # not the same weights with another task
    layers = sum(role.layers for row in once for role in row.own.roles)
    named = {(row.model.name, place) for row in once for kind, at in _collapsed(row.own).items() for place in at}
    told = [
        f"Called harmful: {len(harmful)} of {len(rows)} models{_listed(harmful)}.",
        f"Layers in which a kind is named, in models as they are: {len(named)} of {layers}"
        f"{_listed([f'{name} {place}' for name, place in sorted(named)])}.",
    ]
    for scale, kind in SCALES:
        tried = [(row, found) for row in rows for found in row.states[1:] if _scale(found) == scale]
        whole = sum(_layers(found) for _, found in tried)
        got = sum(len(_here(found, kind)) for _, found in tried)
        harm = sum(found.label == "harmful" for _, found in tried)
        told.append(
            f"Scores times {scale:g}, {len(tried)} roles: {kind} in {got} of {whole} layers; called harmful in "
            f"{harm} of {len(tried)}, and alone in {sum(found.alone == 'harmful' for _, found in tried)}."
        )
    for row in rows:
        left = len(SCALES) * len(row.model.roles) - len(row.states[1:])
        if left:
            told.append(f"Not measured, so missing below: {left} plants of {row.model.title}.")
    return told


def _listed(names: Sequence[str]) -> str:
    return f" ({', '.join(names)})" if names else ""


def _models(rows: Sequence[Row]) -> str:
    lines = ["| Model | Package | Licence | What it is given, and its task |", "|---|---|---|---|"]
    for row in rows:
        model = row.model
        lines.append(f"| {model.title} | {', '.join(model.packages)} | {model.licence} | {model.given} |")
    return "\n".join(lines)


def _states(rows: Sequence[Row]) -> str:
    lines = [
        "| Model | Role | Layers | Keys | KL | Share of entropy | Follows | Heads apart | Tokens apart | Kinds named "
        "| Sinks described |",
        "|---|---|---:|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        for role in row.own.roles:
            mine = {kind: [at for at in places if _is_of(at, role.role)] for kind, places in row.own.kinds.items()}
            kinds = "; ".join(f"{kind}: {_places(at)}" for kind, at in mine.items() if at and kind != "sink")
            lines.append(
                f"| {row.model.title} | {role.role} | {role.layers} | {_range(role.keys, 0)} | {_range(role.kl, 2)} | "
                f"{_range(role.entropy, 2)} | {_range(role.follows, 2)} | {_range(role.apart, 2)} | "
                f"{_range(role.within, 2) if role.within else ''} | {kinds or 'none'} | {_sinks(mine, role.sink)} |"
            )
    return "\n".join(lines)


def _sinks(kinds: Mapping[str, Sequence[str]], most: float) -> str:
    at = kinds.get("sink", ())
    return f"{len(at)} layers, {most:.2f} of attention at most" if at else f"none, {most:.2f} at most"


def _harm(rows: Sequence[Row]) -> str:
    lines = ["| Model | Loss | Floor | Rivals | Harm | Reason |", "|---|---:|---:|---|---|---|"]
    for row in rows:
        own = row.own
        rivals = f"{own.rivals[0]:.3f}, {own.rivals[1]:.3f}"
        need = "".join(f" Its {modality}: {word}." for modality, word in own.need.items())
        lines.append(
            f"| {row.model.title} | {own.loss:.3f} | {own.floor:.3f} | {rivals} | {own.label} | {own.reason}{need} |"
        )
    return "\n".join(lines)


def _false(rows: Sequence[Row]) -> list[str]:
    """What is to be said of each model that is called harmful as it is."""
    parts = []
    for row in rows:
        own = row.own
        if own.label == "harmful":
            text = f"**{row.model.title} is called harmful as it is**, which is false of the weights: {own.reason} "
            if own.rivals[0] < own.rivals[1]:
                text += (
                    f"Copies with random weights beat {own.rivals[1]:.2f} of rivals, the model {own.rivals[0]:.2f}: "
                    "the task can be done without what training gives, and less well with it. Who gives a model such a "
                    "task is told of harm that is none."
                )
            parts.append(paragraph(text))
    return parts


def _planted(rows: Sequence[Row]) -> str:
    lines = [
        "| Model | Role | Scores | Kind made | Found | Other kinds | KL there | Loss | Without | Harm | Alone |",
        "|---|---|---|---|---|---|---|---:|---:|---|---|",
    ]
    for row in rows:
        for found in row.states[1:]:
            role = _role(found)
            kind = dict(SCALES)[_scale(found)]
            others = {
                name: at
                for name, places in _collapsed(found).items()
                if (at := [p for p in places if not (name == kind and _is_of(p, role))])
            }
            kl = next(_range(one.kl, 2) for one in found.roles if one.role == role)
            lines.append(
                f"| {row.model.title} | {role} | x {_scale(found):g} | {kind} | {len(_here(found, kind))} of "
                f"{_layers(found)} | {'; '.join(f'{name}: {places_in_words(at)}' for name, at in others.items())} | "
                f"{kl} | {found.loss:.3f} | {row.own.loss:.3f} | {found.label} | {found.alone} |"
            )
    return "\n".join(lines)


def _named(rows: Sequence[Row]) -> list[str]:
    parts = []
    for row in rows:
        for one in row.own.named:
            parts.append(
                paragraph(
                    f"**{row.model.title}, {places_in_words([one.place])}: {', '.join(one.kinds)}.** Of {one.keys:.0f} "
                    f"keys, KL {one.kl:.2f} nats, of which {one.follows:.3f} follows the input (static below "
                    f"{limits.FIXED:g} and {limits.NEAR_OTHERS:g} nats) and {one.apart:.2f} tells heads apart "
                    f"(redundant below {limits.AGREEING:g} and as many nats); "
                    f"entropy {one.entropy:.2f} nats (peaked below {one.narrow:.2f}). {_why(row.heads[one.place])}"
                )
            )
            parts.append(_heads(row.heads[one.place]))
    return ["## Where a kind is named, and why", paragraph(NAMED), *parts] if parts else []


def _why(heads: Sequence[Head]) -> str:
    """What makes the numbers of a layer, in words that the table below bears out."""
    placed = [at for at, head in enumerate(heads) if head.there > 0.5]
    content = [at for at, head in enumerate(heads) if head.follows > limits.FIXED]
    special = [at for at, head in enumerate(heads) if head.special > 0.5]
    whole = sum(head.kl for head in heads)
    told = []
    for which, where in ((placed, "one place, counted from the row's own"), (special, "special tokens")):
        if which:
            part = sum(heads[at].kl for at in which) / whole
            told.append(
                f"More than half of the attention of head{'s' if len(which) > 1 else ''} {_numbers(which)} goes to "
                f"{where}, which makes {part:.0%} of the layer's KL."
            )
    mean = sum(head.follows for head in heads) / len(heads)
    told.append(
        f"In {len(content)} of {len(heads)} heads more than {limits.FIXED:g} of the KL follows the input; the mean of "
        f"the heads' own shares is {mean:.2f}."
    )
    return " ".join(told)


def _numbers(which: Sequence[int]) -> str:
    return ", ".join(str(at) for at in which)


def _heads(heads: Sequence[Head]) -> str:
    lines = [
        "| Head | Keys | KL | Follows | Place | Attention there | Special tokens |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for at, head in enumerate(heads):
        lines.append(
            f"| {at} | {head.keys:.1f} | {head.kl:.2f} | {head.follows:.2f} | {head.offset:+d} | {head.there:.2f} | "
            f"{head.special:.2f} |"
        )
    return "\n".join(lines)


def _collapsed(found: Found) -> dict[str, tuple[str, ...]]:
    return {kind: at for kind, at in found.kinds.items() if kind != "sink"}


def _here(found: Found, kind: str) -> list[str]:
    """Where a kind is named in the role of the plant."""
    return [place for place in found.kinds.get(kind, ()) if _is_of(place, _role(found))]


def _layers(found: Found) -> int:
    return next(role.layers for role in found.roles if role.role == _role(found))


def _role(found: Found) -> str:
    return found.plant.partition(",")[0].removeprefix("tower=")


def _scale(found: Found) -> float:
    return float(found.plant.partition("scale=")[2])


def _is_of(place: str, role: str) -> bool:
    return place.partition("/")[0] == role


def _places(places: Sequence[str]) -> str:
    return f"layer{'s' if len(places) > 1 else ''} {', '.join(str(int(at.partition('/')[2])) for at in places)}"


def _range(values: Range, digits: int) -> str:
    low, high = (f"{round(value, digits) + 0.0:.{digits}f}" for value in values)
    return low if low == high else f"{low} – {high}"
