"""Trust: the probability that a reading is within ten points of the truth.

The figures were counted on simulated towns of which the truth is known (3 seeds, 150 containers, 5 to 47 % of the
sensors bad, 1.3 million readings) and are checked on towns of other seeds (tests/routing/trust/test_score.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from domain.observations import Quality
from routing.trust.emptyings import SAME_EMPTYING_S, STILL_FULL
from routing.trust.judged import Judged
from routing.trust.readings import sort_keys
from routing.trust.stories import ECHOES_KNOWN

SURE = 0.995
"""Of a reading against which nothing speaks. In simulated towns 0.9998; no field is so kind."""

ECHOING = 0.93
"""Of a reading that was found good in a sensor that sees false echoes."""

LEAPT, PENDING = 0.06, 0.57
"""Of the newest readings of a sensor that has seen false echoes, after an unconfirmed leap by more than ``LEAP`` and by
less: 960 and 620 times in simulated towns. In one that never did, all of 664 such leaps were waste."""
LEAP = 0.15
LOWER, HIGHER = 0.35, 0.75
"""Of its last good readings when what came after them lies lower and was not believed: 71 times; and when it lies
higher, until ``ECHOES_KNOWN`` false echoes were seen: an assumption, for it was seldom seen. From then on they are
right (19,731 of 19,755 times)."""
UNCONFIRMED = 12
"""So many of the newest good readings may still prove wrong."""

CONTRADICTING = 0.23
"""Of readings of a sensor that has seen false echoes, while they do not show an emptying that a driver reported: 1,670
of them. In sensors that never did all 124 were right: something was left, or it filled fast."""

SUSPECT: dict[Quality, float] = {
    Quality.RANGE: 0.02,
    Quality.CLOCK: 0.3,
    Quality.NO_ECHO: 0.15,
    Quality.FALSE_ECHO: 0.02,
    Quality.SPIKE: 0.4,
    Quality.STUCK: 0.12,
    Quality.TILTED: 0.7,
}
"""Of suspect readings: some are right by chance."""

DAY_S = 86_400.0
RECENT_DAYS = 7.0


def sees_echoes(judged: Judged) -> NDArray[np.bool_]:
    """Whether each container's sensor sees so many false echoes that its good readings are doubted too, (C,)."""
    return _echoing(judged) > 0


def _echoing(judged: Judged) -> NDArray[np.float64]:
    """How surely each sensor sees false echoes, (C,), 0 to 1.

    A few no-echoes are usual; a twentieth of false readings marks a sensor that sees false echoes.
    """
    return np.where(judged.episodes > 0, np.clip((judged.echoes.share - 0.01) / 0.04, 0, 1), 0.0)


def trust(judged: Judged) -> NDArray[np.float64]:
    """The probability that each reading, as measured, is within ten points of the truth: (n,)."""
    readings = judged.readings
    rows = readings.rows()
    good = (SURE + _echoing(judged) * (ECHOING - SURE))[rows]
    at = np.arange(len(rows))
    last_good = np.zeros(readings.containers, dtype=np.int64)
    np.maximum.at(last_good, rows[judged.good], at[judged.good])
    newest = last_good[rows] - at < UNCONFIRMED
    good = np.where(newest, np.minimum(good, _unconfirmed(judged)[rows]), good)
    good = np.where(_contradicting(judged), np.minimum(good, CONTRADICTING), good)
    table = np.array([SUSPECT.get(quality, 0.0) for quality in Quality])
    return np.where(judged.quality == 0, good, table[judged.quality])


def _unconfirmed(judged: Judged) -> NDArray[np.float64]:
    """Trust in the newest good readings of each container where something lower may prove true, else 1: (C,)."""
    starts = judged.readings.starts
    has = np.diff(starts) > 0
    believed = np.ones(len(has), dtype=bool)
    believed[has] = judged.quality[starts[1:][has] - 1] == 0
    pending, episodes = judged.pending, judged.episodes
    found = np.where(pending > LEAP, LEAPT, PENDING)
    found = np.where(believed, found, np.where(pending > 0, LOWER, HIGHER))
    doubted = np.where(pending > 0, episodes > 0, (pending < 0) & (episodes < ECHOES_KNOWN))
    return np.where(doubted, found, 1.0)


def _contradicting(judged: Judged) -> NDArray[np.bool_]:
    """Which good readings of sensors that have seen false echoes do not show the emptying reported before: (n,)."""
    readings, seen = judged.readings, judged.seen
    found = np.zeros(len(readings.times_s), dtype=bool)
    reported, times_s = readings.sighting_rows, readings.sightings_s
    good = np.flatnonzero(judged.good)
    if not len(reported) or not len(good):
        return found
    rows = readings.rows()
    near = np.searchsorted(sort_keys(seen.rows, seen.until_s + SAME_EMPTYING_S), sort_keys(reported, times_s))
    near = np.minimum(near, max(len(seen.rows) - 1, 0))
    shown = np.zeros(len(reported), dtype=bool)
    if len(seen.rows):
        shown = (seen.rows[near] == reported) & (seen.from_s[near] - SAME_EMPTYING_S <= times_s)
    place = np.searchsorted(sort_keys(rows[good], readings.times_s[good]), sort_keys(reported, times_s + 600.0))
    before, after = good[np.maximum(place - 1, 0)], good[np.minimum(place, len(good) - 1)]
    full = (rows[before] == reported) & (rows[after] == reported) & (before < after)
    full &= judged.episodes[reported] > 0
    full &= (judged.cleaned[before] >= STILL_FULL) & (judged.cleaned[after] >= STILL_FULL)
    for first in after[full & ~shown].tolist():
        last = np.searchsorted(judged.cycles, judged.cycles[first], side="right")
        found[first : min(last, readings.starts[rows[first] + 1])] = True
    return found & judged.good


def sensor_trust(judged: Judged) -> NDArray[np.float64]:
    """The probability that the next reading of each container's sensor is: the mean of its last seven days, (C,).

    NaN without any reading.
    """
    readings = judged.readings
    rows = readings.rows()
    values = trust(judged)
    newest = np.full(readings.containers, -np.inf)
    has = np.diff(readings.starts) > 0
    newest[has] = readings.times_s[readings.starts[1:][has] - 1]
    recent = readings.times_s >= newest[rows] - RECENT_DAYS * DAY_S
    count = np.bincount(rows[recent], minlength=readings.containers)
    total = np.bincount(rows[recent], weights=values[recent], minlength=readings.containers)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
