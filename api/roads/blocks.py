"""A large matrix asked for in blocks that a server accepts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.problem import UNREACHABLE, Matrix

Block = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Seconds and metres, (sources, targets) each; NaN = unreachable."""


def in_blocks(count: int, side: int, ask: Callable[[range, range], Block], *, known: Sequence[bool]) -> Matrix:
    """Ask for blocks of at most ``side`` sources and targets, and put them together.

    Parameters
    ----------
    count
        How many waypoints there are; ``known`` tells which of them have a street near: others stay unreachable.
    ask
        Called with the numbers, among the known ones, of sources and of targets.
    """
    index = np.flatnonzero(np.asarray(known, bool))
    values = np.full((2, count, count), np.nan)
    steps = [range(first, min(first + side, len(index))) for first in range(0, len(index), side)]
    for rows in steps:
        for columns in steps:
            for whole, part in zip(values, ask(rows, columns), strict=True):
                whole[np.ix_(index[rows.start : rows.stop], index[columns.start : columns.stop])] = part
    seconds, metres = values
    absent = np.isnan(seconds) | np.isnan(metres)
    matrices = [np.where(absent, UNREACHABLE, np.rint(np.nan_to_num(v))).astype(np.int32) for v in (seconds, metres)]
    for each in matrices:
        np.fill_diagonal(each, 0)
    return Matrix(distances_m=matrices[1], durations_s=matrices[0])


def without(matrix: Matrix, missing: NDArray[np.bool_]) -> Matrix:
    """The matrix with some waypoints, (count,), made unreachable."""
    absent = missing[:, None] | missing
    np.fill_diagonal(absent, False)
    distances, durations = (np.where(absent, UNREACHABLE, each) for each in (matrix.distances_m, matrix.durations_s))
    return Matrix(distances_m=distances.astype(np.int32), durations_s=durations.astype(np.int32))


def numbers(rows: Any, shape: tuple[int, int]) -> NDArray[np.float64] | None:
    """Rows of numbers and nulls as an array with NaN; None when they are not of that shape."""
    try:
        values = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return values if values.shape == shape else None
