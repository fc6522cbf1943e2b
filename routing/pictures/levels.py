"""From which zoom level on a mark may show its number, so that numbers never cover one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

STEP = 2**0.5
"""A zoom level enlarges the picture by so much against the level before."""

DEEPEST = 16
"""The last zoom level: the picture enlarged 256 times. What finds no room there shows its number on touch only."""


def levels(
    points: NDArray[np.float64], sizes: NDArray[np.float64], order: Iterable[int], *, fixed: int = 0
) -> list[int]:
    """The smallest zoom level at which each point has room for its box; DEEPEST + 1 where it never has.

    Parameters
    ----------
    points
        Places in the picture, (n, 2), at zoom level 0; level z is enlarged STEP ** z times, the boxes are not.
    sizes
        Width and height of each point's box, (n, 2).
    order
        Who chooses first: indices of the points that are not fixed.
    fixed
        The first so many points are boxes that stand at every level, also where they cover one another.

    Returns
    -------
    list[int]
        One for each point. What is shown at a level is shown at all deeper ones too, and no two boxes of one level
        overlap.
    """
    waiting = list(order)
    found = [0] * fixed + [DEEPEST + 1] * (len(points) - fixed)
    placed: list[int] = []
    for level in range(DEEPEST + 1):
        scaled = points * STEP**level
        room = _Room(scaled, sizes)
        for index in (*range(fixed), *placed):
            room.put(index)
        still: list[int] = []
        for index in waiting:
            if room.take(index):
                found[index] = level
                placed.append(index)
            else:
                still.append(index)
        waiting = still
        if not waiting:
            break
    return found


def by_tens(lengths: Sequence[int], *, first: int = 0) -> list[int]:
    """The order in which the numbers of routes choose their room: first and last stops, then every tenth, fifth, rest.

    ``lengths`` are the numbers of marks of the routes; the result holds indices into all marks, route after route,
    from ``first`` on.
    """
    ranked: list[tuple[int, int, int]] = []
    index = first
    for length in lengths:
        for position in range(length):
            number = position + 1
            rank = 0 if number in {1, length} else 1 if number % 10 == 0 else 2 if number % 5 == 0 else 3
            ranked.append((rank, position, index))
            index += 1
    return [index for _, _, index in sorted(ranked)]


class _Room:
    """What is taken, in a grid as wide as the largest box."""

    def __init__(self, points: NDArray[np.float64], sizes: NDArray[np.float64]) -> None:
        self._points = points.tolist()
        self._sizes = sizes.tolist()
        self._cell = max(1.0, float(sizes.max(initial=1.0)))
        self._taken: dict[tuple[int, int], list[int]] = {}

    def put(self, index: int) -> None:
        """Take the room for a box whoever has it."""
        self._taken.setdefault(self._cell_of(index), []).append(index)

    def take(self, index: int) -> bool:
        """Take the room for a box if nobody has it."""
        column, row = self._cell_of(index)
        near = (self._taken.get((column + i, row + j), ()) for i in (-1, 0, 1) for j in (-1, 0, 1))
        if any(self._collides(index, other) for group in near for other in group):
            return False
        self.put(index)
        return True

    def _cell_of(self, index: int) -> tuple[int, int]:
        x, y = self._points[index]
        return int(x // self._cell), int(y // self._cell)

    def _collides(self, one: int, other: int) -> bool:
        (x, y), (u, v) = self._points[one], self._points[other]
        (width, height), (w, h) = self._sizes[one], self._sizes[other]
        return abs(x - u) < (width + w) / 2 and abs(y - v) < (height + h) / 2
