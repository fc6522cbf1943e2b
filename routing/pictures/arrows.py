"""Arrowheads along a line, from which one sees which way it is driven."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Arrow(NamedTuple):
    """A head at a place of the picture; ``degrees`` clockwise from pointing right; shown from zoom ``level`` on."""

    x: float
    y: float
    degrees: float
    level: int


def arrows(line: NDArray[np.float64], *, every: float, deepest: int) -> list[Arrow]:
    """Heads along a line (n, 2): ``every`` so much at zoom level 0, twice as many at each second level after it."""
    if len(line) < 2:
        return []
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    found: list[Arrow] = []
    for doubling in range(deepest // 2 + 1):
        # Halves between what is there already: 1/2 3/2 .., then 1 2 .., then 1/4 3/4 .., and so on.
        spacing = every if doubling < 2 else every / 2 ** (doubling - 1)
        offset = every if doubling == 1 else every / 2 ** max(doubling, 1)
        found += [
            _at(line, along, distance, 2 * doubling) for distance in np.arange(offset, along[-1], spacing).tolist()
        ]
    return found


def _at(line: NDArray[np.float64], along: NDArray[np.float64], distance: float, level: int) -> Arrow:
    piece = min(int(np.searchsorted(along, distance, side="right")) - 1, len(line) - 2)
    step = line[piece + 1] - line[piece]
    share = (distance - along[piece]) / max(1e-9, along[piece + 1] - along[piece])
    x, y = (line[piece] + share * step).tolist()
    return Arrow(x, y, float(np.degrees(np.arctan2(step[1], step[0]))), level)
