"""Each rule: a good solution, made by hand, broken in one place; the checker must say exactly that, and by how much."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest

from domain.containers import Fraction
from domain.plans import StepKind
from routing.check import Rule, Violation, check
from routing.problem import (
    Amount,
    Break,
    Compartment,
    DisposalSite,
    DrivingRule,
    Matrix,
    Problem,
    Stop,
    Vehicle,
    Visit,
    one_body,
)
from routing.solution import Cost, Load, Route, Solution, Step, Unassigned, UnassignedReason

PAPER, GLASS, ORGANIC, TEXTILE = Fraction.PAPER, Fraction.GLASS, Fraction.ORGANIC, Fraction.TEXTILE
START, EMPTYING, DISPOSAL, BREAK, END = StepKind


def along_a_road(metres: list[int], metres_a_second: int) -> Matrix:
    distances = np.abs(np.subtract.outer(metres, metres))
    return Matrix(distances, distances // metres_a_second)


# Yard at 0 m, tip for paper at 1 km, containers at 2 and 3 km, tip for glass at 5 km; location 5 is beside location 2.
METRES = [0, 1000, 2000, 3000, 5000, 2000]

PROBLEM = Problem(
    {"truck": along_a_road(METRES, 10), "van": along_a_road(METRES, 5)},
    stops=(
        Stop(1, 2, (Amount(PAPER, 100, 1000), Amount(GLASS, 50, 500)), 60, setup_s=30, skills=frozenset({"crane"})),
        Stop(2, 2, (Amount(PAPER, 100, 1000),), 60, setup_s=30, allowed_vehicles=frozenset({1})),
        Stop(3, 3, (Amount(GLASS, 100, 1000),), 60, time_windows=((0, 500), (900, 1000)), planned_vehicle=3),
        Stop(4, 4, (Amount(PAPER, 100, 1000),), prize=50),
        Stop(5, 3, (Amount(PAPER, 100, 1000),), prize=900, done=True),
        Stop(6, 3, (Amount(ORGANIC, 100, 1000),)),
        Stop(7, 2, (Amount(PAPER, 100, 1000),), 60),
    ),
    vehicles=(
        Vehicle(
            1,
            0,
            0,
            (Compartment(frozenset({PAPER}), 200, 2000), Compartment(frozenset({GLASS}), 200, 2000)),
            starts_s=100,
            ends_s=2620,
            max_duration_s=1920,
            max_overtime_s=600,
            breaks=(Break(1, 300, ((400, 1000),)),),
            driving_rule=DrivingRule(driving_s=700, rest_s=300, driven_s=300),
            fixed_cost=500,
            cost_per_km=100,
            cost_per_hour=3600,
            cost_per_overtime_hour=1200,
            max_trips=2,
            max_stops=4,
            max_kg=450,
            max_l=4500,
            initial_load=(Amount(GLASS, 50, 500),),
            skills=frozenset({"crane"}),
            prefix=(Visit(EMPTYING, 1), Visit(EMPTYING, 2)),
        ),
        Vehicle(
            2,
            3,
            0,
            (Compartment(frozenset({PAPER}), 200, 2000), Compartment(frozenset({TEXTILE}), 200, 2000)),
            fixed_cost=900,
            cost_per_km=100,
            initial_load=(Amount(PAPER, 70, 700), Amount(TEXTILE, 5, 50)),
            ends_empty=False,
            profile="van",
            under_way=True,
        ),
        Vehicle(3, 0, 0, one_body(frozenset({PAPER}), 150, 1500), fixed_cost=300, cost_per_km=100),
    ),
    disposal_sites=(
        DisposalSite(1, 1, frozenset({PAPER}), 120),
        DisposalSite(2, 4, frozenset({GLASS}), 120, ((1500, 2000),)),
    ),
    change_cost=77,
)


def step(
    kind: StepKind, place: int, metres: int, arrival_s: int, *loads: tuple[int, int], waits: int = 0, **more: int
) -> Step:
    return Step(kind, place, arrival_s, waits, more.pop("service_s", 0), tuple(Load(*x) for x in loads), metres, **more)


FIRST = Route(
    1,
    (
        step(START, 0, 0, 100, (0, 0), (50, 500)),
        step(EMPTYING, 2, 2000, 300, (100, 1000), (100, 1000), setup_s=30, service_s=60, stop_id=1),
        step(BREAK, 2, 2000, 390, (100, 1000), (100, 1000), waits=10, service_s=300, break_id=1),
        step(EMPTYING, 2, 2000, 700, (200, 2000), (100, 1000), service_s=60, stop_id=2),
        step(EMPTYING, 3, 3000, 860, (200, 2000), (200, 2000), waits=40, service_s=60, stop_id=3),
        step(BREAK, 4, 5000, 1160, (200, 2000), (200, 2000), service_s=300),
        step(DISPOSAL, 4, 5000, 1460, (200, 2000), (0, 0), waits=40, service_s=120, disposal_site_id=2),
        step(DISPOSAL, 1, 9000, 2020, (0, 0), (0, 0), service_s=120, disposal_site_id=1),
        step(EMPTYING, 2, 10_000, 2240, (100, 1000), (0, 0), service_s=60, stop_id=7),
        step(DISPOSAL, 1, 11_000, 2400, (0, 0), (0, 0), service_s=120, disposal_site_id=1),
        step(END, 0, 12_000, 2620, (0, 0), (0, 0)),
    ),
)
SECOND = Route(
    2,
    (
        step(START, 3, 0, 0, (70, 700), (5, 50)),
        step(DISPOSAL, 1, 2000, 400, (0, 0), (5, 50), service_s=120, disposal_site_id=1),
        step(END, 0, 3000, 720, (0, 0), (5, 50)),
    ),
)
THIRD = Route(  # not part of the good solution
    3,
    (
        step(START, 0, 0, 0, (0, 0)),
        step(EMPTYING, 2, 2000, 200, (100, 1000), service_s=60, stop_id=7),
        step(DISPOSAL, 1, 3000, 360, (0, 0), service_s=120, disposal_site_id=1),
        step(END, 0, 4000, 580, (0, 0)),
    ),
)
NOTHING = Unassigned(6, UnassignedReason.NO_VEHICLE)
SOLUTION = Solution(
    (FIRST, SECOND),
    (Unassigned(4, UnassignedReason.NOT_WORTH_DETOUR, 400), NOTHING),
    Cost(fixed=500, distance=1500, duration=3240, overtime=200, missed_prizes=50, changes=77),
)


Thing = TypeVar("Thing", Stop, Vehicle, DisposalSite)


def _changed(things: tuple[Thing, ...], identifier: int, changes: dict[str, object]) -> tuple[Thing, ...]:
    return tuple(replace(each, **changes) if each.id == identifier else each for each in things)


def with_stop(identifier: int, **changes: object) -> Problem:
    return replace(PROBLEM, stops=_changed(PROBLEM.stops, identifier, changes))


def with_vehicle(identifier: int, **changes: object) -> Problem:
    return replace(PROBLEM, vehicles=_changed(PROBLEM.vehicles, identifier, changes))


def with_site(identifier: int, **changes: object) -> Problem:
    return replace(PROBLEM, disposal_sites=_changed(PROBLEM.disposal_sites, identifier, changes))


def with_step(number: int, **changes: object) -> Solution:
    """One step of the first route changed."""
    return with_steps({number: changes})


def with_steps(changes: dict[int, dict[str, object]]) -> Solution:
    steps = tuple(replace(each, **changes.get(number, {})) for number, each in enumerate(FIRST.steps))
    return replace(SOLUTION, routes=(replace(FIRST, steps=steps), SECOND))


def with_route(route: Route, **costs: int) -> Solution:
    """One more route, and what it adds to the cost."""
    cost = replace(SOLUTION.cost, **{name: getattr(SOLUTION.cost, name) + value for name, value in costs.items()})
    return replace(SOLUTION, routes=(FIRST, SECOND, route), cost=cost)


def with_unassigned(*unassigned: Unassigned) -> Solution:
    return replace(SOLUTION, unassigned=unassigned)


FOURTH = SOLUTION.unassigned[0]

EMPTY_SEVENTH = with_stop(7, amounts=())
"""Nothing to pick up at stop 7, so nothing to unload afterwards."""


def with_paper(kg: int, litres: int) -> Problem:
    """The first vehicle with another compartment for paper."""
    return with_vehicle(
        1,
        compartments=(Compartment(frozenset({PAPER}), kg, litres), Compartment(frozenset({GLASS}), 200, 2000)),
    )


def with_rule(rule: DrivingRule | None) -> Problem:
    """The first vehicle with another driving rule."""
    return with_vehicle(1, driving_rule=rule)


def road_closed(origin: int, destination: int) -> Problem:
    metres = PROBLEM.matrices["truck"].distances_m.copy()
    metres[origin, destination] = -1
    return replace(
        PROBLEM, matrices=dict(PROBLEM.matrices) | {"truck": Matrix(metres, np.where(metres < 0, -1, metres // 10))}
    )


HELD_AT_A_STOP = with_steps(
    {8: {"hold_s": 5}, 9: {"arrival_s": 2405}, 10: {"arrival_s": 2625}},
)
HELD_AT_A_STOP = replace(HELD_AT_A_STOP, cost=replace(SOLUTION.cost, duration=3245, overtime=200 + 5 / 3))

R1, R2, R3 = (f"route of vehicle {number}" for number in (1, 2, 3))

Case = tuple[Rule, float, str, Problem, Solution]

CASES: list[Case] = [
    # routes
    (Rule.UNKNOWN_VEHICLE, 1, "route of vehicle 9", PROBLEM, with_route(replace(SECOND, vehicle_id=9))),
    (Rule.VEHICLE_TWICE, 1, "vehicle 2", PROBLEM, with_route(SECOND, distance=300, duration=720)),
    (Rule.ROUTE_SHAPE, 1, R3, PROBLEM, with_route(Route(3, ()))),
    (Rule.ROUTE_SHAPE, 1, R3, PROBLEM, with_route(Route(3, THIRD.steps[:1]))),
    (Rule.ROUTE_SHAPE, 1, R3, with_vehicle(3, end=1), with_route(Route(3, THIRD.steps[:1] + THIRD.steps[2:3]))),
    (Rule.ROUTE_SHAPE, 1, R3, PROBLEM, with_route(Route(3, THIRD.steps[2:]))),
    (Rule.ROUTE_SHAPE, 1, R3, PROBLEM, with_route(Route(3, (THIRD.steps[0], *THIRD.steps[::3])))),
    (Rule.ROUTE_MISSING, 1, "vehicle 3", with_vehicle(3, under_way=True), SOLUTION),
    (
        Rule.ROUTE_IDLE,
        1,
        R2,
        with_vehicle(2, under_way=False),
        replace(SOLUTION, cost=replace(SOLUTION.cost, fixed=1400)),
    ),
    (Rule.PREFIX, 1, R1, with_vehicle(1, prefix=(Visit(EMPTYING, 1), Visit(EMPTYING, 3))), SOLUTION),
    (Rule.PREFIX, 2, R1, with_vehicle(1, prefix=(Visit(EMPTYING, 2), Visit(EMPTYING, 1))), SOLUTION),
    (Rule.PREFIX, 1, "vehicle 3", with_vehicle(3, prefix=(Visit(DISPOSAL, 1),)), SOLUTION),
    # places
    (
        Rule.UNKNOWN_STOP,
        1,
        "unassigned stop 77",
        PROBLEM,
        with_unassigned(FOURTH, NOTHING, replace(NOTHING, stop_id=77)),
    ),
    (
        Rule.UNKNOWN_SITE,
        1,
        f"{R1}, step 9 (disposal)",
        EMPTY_SEVENTH,
        with_steps({8: {"loads": (Load(0, 0), Load(0, 0))}, 9: {"disposal_site_id": 9}}),
    ),
    (Rule.STEP_CONTRADICTED, 1, f"{R1}, step 9 (disposal)", PROBLEM, with_step(9, stop_id=7)),
    (Rule.STEP_CONTRADICTED, 2, f"{R1}, step 0 (start)", PROBLEM, with_step(0, stop_id=7, break_id=1)),
    (Rule.WRONG_PLACE, 1, f"{R1}, step 8 (emptying)", with_stop(7, location=5), SOLUTION),
    (Rule.WRONG_PLACE, 1, f"{R1}, step 10 (end)", with_vehicle(1, end=5), SOLUTION),
    (Rule.WRONG_PLACE, 1, f"{R1}, step 2 (break)", PROBLEM, with_step(2, location=5)),
    (Rule.NO_WAY, 1, f"{R1}, step 5 (break)", road_closed(3, 4), SOLUTION),
    (Rule.DISTANCE, 7, f"{R1}, step 2 (break)", PROBLEM, with_step(2, distance_m=2007)),
    (Rule.DISTANCE, 7, f"{R1}, step 0 (start)", PROBLEM, with_step(0, distance_m=7)),
    # stops
    (Rule.STOP_TWICE, 1, "stop 7", PROBLEM, with_route(THIRD, fixed=300, distance=400, duration=580)),
    (Rule.STOP_MISSING, 1, "stop 4", PROBLEM, with_unassigned(NOTHING)),
    (
        Rule.STOP_CONTRADICTED,
        1,
        "stop 7",
        PROBLEM,
        with_unassigned(FOURTH, NOTHING, Unassigned(7, UnassignedReason.SHIFT)),
    ),
    (Rule.STOP_CONTRADICTED, 1, "stop 6", PROBLEM, with_unassigned(FOURTH, NOTHING, NOTHING)),
    (Rule.STOP_DONE, 1, "stop 7", with_stop(7, done=True), SOLUTION),
    (Rule.STOP_DONE, 1, "stop 5", PROBLEM, with_unassigned(FOURTH, NOTHING, replace(NOTHING, stop_id=5))),
    (
        Rule.FRACTION,
        1,
        f"{R1}, step 8 (emptying)",
        with_stop(7, amounts=(Amount(PAPER, 100, 1000), Amount(ORGANIC, 0, 0))),
        SOLUTION,
    ),
    (Rule.SKILL, 2, f"{R1}, step 8 (emptying)", with_stop(7, skills=frozenset({"crane", "winch", "narrow"})), SOLUTION),
    (Rule.NOT_ALLOWED, 1, f"{R1}, step 8 (emptying)", with_stop(7, allowed_vehicles=frozenset({2, 3})), SOLUTION),
    # loads
    (Rule.CAPACITY_KG, 10, f"{R1}, step 3 (emptying), compartment 0", with_paper(190, 2000), SOLUTION),
    (Rule.CAPACITY_L, 100, f"{R1}, step 3 (emptying), compartment 0", with_paper(200, 1900), SOLUTION),
    (Rule.LOAD, 5, f"{R1}, step 0 (start), compartment 1", PROBLEM, with_step(0, loads=(Load(0, 0), Load(45, 500)))),
    (
        Rule.LOAD,
        500,
        f"{R1}, step 8 (emptying), compartment 0",
        PROBLEM,
        with_step(8, loads=(Load(100, 1500), Load(0, 0))),
    ),
    (Rule.LOAD, 1, f"{R1}, step 8 (emptying)", PROBLEM, with_step(8, loads=(Load(100, 1000),))),
    (
        Rule.DISPOSAL_USELESS,
        1,
        f"{R1}, step 9 (disposal)",
        EMPTY_SEVENTH,
        with_step(8, loads=(Load(0, 0), Load(0, 0))),
    ),
    (Rule.NOT_EMPTY, 5, f"{R2}, step 2 (end)", with_vehicle(2, ends_empty=True), SOLUTION),
    (Rule.TRIPS, 1, R1, with_vehicle(1, max_trips=1), SOLUTION),
    (Rule.DAY_STOPS, 1, R1, with_vehicle(1, max_stops=3), SOLUTION),
    (Rule.DAY_KG, 10, R1, with_vehicle(1, max_kg=440), SOLUTION),
    (Rule.DAY_L, 100, R1, with_vehicle(1, max_l=4400), SOLUTION),
    # times
    (Rule.TIME, 4, f"{R1}, step 8 (emptying)", PROBLEM, with_step(8, arrival_s=2236, waiting_s=4)),
    (Rule.SETUP, 10, f"{R1}, step 1 (emptying)", with_stop(1, setup_s=40), SOLUTION),
    (Rule.SETUP, 10, f"{R1}, step 8 (emptying)", with_stop(7, setup_s=10), SOLUTION),
    (
        Rule.SETUP,
        10,
        f"{R1}, step 5 (break)",
        PROBLEM,
        with_steps({5: {"setup_s": 10}, 6: {"arrival_s": 1470, "waiting_s": 30}}),
    ),
    (Rule.SERVICE, 10, f"{R1}, step 8 (emptying)", with_stop(7, service_s=70), SOLUTION),
    (Rule.SERVICE, 20, f"{R1}, step 6 (disposal)", with_site(2, service_s=100), SOLUTION),
    (Rule.SERVICE, 5, f"{R1}, step 2 (break)", with_vehicle(1, breaks=(Break(1, 305),)), SOLUTION),
    (Rule.SERVICE, 1, f"{R1}, step 5 (break)", with_rule(DrivingRule(driving_s=700, rest_s=299)), SOLUTION),
    (Rule.WINDOW, 50, f"{R1}, step 4 (emptying)", with_stop(3, time_windows=((0, 850), (1000, 1100))), SOLUTION),
    (Rule.WINDOW, 100, f"{R1}, step 6 (disposal)", with_site(2, time_windows=((1600, 2000),)), SOLUTION),
    (Rule.WINDOW, 10, f"{R1}, step 2 (break)", with_vehicle(1, breaks=(Break(1, 300, ((0, 390),)),)), SOLUTION),
    (Rule.TIME, 5, f"{R1}, step 8 (emptying)", with_vehicle(1, ends_s=2630, max_overtime_s=605), HELD_AT_A_STOP),
    (Rule.RELEASE, 10, f"{R1}, step 0 (start)", with_stop(3, release_s=110), SOLUTION),
    (Rule.RELEASE, 10, f"{R1}, step 7 (disposal)", with_stop(7, release_s=2150), SOLUTION),
    (
        Rule.RELEASE,
        10,
        f"{R1}, step 0 (start)",
        replace(with_vehicle(1, departed_s=80), stops=with_stop(3, release_s=90).stops),
        SOLUTION,
    ),
    (Rule.SHIFT, 10, R1, with_vehicle(1, starts_s=110), SOLUTION),
    (Rule.SHIFT, 20, R1, with_vehicle(1, ends_s=2600), SOLUTION),
    (Rule.DURATION, 100, R1, with_vehicle(1, max_overtime_s=500), SOLUTION),
    # breaks
    (Rule.UNKNOWN_BREAK, 1, f"{R1}, step 5 (break)", with_rule(None), SOLUTION),
    (Rule.BREAK_MISSING, 1, f"{R1}, break 2", with_vehicle(1, breaks=(Break(1, 300), Break(2, 900))), SOLUTION),
    (Rule.BREAK_TWICE, 1, f"{R1}, break 1", with_vehicle(1, breaks=(Break(1, 300),)), with_step(5, break_id=1)),
    (Rule.BREAK_ORDER, 1, R1, with_vehicle(1, breaks=(Break(2, 300), Break(1, 300))), with_step(5, break_id=2)),
    (Rule.DRIVING, 50, f"{R1}, step 10 (end)", with_rule(DrivingRule(650, 300, 300)), SOLUTION),
    (Rule.DRIVING, 100, f"{R1}, step 2 (break)", with_rule(DrivingRule(700, 300, 600)), SOLUTION),
    # the outcome
    (
        Rule.WRONG_REASON,
        1,
        "unassigned stop 4",
        PROBLEM,
        with_unassigned(Unassigned(4, UnassignedReason.CAPACITY), NOTHING),
    ),
    (Rule.WRONG_REASON, 10, "unassigned stop 4", PROBLEM, with_unassigned(replace(FOURTH, detour_cost=40), NOTHING)),
    *(
        (
            Rule.COST,
            3.0,
            f"cost, {name}",
            PROBLEM,
            replace(SOLUTION, cost=replace(SOLUTION.cost, **{name: getattr(SOLUTION.cost, name) + 3})),
        )
        for name in ("fixed", "distance", "duration", "overtime", "missed_prizes", "changes")
    ),
]


def test_the_good_solution() -> None:
    assert check(PROBLEM, SOLUTION) == []


def test_trips_that_leave_when_their_stops_are_released() -> None:
    for problem in (with_stop(3, release_s=100), with_stop(7, release_s=2140)):
        assert check(problem, SOLUTION) == []


def test_a_vehicle_stands_where_a_trip_begins_and_may_have_a_break_there() -> None:
    pause = step(BREAK, 0, 0, 0, (0, 0), service_s=60, break_id=1)
    later = (replace(each, arrival_s=each.arrival_s + 90) for each in THIRD.steps[1:])
    route = replace(THIRD, steps=(THIRD.steps[0], replace(pause, hold_s=30), *later))
    problem = with_vehicle(3, breaks=(Break(1, 60),))
    solution = replace(SOLUTION, routes=(route,))

    def rules(release_s: int) -> set[Rule]:
        stops = tuple(replace(each, release_s=release_s) for each in problem.stops)
        return {v.rule for v in check(replace(problem, stops=stops), solution)} & {Rule.RELEASE, Rule.TIME}

    assert rules(90) == set()
    assert rules(91) == {Rule.RELEASE}


@pytest.mark.parametrize(
    ("rule", "amount", "place", "problem", "solution"), CASES, ids=[f"{case[0]}, {case[2]}" for case in CASES]
)
def test_exactly_what_is_wrong_is_found(
    rule: Rule, amount: float, place: str, problem: Problem, solution: Solution
) -> None:
    assert check(problem, solution) == [Violation(place, rule, amount)]


def test_every_rule_has_a_test() -> None:
    assert {case[0] for case in CASES} == set(Rule)


def test_a_violation_as_a_line() -> None:
    assert str(Violation("vehicle 1", Rule.SHIFT, 20)) == "vehicle 1: shift (20)"


@pytest.mark.parametrize("number", range(len(FIRST.steps)))
@pytest.mark.parametrize(
    "change",
    [
        {"kind": START},
        {"location": -1},
        {"location": 99},
        {"arrival_s": -5},
        {"waiting_s": -5},
        {"service_s": -5},
        {"setup_s": -5},
        {"hold_s": -5},
        {"loads": ()},
        {"distance_m": -5},
        {"stop_id": 99},
        {"disposal_site_id": 99},
        {"break_id": 99},
    ],
    ids=str,
)
def test_whatever_is_wrong_with_a_step_is_found(number: int, change: dict[str, object]) -> None:
    if number or "kind" not in change:
        found = check(PROBLEM, with_step(number, **change))
        assert found
        assert all(violation.amount > 0 for violation in found)


@pytest.mark.parametrize("number", range(1, len(FIRST.steps) - 1))
def test_a_step_that_is_left_out_or_made_twice_is_found(number: int) -> None:
    steps = FIRST.steps
    for changed in (steps[:number] + steps[number + 1 :], steps[:number] + steps[number : number + 1] + steps[number:]):
        assert check(PROBLEM, replace(SOLUTION, routes=(replace(FIRST, steps=changed), SECOND)))


def test_a_break_moves_on_and_never_back() -> None:
    """Two breaks between the same visits: both before the drive, one on each side, or both after it."""
    problem = with_vehicle(3, breaks=(Break(1, 60), Break(2, 60)))

    def places(first: int, second: int) -> set[Rule]:
        first_s = 260 + (100 if first == 1 else 0)
        second_s = first_s + 60 + (100 if first != second else 0)
        third_s = second_s + 60 + (100 if second == 2 else 0)
        route = Route(
            3,
            (
                *THIRD.steps[:2],
                step(BREAK, first, 2000 if first == 2 else 3000, first_s, (100, 1000), service_s=60, break_id=1),
                step(
                    BREAK,
                    second,
                    {(2, 2): 2000, (2, 1): 3000, (1, 1): 3000, (1, 2): 4000}[first, second],
                    second_s,
                    (100, 1000),
                    service_s=60,
                    break_id=2,
                ),
                step(
                    DISPOSAL,
                    1,
                    5000 if (first, second) == (1, 2) else 3000,
                    third_s,
                    (0, 0),
                    service_s=120,
                    disposal_site_id=1,
                ),
                step(END, 0, 6000 if (first, second) == (1, 2) else 4000, third_s + 220, (0, 0)),
            ),
        )
        return {violation.rule for violation in check(problem, replace(SOLUTION, routes=(FIRST, SECOND, route)))}

    expected = {Rule.STOP_TWICE, Rule.COST}
    assert places(2, 2) == places(2, 1) == places(1, 1) == expected
    assert places(1, 2) == expected | {Rule.WRONG_PLACE}


def test_waiting_in_the_yard_is_no_part_of_a_day() -> None:
    problem = with_vehicle(3, starts_s=0)
    late = replace(THIRD, steps=(replace(THIRD.steps[0], waiting_s=7), *THIRD.steps[1:]))
    found = check(problem, replace(SOLUTION, routes=(FIRST, SECOND, late)))
    assert Violation("route of vehicle 3, step 0 (start)", Rule.TIME, 7) in found


def test_a_prefix_may_lead_to_a_disposal_site_for_nothing() -> None:
    problem = with_vehicle(2, initial_load=(), prefix=(Visit(DISPOSAL, 1),))
    nothing = (Load(0, 0), Load(0, 0))
    steps = tuple(replace(each, loads=nothing) for each in SECOND.steps)
    assert check(problem, replace(SOLUTION, routes=(FIRST, replace(SECOND, steps=steps)))) == []


def test_costs_that_are_no_numbers_are_wrong() -> None:
    (violation,) = check(PROBLEM, replace(SOLUTION, cost=replace(SOLUTION.cost, fixed=float("nan"))))
    assert violation.rule is Rule.COST


def test_nothing_planned_for_nothing() -> None:
    empty = Problem(Matrix(np.empty((0, 0), np.int32), np.empty((0, 0), np.int32)), (), (), ())
    assert check(empty, Solution((), (), Cost())) == []
