from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.geography import Position
from domain.plans import ReasonCode, Urgency
from routing.check import check
from routing.decide import Candidate, Policy, conclude
from routing.decide.day_problem import day_problem
from routing.decide.policy import Market, QuietHours, Rates
from routing.problem import Problem
from routing.solution import Cost, Route, Solution, Step, StepKind, Unassigned, UnassignedReason
from routing.solve import solve
from tests.routing.decide.small_town import AMSTERDAM, DEPOT, MONDAY, TIP, SmallTown, container, levels, town
from tests.routing.decide.test_nights import around


def problem_of(
    place: SmallTown, candidates: list[Candidate], day: date = MONDAY, *, all_required: bool = False
) -> Problem:
    return day_problem(
        candidates,
        day,
        containers=place.containers,
        days=place.days,
        depots=[DEPOT],
        disposal_sites=[TIP],
        ways=place.ways(),
        policy=place.policy,
        street_classes=place.street_classes,
        all_required=all_required,
    )


def test_musts_are_required_mays_have_a_prize_and_skips_are_no_stops() -> None:
    place = town(3, policy=Policy(rates=Rates(per_km=70, per_hour=8_000, per_vehicle=9)))
    candidates = place.decided(levels(0.97, 0.8, 0.05))
    problem = problem_of(place, candidates)
    assert [(stop.id, stop.prize) for stop in problem.stops] == [(1, None), (2, candidates[1].prize)]
    (vehicle,) = problem.vehicles
    assert (vehicle.starts_s, vehicle.ends_s) == (7 * 3600, 15 * 3600)
    assert (vehicle.cost_per_km, vehicle.cost_per_hour, vehicle.fixed_cost) == (70, 8_000, 9)
    everything = problem_of(place, candidates, all_required=True)
    assert [stop.prize for stop in everything.stops] == [None] * 3


def test_the_riskier_is_left_out_last() -> None:
    place = town(2)
    problem = problem_of(place, place.decided(levels(0.97, 1.1)))
    assert problem.stops[0].priority < problem.stops[1].priority <= 100


def test_hours_become_windows() -> None:
    policy = Policy(
        quiet_hours=(QuietHours(time(7)),), markets=(Market("market", around(1, 2), frozenset({1}), time(9), time(13)),)
    )
    place = town(3, policy=policy, street_classes={1: "residential"})
    windows = [stop.time_windows for stop in problem_of(place, place.decided(levels(0.97, 0.97, 0.97))).stops]
    last, end = 9 * 3600 - 120, 24 * 3600 - 1
    assert windows == [((7 * 3600, last), (13 * 3600, end)), ((0, last), (13 * 3600, end)), ()]


@pytest.mark.parametrize(("day", "seconds"), [(date(2026, 3, 29), 6 * 3600), (date(2026, 10, 25), 8 * 3600)])
def test_seven_on_the_day_of_the_change_of_the_clock(day: date, seconds: int) -> None:
    place = town(
        policy=Policy(quiet_hours=(QuietHours(time(7), road_classes=frozenset()),)),
        weekdays=(7,),
        shift=(time(7), time(12)),
    )
    problem = problem_of(place, place.decided(levels(0.97), day), day)
    assert problem.stops[0].time_windows[0][0] == seconds
    assert problem.vehicles[0].starts_s == seconds


def test_solved_checked_and_concluded() -> None:
    place = town(6, policy=Policy(quiet_hours=(QuietHours(time(8), road_classes=frozenset()),)))
    forecasts = levels(0.97, 0.8, 0.9, 0.05, 0.4, 0.97)
    seen = place.night(forecasts)
    candidates = place.decided(forecasts)
    problem = problem_of(place, candidates)
    solution = solve(problem, time_limit_s=1, seed=1, iterations=50, cores=1)
    assert check(problem, solution) == []
    decisions = conclude(seen, candidates, solution, time_zone=AMSTERDAM)
    visited = {each.container_id for each in decisions if each.visited}
    assert {1, 6} <= visited
    assert 4 not in visited
    assert all(set(each.explanation) == {"en", "nl"} for each in decisions)


def visited_at(north_km: float, prize: int) -> bool:
    """Whether a container so far north of the others is visited for such a prize."""
    near, far = town(2).containers[0], container(2)
    far = replace(far, position=Position(far.position.lon, far.position.lat + north_km / 111))
    place = SmallTown([near, far])
    must, may = place.decided(levels(1.0, 0.7))
    solution = solve(
        problem_of(place, [must, replace(may, urgency=Urgency.MAY, prize=prize)]), time_limit_s=1, seed=1, cores=1
    )
    return any(2 in route.stop_ids for route in solution.routes)


@settings(max_examples=25, deadline=None)
@given(north_km=st.floats(0, 8), further_km=st.floats(0, 8), prize=st.integers(0, 6_000), less=st.integers(0, 3_000))
def test_neither_a_longer_detour_nor_a_lower_prize_brings_a_visit(
    north_km: float, further_km: float, prize: int, less: int
) -> None:
    here = visited_at(north_km, prize)
    assert here >= visited_at(north_km + further_km, prize)
    assert here >= visited_at(north_km, max(prize - less, 0))


def test_a_detour_that_is_worth_it() -> None:
    assert visited_at(0.0, 3_000)
    assert not visited_at(8.0, 3_000)


LEFT_OUT = {
    UnassignedReason.NO_VEHICLE: ReasonCode.NO_VEHICLE,
    UnassignedReason.SKILL: ReasonCode.NO_VEHICLE,
    UnassignedReason.CAPACITY: ReasonCode.NO_CAPACITY,
    UnassignedReason.TIME_WINDOW: ReasonCode.NO_CAPACITY,
    UnassignedReason.SHIFT: ReasonCode.NO_CAPACITY,
    UnassignedReason.UNREACHABLE: ReasonCode.UNREACHABLE,
    UnassignedReason.NOT_WORTH_DETOUR: ReasonCode.CHEAPER_LATER,
}


@pytest.mark.parametrize("why", list(UnassignedReason))
def test_why_a_stop_was_left_out(why: UnassignedReason) -> None:
    place = town(3)
    forecasts = levels(0.97, 0.8, 0.05)
    candidates = place.decided(forecasts)
    steps = (Step(StepKind.EMPTYING, 0, 0, 0, 0, (), 0, stop_id=1),)
    solution = Solution((Route(1, steps),), (Unassigned(2, why),), Cost())
    first, second, third = conclude(place.night(forecasts), candidates, solution, time_zone=AMSTERDAM)
    assert (first.visited, first.reason) == (True, ReasonCode.OVERFLOW_RISK)
    assert (second.visited, second.reason) == (False, LEFT_OUT[why])
    assert (third.visited, third.reason, third.urgency) == (False, ReasonCode.RISK_LOW, Urgency.SKIP)
    if why is UnassignedReason.NOT_WORTH_DETOUR:
        assert "a truck is near on " in second.explanation["en"]


def test_a_stop_that_no_route_and_no_reason_knows_is_unreachable() -> None:
    place = town()
    forecasts = levels(0.97)
    nothing = Solution((), (), Cost())
    (only,) = conclude(place.night(forecasts), place.decided(forecasts), nothing, time_zone=AMSTERDAM)
    assert (only.visited, only.reason) == (False, ReasonCode.UNREACHABLE)
