"""How long a container is expected to overflow if it is left alone from one chance to the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.forecast.calendar import DAY_S
from routing.forecast.together import Together

PIECES = 4
"""Risks are worked out at so many moments a day between two chances; in between they are taken to run straight."""

MOST_PIECES = 24

GRAIN_S = 1_800
"""Pauses between chances are rounded to so many seconds."""

NEGLIGIBLE = 1e-7
"""A container with less risk than this at the very end is taken to have none before."""


def exposures(forecasts: Together, chances_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Days that each container is expected to overflow from each chance until the next, if nobody empties it.

    The integral of P(level > 1) over time: half the risk over a day is half a day. On the evening before a later chance
    more will be known than now, so what lies until then adds the growth that is expected and none of its spread: at a
    moment after a later chance the level is as uncertain as it is now so long after the first.

    Parameters
    ----------
    chances_s
        (C, D) epoch seconds, rising along D; NaN: no chance. The first of each is the one that is decided now.

    Returns
    -------
    NDArray[np.float64]
        (C, D): never negative, NaN where there is no chance; the last chance of each has a pause like the one before
        it, or a day, to the next.
    """
    found = np.where(np.isfinite(chances_s), 0.0, np.nan)
    if not np.isfinite(found).any():
        return found
    pauses_s = np.round((following_s(chances_s) - chances_s) / GRAIN_S) * GRAIN_S
    last_s = np.nanmax(chances_s) + np.nanmax(pauses_s)
    exposed = np.flatnonzero(np.isfinite(found).any(axis=1) & (forecasts.risks(last_s) > NEGLIGIBLE))
    chances_s, pauses_s = chances_s[exposed], pauses_s[exposed]
    some = forecasts.taken(exposed)
    first_s = np.where(np.isfinite(chances_s), chances_s, np.inf).min(axis=1, initial=np.inf)
    expected = some.expected()
    for pause_s in np.unique(pauses_s[np.isfinite(pauses_s)]).tolist():
        lasts = pauses_s == pause_s
        members = np.flatnonzero(lasts.any(axis=1))
        part = some.taken(members)
        pieces = int(np.clip(np.ceil(PIECES * pause_s / DAY_S), PIECES, MOST_PIECES))
        for n in range(pieces + 1):
            after_s = pause_s * n / pieces
            fresh = part.rows(first_s[members] + after_s)
            mean = expected.at(members, first_s[members] + after_s)
            weight = pause_s / DAY_S / pieces * (0.5 if n in {0, pieces} else 1.0)
            for day in np.flatnonzero(lasts.any(axis=0)).tolist():
                here = lasts[members, day]
                at = members[here]
                grown = np.maximum(expected.at(at, chances_s[at, day] + after_s) - mean[here], 0.0)
                found[exposed[at], day] += weight * part.risk_of(fresh if here.all() else fresh[here], 1.0 - grown)
    return found


def following_s(chances_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chance after each, (C, D) epoch seconds; after the last one a pause as before it, or a day."""
    found = np.full_like(chances_s, np.nan)
    after = np.full(len(chances_s), np.nan)
    pause = np.full(len(chances_s), DAY_S)
    for day in range(chances_s.shape[1] - 1, -1, -1):
        here = np.isfinite(chances_s[:, day])
        found[:, day] = np.where(here, after, np.nan)
        after = np.where(here, chances_s[:, day], after)
    known = np.isfinite(found)
    between = np.where(known, found - chances_s, np.nan)
    for day in range(chances_s.shape[1]):
        last = np.isfinite(chances_s[:, day]) & ~known[:, day]
        found[last, day] = chances_s[last, day] + pause[last]
        pause = np.where(known[:, day], between[:, day], pause)
    return found
