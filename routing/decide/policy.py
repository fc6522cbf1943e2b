"""What a municipality wants of its collection: the service level, and the rules of days, hours and places.

How a policy reads as a file is in ``policy_file``; every setting has a unit and a consequence there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from domain.containers import Fraction
from domain.geography import Position

WEEKDAYS = frozenset(range(1, 8))
"""ISO weekdays, 1 = Monday."""


@dataclass(frozen=True, slots=True)
class Service:
    """How much overflowing is accepted, and what it costs.

    Parameters
    ----------
    overflows_per_1000
        At most so many of 1,000 container-days may a container overflow. Lower: earlier visits, more kilometres.
    overflow_cost
        Cents for a day that a container overflows (cleaning up, complaints). Higher: longer detours for a small risk.
    """

    overflows_per_1000: float = 1.0
    overflow_cost: int = 5_000


@dataclass(frozen=True, slots=True)
class Rates:
    """What driving costs, in cents; the solver's costs, and what a later visit is valued at."""

    per_km: int = 90
    per_hour: int = 9_000
    per_vehicle: int = 3_000


@dataclass(frozen=True, slots=True)
class Interval:
    """Days between two emptyings of a container: at least, and at most (hygiene); None: no such limit."""

    least_days: float | None = None
    most_days: float | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A named part of the town: a ring of positions (the last one joined to the first)."""

    name: str
    ring: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class FixedDays:
    """A fraction, an area, or a fraction in an area is collected on these ISO weekdays only. None: every one."""

    weekdays: frozenset[int]
    fraction: Fraction | None = None
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Before ``not_before`` (local time) nothing is emptied in streets of these classes, or in the area if given.

    ``road_classes`` are OpenStreetMap's (``residential``); empty: in every street.
    """

    not_before: time
    road_classes: frozenset[str] = frozenset({"residential", "living_street"})
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class Market:
    """On these ISO weekdays no truck gets into the area from ``starts`` to ``ends`` (local times)."""

    name: str
    area: Area
    weekdays: frozenset[int]
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Policy:
    """What a municipality wants.

    Parameters
    ----------
    service, rates
        How much overflowing is accepted; what driving costs.
    intervals
        By fraction; a fraction without one has no limits.
    fixed_days, quiet_hours, markets
        Rules of days, hours and places. A container that several rules of fixed days speak of is collected on the days
        that all of them name.
    days_off
        Dates without any collection. ``public_holidays``: public holidays are such dates too.
    capacity_quantile
        A truck's load is planned with the level that a container stays below with this probability.
    look_ahead_days
        How many days ahead visits are weighed against today's.
    shadow_only
        Plans are made and measured beside the fixed schedule, and none is offered for driving.
    """

    service: Service = Service()
    rates: Rates = Rates()
    intervals: Mapping[Fraction, Interval] = field(default_factory=dict[Fraction, Interval])
    fixed_days: tuple[FixedDays, ...] = ()
    quiet_hours: tuple[QuietHours, ...] = ()
    markets: tuple[Market, ...] = ()
    days_off: frozenset[date] = frozenset()
    public_holidays: bool = False
    capacity_quantile: float = 0.8
    look_ahead_days: int = 7
    shadow_only: bool = False
