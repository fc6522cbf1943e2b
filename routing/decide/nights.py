"""The evening before a day: when a truck could come to each container on that day and those after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from domain.containers import Container, Fraction
from domain.geography import Position
from domain.plans import ReasonCode
from domain.visit_requests import RequestKind
from routing.days import WorkingDays, WorkingVehicle
from routing.decide.night import Crew, Night
from routing.decide.policy import Policy
from routing.decide.rules import Rules, Span
from routing.forecast import DAY_S, Forecast

FURTHEST_DAYS = 35
"""No further ahead is a next chance looked for: beyond that there is none."""

SAME_DAY = 0.5
"""An interval of n days is over on the n-th day after the emptying, whatever the hour: half a day less will do."""

STOP_S = 240
"""A stop with the way to it, to reckon how many loads a truck can fill in a shift."""

LOAD_SHARE = 0.75
"""How full a container is when it is emptied, for the same."""

TURNAROUND_S = 3_600
"""To the disposal site and back, for the same."""


def night(
    containers: Sequence[Container],
    date: date,
    *,
    days: WorkingDays,
    forecasts: Mapping[int, Forecast],
    policy: Policy,
    depot: Position,
    known_s: float,
    requests: Mapping[int, RequestKind] | None = None,
    street_classes: Mapping[int, str] | None = None,
    country: str | None = None,
    rounds_s: Mapping[int, float] | None = None,
) -> Night:
    """What deciding has to know of a day to plan.

    Parameters
    ----------
    forecasts
        By container id; every container has one.
    depot
        Where most trucks start.
    known_s
        Epoch seconds of the last reading that could be known.
    requests
        By container id: open requests for a visit.
    street_classes
        By container id: OpenStreetMap's class of the street that it stands on, for quiet hours.
    country
        ISO 3166 code whose public holidays are days off where the policy says so.
    rounds_s
        By container id: emptyings that nobody has seen and the forecasts reckon with, to be told (epoch seconds).

    Raises
    ------
    InvalidInput
        When the policy wants public holidays off and ``country`` is not known.
    """
    rules = Rules.of(
        policy,
        containers,
        years=range(date.year, (date + timedelta(days=FURTHEST_DAYS)).year + 1),
        street_classes=street_classes,
        country=country,
    )
    board = _Board(containers, days, rules, _not_before(containers, forecasts, policy))
    columns: list[NDArray[np.float64]] = []
    crews: list[tuple[Crew, ...]] = []
    later = np.zeros(len(containers), dtype=bool)
    for ahead in range(FURTHEST_DAYS + 1):
        if ahead > policy.look_ahead_days and later.all():
            break
        day = date + timedelta(days=ahead)
        columns.append(board.visits(day))
        crews.append(board.crews(day))
        if ahead:
            later |= np.isfinite(columns[-1])
    return Night(
        containers=containers,
        forecasts=forecasts,
        visits_s=np.column_stack(columns) if len(containers) else np.empty((0, len(columns))),
        closed=board.closed(date, columns[0]),
        crews=crews,
        depot=depot,
        known_s=known_s,
        requests=requests or {},
        rounds_s=rounds_s or {},
    )


def _not_before(
    containers: Sequence[Container], forecasts: Mapping[int, Forecast], policy: Policy
) -> NDArray[np.float64]:
    """Epoch seconds before which each container's shortest interval is not over, (C,)."""
    found = np.full(len(containers), -np.inf)
    for c, container in enumerate(containers):
        interval = policy.intervals.get(container.fraction)
        emptied_s = forecasts[container.id].last_emptied_s
        if interval is not None and interval.least_days is not None and emptied_s is not None:
            found[c] = emptied_s + max(interval.least_days - SAME_DAY, 0.0) * DAY_S
    return found


