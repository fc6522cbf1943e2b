"""What a policy did in one run of a simulated town."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Contender(StrEnum):
    """Whose plans are driven."""

    FIXED_SCHEDULE = "fixed_schedule"
    """Everything on the leanest weekly schedule that keeps the service level, its routes optimised once."""
    THRESHOLD = "threshold"
    """Whatever measures above a threshold, then the shortest tour."""
    HALFVOL = "halfvol"
    CLAIRVOYANT = "clairvoyant"
    """Halfvol's planning with the future levels known: a bound."""


@dataclass(frozen=True, slots=True)
class DayOutcome:
    """One day of one contender. Overflow counts the whole day, from midnight to midnight local time.

    ``overflow_days``: container-days that containers were above their capacity (half a day counts half);
    ``overflow_l``: litres that were thrown beside or on top of full containers that day; ``fill_at_emptying``: the sum
    of the levels that the day's emptyings found; ``unserved``: required stops that no truck could serve.
    """

    day: date
    distance_m: int
    duration_s: int
    vehicles: int
    stops: int
    kg: int
    fill_at_emptying: float
    overflow_days: float
    overflow_l: float
    unserved: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One contender in one town. ``days`` leaves out the warm-up; ``containers`` is their number.

    ``seconds``: processor time that simulating took, by stage ("readings", "forecast", "decide", "routes", "waste").
    """

    contender: Contender
    seed: int
    containers: int
    days: tuple[DayOutcome, ...]
    seconds: dict[str, float]
    chosen: str = ""
    """What was chosen for this town: the fixed schedule's rounds, or the threshold."""

    @property
    def container_days(self) -> int:
        """How many days of containers were counted."""
        return self.containers * len(self.days)
