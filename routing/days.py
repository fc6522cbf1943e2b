"""Days and hours: when vehicles work, when a fraction has its round, and the next time that a truck could come.

Local times become moments through the municipality's time zone, so a day with a change of the clock is right too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.containers import Fraction
from domain.errors import InvalidInput
from domain.fleet import CollectionRound, Shift, Vehicle

DAYS_AHEAD = 14
"""How far to look for the next round, days: rounds are weekly, so two weeks see every one."""

START_WITHOUT_SHIFT = time(7)
"""When the day is taken to begin where no vehicle works."""


@dataclass(frozen=True, slots=True)
class WorkingVehicle:
    """A vehicle on its shift of a day; its break, if any, lasts ``break_s`` and begins within ``break_window``."""

    vehicle: Vehicle
    starts_at: datetime
    ends_at: datetime
    break_window: tuple[datetime, datetime] | None = None
    break_s: int = 0


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The vehicles of a municipality with their shifts, and the rounds of its fractions."""

    vehicles: Sequence[Vehicle]
    shifts: Sequence[Shift]
    rounds: Sequence[CollectionRound]
    time_zone: tzinfo

    def working(self, day: date) -> list[WorkingVehicle]:
        """The vehicles at work on that day."""
        by_id = {vehicle.id: vehicle for vehicle in self.vehicles}
        return [
            self._working(by_id[shift.vehicle_id], shift, day)
            for shift in self.shifts
            if shift.weekday == day.isoweekday()
        ]

    def _working(self, vehicle: Vehicle, shift: Shift, day: date) -> WorkingVehicle:
        def moment(local: time) -> datetime:
            return datetime.combine(day, local, self.time_zone)

        pause = shift.lunch_break
        return WorkingVehicle(
            vehicle=vehicle,
            starts_at=moment(shift.starts),
            ends_at=moment(shift.ends),
            break_window=None if pause is None else (moment(pause.earliest), moment(pause.latest)),
            break_s=0 if pause is None else pause.duration_s,
        )

    def fractions_with_round(self, day: date) -> frozenset[Fraction]:
        """The fractions that the fixed schedule collects on that day."""
        return frozenset(round_.fraction for round_ in self.rounds if round_.weekday == day.isoweekday())

    def begins_at(self, day: date) -> datetime:
        """When the first vehicle leaves on that day."""
        starts = [working.starts_at for working in self.working(day)]
        return min(starts, default=datetime.combine(day, START_WITHOUT_SHIFT, self.time_zone))

    def next_chance(self, fraction: Fraction, after: date) -> datetime | None:
        """The first departure, on a day after ``after`` with a round of the fraction, of a vehicle that takes it."""
        for days in range(1, DAYS_AHEAD + 1):
            day = after + timedelta(days=days)
            if fraction in self.fractions_with_round(day):
                starts = [w.starts_at for w in self.working(day) if fraction in w.vehicle.fractions]
                if starts:
                    return min(starts)
        return None

    def next_working_day(self, fraction: Fraction, after: date) -> datetime | None:
        """The first departure, on a day after ``after``, of a vehicle that takes the fraction, round or no round."""
        for days in range(1, DAYS_AHEAD + 1):
            starts = [
                w.starts_at for w in self.working(after + timedelta(days=days)) if fraction in w.vehicle.fractions
            ]
            if starts:
                return min(starts)
        return None

    def next_round_date(self, after: date) -> date:
        """The first day, ``after`` itself included, with a round and a vehicle at work that takes its fraction.

        Raises
        ------
        InvalidInput
            When there is no such day in any week.
        """
        for days in range(DAYS_AHEAD):
            day = after + timedelta(days=days)
            collected = self.fractions_with_round(day)
            if any(collected & working.vehicle.fractions for working in self.working(day)):
                return day
        raise InvalidInput(
            "on no day of the week is there both a collection round and a vehicle at work that takes its fraction",
            remedy="give the vehicles shifts on the days of the rounds",
        )


def time_zone(name: str) -> ZoneInfo:
    """The time zone by its IANA name.

    Raises
    ------
    InvalidInput
        When no such zone exists.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(f"there is no time zone {name!r}", remedy='use a name such as "Europe/Amsterdam"') from error