@dataclass(frozen=True, slots=True)
class _Board:
    """When trucks could come, day by day."""

    containers: Sequence[Container]
    days: WorkingDays
    rules: Rules
    not_before_s: NDArray[np.float64]

    def visits(self, day: date) -> NDArray[np.float64]:
        """(C,): the middle of the hours in which a truck could come; NaN: none can or may."""
        found = self._possible(day)
        found[~self.rules.weekdays[:, day.isoweekday()]] = np.nan
        found[found < self.not_before_s] = np.nan
        return found

    def closed(self, day: date, visits_s: NDArray[np.float64]) -> list[ReasonCode | None]:
        """Why no truck can or may come on a day; None where one can."""
        off, working = day in self.rules.free, self._working(day)
        served = {fraction for each in working for fraction in each.vehicle.fractions}
        allowed = self.rules.weekdays[:, day.isoweekday()]
        possible = self._possible(day)

        def why(c: int) -> ReasonCode | None:
            if np.isfinite(visits_s[c]):
                return None
            if off:
                return ReasonCode.DAY_OFF
            if not allowed[c]:
                return ReasonCode.NOT_A_FIXED_DAY
            if self.containers[c].fraction not in served:
                return ReasonCode.NO_VEHICLE
            return ReasonCode.MARKET if np.isnan(possible[c]) else ReasonCode.TOO_SOON

        return [why(c) for c in range(len(self.containers))]

    def crews(self, day: date) -> tuple[Crew, ...]:
        """The trucks at work on a day, by what they take."""
        if day in self.rules.free:
            return ()
        by_fractions: dict[frozenset[Fraction], list[WorkingVehicle]] = {}
        for each in self._working(day):
            by_fractions.setdefault(each.vehicle.fractions, []).append(each)
        return tuple(self._crew(fractions, trucks) for fractions, trucks in by_fractions.items())

    def _crew(self, fractions: frozenset[Fraction], trucks: list[WorkingVehicle]) -> Crew:
        theirs = [container for container in self.containers if container.fraction in fractions]
        number = max(len(theirs), 1)
        mean_kg = LOAD_SHARE * sum(container.full_mass_kg for container in theirs) / number
        mean_l = LOAD_SHARE * sum(container.capacity_l for container in theirs) / number
        work_s = kg = litres = loads = 0
        for each in trucks:
            shift_s = round(each.ends_at.timestamp() - each.starts_at.timestamp()) - each.break_s
            vehicle = each.vehicle
            stops = min(vehicle.capacity_kg / max(mean_kg, 1e-6), vehicle.capacity_l / max(mean_l, 1e-6))
            trips = max(1, int(shift_s / (stops * STOP_S + TURNAROUND_S)))
            work_s += max(shift_s, 0)
            kg += trips * vehicle.capacity_kg
            litres += trips * vehicle.capacity_l
            loads += trips
        return Crew(fractions=fractions, vehicles=len(trucks), work_s=work_s, kg=kg, l=litres, loads=loads)

    def _working(self, day: date) -> list[WorkingVehicle]:
        """Those at work that can load anything."""
        return [each for each in self.days.working(day) if each.vehicle.capacity_kg and each.vehicle.capacity_l]

    def _possible(self, day: date) -> NDArray[np.float64]:
        """(C,): the middle of the hours in which a truck works and the street is open; NaN where it is never both."""
        found = np.full(len(self.containers), np.nan)
        if day in self.rules.free:
            return found
        kind, examples = self.rules.kinds()
        working = self._working(day)
        fractions = np.array([container.fraction for container in self.containers], dtype=object)
        for fraction in set(fractions.tolist()):
            shifts = [(each.starts_at, each.ends_at) for each in working if fraction in each.vehicle.fractions]
            for k, example in enumerate(examples):
                moment = _middle(shifts, self.rules.shut(example, day, self.days.time_zone))
                if moment is not None:
                    found[(fractions == fraction) & (kind == k)] = moment
        return found


def _middle(shifts: Iterable[Span], shut: list[Span]) -> float | None:
    """The middle, epoch seconds, of the longest stretch of a shift outside the times that are shut."""
    longest: tuple[float, float] | None = None
    for starts, ends in shifts:
        at = starts.timestamp()
        for start, end in [*((a.timestamp(), b.timestamp()) for a, b in shut), (ends.timestamp(), ends.timestamp())]:
            until = min(start, ends.timestamp())
            if until > at and (longest is None or until - at > longest[1] - longest[0]):
                longest = (at, until)
            at = max(at, end)
    return None if longest is None else (longest[0] + longest[1]) / 2


def local_midnight(day: date, days: WorkingDays) -> datetime:
    """When a day begins in the town."""
    return datetime.combine(day, time(), days.time_zone)
