"""Readings of containers as a sensor would tell them, and tables of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.trust.readings import Readings

HOUR_S = 3600.0
BEGIN_S = 20_000 * 86_400.0


def hourly(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    return BEGIN_S + HOUR_S * np.arange(len(levels))


def filling(days: int, *, rate: float = 0.06, emptied_at: float = 0.8, noise: float = 0.01, seed: int = 0):
    """Levels by the hour of a container that is emptied when it reaches a level, and the hours of the emptyings."""
    random = np.random.default_rng(seed)
    level, levels, emptied = 0.1, np.empty(24 * days), []
    for n in range(len(levels)):
        level += random.gamma(0.5, rate / 12)
        if level > emptied_at and n % 24 == 9:
            level = 0.01
            emptied.append(n)
        levels[n] = level
    return levels, levels + random.normal(0, noise, len(levels)), emptied


def table(
    series: Sequence[NDArray[np.float64]],
    *,
    times_s: Sequence[NDArray[np.float64]] | None = None,
    quality: Sequence[NDArray[np.uint8]] | None = None,
    sightings: Sequence[tuple[int, float, float]] = (),
) -> Readings:
    """Hourly readings of several containers, and reports as (container, time, level seen)."""
    times = [hourly(each) for each in series] if times_s is None else times_s
    count = sum(len(each) for each in series)
    told = np.array(sorted(sightings), dtype=float).reshape(-1, 3)
    return Readings(
        starts=np.concatenate([[0], np.cumsum([len(each) for each in series])]).astype(np.int64),
        times_s=np.concatenate([np.empty(0), *times]),
        levels=np.concatenate([np.empty(0), *series]),
        quality=np.zeros(count, np.uint8) if quality is None else np.concatenate(quality),
        sources=np.zeros(count, np.int32),
        sighting_rows=told[:, 0].astype(np.int64),
        sightings_s=told[:, 1],
        sighting_levels=told[:, 2],
    )
