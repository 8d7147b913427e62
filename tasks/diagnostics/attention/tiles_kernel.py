"""The kernel of `tiles`, in the language of Triton, which importing this needs."""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit  # type: ignore[untyped-decorator]
def entropy_of_rows(  # type: ignore[no-untyped-def]
    q_at, k_at, mask_at, labels_at, lse_at, entropy_at, mass_at, surprise_at,
    q_b, q_h, q_m, q_d, k_b, k_h, k_n, k_d, mask_b, mask_h, mask_m, mask_n, labels_b, labels_n,
    serves, queries, keys, width, first, scale,
    CAUSAL: tl.constexpr, MASKED: tl.constexpr, GROUPED: tl.constexpr, GROUPS: tl.constexpr,
    SLOTS: tl.constexpr, WIDTH: tl.constexpr, ROWS: tl.constexpr, KEYS: tl.constexpr, LOW: tl.constexpr,
    BLOCKED: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """One tile of rows of one head of one sample; see `tiles.by_tiles`, whose arguments these are."""
    h, tiles = tl.program_id(1), tl.cdiv(queries, ROWS)
    b, begin = (tl.program_id(0) // tiles).to(tl.int64), tl.program_id(0) % tiles * ROWS
    rows = begin + tl.arange(0, ROWS)
    across, slots = tl.arange(0, WIDTH), tl.arange(0, SLOTS)
    held = rows < queries
    q = tl.load(
        q_at + b * q_b + h * q_h + rows[:, None] * q_m + across[None, :] * q_d,
        mask=held[:, None] & (across[None, :] < width), other=0.0,
    )  # fmt: skip
    top = tl.full([ROWS], LOW, tl.float32)
    total = tl.zeros([ROWS, SLOTS], tl.float32)
    spread = tl.zeros([ROWS, SLOTS], tl.float32)
    stop = keys
    if CAUSAL:
        stop = tl.minimum(keys, tl.maximum(0, tl.minimum(queries, begin + ROWS) - first))
    for start in range(0, stop, KEYS):
        cols = start + tl.arange(0, KEYS)
        there = cols < keys
        k = tl.load(
            k_at + b * k_b + (h // serves) * k_h + cols[None, :] * k_n + across[:, None] * k_d,
            mask=there[None, :] & (across[:, None] < width), other=0.0,
        )  # fmt: skip
        s = tl.dot(q, k, input_precision=PRECISION) * scale
        free = held[:, None] & there[None, :]
        if CAUSAL:
            free = free & (cols[None, :] + first <= rows[:, None])
        if MASKED > 0:
            m = tl.load(
                mask_at + b * mask_b + h * mask_h + rows[:, None] * mask_m + cols[None, :] * mask_n,
                mask=free, other=0,
            )  # fmt: skip
            if MASKED == 1:
                free = free & (m != 0)
            else:
                added = m.to(tl.float32)
                free = free & ~(added <= BLOCKED)
                s += added
        s = tl.where(free, s, LOW)
        higher = tl.maximum(top, tl.max(s, axis=1))
        t = tl.where(free, s - higher[:, None], 0.0)
        p = tl.where(free, tl.exp(t), 0.0)
        shrunk = tl.exp(top - higher)[:, None]
        spread = shrunk * (spread + total * (top - higher)[:, None])
        total = shrunk * total
        if not GROUPED:
            total += tl.sum(p, axis=1)[:, None]
            spread += tl.sum(p * t, axis=1)[:, None]
        else:
            labels = tl.load(labels_at + b * labels_b + cols * labels_n, mask=there, other=-1)
            for group in tl.static_range(GROUPS):
                member = tl.where(labels == group, 1.0, 0.0)[None, :]
                here = (slots == group)[None, :]
                total += tl.where(here, tl.sum(p * member, axis=1)[:, None], 0.0)
                spread += tl.where(here, tl.sum(p * t * member, axis=1)[:, None], 0.0)
        top = higher
    whole = tl.sum(total, axis=1)
    some = tl.where(whole > 0, whole, 1.0)
    some = tl.where(whole != whole, whole, some)
    log_whole = tl.log(some)
    place = (b * tl.num_programs(1) + h) * queries + rows
    tl.store(lse_at + place, (top + log_whole).to(tl.float64), mask=held)
    tl.store(entropy_at + place, log_whole - tl.sum(spread, axis=1) / some, mask=held)
    if GROUPED:
        each = place[:, None] * GROUPS + slots[None, :]
        kept = held[:, None] & (slots[None, :] < GROUPS)
        share = total / some[:, None]
        tl.store(mass_at + each, share, mask=kept)
        tl.store(surprise_at + each, share * log_whole[:, None] - spread / some[:, None], mask=kept)
