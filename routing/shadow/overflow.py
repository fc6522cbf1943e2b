"""How much overflowing is to be expected on a day, whichever world it is in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.forecast import Forecast, Outlook
from routing.forecast.together import Together
from routing.forecast.what_if import WhatIf, forecasts_if

SLICES = 24
"""The risk is looked at in the middle of so many slices of the day."""


@dataclass(frozen=True, slots=True)
class ExpectedOverflow:
    """Container-days of one date, and the standard deviation around them."""

    days: float
    sd: float


def expected_overflow(
    seen: Outlook,
    forecasts: Mapping[int, Forecast],
    visits_s: Mapping[int, float],
    *,
    begins_s: float,
    ends_s: float,
) -> ExpectedOverflow:
    """Add up P(level > 1) over a day, of all containers; a visited one begins anew at its visit.

    Parameters
    ----------
    seen
        What the forecasts rest on; it says how containers fill again.
    forecasts
        By container id, without any visit that day.
    visits_s
        By container id, when it is emptied (epoch seconds).
    begins_s, ends_s
        Local midnights (epoch seconds): a day of 23 or 25 hours is one day.

    Notes
    -----
    Containers are taken to overflow independently of each other. A container that overflows for a share s of the day
    in the mean has a variance of at most s (1 - s); that is what is added up.
    """
    ids = seen.ids.tolist()
    if not ids:
        return ExpectedOverflow(0.0, 0.0)
    visited_s = np.array([visits_s.get(each, np.inf) for each in ids])
    before = Together.of([forecasts[each] for each in ids])
    moments_s = begins_s + (np.arange(SLICES) + 0.5) * (ends_s - begins_s) / SLICES
    risks = np.column_stack([before.risks(at_s) for at_s in moments_s.tolist()])
    emptied = np.isfinite(visited_s)
    if emptied.any():
        # Far in the future: those that are not visited grow from nowhere, and are not looked at.
        anew = forecasts_if(seen, WhatIf.emptied(np.where(emptied, visited_s, ends_s)))
        after = Together.of([anew[each] for each in ids])
        again = np.column_stack([after.risks(at_s) for at_s in moments_s.tolist()])
        risks = np.where(moments_s[None, :] < visited_s[:, None], risks, again)
    shares: NDArray[np.float64] = risks.mean(axis=1)
    return ExpectedOverflow(float(shares.sum()), float(np.sqrt((shares * (1 - shares)).sum())))
