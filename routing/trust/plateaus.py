"""A container's readings cut where the level jumps: the pieces of which some are true and others are not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_JUMP = 0.12
"""Share of the capacity. Six times the noise of a good sensor in a container of 1.7 m (2 cm)."""

LONG_GAP_S = 3 * 86_400.0
"""After so long a silence a new piece begins, whatever the level."""


@dataclass(frozen=True, slots=True, eq=False)
class Plateaus:
    """P pieces of all containers, sorted by container and time; all arrays (P,) unless told otherwise.

    ``first``, ``last``: positions of their first and last reading; ``rows``: their container; ``begin``, ``end``:
    the level at their two ends; ``starts`` (C + 1,): the pieces of container c are ``starts[c]:starts[c + 1]``.
    """

    starts: NDArray[np.int64]
    rows: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    begin: NDArray[np.float64]
    end: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many readings each holds."""
        return self.last - self.first + 1


def cut(
    times_s: NDArray[np.float64],
    levels: NDArray[np.float64],
    rows: NDArray[np.int64],
    *,
    containers: int,
    jump: NDArray[np.float64],
    rate: NDArray[np.float64],
    breaks: NDArray[np.bool_],
    seldom: NDArray[np.bool_],
) -> Plateaus:
    """Cut readings, sorted by container and time, into plateaus.

    Parameters
    ----------
    jump
        (C,): a step down by more than this begins a new piece; a step up by more than this and three times what
        ``rate`` (C,), share a day, lets expect.
    breaks
        (n,): where a new piece begins in any case.
    seldom
        (C,): of these every reading counts as it is, because the next one tells of another day.
    """
    count = len(levels)
    if not count:
        none = np.empty(0, dtype=np.int64)
        return Plateaus(np.zeros(containers + 1, dtype=np.int64), none, none, none, np.empty(0), np.empty(0))
    step = np.diff(levels, prepend=levels[0])
    gap_s = np.diff(times_s, prepend=times_s[0])
    limit = jump[rows]
    new = (step < -limit) | (step > limit + 3 * rate[rows] * gap_s / 86_400.0) | (gap_s > LONG_GAP_S)
    new |= np.diff(rows, prepend=-1) != 0
    new |= breaks
    first = np.flatnonzero(new)
    last = np.append(first[1:], count) - 1
    own = rows[first]
    return Plateaus(
        starts=np.searchsorted(own, np.arange(containers + 1)).astype(np.int64),
        rows=own,
        first=first,
        last=last,
        begin=np.where(seldom[own], levels[first], _median_of_three(levels, first, last, step=1)),
        end=np.where(seldom[own], levels[last], _median_of_three(levels, last, first, step=-1)),
    )


def _median_of_three(
    levels: NDArray[np.float64], near: NDArray[np.int64], far: NDArray[np.int64], *, step: int
) -> NDArray[np.float64]:
    """Median of the three readings from ``near`` on towards ``far``; the first one where there are fewer."""
    enough = np.abs(far - near) >= 2
    second = np.where(enough, near + step, near)
    third = np.where(enough, near + 2 * step, near)
    a, b, c = levels[near], levels[second], levels[third]
    return np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))
