"""How long a container is expected to overflow if it is left alone from one chance to the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.forecast.calendar import DAY_S
from routing.forecast.together import Together

PIECES = 4
"""Risks are worked out at so many moments a day between two chances; in between they are taken to run straight."""

MOST_PIECES = 24

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
    next_s = following_s(chances_s)
    found = np.where(np.isfinite(chances_s), 0.0, np.nan)
    if not np.isfinite(found).any():
        return found
    exposed = np.flatnonzero(forecasts.risks(np.nanmax(np.nan_to_num(next_s, nan=-np.inf))) > NEGLIGIBLE)
    some = Together(forecasts.nodes_s[exposed], forecasts.table[exposed])
    chances_s, next_s = chances_s[exposed], next_s[exposed]
    first_s = np.where(np.isfinite(chances_s), chances_s, np.inf).min(axis=1, initial=np.inf)
    for day in range(chances_s.shape[1]):
        here = np.flatnonzero(np.isfinite(chances_s[:, day]))
        if not len(here):
            continue
        part = Together(some.nodes_s[here], some.table[here])
        lasts_s = next_s[here, day] - chances_s[here, day]
        pieces = int(np.clip(np.ceil(PIECES * lasts_s.max() / DAY_S), PIECES, MOST_PIECES))
        risks = np.empty((pieces + 1, len(here)))
        for n in range(pieces + 1):
            after_s = lasts_s * (n / pieces)
            fresh_s = first_s[here] + after_s
            known = part.rows(fresh_s)
            grown = (
                0.0
                if (chances_s[here, day] == first_s[here]).all()
                else (part.means(chances_s[here, day] + after_s) - part.mean_of(known))
            )
            risks[n] = part.risk_of(known, 1.0 - np.maximum(grown, 0.0))
        found[exposed[here], day] = 0.5 * (risks[1:] + risks[:-1]).mean(axis=0) * lasts_s / DAY_S
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
