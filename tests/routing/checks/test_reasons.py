"""Why stops are left out: every reason where it is so, and the checker's word against it where it cannot be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from domain.containers import Fraction
from domain.plans import StepKind
from routing.check import Rule, check
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
from routing.solution import Cost, Solution, Unassigned, UnassignedReason

PAPER, GLASS = Fraction.PAPER, Fraction.GLASS
NO_VEHICLE, SKILL, CAPACITY, UNREACHABLE, TIME_WINDOW, SHIFT, NOT_WORTH_DETOUR = UnassignedReason

# Yard, tip and container at 0, 1 and 2 km: 200 s out, 60 s there, 100 s to the tip, 120 s there, 100 s home.
METRES = np.abs(np.subtract.outer([0, 1000, 2000], [0, 1000, 2000]))
ROAD = Matrix(METRES, METRES // 10)
STOP = Stop(1, 2, (Amount(PAPER, 100, 1000),), 60)
TRUCK = Vehicle(1, 0, 0, one_body(frozenset({PAPER}), 500, 5000), ends_s=1000)
TIP = DisposalSite(1, 1, frozenset({PAPER}), 120)
PROBLEM = Problem(ROAD, (STOP,), (TRUCK,), (TIP,))


def with_stop(**changes: object) -> Problem:
    return replace(PROBLEM, stops=(replace(STOP, **changes),))


def with_truck(problem: Problem = PROBLEM, **changes: object) -> Problem:
    return replace(problem, vehicles=(replace(TRUCK, **changes),))


def with_tip(**changes: object) -> Problem:
    return replace(PROBLEM, disposal_sites=(replace(TIP, **changes),))


def cut(origin: int, destination: int) -> Problem:
    metres = METRES.copy()
    metres[origin, destination] = -1
    return replace(PROBLEM, matrices={"truck": Matrix(metres, np.where(metres < 0, -1, metres // 10))})


def possible(problem: Problem) -> set[UnassignedReason]:
    """The reasons that the checker lets pass for the stop."""
    passed: set[UnassignedReason] = set()
    prize = problem.stops[0].prize or 0
    for reason in UnassignedReason:
        found = check(problem, Solution((), (Unassigned(1, reason),), Cost(missed_prizes=prize)))
        assert {violation.rule for violation in found} <= {Rule.WRONG_REASON}
        if not found:
            passed.add(reason)
    return passed


BODIES = (Compartment(frozenset({PAPER}), 500, 5000), Compartment(frozenset({GLASS}), 500, 5000))
BOTH = with_stop(amounts=(Amount(PAPER, 100, 1000), Amount(GLASS, 100, 1000)))
BREAK = (Break(1, 60),)

CASES: dict[str, tuple[Problem, set[UnassignedReason]]] = {
    "it would fit alone: only a full day can be why": (PROBLEM, {SHIFT}),
    "optional": (with_stop(prize=5), {SHIFT, NOT_WORTH_DETOUR}),
    "no vehicles": (replace(PROBLEM, vehicles=()), {NO_VEHICLE}),
    "its fraction is taken by none": (with_stop(amounts=(Amount(GLASS, 1, 1),)), {NO_VEHICLE}),
    "one of its fractions is taken by none": (BOTH, {NO_VEHICLE}),
    "a skill is missing": (with_stop(skills=frozenset({"crane"})), {SKILL}),
    "another vehicle is asked for": (
        replace(
            PROBLEM,
            stops=(replace(STOP, allowed_vehicles=frozenset({2})),),
            vehicles=(TRUCK, replace(TRUCK, id=2, compartments=one_body(frozenset({GLASS}), 1, 1))),
        ),
        {SKILL},
    ),
    "too heavy": (with_truck(compartments=one_body(frozenset({PAPER}), 99, 5000)), {CAPACITY}),
    "too large": (with_truck(compartments=one_body(frozenset({PAPER}), 500, 999)), {CAPACITY}),
    "too heavy for the day": (with_truck(max_kg=99), {CAPACITY}),
    "too large for the day": (with_truck(max_l=999), {CAPACITY}),
    "the other compartment does not help": (
        with_truck(BOTH, compartments=(BODIES[0], replace(BODIES[1], capacity_kg=99))),
        {CAPACITY},
    ),
    "no way there": (cut(0, 2), {UNREACHABLE}),
    "no way from there to the tip": (cut(2, 1), {UNREACHABLE}),
    "no way home from the tip": (cut(1, 0), {UNREACHABLE}),
    "no tip": (replace(PROBLEM, disposal_sites=()), {UNREACHABLE}),
    "no tip for it": (with_tip(fractions=frozenset({GLASS})), {UNREACHABLE}),
    "no tip, but none is needed": (with_truck(replace(PROBLEM, disposal_sites=()), ends_empty=False), {SHIFT}),
    "a tip for one of two compartments": (with_truck(BOTH, compartments=BODIES), {UNREACHABLE}),
    "a tip for each of two compartments": (
        replace(
            with_truck(BOTH, compartments=BODIES),
            disposal_sites=(replace(TIP, id=2, fractions=frozenset({GLASS})), TIP),
        ),
        {SHIFT},
    ),
    "the window closes too early": (with_stop(time_windows=((0, 199),)), {TIME_WINDOW}),
    "the window closes too early, optional": (with_stop(time_windows=((0, 199),), prize=5), {TIME_WINDOW}),
    "the window is met": (with_stop(time_windows=((0, 100), (150, 200))), {SHIFT}),
    "the window opens after the shift": (with_stop(time_windows=((1001, 1100),)), {TIME_WINDOW, SHIFT}),
    "the window opens too late to be home in time": (with_stop(time_windows=((700, 800),)), {SHIFT}),
    "the tip closes too early": (with_tip(time_windows=((0, 359),)), {TIME_WINDOW, SHIFT}),
    "the tip is open": (with_tip(time_windows=((0, 360),)), {SHIFT}),
    "setting up makes it too late for the tip": (
        replace(with_tip(time_windows=((0, 360),)), stops=(replace(STOP, setup_s=1),)),
        {TIME_WINDOW, SHIFT},
    ),
    "another tip is open": (
        replace(PROBLEM, disposal_sites=(replace(TIP, time_windows=((0, 1),)), replace(TIP, id=2))),
        {SHIFT},
    ),
    "released too late for the window": (with_stop(time_windows=((0, 300),), release_s=200), {TIME_WINDOW, SHIFT}),
    "released too late for the window, from the tip as well": (
        with_stop(time_windows=((0, 300),), release_s=250),
        {TIME_WINDOW},
    ),
    "released in time": (with_stop(time_windows=((0, 300),), release_s=100), {SHIFT}),
    "released too late to be home in time": (with_stop(release_s=500), {SHIFT}),
    "released too late for the tip": (
        replace(with_tip(time_windows=((0, 400),)), stops=(replace(STOP, release_s=50),)),
        {TIME_WINDOW, SHIFT},
    ),
    "not released when the vehicle left": (
        with_truck(with_stop(time_windows=((0, 300),), release_s=50), departed_s=40),
        {CAPACITY, UNREACHABLE, TIME_WINDOW, SHIFT},
    ),
    # A day that is partly spoken for may be the reason: the checker does not work that out.
    "a load is aboard": (
        with_truck(initial_load=(Amount(PAPER, 450, 0),)),
        {CAPACITY, UNREACHABLE, SHIFT},
    ),
    "a prefix comes first": (
        with_truck(with_stop(time_windows=((0, 300),)), prefix=(Visit(StepKind.DISPOSAL, 1),), under_way=True),
        {CAPACITY, UNREACHABLE, TIME_WINDOW, SHIFT},
    ),
    "breaks come in between": (
        with_truck(with_stop(time_windows=((0, 300),)), breaks=BREAK),
        {CAPACITY, UNREACHABLE, TIME_WINDOW, SHIFT},
    ),
    "rests come in between": (
        with_truck(with_stop(time_windows=((0, 300),)), driving_rule=DrivingRule(100, 200)),
        {CAPACITY, UNREACHABLE, TIME_WINDOW, SHIFT},
    ),
    "no trip allowed": (with_truck(max_trips=0), {CAPACITY, UNREACHABLE, SHIFT}),
    "no stop allowed": (with_truck(max_stops=0), {CAPACITY, UNREACHABLE, SHIFT}),
}


@pytest.mark.parametrize(("problem", "reasons"), CASES.values(), ids=CASES.keys())
def test_reasons_that_can_be(problem: Problem, reasons: set[UnassignedReason]) -> None:
    if problem.vehicles and problem.vehicles[0].prefix:
        # Its route is missing, which is not what this is about.
        problem_rules = {Rule.WRONG_REASON, Rule.PREFIX, Rule.ROUTE_MISSING}
        passed = {
            reason
            for reason in UnassignedReason
            if Rule.WRONG_REASON
            not in (found := {v.rule for v in check(problem, Solution((), (Unassigned(1, reason),), Cost()))})
            and found <= problem_rules
        }
        assert passed == reasons
    else:
        assert possible(problem) == reasons


def test_the_most_suitable_vehicle_counts() -> None:
    """One vehicle is too small, the other lacks the skill: the first got further."""
    crane = frozenset({"crane"})
    small = replace(TRUCK, compartments=one_body(frozenset({PAPER}), 1, 1), skills=crane)
    problem = replace(PROBLEM, stops=(replace(STOP, skills=crane),), vehicles=(replace(TRUCK, id=2), small))
    assert possible(problem) == {CAPACITY}


def test_a_stop_that_one_vehicle_was_told_is_nobody_elses() -> None:
    other = replace(TRUCK, id=2, compartments=one_body(frozenset({GLASS}), 1, 1), prefix=(Visit(StepKind.EMPTYING, 1),))
    found = check(replace(PROBLEM, vehicles=(TRUCK, other)), Solution((), (Unassigned(1, SKILL),), Cost()))
    assert {violation.rule for violation in found} == {Rule.PREFIX}


def test_by_how_much_a_detour_is_not_worth_it_must_be_more_than_nothing() -> None:
    problem = with_stop(prize=100)
    for detour_cost, amounts in ((None, []), (150, []), (100, []), (99, [1]), (0, [100])):
        solution = Solution((), (Unassigned(1, NOT_WORTH_DETOUR, detour_cost),), Cost(missed_prizes=100))
        assert [violation.amount for violation in check(problem, solution)] == amounts
