"""Resamples of images, drawn once and shared by everything that was measured on those images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.statistics.adequacy import Floats

RESAMPLES = 10_000
"""Resamples that put the Monte Carlo error of a 95 % bound at a few hundredths of a standard error."""

CHUNK_BYTES = 32 * 2**20
"""Most memory that the arrays of one chunk of work may take together."""

CACHE_BYTES = 4 * 2**20
"""What a chunk of work is quickest with, where its size costs nothing."""

_TILE_ROWS, _TILE_IMAGES, _TILE_PRODUCTS = 64, 256, 2**19 - 1
"""OpenBLAS starts threads from 2 · 2^18 products on."""

_FEW_BYTES = 2**16
"""Small enough for memory to be used again at once, instead of being asked for."""


@dataclass(frozen=True, slots=True)
class Resamples:
    """`size` resamples of `n` images, drawn with replacement. Made by `draw`.

    They are not kept but drawn again from `seed` each time they are walked through, always the same, so that all rows
    share them while memory holds a chunk. How they are cut into chunks changes none of them.
    """

    n: int
    size: int
    seed: int

    def indices(self, beside: int = 0) -> Iterator[tuple[slice, NDArray[np.int64]]]:
        """Chunk by chunk, which resamples these are and the images they hold, shape [chunk, n].

        `beside` is how many further numbers the caller holds for each resample.
        """
        rng = np.random.default_rng(self.seed)
        for part in chunks(self.size, 3 * self.n + beside):
            yield part, rng.integers(0, self.n, (part.stop - part.start, self.n))

    def counts(self, beside: int = 0) -> Iterator[tuple[slice, Floats]]:
        """Chunk by chunk, how often each image is in each resample, shape [chunk, n].

        A mean over every resample is then one product of matrices, for all rows together.
        """
        rng = np.random.default_rng(self.seed)
        for part in chunks(self.size, 2 * self.n + beside):
            counts = np.empty((part.stop - part.start, self.n))
            for few in chunks(len(counts), self.n, _FEW_BYTES):
                cells = rng.integers(0, self.n, (few.stop - few.start, self.n))
                cells += self.n * np.arange(len(cells))[:, None]
                counts[few] = np.bincount(cells.reshape(-1), minlength=cells.size).reshape(cells.shape)
            yield part, counts


def draw(n: int, rng: np.random.Generator, size: int = RESAMPLES) -> Resamples:
    """`size` resamples of `n` images. Generators in equal states give the same.

    Raises ValueError when there are fewer than two images or no resamples.
    """
    if n < 2:
        raise ValueError(f"n: resamples need at least two images, not {n}")
    if size < 1:
        raise ValueError(f"resamples: at least one is needed, not {size}")
    return Resamples(n, size, int(rng.integers(2**63)))


def products(rows: Floats, counts: Floats, out: Floats | None = None) -> Floats:
    """Sum of each row, [rows, n], over each resample, [resamples, n]: shape [rows, resamples], in `out` if given.

    The product is cut into tiles that BLAS computes on one thread. Its threads wait for one another, which on a machine
    that is busy takes many times as long as the work, and the sums do not depend on how many there are.
    """
    found = np.empty((len(rows), len(counts))) if out is None else out
    inner = range(0, rows.shape[-1], _TILE_IMAGES)
    wide = max(1, _TILE_PRODUCTS // (_TILE_ROWS * min(rows.shape[-1], _TILE_IMAGES)))
    for top in range(0, len(rows), _TILE_ROWS):
        for left in range(0, len(counts), wide):
            tile = found[top : top + _TILE_ROWS, left : left + wide]
            for at in inner:
                ours = rows[top : top + _TILE_ROWS, at : at + _TILE_IMAGES]
                theirs = counts[left : left + wide, at : at + _TILE_IMAGES].T
                if at == 0:
                    np.matmul(ours, theirs, out=tile)
                else:
                    tile += ours @ theirs
    return found


def blocks(rows: int, resamples: Resamples, beside: int) -> Iterator[tuple[slice, Iterable[tuple[slice, Floats]]]]:
    """Cut `rows` that hold a number for each resample into blocks; with each, the counts of all resamples in chunks.

    `beside` is how many further numbers of a row the caller holds for each resample of a chunk. Counts are kept from
    block to block where they fit into a chunk, else drawn again for every block, which is larger then.
    """
    fit = 8 * resamples.size * resamples.n <= CHUNK_BYTES
    for part in chunks(rows, 2 * resamples.size, CACHE_BYTES if fit else CHUNK_BYTES):
        width = beside * (part.stop - part.start)
        if part.start == 0 or not fit:
            counts: Iterable[tuple[slice, Floats]] = resamples.counts(width)
        if part.start == 0 and fit:
            counts = list(counts)
        yield part, counts


def chunks(length: int, width: int, most: int | None = None) -> Iterator[slice]:
    """Cut `length` items of `width` numbers each into slices of at most `most` bytes, or of one item."""
    step = max(1, (CHUNK_BYTES if most is None else most) // (8 * max(width, 1)))
    for start in range(0, length, step):
        yield slice(start, min(start + step, length))
