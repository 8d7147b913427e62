"""What a model's processor makes of images and captions; what it refuses, or would misread, is told in one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from store.errors import BadInput, GonogoError, first_line
from tasks.diagnostics.families.tokens import special_ids
from tasks.memory import is_out_of_memory

if TYPE_CHECKING:
    from PIL.Image import Image

Made = dict[str, Any]
Work = Callable[[Sequence["Image"], Sequence[str]], Made]
"""Preprocessing of image-caption pairs, as many of one as of the other."""

_SHOWN = 60
"""Letters of a caption that are shown of it."""


def prepared(key: str, work: Work, images: Sequence[Image], captions: Sequence[str]) -> Made:
    """What `work` makes of pairs. Raises BadInput, naming the first image or caption that it refuses."""
    try:
        return work(images, captions)
    except Exception as error:
        if not _foreign(error):
            raise
        for image, caption in zip(images, captions, strict=True):
            if (said := _refusal(work, image, caption)) is not None:
                at_fault = _fault(work, image, caption)
                raise BadInput(f"{key}: its processor refuses {at_fault} ({said}); take it out") from error
        raise BadInput(f"{key}: its processor refuses pairs that it takes one by one ({first_line(error)})") from error


def refuse_reserved(key: str, tokenizer: Any, captions: Sequence[str], *more: str | None) -> None:
    """Raise BadInput for a caption that spells a special token, or one of `more`: it would not be read as text."""
    reserved = _reserved(tokenizer, more)
    for caption in captions:
        if found := next((token for token in reserved if token in caption), None):
            raise BadInput(f"{key}: the caption {shown(caption)} spells the model's own token {found!r}; take it out")


def shown(caption: str) -> str:
    """A caption in quotation marks, shortened."""
    return repr(caption if len(caption) <= _SHOWN else f"{caption[:_SHOWN]}…")


def _reserved(tokenizer: Any, more: Sequence[str | None]) -> list[str]:
    """The longest first, as some are parts of others. An unknown word is text, though its token is called special."""
    special = set(special_ids(tokenizer))
    added = tokenizer.added_tokens_decoder
    unknown = tokenizer.unk_token_id if tokenizer.unk_token_id not in special else None
    special |= {id for id, token in added.items() if token.special and id != unknown}
    names = {str(token) for token in tokenizer.convert_ids_to_tokens(sorted(special))}
    names |= {str(token) for token in more if token}
    return sorted((name for name in names if name.strip()), key=lambda name: (-len(name), name))


def _foreign(error: Exception) -> bool:
    return not isinstance(error, GonogoError | ImportError) and not is_out_of_memory(error)


def _refusal(work: Work, image: Image, caption: str) -> str | None:
    """What is said against a pair by itself; None where nothing is."""
    try:
        work([image], [caption])
    except Exception as error:
        if not _foreign(error):
            raise
        return first_line(error)
    return None


def _fault(work: Work, image: Image, caption: str) -> str:
    """The image or the caption of a pair that is refused, whichever another one in its place would mend."""
    import PIL.Image

    side = max(image.size)
    if _refusal(work, PIL.Image.new("RGB", (side, side)), caption) is None:
        return f"an image of {image.width} x {image.height} pixels"
    if _refusal(work, image, "a picture") is None:
        return f"the caption {shown(caption)}"
    return f"an image of {image.width} x {image.height} pixels with the caption {shown(caption)}"
