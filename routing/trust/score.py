"""Trust: the probability that a reading is within ten points of the truth.

The figures were counted on simulated towns of which the truth is known (3 seeds, 150 containers, 5 to 47 % of the
sensors bad, 1.3 million readings) and are checked on towns of other seeds (tests/routing/trust/test_score.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from domain.observations import Quality
from routing.trust.judged import Judged
from routing.trust.readings import CODE

SURE = 0.995
"""Of a reading against which nothing speaks. In simulated towns 0.9998; no field is so kind."""

ECHOING = 0.88
"""Of a reading that was found good in a sensor that sees false echoes."""

PENDING, LEAPT = 0.75, 0.5
"""Of the newest readings after an unconfirmed leap, by up to and by more than ``LEAP``."""
LEAP = 0.15
UNCONFIRMED = 12
"""So many readings after it may still prove a leap wrong."""

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


def echo_shares(judged: Judged) -> NDArray[np.float64]:
    """Share of each container's readings that saw another thing than the waste: (C,)."""
    rows = judged.readings.rows()
    false = np.isin(judged.quality, [CODE[Quality.FALSE_ECHO], CODE[Quality.NO_ECHO]])
    count = np.maximum(np.diff(judged.readings.starts), 1)
    return np.bincount(rows[false], minlength=judged.readings.containers) / count


def sees_echoes(judged: Judged) -> NDArray[np.bool_]:
    """Whether each container's sensor sees so many false echoes that its good readings are doubted too, (C,)."""
    return _echoing(judged) > 0


def _echoing(judged: Judged) -> NDArray[np.float64]:
    """How surely each sensor sees false echoes, (C,), 0 to 1.

    A few no-echoes are usual; a twentieth of false readings marks a sensor that sees false echoes.
    """
    return np.where(judged.echoes > 0, np.clip((echo_shares(judged) - 0.01) / 0.04, 0, 1), 0.0)


def trust(judged: Judged) -> NDArray[np.float64]:
    """The probability that each reading, as measured, is within ten points of the truth: (n,)."""
    readings = judged.readings
    rows = readings.rows()
    good = (SURE + _echoing(judged) * (ECHOING - SURE))[rows]
    newest = readings.starts[1:][rows] - np.arange(len(rows)) <= UNCONFIRMED
    leap = judged.pending[rows] * newest
    good = np.where(leap > LEAP, LEAPT, np.where(leap > 0, np.minimum(good, PENDING), good))
    table = np.array([SUSPECT.get(quality, 0.0) for quality in Quality])
    return np.where(judged.quality == 0, good, table[judged.quality])


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
