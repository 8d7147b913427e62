"""Decoding one image file, with every way in which it can be unusable told in one line."""

from __future__ import annotations

import hashlib
import io
import warnings
from typing import TYPE_CHECKING

from store.errors import OF_THE_MACHINE, BadInput
from tasks.diagnostics.datasets.sample import CaptionedImage

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
"""Formats that are decoded in this process; others (such as EPS) would start another program."""

MAX_PIXELS = 80_000_000
"""Larger images are taken for decompression bombs."""


def read_image(sample: CaptionedImage) -> tuple[Image, str]:
    """The image of a sample in RGB, fully decoded, and the SHA-256 of its file in hex.

    Raises BadInput when the file is missing, is not an image, is cut short, or is too large.
    """
    data = _read_bytes(sample)
    return _decode(data, sample), hashlib.sha256(data).hexdigest()


def _read_bytes(sample: CaptionedImage) -> bytes:
    try:
        return sample.path.read_bytes()
    except FileNotFoundError:
        raise BadInput(f"{sample.path}: image {sample.image_id} is missing; put it there or leave it out") from None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in OF_THE_MACHINE:
            raise
        raise BadInput(f"{sample.path}: image {sample.image_id} cannot be read ({error}); check the file") from None


def _decode(data: bytes, sample: CaptionedImage) -> Image:
    import PIL.Image

    where = f"{sample.path}: image {sample.image_id}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PIL.Image.DecompressionBombWarning)  # our own limit is lower, and an error
            opened = PIL.Image.open(io.BytesIO(data), formats=FORMATS)
        with opened as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise BadInput(f"{where} has {width} x {height} pixels, over {MAX_PIXELS}; scale it down")
            return image.convert("RGB")
    except PIL.Image.DecompressionBombError:
        raise BadInput(f"{where} is too large to be decoded safely; scale it down") from None
    except PIL.UnidentifiedImageError:
        raise BadInput(f"{where} is not an image of a known format ({', '.join(FORMATS)}); replace it") from None
    except BadInput:
        raise
    except Exception as error:  # a damaged file makes the decoders fail in many ways, struct.error and SyntaxError too
        raise BadInput(f"{where} is damaged ({type(error).__name__}: {error}); replace the file") from None
