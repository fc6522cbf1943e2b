"""What a municipality wants of its collection: the service level, and the rules of days, hours and places.

How a policy reads as a file is in ``policy_file``; every setting has a unit and a consequence there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from domain.containers import Fraction
from domain.errors import InvalidInput
from domain.geography import Position

WEEKDAYS = frozenset(range(1, 8))
"""ISO weekdays, 1 = Monday."""

MOST_DAYS = 366
"""No interval is longer, days."""

MOST_LOOK_AHEAD_DAYS = 28

MOST_CENTS = 100_000_000
"""No cost is higher: a million euros."""


def _require_cents(cents: int, where: str) -> None:
    if not 0 <= cents <= MOST_CENTS:
        raise InvalidInput(f"{cents} cents is no cost", where=where, remedy=f"give 0 to {MOST_CENTS} cents")


def _require_weekdays(weekdays: frozenset[int], where: str, remedy: str) -> None:
    if not weekdays:
        raise InvalidInput("names no day at all", where=where, remedy=remedy)
    if not weekdays <= WEEKDAYS:
        strange = ", ".join(str(each) for each in sorted(weekdays - WEEKDAYS))
        raise InvalidInput(f"{strange} is no weekday", where=where, remedy="1 is Monday, 7 is Sunday")


def _require_local(local: time, where: str) -> None:
    if local.tzinfo is not None:
        what = f"{local.isoformat()} is a time with a time zone"
        raise InvalidInput(what, where=where, remedy="give the time as the town's clocks show it")


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

    def __post_init__(self) -> None:
        if not 0 < self.overflows_per_1000 <= 1000:
            never = self.overflows_per_1000 == 0
            raise InvalidInput(
                f"{self.overflows_per_1000:g} of 1,000 container-days is no service level",
                where="service.overflows_per_1000",
                remedy="no forecast can promise that nothing overflows: give 0.1 for a very strict level"
                if never
                else "give a number above 0 and at most 1000; 1 means that 99.9 % of the days go well",
            )
        _require_cents(self.overflow_cost, "service.overflow_cost")


@dataclass(frozen=True, slots=True)
class Rates:
    """What driving costs, in cents; the solver's costs, and what a later visit is valued at."""

    per_km: int = 90
    per_hour: int = 9_000
    per_vehicle: int = 3_000

    def __post_init__(self) -> None:
        for name in ("per_km", "per_hour", "per_vehicle"):
            _require_cents(getattr(self, name), f"rates.{name}")


@dataclass(frozen=True, slots=True)
class Interval:
    """Days between two emptyings of a container: at least, and at most (hygiene); None: no such limit."""

    least_days: float | None = None
    most_days: float | None = None

    def __post_init__(self) -> None:
        for name, days in (("least_days", self.least_days), ("most_days", self.most_days)):
            if days is not None and not 0 < days <= MOST_DAYS:
                what = f"{days:g} days is no time between two emptyings"
                raise InvalidInput(what, where=name, remedy=f"give days, above 0 and at most {MOST_DAYS}")


@dataclass(frozen=True, slots=True)
class Area:
    """A named part of the town: a ring of positions (the last one joined to the first)."""

    name: str
    ring: tuple[Position, ...]

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InvalidInput("an area needs a name", where="areas")
        ring = self.ring[:-1] if len(self.ring) > 1 and self.ring[0] == self.ring[-1] else self.ring
        object.__setattr__(self, "ring", ring)
        if len(set(ring)) < 3:
            what = f"has {len(set(ring))} different position(s), which enclose nothing"
            raise InvalidInput(what, where=f"areas.{self.name}", remedy="give at least 3 corners")


@dataclass(frozen=True, slots=True)
class FixedDays:
    """A fraction, an area, or a fraction in an area is collected on these ISO weekdays only. None: every one."""

    weekdays: frozenset[int]
    fraction: Fraction | None = None
    area: Area | None = None

    def __post_init__(self) -> None:
        _require_weekdays(self.weekdays, "fixed_days", "leave the rule out where every day will do")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Before ``not_before`` (local time) nothing is emptied in streets of these classes, or in the area if given.

    ``road_classes`` are OpenStreetMap's (``residential``); empty: in every street.
    """

    not_before: time
    road_classes: frozenset[str] = frozenset({"residential", "living_street"})
    area: Area | None = None

    def __post_init__(self) -> None:
        _require_local(self.not_before, "quiet_hours.not_before")


@dataclass(frozen=True, slots=True)
class Market:
    """On these ISO weekdays no truck gets into the area from ``starts`` to ``ends`` (local times)."""

    name: str
    area: Area
    weekdays: frozenset[int]
    starts: time
    ends: time

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InvalidInput("a market needs a name", where="markets")
        where = f"markets.{self.name}"
        _require_weekdays(self.weekdays, where, "leave the market out if there is none")
        _require_local(self.starts, where)
        _require_local(self.ends, where)
        if self.starts >= self.ends:
            what = f"ends at {self.ends:%H:%M}, which is not after its start at {self.starts:%H:%M}"
            raise InvalidInput(what, where=where, remedy="a market ends on the day on which it starts, by 23:59")


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

    def __post_init__(self) -> None:
        if not 0 < self.capacity_quantile < 1:
            raise InvalidInput(
                f"{self.capacity_quantile:g} is no probability between 0 and 1",
                where="capacity_quantile",
                remedy="write 80 % as 0.8",
            )
        if not 1 <= self.look_ahead_days <= MOST_LOOK_AHEAD_DAYS:
            what = f"{self.look_ahead_days} days cannot be looked ahead"
            raise InvalidInput(what, where="look_ahead_days", remedy=f"give 1 to {MOST_LOOK_AHEAD_DAYS} days")
