"""BCa intervals of many means beside scipy's bootstrap, vectorised and in a loop, with the same number of resamples."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.timing import Row, compared, interleaved

SAMPLES = 1_152
IMAGES = 100
RESAMPLES = 1_000
LOOPED = 16


def rows() -> Iterator[Row]:
    """Time of one interval: ours and scipy's of one array of samples, and scipy's of one sample after another."""
    import numpy as np
    from scipy.stats import bootstrap

    from tasks.statistics.bootstrap import mean_intervals
    from tasks.statistics.clusters import of_images
    from tasks.statistics.resampling import draw

    x = np.random.default_rng(0).exponential(size=(SAMPLES, IMAGES))
    rng = np.random.default_rng(1)

    def ours() -> None:
        mean_intervals(of_images(x), draw(IMAGES, rng, RESAMPLES))

    def vectorised() -> None:
        # In batches that stay near the cache, which is quicker than all resamples at once.
        bootstrap((x,), np.mean, n_resamples=RESAMPLES, batch=10, axis=-1, method="BCa", rng=rng)

    def loop() -> None:
        for sample in x[:LOOPED]:
            bootstrap((sample,), np.mean, n_resamples=RESAMPLES, method="BCa", rng=rng)

    what = f"BCa interval, n = {IMAGES}, B = {RESAMPLES}"
    mine, theirs = interleaved(ours, vectorised, 7)
    yield compared(what, mine, theirs, "scipy's bootstrap, vectorised", "µs", SAMPLES)
    mine, theirs = interleaved(ours, loop, 7)
    yield compared(what, mine, theirs / LOOPED * SAMPLES, "scipy's bootstrap, in a loop", "µs", SAMPLES)
