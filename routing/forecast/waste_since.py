"""How much has been thrown into each container since a moment, whoever emptied it in between."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from routing.forecast.calendar import WasteClock
from routing.forecast.growth import FULL
from routing.trust.judged import Judged


@dataclass(frozen=True, slots=True, eq=False)
class WasteSince:
    """What good readings show of C containers from a moment of each until its last good reading; arrays (C,).

    Parameters
    ----------
    until_s
        The last good reading, epoch seconds; NaN: there is none after the moment.
    grown
        Growth that was seen, share of the capacity.
    unseen
        Days' worth of waste of the stretches that nobody saw: before the first reading, across emptyings, and while a
        container was full to the sensor.
    ends
        How many readings begin or end a stretch that was seen: each adds its noise.
    noise
        Standard deviation of one good reading.
    """

    until_s: NDArray[np.float64]
    grown: NDArray[np.float64]
    unseen: NDArray[np.float64]
    ends: NDArray[np.int64]
    noise: NDArray[np.float64]

    @staticmethod
    def joined(parts: list[WasteSince]) -> WasteSince:
        """Those of several lots of containers, one after the other."""
        return WasteSince(
            **{
                field.name: np.concatenate([getattr(part, field.name) for part in parts])
                for field in fields(WasteSince)
            }
        )


def waste_since(
    judged: Judged, clock: WasteClock, groups: NDArray[np.int64], since_s: NDArray[np.float64]
) -> WasteSince:
    """Add up the growth that the readings show after ``since_s`` (C,), epoch seconds; NaN: not asked for."""
    containers = judged.readings.containers
    # Not smoothed: that would lose an hour or two of growth at both ends of every stretch.
    good = np.flatnonzero(judged.good)
    levels = judged.cleaned[good]
    own, times_s, cycle = judged.readings.rows()[good], judged.readings.times_s[good], judged.cycles[good]
    later = times_s > since_s[own]
    own, times_s, cycle, levels = own[later], times_s[later], cycle[later], levels[later]
    tau = clock.at(times_s, groups[own])
    begins = clock.at(np.nan_to_num(since_s), groups)
    until_s, unseen = np.full(containers, np.nan), np.zeros(containers)
    until_s[own] = times_s
    first = np.flatnonzero(np.diff(own, prepend=-1) != 0)
    unseen[own[first]] = np.maximum(tau[first] - begins[own[first]], 0.0)
    same = own[1:] == own[:-1]
    shown = same & (cycle[1:] == cycle[:-1]) & (levels[:-1] < FULL)
    who = own[1:]
    unseen += np.bincount(who[same & ~shown], weights=(tau[1:] - tau[:-1])[same & ~shown], minlength=containers)
    edges = np.diff(np.concatenate([[False], shown, [False]]).astype(np.int8)) != 0
    return WasteSince(
        until_s=until_s,
        grown=np.bincount(who[shown], weights=(levels[1:] - levels[:-1])[shown], minlength=containers).astype(
            np.float64
        ),
        unseen=unseen,
        ends=np.bincount(own[np.flatnonzero(edges[: len(own)])], minlength=containers)
        if len(own)
        else np.zeros(containers, dtype=np.int64),
        noise=judged.noise.copy(),
    )
