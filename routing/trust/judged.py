"""What readings are worth: the outcome of the judgement."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from routing.trust import emptyings
from routing.trust.echoes import Echoes
from routing.trust.readings import Readings


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What the readings of C containers are worth.

    Parameters
    ----------
    readings
        What was judged, n readings.
    quality
        uint8 (n,): codes of ``readings.QUALITIES``; 0 is good.
    cleaned
        float64 (n,): the level as it probably was, with the drift of the empty level taken out and suspect readings
        bridged from the good ones around them; NaN where there are none.
    cycles
        int64 (n,): number of the emptyings and the changes of sensor before each reading, over all containers.
    seen
        The emptyings that the readings show.
    noise, steps, rates
        (C,): standard deviation of good readings; the smallest step between two values (0: finer than it matters);
        share of the capacity a day that it fills, roughly.
    drift
        (C,): by how much the level of the empty container reads too high.
    echoes
        What the sensors saw instead of the waste.
    episodes
        (C,): in how many stretches of readings that was something nearer than the waste.
    pending
        (C,): how far below the newest good stretch (above it, if negative) the waste may lie: it leapt up without
        confirmation yet, or what came after it and was not believed lies there; 0: nowhere else.
    seldom
        (C,): whether it tells so little (a level or two a day) that no reading says anything about the one before.
    """

    readings: Readings
    quality: NDArray[np.uint8]
    cleaned: NDArray[np.float64]
    cycles: NDArray[np.int64]
    seen: emptyings.SeenEmptyings
    noise: NDArray[np.float64]
    steps: NDArray[np.float64]
    rates: NDArray[np.float64]
    drift: NDArray[np.float64]
    echoes: Echoes
    episodes: NDArray[np.int64]
    pending: NDArray[np.float64]
    seldom: NDArray[np.bool_]

    @property
    def good(self) -> NDArray[np.bool_]:
        """Whether each reading may be believed: (n,)."""
        return self.quality == 0


def newest(judged: Judged, *, count: int) -> Judged:
    """The same with only the last ``count`` readings of each container; the emptyings stay."""
    readings = judged.readings
    rows = readings.rows()
    kept = readings.starts[1:][rows] - np.arange(len(rows)) <= count
    starts = np.concatenate([[0], np.cumsum(kept)])[readings.starts].astype(np.int64)
    fewer = replace(
        readings,
        starts=starts,
        times_s=readings.times_s[kept],
        levels=readings.levels[kept],
        quality=readings.quality[kept],
        sources=readings.sources[kept],
    )
    return replace(
        judged,
        readings=fewer,
        quality=judged.quality[kept],
        cleaned=judged.cleaned[kept],
        cycles=judged.cycles[kept],
    )
