"""The model families that can be measured; a new one is a file here and a line in FAMILIES."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from store.errors import unknown
from tasks.diagnostics.families import own
from tasks.diagnostics.families.family import Family

FAMILIES: dict[str, str] = {
    "openclip": "tasks.diagnostics.families.openclip:OpenClip",
    "clip": "tasks.diagnostics.families.clip:Clip",
    "siglip": "tasks.diagnostics.families.siglip:Siglip",
    "align": "tasks.diagnostics.families.align:Align",
    "altclip": "tasks.diagnostics.families.altclip:AltClip",
    "chinese_clip": "tasks.diagnostics.families.chinese_clip:ChineseClip",
    "blip": "tasks.diagnostics.families.blip:Blip",
    "blip-2": "tasks.diagnostics.families.blip2:Blip2",
    "instructblip": "tasks.diagnostics.families.instructblip:InstructBlip",
    "bridgetower": "tasks.diagnostics.families.bridgetower:BridgeTower",
    "flava": "tasks.diagnostics.families.flava:Flava",
    "git": "tasks.diagnostics.families.git:Git",
    "vilt": "tasks.diagnostics.families.vilt:Vilt",
    "llava": "tasks.diagnostics.families.llava:Llava",
    "llava_next": "tasks.diagnostics.families.llava_next:LlavaNext",
    "idefics": "tasks.diagnostics.families.idefics:Idefics",
    "idefics2": "tasks.diagnostics.families.idefics2:Idefics2",
    "idefics3": "tasks.diagnostics.families.idefics3:Idefics3",
    "qwen2_vl": "tasks.diagnostics.families.qwen2_vl:Qwen2VL",
    "qwen2_5_vl": "tasks.diagnostics.families.qwen2_5_vl:Qwen25VL",
    "paligemma": "tasks.diagnostics.families.paligemma:PaliGemma",
    "mllama": "tasks.diagnostics.families.mllama:Mllama",
    "chameleon": "tasks.diagnostics.families.chameleon:Chameleon",
}
"""Key of a family -> where its class is. Importing one imports no model library."""


def known() -> tuple[str, ...]:
    """Keys of all families: those of this package, and those that installed packages bring."""
    return (*FAMILIES, *(key for key in own.installed() if key not in FAMILIES))


def find_family(key: str, workspace: Path | None = None) -> Family:
    """The family of a key: one of FAMILIES, an entry point of group `gonogo.families`, or `package.module.Class`.

    A module is looked for among what is installed, then in `workspace`. Raises BadInput, naming close matches, when
    there is no such family, and for what is wrong with one from elsewhere.
    """
    if key in FAMILIES:
        module, _, name = FAMILIES[key].partition(":")
        family: Family = getattr(import_module(module), name)()
        return family
    if found := own.from_entry_point(key):
        return found
    if "." in key:
        return own.from_path(key, workspace)
    raise unknown("family", key, known())
