"""Settings that contradict each other, and settings that the town's containers and trucks cannot follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.containers import Container, Fraction
from domain.errors import InvalidInput
from domain.fleet import Shift, Vehicle
from domain.geography import Position
from routing.days import WorkingDays
from routing.decide.contradictions import contradictions, longest_gap
from routing.decide.policy import Area, FixedDays, Interval, Market, Policy, QuietHours, Rates, Service
from routing.decide.town_contradictions import town_contradictions

WEST = Area("West", (Position(4.0, 52.0), Position(4.2, 52.0), Position(4.2, 52.2), Position(4.0, 52.2)))
EAST = Area("East", (Position(4.3, 52.0), Position(4.5, 52.0), Position(4.5, 52.2), Position(4.3, 52.2)))
MIDDLE = Area("Middle", (Position(4.1, 52.0), Position(4.4, 52.0), Position(4.4, 52.2), Position(4.1, 52.2)))
SEA = Area("Sea", (Position(3.0, 52.0), Position(3.2, 52.0), Position(3.2, 52.2)))
SWAPPED = Area("Swapped", tuple(Position(corner.lat, corner.lon) for corner in WEST.ring))
MONDAY, TUESDAY, SATURDAY = (frozenset({number}) for number in (1, 2, 6))


def fixed(*weekdays: int, fraction: Fraction | None = None, area: Area | None = None) -> FixedDays:
    return FixedDays(frozenset(weekdays), fraction, area)


def told(policy: Policy) -> dict[str, str]:
    return {problem.setting: problem.what for problem in contradictions(policy)}


def test_the_usual_policy_contradicts_nothing() -> None:
    assert contradictions(Policy()) == []
    assert found_in_town(Policy()) == {}


@pytest.mark.parametrize(
    ("weekdays", "gap"), [({1}, 7), ({1, 4}, 4), ({1, 2, 3, 4, 5}, 3), ({1, 2, 3, 4, 5, 6, 7}, 1), ({7, 1}, 6)]
)
def test_the_longest_gap(weekdays: set[int], gap: int) -> None:
    assert longest_gap(weekdays) == gap


def test_driving_that_costs_nothing() -> None:
    assert "no detour would ever be avoided" in told(Policy(rates=Rates(0, 0, 3000)))["costs"]
    assert contradictions(Policy(rates=Rates(0, 1, 0))) == []


def test_intervals_against_fixed_days() -> None:
    organic = {Fraction.ORGANIC: Interval(most_days=3)}
    policy = Policy(intervals=organic, fixed_days=(fixed(1, 5), fixed(1, 2, 4, 5, fraction=Fraction.PAPER)))
    assert told(policy) == {
        "fixed_days 1": "organic is collected on Monday and Friday only, up to 4 days apart, but may wait 3 days at"
        " most (intervals.organic.most_days)"
    }
    assert contradictions(replace(policy, intervals={Fraction.ORGANIC: Interval(most_days=4)})) == []
    narrower = replace(policy, fixed_days=(fixed(1, 3, 5), fixed(1, 3, fraction=Fraction.ORGANIC, area=WEST)))
    assert told(narrower).keys() == {"fixed_days 1 and 2"}


def test_fixed_days_that_share_none_where_they_hold_together() -> None:
    in_west, in_middle = fixed(1, area=WEST), fixed(2, area=MIDDLE)
    assert told(Policy(fixed_days=(in_west, in_middle))).keys() == {"fixed_days 1 and 2"}
    assert contradictions(Policy(fixed_days=(in_west, fixed(2, area=EAST)))) == []
    of_paper, of_glass = (fixed(day, fraction=each) for day, each in ((1, Fraction.PAPER), (2, Fraction.GLASS)))
    assert contradictions(Policy(fixed_days=(of_paper, of_glass))) == []


def test_a_rule_for_everything_is_told_once() -> None:
    assert [each.setting for each in contradictions(Policy(fixed_days=(fixed(1), fixed(2))))] == ["fixed_days 1 and 2"]


def test_areas_that_cross_themselves_or_share_a_name() -> None:
    west, south, north, middle = WEST.ring
    crossed = Area("Bow", (west, north, south, middle))
    assert 'border of "Bow" crosses itself' in told(Policy(fixed_days=(fixed(1, area=crossed),)))["areas"]
    twice = (fixed(1, area=WEST), fixed(2, area=replace(EAST, name="West")))
    assert 'several areas "West"' in told(Policy(fixed_days=twice))["areas"]


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: Service(0), "service.overflows_per_1000: 0 of 1,000 container-days"),
        (lambda: Service(1001), "at most 1000"),
        (lambda: Service(1, -1), "service.overflow_cost"),
        (lambda: Rates(per_km=-1), "rates.per_km"),
        (lambda: Interval(most_days=0), "most_days"),
        (lambda: Interval(least_days=400), "least_days"),
        (lambda: Area(" ", WEST.ring), "needs a name"),
        (lambda: Area("A", WEST.ring[:2]), "enclose nothing"),
        (lambda: FixedDays(frozenset()), "no day at all"),
        (lambda: FixedDays(frozenset({0})), "0 is no weekday"),
        (lambda: QuietHours(time(7, tzinfo=ZoneInfo("Europe/Amsterdam"))), "time zone"),
        (lambda: Market("M", WEST, MONDAY, time(8), time(8)), "not after its start"),
        (lambda: Market("", WEST, MONDAY, time(8), time(9)), "needs a name"),
        (lambda: Policy(capacity_quantile=1), "write 80 % as 0.8"),
        (lambda: Policy(look_ahead_days=0), "1 to 28 days"),
    ],
)
def test_values_that_no_policy_has(build: Any, told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        build()
    assert told in str(caught.value)


def test_a_closed_ring_is_the_same_as_an_open_one() -> None:
    assert Area("West", (*WEST.ring, WEST.ring[0])) == WEST


# The town: residual containers in the west and in the middle; one truck on weekdays from 6:30 to 15:00.


def container(number: int, lon: float, fraction: Fraction = Fraction.RESIDUAL) -> Container:
    return Container(number, 1, number, f"C-{number}", fraction, 4000, Position(lon, 52.1), "", None)


CONTAINERS = [container(1, 4.05), container(2, 4.06), container(3, 4.35)]
TRUCK = Vehicle(1, 1, 1, "Truck", frozenset({Fraction.RESIDUAL}), 9000, 20_000)
SHIFTS = [Shift(1, weekday, time(6, 30), time(15)) for weekday in (1, 2, 3, 4, 5)]
DAYS = WorkingDays([TRUCK], SHIFTS, [], ZoneInfo("Europe/Amsterdam"))


def found_in_town(policy: Policy, **more: Any) -> dict[str, str]:
    assert contradictions(policy) == []
    problems = town_contradictions(policy, **{"containers": CONTAINERS, "days": DAYS, **more})
    assert len({problem.setting for problem in problems}) == len(problems)
    return {problem.setting: f"{problem.what}; {problem.remedy}" for problem in problems}


def test_an_area_without_containers() -> None:
    found = found_in_town(Policy(fixed_days=(fixed(1, area=SEA),)))
    assert found["areas"].startswith('no container stands in "Sea"; correct its corners')
    assert "swapped" in found_in_town(Policy(quiet_hours=(QuietHours(time(7), area=SWAPPED),)))["areas"]


def test_fixed_days_on_which_no_truck_works() -> None:
    found = found_in_town(Policy(fixed_days=(fixed(6, 7),)))
    assert found == {
        "fixed_days 1": "residual is collected on Saturday and Sunday only, when no truck that takes it works (3"
        " containers, such as C-1); choose among Monday, Tuesday, Wednesday, Thursday and Friday, or give such a truck"
        " a shift"
    }
    assert found_in_town(Policy(fixed_days=(fixed(6, fraction=Fraction.PAPER),))) == {}


def test_three_areas_that_share_a_day_by_twos_only() -> None:
    everywhere = replace(WEST, name="Around")
    rules = (fixed(1, 2, area=WEST), fixed(2, 3, area=MIDDLE), fixed(1, 3, area=everywhere))
    there = [container(1, 4.15)]
    assert "no day is left" in found_in_town(Policy(fixed_days=rules), containers=there)["fixed_days 1 and 2 and 3"]


def test_quiet_hours_that_outlast_the_shifts() -> None:
    assert (
        "last shift of the week ends at 15:00"
        in found_in_town(Policy(quiet_hours=(QuietHours(time(15)),)))["quiet_hours 1"]
    )
    assert found_in_town(Policy(quiet_hours=(QuietHours(time(14)),))) == {}
    late = WorkingDays([TRUCK], [*SHIFTS, Shift(1, 6, time(12), time(20))], [], DAYS.time_zone)
    everywhere = QuietHours(time(16), frozenset())
    assert found_in_town(Policy(quiet_hours=(everywhere,)), days=late) == {}
    both = Policy(quiet_hours=(everywhere,), fixed_days=(fixed(1, 2),))
    assert "gone home on Monday and Tuesday" in found_in_town(both, days=late)["quiet_hours 1"]
    of_streets = replace(both, quiet_hours=(QuietHours(time(16)),))
    assert found_in_town(of_streets, days=late) == {}
    found = found_in_town(of_streets, days=late, street_classes={2: "residential", 3: "primary"})
    assert "(1 container, such as C-2)" in found["quiet_hours 1"]


def test_a_market_on_the_only_day() -> None:
    def market(starts: time, ends: time) -> Policy:
        return Policy(fixed_days=(fixed(1),), markets=(Market("Weekly", WEST, MONDAY, starts, ends),))

    found = found_in_town(market(time(5), time(17)))
    assert found.keys() == {'markets 1 ("Weekly")'}
    assert "leaves no way in on Monday, the only day" in found['markets 1 ("Weekly")']
    assert "(2 containers, such as C-1)" in found['markets 1 ("Weekly")']
    assert found_in_town(market(time(7), time(17))) == {}
    assert found_in_town(market(time(5), time(14))) == {}
    # With the quiet hours nothing is left of the half hour before the market.
    quiet = replace(market(time(7), time(17)), quiet_hours=(QuietHours(time(7), frozenset()),))
    assert found_in_town(quiet).keys() == {'markets 1 ("Weekly")'}
    # Two markets that follow each other leave nothing between them.
    halves = (Market("A", WEST, MONDAY, time(5), time(10)), Market("B", WEST, MONDAY, time(10), time(16)))
    assert found_in_town(Policy(fixed_days=(fixed(1),), markets=halves)).keys() == {'markets 1 ("A")'}


def test_days_of_trucks_that_lie_too_far_apart() -> None:
    found = found_in_town(Policy(intervals={Fraction.RESIDUAL: Interval(most_days=2)}))
    assert (
        "trucks come on Monday, Tuesday, Wednesday, Thursday and Friday only, up to 3 days apart"
        in found["intervals.residual.most_days"]
    )
    closed = Market("Friday", WEST, frozenset({5}), time(5), time(17))
    days = Policy(intervals={Fraction.RESIDUAL: Interval(most_days=3)}, markets=(closed,))
    assert "(2 containers, such as C-1)" in found_in_town(days)["intervals.residual.most_days"]
    assert found_in_town(replace(days, markets=())) == {}


def test_public_holidays_of_no_country() -> None:
    assert "time zone names no country" in found_in_town(Policy(public_holidays=True))["days_off.public_holidays"]
    assert found_in_town(Policy(public_holidays=True), country="NL") == {}


def test_a_town_without_containers_or_trucks_has_nothing_to_contradict() -> None:
    policy = Policy(fixed_days=(fixed(6, area=SEA),), quiet_hours=(QuietHours(time(23)),))
    assert found_in_town(policy, containers=[]) == {}
    nobody = WorkingDays([], [], [], DAYS.time_zone)
    assert found_in_town(Policy(fixed_days=(fixed(6),), quiet_hours=(QuietHours(time(23)),)), days=nobody) == {}
