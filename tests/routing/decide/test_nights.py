from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest

from domain.containers import Fraction
from domain.errors import InvalidInput
from domain.geography import Position
from domain.plans import ReasonCode
from routing.decide import Policy
from routing.decide.policy import Area, FixedDays, Interval, Market, QuietHours
from tests.routing.decide.small_town import AMSTERDAM, DEPOT, EAST, MONDAY, SmallTown, at, row, town, truck


def around(*identifiers: int) -> Area:
    """An area with these containers of the row in it."""
    west, east = (
        DEPOT.position.lon + EAST * (each + half) for each, half in ((identifiers[0], -0.5), (identifiers[-1], 0.5))
    )
    return Area(
        "square", tuple(Position(x, y) for x, y in ((west, 52.309), (east, 52.309), (east, 52.311), (west, 52.311)))
    )


def moments(found: np.ndarray) -> list[datetime | None]:
    return [None if np.isnan(each) else datetime.fromtimestamp(each, AMSTERDAM) for each in found.tolist()]


def everyone(place: SmallTown) -> dict[int, object]:
    return {each.id: at(0.5) for each in place.containers}


def visits(place: SmallTown, day: date = MONDAY) -> tuple[list[list[datetime | None]], list[ReasonCode | None]]:
    seen = place.night(everyone(place), day)  # type: ignore[arg-type]
    return [moments(each) for each in seen.visits_s], list(seen.closed)


def test_trucks_come_in_the_middle_of_their_shift_on_every_day_that_they_work() -> None:
    (found,), closed = visits(town(weekdays=(1, 2, 5)))
    assert closed == [None]
    assert [None if each is None else (each.isoweekday(), each.time()) for each in found] == [
        *((1, time(11)), (2, time(11)), None, None, (5, time(11)), None, None, (1, time(11)))
    ]


def test_without_a_truck_for_its_fraction() -> None:
    place = SmallTown(row(1, Fraction.GLASS))
    (found,), closed = visits(place)
    assert closed == [ReasonCode.NO_VEHICLE]
    assert set(found) == {None}
    seen = place.night({1: at(0.5)})
    assert len(seen.crews) == seen.visits_s.shape[1]


def test_a_truck_that_can_load_nothing_is_none() -> None:
    assert visits(town(vehicles=(truck(capacity_kg=0),)))[1] == [ReasonCode.NO_VEHICLE]


def test_fixed_days_of_a_fraction_and_of_an_area_go_together() -> None:
    rules = (FixedDays(frozenset({2, 4}), fraction=Fraction.PAPER), FixedDays(frozenset({4, 5}), area=around(2)))
    both, closed = visits(town(2, policy=Policy(fixed_days=rules)))
    days = [[each.isoweekday() for each in found if each is not None] for found in both]
    assert days == [[2, 4], [4]]
    assert closed == [ReasonCode.NOT_A_FIXED_DAY] * 2


def test_further_than_is_looked_ahead_when_the_next_chance_is() -> None:
    rare = Policy(look_ahead_days=3, fixed_days=(FixedDays(frozenset({1})),))
    (found,), _ = visits(town(policy=rare))
    assert len(found) == 8
    assert found[0] is not None
    assert found[7] is not None


def test_days_off_and_public_holidays() -> None:
    christmas = date(2026, 12, 25)
    free = town(policy=Policy(days_off=frozenset({christmas - timedelta(days=1)}), public_holidays=True), country="NL")
    (found,), closed = visits(free, christmas)
    assert closed == [ReasonCode.DAY_OFF]
    # Both days of Christmas, then Sunday.
    assert found[:3] == [None, None, None]
    assert found[3] is not None
    assert visits(free, christmas - timedelta(days=1))[1] == [ReasonCode.DAY_OFF]
    assert visits(town(country="NL"), christmas)[1] == [None]


def test_public_holidays_of_a_country_that_is_not_known() -> None:
    with pytest.raises(InvalidInput, match="whose they are is not known"):
        visits(town(policy=Policy(public_holidays=True)))


def test_a_week_of_holidays_has_no_chance_and_then_one() -> None:
    week = frozenset(MONDAY + timedelta(days=n) for n in range(7))
    (found,), closed = visits(town(policy=Policy(days_off=week, look_ahead_days=2)))
    assert closed == [ReasonCode.DAY_OFF]
    assert found[:7] == [None] * 7
    assert found[7] is not None


def test_the_shortest_interval() -> None:
    place = town(policy=Policy(intervals={Fraction.PAPER: Interval(least_days=7)}))
    seen = place.night({1: at(0.5, emptied_days=4.3)})
    assert seen.closed == [ReasonCode.TOO_SOON]
    assert np.flatnonzero(np.isfinite(seen.visits_s[0])).tolist()[0] == 2
    assert place.night({1: at(0.5, emptied_days=None)}).closed == [None]


def test_quiet_hours_only_in_quiet_streets() -> None:
    place = town(
        2,
        shift=(time(6), time(12)),
        policy=Policy(quiet_hours=(QuietHours(time(8)),)),
        street_classes={1: "residential", 2: "primary"},
    )
    both, _ = visits(place)
    assert [found[0].time() for found in both if found[0]] == [time(10), time(9)]


def test_quiet_for_the_whole_shift() -> None:
    place = town(policy=Policy(quiet_hours=(QuietHours(time(16), road_classes=frozenset()),)))
    assert visits(place)[1] == [ReasonCode.MARKET]


def test_market_days() -> None:
    market = Market("market", around(2), frozenset({1}), time(7), time(13))
    both, closed = visits(town(2, policy=Policy(markets=(market,))))
    assert [found[0].time() for found in both if found[0]] == [time(11), time(14)]
    assert [found[1].time() for found in both if found[1]] == [time(11), time(11)]
    longer = replace(market, ends=time(15))
    assert visits(town(2, policy=Policy(markets=(longer,))))[1] == [None, ReasonCode.MARKET]
    assert closed == [None, None]


@pytest.mark.parametrize(("sunday", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_the_clock_changes(sunday: date, hours: int) -> None:
    (found,), _ = visits(town(weekdays=(1, 2, 3, 4, 5, 6, 7)), sunday - timedelta(days=1))
    before, after = found[0], found[1]
    assert before is not None
    assert after is not None
    assert before.time() == after.time() == time(11)
    assert after.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=hours)


def test_a_leap_day_is_a_day() -> None:
    (found,), _ = visits(town(weekdays=(1, 2, 3, 4, 5, 6, 7)), date(2028, 2, 28))
    assert [each.date() for each in found if each][:3] == [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]


def test_the_crews_of_a_day() -> None:
    place = town(40, vehicles=(truck(1), truck(2), truck(3, Fraction.GLASS)), weekdays=(1,))
    crews = place.night(everyone(place)).crews  # type: ignore[arg-type]
    paper, glass = crews[0]
    assert (paper.vehicles, paper.work_s, glass.vehicles) == (2, 2 * 8 * 3600, 1)
    assert paper.kg == paper.loads * 8_000
    assert paper.l == paper.loads * 60_000
    assert crews[1] == ()


def test_nobody() -> None:
    seen = SmallTown([]).night({})
    assert seen.visits_s.shape == (0, 8)
