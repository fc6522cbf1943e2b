"""When vehicles work and rounds come, over changes of the clock and weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from api.planning import next_round_date
from domain.containers import Fraction
from domain.errors import InvalidInput
from domain.fleet import CollectionRound, Depot, Shift, Vehicle
from domain.geography import Position
from routing.days import WorkingDays, time_zone
from storage.fleet import Fleet

GLASS_TRUCK = Vehicle(1, 1, 1, "Glass", frozenset({Fraction.GLASS}), 9000, 20000)
PAPER_TRUCK = Vehicle(2, 1, 1, "Paper", frozenset({Fraction.PAPER}), 9000, 20000)
SHIFTS = [
    Shift(1, 1, time(7), time(15)),
    Shift(1, 4, time(6, 30), time(15)),
    Shift(1, 7, time(1, 30), time(9)),
    Shift(2, 5, time(8), time(16)),
]
ROUNDS = [
    CollectionRound(1, Fraction.GLASS, 1),
    CollectionRound(1, Fraction.GLASS, 4),
    CollectionRound(1, Fraction.PAPER, 2),
    CollectionRound(1, Fraction.PAPER, 5),
]
DAYS = WorkingDays([GLASS_TRUCK, PAPER_TRUCK], SHIFTS, ROUNDS, ZoneInfo("Europe/Amsterdam"))

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)
FRIDAY = date(2026, 11, 27)
SUNDAY = date(2026, 11, 29)


def test_who_works() -> None:
    (working,) = DAYS.working(MONDAY)
    assert working.vehicle is GLASS_TRUCK
    assert working.starts_at == datetime(2026, 11, 23, 6, tzinfo=UTC)
    assert working.ends_at == datetime(2026, 11, 23, 14, tzinfo=UTC)
    assert DAYS.working(TUESDAY) == []


def test_seven_in_summer_is_an_hour_earlier() -> None:
    (working,) = DAYS.working(date(2026, 7, 20))
    assert working.starts_at == datetime(2026, 7, 20, 5, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 6.5), (date(2026, 10, 25), 8.5), (SUNDAY, 7.5)])
def test_a_shift_over_a_change_of_the_clock(day: date, hours: float) -> None:
    (working,) = DAYS.working(day)
    assert (working.ends_at.timestamp() - working.starts_at.timestamp()) / 3600 == hours


def test_the_next_chance_is_a_round_with_a_vehicle() -> None:
    thursday = datetime(2026, 11, 26, 5, 30, tzinfo=UTC)
    assert DAYS.next_chance(Fraction.GLASS, MONDAY) == thursday
    assert DAYS.next_chance(Fraction.GLASS, FRIDAY) == datetime(2026, 11, 30, 6, tzinfo=UTC)
    # Tuesday has a round of paper, but no truck for it works: Friday is the next chance.
    assert DAYS.next_chance(Fraction.PAPER, MONDAY) == datetime(2026, 11, 27, 7, tzinfo=UTC)
    # From one Friday it is the next Friday.
    assert DAYS.next_chance(Fraction.PAPER, FRIDAY) == datetime(2026, 12, 4, 7, tzinfo=UTC)
    assert DAYS.next_chance(Fraction.TEXTILE, MONDAY) is None


def test_a_day_without_vehicles_begins_at_seven() -> None:
    assert DAYS.begins_at(TUESDAY) == datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert DAYS.begins_at(date(2026, 11, 26)) == datetime(2026, 11, 26, 5, 30, tzinfo=UTC)


def fleet(shifts: list[Shift]) -> Fleet:
    depot = Depot(1, 1, "Yard", Position(5, 52))
    return Fleet(depots=[depot], disposal_sites=[], vehicles=[GLASS_TRUCK, PAPER_TRUCK], shifts=shifts, rounds=ROUNDS)


def test_the_next_date_with_a_round() -> None:
    assert next_round_date(fleet(SHIFTS), MONDAY) == MONDAY
    assert next_round_date(fleet(SHIFTS), TUESDAY) == date(2026, 11, 26)
    # On Sunday a truck works, but nothing has its round.
    assert next_round_date(fleet(SHIFTS), SUNDAY) == date(2026, 11, 30)


def test_without_shifts_there_is_no_next_date() -> None:
    with pytest.raises(InvalidInput, match=r"on no day of the week .* give the vehicles shifts"):
        next_round_date(fleet([]), MONDAY)


def test_an_unknown_time_zone() -> None:
    assert time_zone("Europe/Amsterdam").key == "Europe/Amsterdam"
    for name in ("Europe/Atlantis", "../etc/passwd", ""):
        with pytest.raises(InvalidInput, match="there is no time zone"):
            time_zone(name)
