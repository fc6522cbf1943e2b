"""The schedule that all savings are measured against: the leanest one that keeps the service level, and its routes.

It is found with perfect knowledge of the waste of the very days that are counted, which no municipality has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from domain.containers import Fraction
from routing.decide.policy import Policy, Rates, Service
from simulators.evaluation.routes import Planned, must, plan_routes
from simulators.evaluation.world import HOUR_S, World
from simulators.waste import MOST_RESIDUE

FORTNIGHT = 14
ROUND_H = 12
"""A container is taken to be emptied at noon: trucks are at work from 6:30 to 15:00."""
SEARCH_MORE = 20
"""The fixed routes are searched with so many times the iterations of a single day's: they are driven for years."""


@dataclass(frozen=True, eq=False)
class FixedSchedule:
    """For each fraction the days of a fortnight on which it is collected, 0 = the Monday of an even week."""

    world: World
    policy: Policy
    rounds: Mapping[Fraction, frozenset[int]]

    @cached_property
    def routes(self) -> Mapping[int, Planned]:
        """The routes by day of the fortnight, searched when they are first asked for."""
        expected: dict[int, dict[int, float]] = {}
        for fraction, days in self.rounds.items():
            members = _members(self.world, fraction)
            for day in days:
                levels = _levels_at(self.world, members, days, day)
                expected.setdefault(day, {}).update(zip(members.tolist(), levels.tolist(), strict=True))
        routes: dict[int, Planned] = {}
        for day, levels in sorted(expected.items()):
            # Where every round is weekly, the second week is driven as the first.
            same = expected.get(day - 7) == levels
            routes[day] = routes[day - 7] if same else _routes(self.world, day, levels, self.policy)
        return routes

    def on(self, day: date) -> Planned | None:
        """The routes of a day; None: there are none."""
        return self.routes.get(day_of_fortnight(day))

    def collected(self, day: date) -> NDArray[np.int64]:
        """The positions in ``Town.containers`` of those that have their round on a day."""
        today = {fraction for fraction, days in self.rounds.items() if day_of_fortnight(day) in days}
        return np.array([i for i, each in enumerate(self.world.town.containers) if each.fraction in today], np.int64)

    def interval_days(self, fraction: Fraction) -> float:
        """Mean days between two rounds of a fraction."""
        return FORTNIGHT / len(self.rounds[fraction])

    @property
    def words(self) -> str:
        """The rounds in a few words, with ISO weekdays: "residual 1 3 5, glass 6 every other week"."""
        said: list[str] = []
        for fraction, days in sorted(self.rounds.items()):
            weekly = all((day + 7) % FORTNIGHT in days for day in days)
            weekdays = " ".join(str(day + 1) for day in sorted({day % 7 for day in days}))
            said.append(f"{fraction} {weekdays}" + ("" if weekly else " every other week"))
        return ", ".join(said)


def day_of_fortnight(day: date) -> int:
    """0 to 13, counted from Monday, 29 December 1969 (the ordinal of every Monday leaves 1 when divided by 7)."""
    return (day.toordinal() - 1) % FORTNIGHT


_kept: list[tuple[World, Service, Rates, FixedSchedule]] = []
_KEPT = 2


def fixed_schedule(world: World, policy: Policy) -> FixedSchedule:
    """The leanest schedule; made once for a world and what is asked of it.

    Of the policy only the service level and the rates count: rules of days and hours do not bind the fixed schedule.
    """
    for known, service, rates, schedule in _kept:
        if known is world and service == policy.service and rates == policy.rates:
            return schedule
    allowed = policy.service.overflows_per_1000 / 1000
    rounds = {
        fraction: _leanest(world, _members(world, fraction), fraction, allowed)
        for fraction in sorted({container.fraction for container in world.town.containers})
    }
    made = FixedSchedule(world, Policy(service=policy.service, rates=policy.rates), rounds)
    _kept[:] = [*_kept[-(_KEPT - 1) :], (world, policy.service, policy.rates, made)]
    return made


def _members(world: World, fraction: Fraction) -> NDArray[np.int64]:
    return np.array([i for i, each in enumerate(world.town.containers) if each.fraction is fraction], dtype=np.int64)


