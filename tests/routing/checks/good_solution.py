"""A problem in which every rule has something to say, and a good solution of it, made by hand."""

from __future__ import annotations

import numpy as np

from domain.containers import Fraction
from domain.plans import StepKind
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
THIRD = Route(
    3,
    (
        step(START, 0, 0, 0, (0, 0)),
        step(EMPTYING, 2, 2000, 200, (100, 1000), service_s=60, stop_id=7),
        step(DISPOSAL, 1, 3000, 360, (0, 0), service_s=120, disposal_site_id=1),
        step(END, 0, 4000, 580, (0, 0)),
    ),
)
"""No part of the good solution."""

LEFT_OUT_4 = Unassigned(4, UnassignedReason.NOT_WORTH_DETOUR, 400)
LEFT_OUT_6 = Unassigned(6, UnassignedReason.NO_VEHICLE)
SOLUTION = Solution(
    (FIRST, SECOND),
    (LEFT_OUT_4, LEFT_OUT_6),
    Cost(fixed=500, distance=1500, duration=3240, overtime=200, missed_prizes=50, changes=77),
)
