"""Containers in a row, 200 m apart, trucks that work, and forecasts by hand: what the tests of deciding decide on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np

from domain.containers import Container, Fraction
from domain.fleet import CollectionRound, Depot, DisposalSite, Shift, Vehicle
from domain.geography import Position
from domain.plans import ReasonCode, Urgency
from domain.visit_requests import RequestKind
from routing.days import WorkingDays
from routing.decide import Candidate, Night, Policy, decide
from routing.decide.day_problem import Ways
from routing.decide.nights import night
from routing.forecast import DAY_S, Forecast
from routing.forecast.distribution import gamma_forecast
from routing.straight_line import straight_line

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2026, 11, 23)
DEPOT = Depot(1, 1, "yard", Position(4.90, 52.30))
TIP = DisposalSite(1, 1, "tip", Position(4.91, 52.30), frozenset(Fraction), 600)
EAST = 0.2 / 68.0
"""200 m in degrees of longitude, about."""


def container(identifier: int, fraction: Fraction = Fraction.PAPER, *, capacity_l: int = 3000) -> Container:
    return Container(
        id=identifier,
        municipality_id=1,
        site_id=identifier,
        code=f"c{identifier}",
        fraction=fraction,
        capacity_l=capacity_l,
        position=Position(DEPOT.position.lon + EAST * identifier, 52.31),
        address="",
        geometry=None,
        fullness_threshold=0.7,
    )


def truck(identifier: int = 1, *fractions: Fraction, capacity_l: int = 60_000, capacity_kg: int = 8_000) -> Vehicle:
    takes = frozenset(fractions or (Fraction.PAPER,))
    return Vehicle(identifier, 1, DEPOT.id, f"truck {identifier}", takes, capacity_kg, capacity_l)


@dataclass(frozen=True)
class SmallTown:
    containers: Sequence[Container]
    vehicles: Sequence[Vehicle] = (truck(),)
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    shift: tuple[time, time] = (time(7), time(15))
    policy: Policy = field(default_factory=Policy)
    requests: Mapping[int, RequestKind] = field(default_factory=dict)
    street_classes: Mapping[int, str] = field(default_factory=dict)
    country: str | None = None

    @property
    def days(self) -> WorkingDays:
        shifts = [Shift(each.id, weekday, *self.shift) for each in self.vehicles for weekday in self.weekdays]
        return WorkingDays(self.vehicles, shifts, [CollectionRound(1, Fraction.PAPER, 1)], AMSTERDAM)

    def night(self, forecasts: Mapping[int, Forecast], day: date = MONDAY) -> Night:
        return night(
            self.containers,
            day,
            days=self.days,
            forecasts=forecasts,
            policy=self.policy,
            depot=DEPOT.position,
            known_s=evening_s(day),
            requests=self.requests,
            street_classes=self.street_classes,
            country=self.country,
        )

    def decided(self, forecasts: Mapping[int, Forecast], day: date = MONDAY) -> list[Candidate]:
        return decide(self.night(forecasts, day), self.policy)

    def judged(self, forecasts: Mapping[int, Forecast], day: date = MONDAY) -> list[tuple[Urgency, ReasonCode]]:
        return [(each.urgency, each.reason) for each in self.decided(forecasts, day)]

    def ways(self) -> Ways:
        positions = [DEPOT.position, TIP.position, *(each.position for each in self.containers)]
        rows = {position: row for row, position in enumerate(dict.fromkeys(positions))}
        return Ways(rows, {"truck": straight_line(list(rows))}, {each.id: "truck" for each in self.vehicles})


def row(count: int, fraction: Fraction = Fraction.PAPER) -> list[Container]:
    return [container(1 + n, fraction) for n in range(count)]


def town(count: int = 1, **changes: object) -> SmallTown:
    return replace(SmallTown(row(count)), **changes)


def evening_s(day: date = MONDAY) -> float:
    """20:00 on the evening before."""
    return datetime.combine(day, time(), AMSTERDAM).timestamp() - 4 * 3600


def at(
    level: float,
    *,
    growth: float = 0.05,
    sd: float = 0.02,
    day: date = MONDAY,
    silent_days: float = 0.1,
    emptied_days: float | None = 5.0,
) -> Forecast:
    """A container that stands so full on the evening before the day; silent_days inf: it was never read."""
    now_s = evening_s(day)
    read = np.isfinite(silent_days)
    return gamma_forecast(
        origin_s=now_s,
        level=level,
        level_sd=sd,
        growth_per_day=growth,
        growth_sd=0.1 * growth,
        day_sd=0.4 * growth,
        last_observed_s=now_s - silent_days * DAY_S if read else None,
        last_level=level if read else None,
        last_emptied_s=None if emptied_days is None else now_s - emptied_days * DAY_S,
    )


def levels(*values: float, growth: float = 0.05, sd: float = 0.02) -> dict[int, Forecast]:
    return {1 + n: at(level, growth=growth, sd=sd) for n, level in enumerate(values)}