def _leanest(world: World, members: NDArray[np.int64], fraction: Fraction, allowed: float) -> frozenset[int]:
    """The rounds with the fewest visits that keep the service level, or else those with the least overflow."""
    weekdays = sorted(
        {
            shift.weekday - 1
            for vehicle in world.town.vehicles
            if fraction in vehicle.fractions
            for shift in world.town.shifts
            if shift.vehicle_id == vehicle.id
        }
    )
    best: tuple[float, frozenset[int]] | None = None
    for candidates in _even(weekdays):
        found = [(_overflow_share(world, members, days), sorted(days)) for days in candidates]
        share, days = min(found)
        if best is None or share < best[0]:
            best = share, frozenset(days)
        if share <= allowed:
            return frozenset(days)
    assert best is not None
    return best[1]


def _even(weekdays: Sequence[int]) -> list[list[frozenset[int]]]:
    """For each number of rounds, the least first, the sets of days of a fortnight that are spaced most evenly."""
    kinds = [[frozenset({day, day + 7}) for day in weekdays]]
    kinds.insert(0, [frozenset({day}) for weekday in weekdays for day in (weekday, weekday + 7)])
    for count in range(2, len(weekdays) + 1):
        sets = list(combinations(weekdays, count))
        gaps = [max((b - a) % 7 or 7 for a, b in zip(days, (*days[1:], days[0]), strict=True)) for days in sets]
        kinds.append(
            [
                frozenset(day + week for day in days for week in (0, 7))
                for days, gap in zip(sets, gaps, strict=True)
                if gap == min(gaps)
            ]
        )
    return kinds


def _rounds_s(world: World, days: frozenset[int]) -> NDArray[np.float64]:
    """Epoch seconds of the noons of all rounds in the simulated days."""
    return np.array(
        [
            float(world.midnights_s[number]) + ROUND_H * HOUR_S
            for number in range(world.simulated_days)
            if day_of_fortnight(world.day(number)) in days
        ]
    )


def _overflow_share(world: World, members: NDArray[np.int64], days: frozenset[int]) -> float:
    """Share of the counted container-days that the members would overflow."""
    begin, end = (
        round((float(moment) - world.first_hour_s) / HOUR_S)
        for moment in (world.midnights_s[world.setting.uncounted_days], world.midnights_s[-1])
    )
    hours = np.arange(begin, end)
    rounds = np.round((_rounds_s(world, days) - world.first_hour_s) / HOUR_S).astype(np.int64)
    last = np.searchsorted(rounds, hours, side="right") - 1
    since = np.where(last >= 0, rounds[np.maximum(last, 0)], 0) if len(rounds) else np.zeros_like(hours)
    thrown = world.thrown_in[members]
    content = 0.5 * (thrown[:, hours] + thrown[:, hours + 1]) - thrown[:, since] + MOST_RESIDUE / 2
    return float((content > 1.0).mean())


def _levels_at(world: World, members: NDArray[np.int64], days: frozenset[int], day: int) -> NDArray[np.float64]:
    """Mean content of each member, share of its capacity, when the round of that day of the fortnight comes."""
    rounds = np.round((_rounds_s(world, days) - world.first_hour_s) / HOUR_S).astype(np.int64)
    here = np.array([day_of_fortnight(world.day(number)) for number in range(world.simulated_days)])
    here = here[np.isin(here, list(days))]
    weekly = (day + 7) % FORTNIGHT in days
    chosen = np.flatnonzero(here % 7 == day % 7 if weekly else here == day)
    chosen = chosen[chosen > 0]
    thrown = world.thrown_in[members]
    if not len(chosen):
        return np.full(len(members), 0.5)
    return np.asarray((thrown[:, rounds[chosen]] - thrown[:, rounds[chosen - 1]]).mean(axis=1) + MOST_RESIDUE / 2)


def _routes(world: World, day: int, levels: Mapping[int, float], policy: Policy) -> Planned:
    """The routes of a day of the fortnight, by expected loads."""
    stops = [must(world.town.containers[row], level) for row, level in sorted(levels.items())]
    # Any such day serves: every truck works the same hours on it.
    when = next(
        each
        for each in (date.fromordinal(world.setting.start.toordinal() + n) for n in range(FORTNIGHT))
        if day_of_fortnight(each) == day
    )
    return plan_routes(
        world,
        when,
        stops,
        policy,
        iterations=SEARCH_MORE * world.setting.iterations,
        all_required=True,
    )
