"""When people throw things away: weekday, hour and holidays, as a clock that runs faster when they do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import holidays
import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidInput

HOUR_S = 3600.0
DAY_S = 86_400.0
DAY_TYPES = 8
HOLIDAY = 7
"""Day types 0 to 6 are Monday to Sunday; a public holiday is the eighth, whatever its weekday."""


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """The hours of an interval, in UTC, and what kind of hour each is in the town.

    ``first_s``: epoch seconds of the first one, a whole hour; ``kinds`` int64 (n,): day type times 24 plus local hour.
    """

    first_s: float
    kinds: NDArray[np.int64]

    def kind_at(self, times_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """The kind of the hour that each time falls into."""
        place = ((times_s - self.first_s) // HOUR_S).astype(np.int64)
        return self.kinds[np.clip(place, 0, len(self.kinds) - 1)]


def hours(first_s: float, last_s: float, *, time_zone: tzinfo, country: str | None) -> Hours:
    """The hours from ``first_s`` to ``last_s`` (epoch seconds).

    Parameters
    ----------
    country
        ISO 3166 code whose public holidays count, such as "NL"; None: there are none.

    Raises
    ------
    InvalidInput
        When the ``holidays`` package does not know the country.
    """
    start = first_s // HOUR_S * HOUR_S
    moments = [
        (datetime.fromtimestamp(start, UTC) + timedelta(hours=n)).astimezone(time_zone)
        for n in range(int((last_s - start) // HOUR_S) + 1)
    ]
    free = public_holidays(country, years=range(moments[0].year, moments[-1].year + 1)) if country else frozenset()
    kinds = [
        (HOLIDAY if (moment.year, moment.month, moment.day) in free else moment.weekday()) * 24 + moment.hour
        for moment in moments
    ]
    return Hours(start, np.array(kinds, dtype=np.int64))


def public_holidays(country: str, *, years: range) -> frozenset[tuple[int, int, int]]:
    """The public holidays of a country as (year, month, day).

    Raises
    ------
    InvalidInput
        When the ``holidays`` package does not know the country.
    """
    try:
        found = holidays.country_holidays(country, years=years)
    except NotImplementedError as error:
        raise InvalidInput(
            f"no public holidays are known for the country {country!r}", remedy="give an ISO 3166 code such as NL"
        ) from error
    return frozenset((day.year, day.month, day.day) for day in found)


@dataclass(frozen=True, slots=True, eq=False)
class WasteClock:
    """A clock that tells days' worth of waste: it runs a day in a mean day, faster when people throw more away.

    ``first_s``: epoch seconds of its zero; ``total`` (groups, n + 1): days' worth until each whole hour after it.
    """

    first_s: float
    total: NDArray[np.float64]

    @classmethod
    def of(cls, known: Hours, factors: NDArray[np.float64]) -> WasteClock:
        """The clock of each group of containers by their factors (groups, 8 * 24): 1 = an average hour."""
        speed = factors[:, known.kinds] / 24.0
        return cls(known.first_s, np.concatenate([np.zeros((len(factors), 1)), np.cumsum(speed, axis=1)], axis=1))

    def at(self, times_s: NDArray[np.float64], groups: NDArray[np.int64]) -> NDArray[np.float64]:
        """Days' worth of waste from the clock's zero until each time, (n,), for the group of each."""
        hours_on = np.clip((times_s - self.first_s) / HOUR_S, 0.0, self.total.shape[1] - 1.001)
        whole = hours_on.astype(np.int64)
        low = self.total[groups, whole]
        return low + (hours_on - whole) * (self.total[groups, whole + 1] - low)
