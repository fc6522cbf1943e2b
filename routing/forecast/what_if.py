"""Forecasts of containers that were last emptied at another time than they were."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from routing.forecast.calendar import DAY_S
from routing.forecast.distribution import Forecast, as_forecasts
from routing.forecast.origin import EMPTIED_LEVEL, EMPTIED_LEVEL_SD
from routing.forecast.outlooks import Outlook


@dataclass(frozen=True, slots=True, eq=False)
class WhatIf:
    """Where C containers would have stood; arrays (C,) in the order of the outlook's ``ids``.

    Parameters
    ----------
    at_s
        The moment, epoch seconds; it may lie after the outlook's.
    level, level_sd
        The level then, and its standard deviation.
    emptied_s
        When they would last have been emptied; NaN: not known.
    """

    at_s: NDArray[np.float64]
    level: NDArray[np.float64]
    level_sd: NDArray[np.float64]
    emptied_s: NDArray[np.float64]

    @classmethod
    def emptied(cls, at_s: NDArray[np.float64]) -> WhatIf:
        """Right after emptyings at these moments."""
        shape = np.shape(at_s)
        return cls(at_s, np.full(shape, EMPTIED_LEVEL), np.full(shape, EMPTIED_LEVEL_SD), at_s)


def carried(seen: Outlook, begun: WhatIf) -> WhatIf:
    """The same at the newest good reading of each container: what readings saw thrown in since is added to the level.

    For stretches that nobody saw the learned rate stands in. ``seen`` must have been made with ``since_s`` of these
    moments; a container without a later reading stays where it is.
    """
    waste, origin = seen.waste, seen.basis.origin
    if waste is None:
        return begun
    there = np.isfinite(waste.until_s)
    grown = waste.grown + origin.rate * waste.unseen
    variance = (
        waste.noise**2 * waste.ends
        + origin.span_variance[:, 1] * waste.unseen
        + (origin.rate_sd * waste.unseen) ** 2
        + begun.level_sd**2
    )
    return WhatIf(
        at_s=np.where(there, waste.until_s, begun.at_s),
        level=np.where(there, np.maximum(begun.level + grown, 0.0), begun.level),
        level_sd=np.where(there, np.sqrt(variance), begun.level_sd),
        emptied_s=begun.emptied_s,
    )


def forecasts_if(seen: Outlook, begun: WhatIf) -> dict[int, Forecast]:
    """Forecasts by container id, each from where it would have stood, at the rate and hours that were learned of it."""
    basis = seen.basis
    origin, clock = basis.origin, basis.clock
    zeros = np.zeros(len(seen.ids))
    since = clock.at(begun.at_s, origin.groups) - clock.at(np.nan_to_num(begun.emptied_s), origin.groups)
    other = replace(
        origin,
        origin_s=begun.at_s,
        level=begun.level,
        level_sd=begun.level_sd,
        innovation=zeros,
        # The same people throw the same things: what the last day brought more than usual, it brought here too.
        momentum=np.where(begun.at_s >= origin.origin_s - DAY_S, origin.momentum, 0.0),
        since_emptied=np.where(np.isfinite(begun.emptied_s), np.clip(since, 0.0, 30.0), 30.0),
        wrong=zeros,
        # What the newest reading would have said.
        last_level=np.where(np.isfinite(origin.last_level), begun.level, np.nan),
        emptied_s=begun.emptied_s,
    )
    return dict(zip(seen.ids.tolist(), as_forecasts(other, clock, basis.calibration, at_s=basis.at_s), strict=True))
