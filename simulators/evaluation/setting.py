"""What is simulated: which town, when, how good its sensors are, and how hard the routes are searched."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from domain.errors import InvalidInput

LONGEST_DAYS = 800
"""The waste of all days is held in memory: a year of 1,000 containers takes 70 MB."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One simulated stretch of days of one town; equal settings give equal runs.

    Parameters
    ----------
    seed
        Number of the town: its containers, its waste, its sensors.
    containers
        How many.
    start, days
        The first day that counts, and how many do.
    warm_up_days, settling_days
        Before them so many days are driven on the fixed schedule, so that there is a history to learn from, and then
        so many by the contender. Whoever waits longer first lets the containers fill up: without settling, that saving
        of the first weeks would be counted although it cannot be repeated.
    streets_km
        Side of a square of synthetic streets that the town stands on, km; None: the streets of Helsinki's centre.
    bad_sensors
        Share of the sensors that see a false echo or are stuck, 0 to 1.
    missing_sensors
        Share of the sensors that are not there, beside the 3 % of containers that never had one.
    trucks
        The trucks of each kind are multiplied by this and rounded up.
    growth_bias, growth_noise
        Halfvol is given forecasts whose growth is multiplied by 1 + bias, and by a factor for each container and week
        whose logarithm has this standard deviation: forecasts worse than its own.
    drivers_look
        Whether drivers report how full they found each container (to the nearest tenth), or only that they emptied it.
    iterations
        Each search for routes ends after so many iterations without improvement; fewer are quicker and drive more.
    """

    seed: int
    containers: int = 300
    start: date = date(2026, 3, 2)
    days: int = 91
    warm_up_days: int = 42
    settling_days: int = 21
    streets_km: float | None = None
    bad_sensors: float = 0.0
    missing_sensors: float = 0.0
    trucks: float = 1.0
    growth_bias: float = 0.0
    growth_noise: float = 0.0
    drivers_look: bool = True
    iterations: int = 50

    def __post_init__(self) -> None:
        whole = (("days", 1), ("warm_up_days", 0), ("settling_days", 0), ("iterations", 1))
        for name, least in whole:
            if getattr(self, name) < least:
                raise InvalidInput(f"is {getattr(self, name)}, but must be at least {least}", where=f"setting {name}")
        if self.simulated_days > LONGEST_DAYS:
            raise InvalidInput(
                f"{self.simulated_days} days with warm-up and settling are more than {LONGEST_DAYS}",
                where="setting days",
                remedy="simulate fewer days of more seeds",
            )
        for name in ("bad_sensors", "missing_sensors"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidInput(
                    f"is {getattr(self, name)}, but a share lies between 0 and 1", where=f"setting {name}"
                )
        if not (self.trucks > 0 and math.isfinite(self.trucks)):
            raise InvalidInput(f"is {self.trucks}, but must be above 0", where="setting trucks")
        if not (self.growth_bias > -1 and self.growth_noise >= 0):
            raise InvalidInput(
                f"growth times {1 + self.growth_bias:g} with noise {self.growth_noise:g} makes no sense",
                where="setting growth_bias, growth_noise",
                remedy="choose a bias above -1 and a noise of at least 0",
            )
        if self.streets_km is not None and not 0.3 <= self.streets_km <= 50:
            raise InvalidInput(f"is {self.streets_km}, but must lie between 0.3 and 50 km", where="setting streets_km")

    @property
    def simulated_days(self) -> int:
        """All days: warm-up, settling, and those that count."""
        return self.warm_up_days + self.settling_days + self.days

    @property
    def uncounted_days(self) -> int:
        """Warm-up and settling."""
        return self.warm_up_days + self.settling_days
