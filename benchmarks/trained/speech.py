"""Spoken sentences as pictures: the spectrogram that Whisper hears, of what espeak-ng says."""

from __future__ import annotations

import shutil
import subprocess
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from store.errors import GonogoError
from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from PIL.Image import Image

SENTENCES = (
    "The birch canoe slid on the smooth planks.",
    "Glue the sheet to the dark blue background.",
    "It's easy to tell the depth of a well.",
    "These days a chicken leg is a rare dish.",
    "Rice is often served in round bowls.",
    "The juice of lemons makes fine punch.",
    "The box was thrown beside the parked truck.",
    "The hogs were fed chopped corn and garbage.",
    "Four hours of steady work faced us.",
    "A large size in stockings is hard to sell.",
    "The boy was there when the sun rose.",
    "A rod is used to catch pink salmon.",
    "The source of the huge river is the clear spring.",
    "Kick the ball straight and follow through.",
    "Help the woman get back to her feet.",
    "A pot of tea helps to pass the evening.",
    "Smoky fires lack flame and heat.",
    "The soft cushion broke the man's fall.",
    "The salt breeze came across from the sea.",
    "The girl at the booth sold fifty bonds.",
    "The small pup gnawed a hole in the sock.",
    "The fish twisted and turned on the bent hook.",
    "Press the pants and sew a button on the vest.",
    "The swan dive was far short of perfect.",
    "The beauty of the view stunned the young boy.",
    "Two blue fish swam in the tank.",
    "Her purse was full of useless trash.",
    "The colt reared and threw the tall rider.",
    "It snowed, rained, and hailed the same morning.",
    "Read verse out loud for pleasure.",
    "Hoist the load to your left shoulder.",
    "Take the winding path to reach the lake.",
    "Note closely the size of the gas tank.",
    "Wipe the grease off his dirty face.",
)
"""The first of the Harvard sentences (IEEE 1969), which telephones are tested with."""
RATE, FRAMES = 16_000, 512
"""Samples a second, and spectra of 10 ms each: 5.12 s."""
VOICES = ("en-us", "en-gb")


def pictures(folder: Path) -> list[Image]:
    """A spectrogram a sentence, FRAMES wide; recordings are kept in `folder`."""
    from transformers import WhisperFeatureExtractor

    extractor = WhisperFeatureExtractor()
    made = []
    for index, sentence in enumerate(SENTENCES):
        heard = _spoken(sentence, VOICES[index % len(VOICES)], folder / f"{index:03d}.wav")
        found = extractor(heard, sampling_rate=RATE, padding=False, return_tensors="np").input_features[0]
        made.append(picture(found[:, :FRAMES]))
    return made


def picture(spectrogram: Floats) -> Image:
    """[bands, frames], from -2 to 2, in 256 steps of grey."""
    import PIL.Image

    return PIL.Image.fromarray(((spectrogram + 2) / 4 * 255).round().clip(0, 255).astype(np.uint8), mode="L")


def spectrogram(image: Image) -> Floats:
    """What `picture` shows, [bands, frames]."""
    return np.asarray(image.convert("L"), dtype=np.float32) / 255 * 4 - 2


def _spoken(sentence: str, voice: str, path: Path) -> Floats:
    """Samples from -1 to 1, cut or filled with silence."""
    from scipy.signal import resample_poly

    program = shutil.which("espeak-ng")
    if program is None:
        raise GonogoError("espeak-ng, which speaks to Whisper, is not on this machine; install the package espeak-ng")
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([program, "-v", voice, "-s", "155", "-w", str(path), sentence], check=True)
    with wave.open(str(path)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768
    whole = np.zeros(FRAMES * RATE // 100)
    heard = resample_poly(samples, RATE, rate)[: len(whole)]
    whole[: len(heard)] = heard
    return whole
