"""Images and captions that a model cannot take, in every family: each is told in one line that names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from store.errors import BadInput

from .conftest import TINY
from .test_encoders import images

PAIRS = [name for name in TINY if name.partition(":")[0] not in ("openclip", "clip", "siglip", "align", "altclip")]
PAIRS.remove("chinese_clip:tiny")
DECODERS = {
    **dict.fromkeys(("blip-2", "instructblip", "llava", "llava_next", "idefics", "idefics2", "idefics3"), "<image>"),
    **dict.fromkeys(("paligemma", "chameleon"), "<image>"),
    **dict.fromkeys(("qwen2_vl", "qwen2_5_vl"), "<|image_pad|>"),
    "mllama": "<|image|>",
}
"""Family -> its token for an image."""

Load = Callable[[str], Any]


def run(model: Any, pictures: Any, captions: Any) -> None:
    import torch

    with torch.inference_mode():
        for work in model.passes(pictures, captions):
            work.run()


@pytest.mark.parametrize("key", DECODERS)
def test_a_caption_that_spells_the_token_of_an_image_is_refused_by_name(key: str, tiny: Load) -> None:
    with pytest.raises(BadInput) as caught:
        run(tiny(f"{key}:tiny"), images((32, 32), (32, 32)), [["a star"], [f"an {DECODERS[key]} of one"]])
    assert str(caught.value) == (
        f"{key}: the caption 'an {DECODERS[key]} of one' spells the model's own token '{DECODERS[key]}'; take it out"
    )


@pytest.mark.parametrize("name", PAIRS)
def test_a_caption_may_hold_any_other_letters(name: str, tiny: Load) -> None:
    run(tiny(name), images((32, 32)), [["a <b> & [thing] {of} |x| <images> </b>"]])


@pytest.mark.parametrize("size", [(2000, 1), (1, 2000), (1, 1)])
@pytest.mark.parametrize("name", TINY)
def test_an_image_of_any_shape_is_measured_or_refused_by_its_size(name: str, size: tuple[int, int], tiny: Load) -> None:
    try:
        run(tiny(name), images((32, 32), size), [["a star"], ["a line"]])
    except BadInput as error:
        assert f"its processor refuses an image of {size[0]} x {size[1]} pixels (" in str(error)
        assert str(error).endswith("; take it out")
        assert "\n" not in str(error)
        assert name.startswith(("vilt", "bridgetower", "qwen2")), "which keep the shape of an image"


@pytest.mark.parametrize("name", ["vilt:tiny", "bridgetower:tiny", "qwen2_vl:tiny"])
def test_an_image_that_scales_to_nothing_is_refused(name: str, tiny: Load) -> None:
    with pytest.raises(BadInput, match="refuses an image of 2000 x 1 pixels"):
        run(tiny(name), images((32, 32), (2000, 1)), [["a star"], ["a line"]])


def test_what_is_refused_for_want_of_memory_is_no_fault_of_an_image(
    tiny: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny("vilt:tiny")

    def full(*_: Any) -> dict[str, Any]:
        raise MemoryError

    monkeypatch.setattr(model.family, "inputs", full)
    with pytest.raises(MemoryError):
        run(model, images((32, 32)), [["a star"]])


def test_a_caption_without_room_is_shown_by_how_it_begins(tiny: Load) -> None:
    with pytest.raises(BadInput, match=r"llava: an image with the caption 'star star .*…' takes 3018 tokens"):
        run(tiny("llava:tiny"), images((32, 32), (32, 32)), [["a"], ["star " * 600]])


CUT = [name for name in TINY if name.partition(":")[0] not in DECODERS]
"""Models whose makers cut a caption to the context; the others have no such custom, and refuse it."""


@pytest.mark.parametrize("name", CUT)
def test_captions_that_are_cut_are_counted(name: str, tiny: Load) -> None:
    model = tiny(name)
    length = context(model)
    fits, one_more = words(model, length), words(model, length + 1)
    for captions, cut in (([fits], 0), ([one_more], 1), ([fits, "a star", "star " * 600, one_more], 2)):
        passes = model.passes(images((32, 32)), [captions])
        assert sum(work.cut for work in passes) == cut, (len(captions), cut)


def context(model: Any) -> int:
    """Tokens that a caption may have, those that begin and end it included."""
    if hasattr(model, "family"):
        return int(model.family.longest(model.module.config))
    return int(model.texts(["a"]).ids.shape[1])


def words(model: Any, tokens: int) -> str:
    """A caption of so many tokens."""
    if hasattr(model, "family"):
        return "a" * (tokens - len(model.tokenizer("")["input_ids"]))
    return "a " * (tokens - 1 - int(model.texts([""]).eot[0]))


def test_the_tokenizer_that_came_with_a_model_tells_what_it_cuts(tmp_path: Any) -> None:
    from tasks.diagnostics.families.tokenizing import OwnTokenizer
    from tasks.diagnostics.families.tokens import bert_tokenizer

    tokenize = OwnTokenizer(bert_tokenizer(8), 8, masks_padding=True)
    assert tokenize(["a" * 6, "a"]).cut == 0
    found = tokenize(["a" * 7, "a", "a" * 50])
    assert found.cut == 2
    assert found.ids.shape == (3, 8)


def test_a_caption_that_spells_the_end_of_a_text_is_refused_by_two_towers_as_well() -> None:
    from open_clip import SimpleTokenizer

    from tasks.diagnostics.families.tokenizing import OwnTokenizer, PlainTokenizer
    from tasks.diagnostics.families.tokens import roberta_tokenizer

    with pytest.raises(BadInput, match="the caption 'a </s> star' spells the model's own token '</s>'; take it out"):
        OwnTokenizer(roberta_tokenizer(16), 16, masks_padding=True)(["a star", "a </s> star"])
    bpe = SimpleTokenizer(context_length=16)
    with pytest.raises(BadInput, match="the caption 'a <end_of_text> star' spells the model's own end of a text; take"):
        PlainTokenizer(bpe, bpe.eot_token_id, 0)(["a star", "a <end_of_text> star"])
