"""How long a container is expected to overflow if it is left alone until a later chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.forecast.calendar import DAY_S, HOUR_S
from routing.forecast.together import Together

STEP_S = 6 * HOUR_S
"""Risks are worked out so far apart; in between they are taken to run straight."""


def exposures(forecasts: Together, from_s: NDArray[np.float64], chances_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Days that each container is expected to overflow from a moment until each chance, if nobody empties it.

    The integral of P(level > 1) over time: half the risk over a day is half a day.

    Parameters
    ----------
    from_s
        (C,) epoch seconds; NaN: no moment, and no exposure is known.
    chances_s
        (C, D) epoch seconds; NaN: no chance.

    Returns
    -------
    NDArray[np.float64]
        (C, D): never falling with the time of the chance, 0 for one that is not later, NaN where there is none.
    """
    found = np.where(np.isfinite(chances_s) & np.isfinite(from_s)[:, None], 0.0, np.nan)
    if not np.isfinite(found).any():
        return found
    first_s, last_s = float(np.nanmin(from_s)), float(np.nanmax(chances_s))
    if last_s <= first_s:
        return found
    # Risks only rise: who has none at the end has none before.
    exposed = np.flatnonzero(forecasts.risks(last_s) > 0)
    some = Together(forecasts.nodes_s[exposed], forecasts.table[exposed])
    grid_s = first_s + STEP_S * np.arange(int((last_s - first_s) / STEP_S) + 2)
    risks = np.stack([some.risks(at_s) for at_s in grid_s.tolist()], axis=1)
    pieces = 0.5 * (risks[:, 1:] + risks[:, :-1]) * (STEP_S / DAY_S)
    until = np.concatenate([np.zeros((len(exposed), 1)), np.cumsum(pieces, axis=1)], axis=1)

    def passed(at_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Days that each has overflowed by then, (exposed, n)."""
        place = np.clip((np.nan_to_num(at_s, nan=first_s) - first_s) / STEP_S, 0, len(grid_s) - 1.000001)
        whole = place.astype(np.int64)
        share, row = place - whole, np.arange(len(exposed))[:, None]
        # Within a step the risk runs straight, so what it adds up to is a parabola.
        low, high = risks[row, whole], risks[row, whole + 1]
        return until[row, whole] + share * (low + 0.5 * share * (high - low)) * (STEP_S / DAY_S)

    began = passed(from_s[exposed, None])
    found[exposed] += np.maximum(passed(chances_s[exposed]) - began, 0.0)
    return found
