"""Replanning: what is done, what is left, and how much a new plan changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.check import check
from routing.problem import Amount, Break, DrivingRule, Matrix, Problem, Vehicle, Visit
from routing.replan import ChangedWay, DoneVisit, Replanned, Situation, TruckState, replan, rest_of_day
from routing.replanning.changes import ChangeKind, ChangeReason
from routing.replanning.residual import Residual
from routing.solution import Solution
from routing.solve import solve
from tests.routing.drawn import routed, town
from tests.routing.problems import HOUR, PAPER, stop, three_stops

EIGHT = 8 * HOUR
EAST = tuple((1000.0 * number, 0.0) for number in range(1, 7))


def example() -> tuple[Problem, Solution]:
    """Stops 1 to 6 every kilometre of one road, at 10 m/s; truck 1 has 1, 2 and 3, truck 2 the rest; leave at 8:00."""
    problem, _ = town(EAST)
    vehicles = tuple(
        replace(vehicle, starts_s=EIGHT, ends_s=16 * HOUR, max_stops=10, max_trips=3) for vehicle in problem.vehicles
    )
    problem = Problem(problem.matrices, problem.stops, vehicles, problem.disposal_sites)
    return problem, routed(problem, (1, 2, 3), (4, 5, 6))


def rest(situation: Situation) -> Residual:
    return rest_of_day(*example(), situation, stability=100)


def truck_of(found: Residual, identifier: int) -> Vehicle:
    return next(vehicle for vehicle in found.problem.vehicles if vehicle.id == identifier)


def test_as_planned_a_truck_finishes_the_stop_that_it_is_driving_to() -> None:
    # Truck 1 is at stop 1 from 8:01:40 to 8:02:40 and then drives to stop 2 until 8:04:20.
    found = rest(Situation(EIGHT + 200))
    one = next(each for each in found.progress if each.vehicle.id == 1)
    assert sorted(one.stops) == [1, 2]
    vehicle = truck_of(found, 1)
    assert vehicle == replace(
        one.vehicle,
        start=3,
        starts_s=EIGHT + 100 + 60 + 100 + 60,
        under_way=True,
        initial_load=(Amount(PAPER, 200, 2000),),
        max_stops=8,
    )
    assert found.start[1] == (Visit(StepKind.EMPTYING, 3), Visit(StepKind.DISPOSAL, 1))
    assert [(each.id, each.done, each.planned_vehicle) for each in found.problem.stops] == [
        (1, True, None),
        (2, True, None),
        (3, False, 1),
        (4, True, None),
        (5, False, 2),
        (6, False, 2),
    ]
    assert found.problem.change_cost == 100


def test_what_is_released_after_a_truck_left_is_not_aboard() -> None:
    problem, solution = example()
    situation = Situation(EIGHT + 200, extra_stops=(stop(7, 2, release_s=EIGHT + 150),))
    found = rest_of_day(problem, solution, situation, stability=100)
    # Both have left at eight; truck 1 needs nothing for stop 3 that was not released then.
    assert [vehicle.departed_s for vehicle in found.problem.vehicles] == [EIGHT, EIGHT]
    late = tuple(replace(each, release_s=EIGHT + 60 if each.id == 3 else 0) for each in problem.stops)
    planned = Problem(problem.matrices, late, problem.vehicles, problem.disposal_sites)
    found = rest_of_day(planned, solution, situation, stability=100)
    assert truck_of(found, 1).departed_s == EIGHT + 60  # it is on its way to stop 3 with it
    tipped = TruckState(1, done=(DoneVisit(StepKind.EMPTYING, 1), DoneVisit(StepKind.DISPOSAL, 1, EIGHT + 900)))
    found = rest_of_day(problem, solution, replace(situation, now_s=EIGHT + 950, trucks=(tipped,)), stability=100)
    assert truck_of(found, 1).departed_s is None  # it may wait where it is
    replanned = replan(problem, solution, situation, time_limit_s=1, stability=100)
    assert check(replanned.problem, replanned.solution) == []
    (server,) = (route for route in replanned.solution.routes if 7 in route.stop_ids)
    kinds = [step.kind for step in server.steps[: [step.stop_id for step in server.steps].index(7)]]
    assert StepKind.DISPOSAL in kinds


def test_before_the_start_nothing_is_done_and_the_yard_is_left_later() -> None:
    found = rest(Situation(EIGHT - 600))
    assert [vehicle.under_way for vehicle in found.problem.vehicles] == [False, False]
    assert [vehicle.starts_s for vehicle in found.problem.vehicles] == [EIGHT, EIGHT]
    waiting = rest(Situation(EIGHT + 3000, (TruckState(1, done=()),)))
    assert truck_of(waiting, 1).starts_s == EIGHT + 3000
    assert not truck_of(waiting, 1).under_way


def test_what_is_known_of_a_truck_comes_before_the_plan() -> None:
    known = TruckState(
        1,
        done=(
            DoneVisit(StepKind.EMPTYING, 2, EIGHT + 500, (Amount(PAPER, 700, 4000),)),
            DoneVisit(StepKind.DISPOSAL, 1, EIGHT + 1500),
            DoneVisit(StepKind.EMPTYING, 6, EIGHT + 2500),
        ),
        location=7,
        free_s=EIGHT + 2600,
    )
    found = rest(Situation(EIGHT + 2550, (known,)))
    one = found.progress[0]
    vehicle = truck_of(found, 1)
    assert (one.location, one.free_s, one.trips) == (7, EIGHT + 2600, 1)
    assert one.aboard == (Amount(PAPER, 100, 1000),)
    assert (vehicle.max_trips, vehicle.max_stops) == (2, 8)
    assert [step.departs_s - EIGHT for step in one.driven] == [0, 500, 1500, 2500]
    assert found.start[1] == (Visit(StepKind.EMPTYING, 1), Visit(StepKind.EMPTYING, 3))
    # Stop 6 was truck 2's; truck 1 has it now.
    assert Visit(StepKind.EMPTYING, 6) not in found.start[2]


def test_breaks_taken_are_gone_and_those_that_are_overdue_may_begin_at_once() -> None:
    problem, solution = example()
    breaks = (Break(1, 900, ((EIGHT, EIGHT + 900),)), Break(2, 1800, ((EIGHT + 100, EIGHT + 1000),)))
    vehicles = tuple(replace(each, breaks=breaks, driving_rule=DrivingRule(1800, 900)) for each in problem.vehicles)
    problem = Problem(problem.matrices, problem.stops, vehicles, problem.disposal_sites)
    done = (
        DoneVisit(StepKind.EMPTYING, 1, EIGHT + 160),
        DoneVisit(StepKind.BREAK, 1, EIGHT + 1060),
        DoneVisit(StepKind.EMPTYING, 2, EIGHT + 1300),
    )
    found = rest_of_day(problem, solution, Situation(EIGHT + 1300, (TruckState(1, done=done),)), stability=0)
    vehicle = truck_of(found, 1)
    assert vehicle.breaks == (Break(2, 1800, ()),)
    assert vehicle.driving_rule == DrivingRule(1800, 900, driven_s=100)


def test_a_truck_that_broke_down_keeps_its_load_and_others_take_its_stops() -> None:
    problem, solution = example()
    new = replan(problem, solution, Situation(EIGHT + 200, (TruckState(1, broken_down=True),)), time_limit_s=0.5)
    assert check(new.problem, new.solution) == []
    # It had not reached stop 2.
    assert new.stranded == {1: (Amount(PAPER, 100, 1000),)}
    assert [vehicle.id for vehicle in new.problem.vehicles] == [2]
    assert [(change.stop_id, change.before, change.after, change.reason) for change in new.moved] == [
        (2, 1, 2, ChangeReason.BROKEN_DOWN),
        (3, 1, 2, ChangeReason.BROKEN_DOWN),
    ]
    assert new.solution.cost.changes == 0
    first = next(route for route in new.whole_routes() if route.vehicle_id == 1)
    assert [step.stop_id for step in first.steps] == [None, 1]


def test_extra_and_dropped_stops() -> None:
    problem, solution = example()
    situation = Situation(EIGHT + 200, extra_stops=(stop(9, 4),), dropped_stops=frozenset({6}))
    new = replan(problem, solution, situation, time_limit_s=0.5, stability=10_000)
    assert check(new.problem, new.solution) == []
    # Both trucks pass stop 9, so that either may take it.
    assert [(change.stop_id, change.kind, change.reason, change.before) for change in new.changes] == [
        (6, ChangeKind.DROPPED, ChangeReason.DROPPED_STOP, 2),
        (9, ChangeKind.ADDED, ChangeReason.EXTRA_STOP, None),
    ]


def test_locked_visits_stay_first_and_in_order() -> None:
    problem, solution = example()
    situation = Situation(EIGHT - 60, (TruckState(2, locked=2),), extra_stops=(stop(9, 2),))
    new = replan(problem, solution, situation, time_limit_s=0.5, stability=0)
    assert check(new.problem, new.solution) == []
    route = next(route for route in new.solution.routes if route.vehicle_id == 2)
    assert route.stop_ids[:2] == (4, 5)


def test_a_closed_way_is_not_driven() -> None:
    problem, solution = example()
    # From stop 2 (location 3) only back: everything beyond is reached from stop 1.
    situation = Situation(EIGHT - 60, changed_ways=(ChangedWay(3, 4), ChangedWay(4, 5, 5000, 900)))
    new = replan(problem, solution, situation, time_limit_s=0.5)
    assert check(new.problem, new.solution) == []
    legs = {
        (one.location, other.location)
        for route in new.solution.routes
        for one, other in zip(route.steps, route.steps[1:], strict=False)
    }
    assert (3, 4) not in legs
    assert int(new.problem.matrices["truck"].durations_s[4, 5]) == 900


def test_a_truck_too_late_for_its_shift_is_sent_home_and_that_is_told() -> None:
    problem, solution = example()
    late = Situation(16 * HOUR, (TruckState(1, done=(DoneVisit(StepKind.EMPTYING, 3),)),))
    new = replan(problem, solution, late, time_limit_s=0.5)
    # From stop 3 (3 km) to the tip, ten minutes there, and home: 290 + 600 + 10 seconds.
    assert new.late[1] == 900
    assert check(new.problem, new.solution) == []


def test_driven_and_new_parts_join_into_whole_routes() -> None:
    problem, solution = example()
    new = replan(problem, solution, Situation(EIGHT + 200), time_limit_s=0.5, stability=100_000)
    before = {route.vehicle_id: route for route in solution.routes}
    for route in new.whole_routes():
        assert [step.stop_id for step in route.steps] == [step.stop_id for step in before[route.vehicle_id].steps]
        assert route.distance_m == before[route.vehicle_id].distance_m
        assert route.ends_s == before[route.vehicle_id].ends_s
        assert [step.loads for step in route.steps] == [step.loads for step in before[route.vehicle_id].steps]


def test_changing_nothing_changes_nothing() -> None:
    problem, solution = example()
    assert replan(problem, solution, Situation(EIGHT), time_limit_s=0.5, stability=100_000).changes == ()


def tangled(seed: int) -> tuple[Problem, Solution]:
    """Two trucks that cross town all day: stops of both halves, given to them by turns."""
    random = np.random.default_rng(seed)
    places = [(float(x), float(y)) for x, y in random.random((16, 2)) * (6000, 3000)]
    problem, _ = town(places)
    vehicles = tuple(replace(each, starts_s=EIGHT, ends_s=16 * HOUR) for each in problem.vehicles)
    problem = Problem(problem.matrices, problem.stops, vehicles, problem.disposal_sites)
    return problem, routed(problem, range(1, 17, 2), range(2, 17, 2))


def moves_and_cost(seed: int, stability: int) -> tuple[int, float]:
    new: Replanned = replan(*tangled(seed), Situation(EIGHT - 60), time_limit_s=0.6, stability=stability)
    return len(new.moved), new.solution.cost.total - new.solution.cost.changes


def test_a_larger_weight_moves_fewer_stops_for_more_money() -> None:
    weights = (0, 60, 100_000)
    means = [np.mean([moves_and_cost(seed, weight) for seed in range(3)], axis=0) for weight in weights]
    moved, cost = zip(*means, strict=True)
    assert moved[0] > moved[1] > moved[2] == 0
    assert cost[0] < cost[1] < cost[2]


@pytest.mark.parametrize(
    ("situation", "sentence"),
    [
        (Situation(EIGHT, (TruckState(7),)), "vehicle 7: there is no such vehicle"),
        (Situation(EIGHT, dropped_stops=frozenset({77})), "stop 77: is dropped, but there is no such stop"),
        (Situation(EIGHT + 500, dropped_stops=frozenset({1})), "stop 1: is dropped, but it has been served"),
        (Situation(EIGHT, extra_stops=(stop(1, 2),)), "stop 1: is an extra stop, but the problem has"),
        (
            Situation(EIGHT, (TruckState(1, done=(DoneVisit(StepKind.EMPTYING, 99),)),)),
            "vehicle 1: is done with stop 99, which does not exist",
        ),
        (
            Situation(
                EIGHT,
                tuple(TruckState(each, done=(DoneVisit(StepKind.EMPTYING, 5),)) for each in (1, 2)),
            ),
            "vehicle 2: serves stop 5, which another vehicle has served too",
        ),
        (Situation(EIGHT, changed_ways=(ChangedWay(1, 99),)), "way from 1 to 99: is outside the matrix"),
        (
            Situation(EIGHT, matrices={"truck": Matrix(np.zeros((2, 2), np.int32), np.zeros((2, 2), np.int32))}),
            "matrices: a new matrix covers 2 locations",
        ),
        (Situation(EIGHT, (TruckState(1, location=99),)), "vehicle 1: location 99 is outside the matrix"),
    ],
)
def test_a_situation_that_does_not_fit_is_refused_in_a_sentence(situation: Situation, sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        replan(*example(), situation, time_limit_s=0.2)
    assert str(caught.value).startswith(sentence)


def test_a_replanned_day_can_be_replanned_again() -> None:
    problem = three_stops(starts_s=EIGHT, ends_s=16 * HOUR)
    solution = solve(problem, time_limit_s=0.3)
    once = replan(problem, solution, Situation(EIGHT + 300), time_limit_s=0.3)
    twice = replan(once.problem, once.solution, Situation(EIGHT + 600), time_limit_s=0.3)
    assert check(twice.problem, twice.solution) == []
    done = {each.id for each in once.problem.stops if each.done}
    assert done < {each.id for each in twice.problem.stops if each.done}
