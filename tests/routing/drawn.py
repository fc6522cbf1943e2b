"""A small town with positions and routes made by hand, for what is measured and drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from domain.geography import Position
from domain.plans import StepKind
from routing.places import Places
from routing.plane import Plane
from routing.problem import Problem
from routing.solution import Cost, Load, Route, Solution, Step, Unassigned, UnassignedReason
from tests.routing.problems import GLASS, HOUR, PAPER, Fraction, Matrix, stop, tip, truck

PLANE = Plane(4.3, 52.07)


def town(
    places_m: Sequence[tuple[float, float]], *, trucks: Sequence[Fraction] = (PAPER, PAPER), fractions: str = ""
) -> tuple[Problem, Places]:
    """Yard at 0, 0, tip 100 m east of it, stop n (from 1) at the n-th place; trucks work from 8:00 to 16:00.

    A "g" in ``fractions`` makes it glass instead of paper.
    """
    metres = np.array([(0.0, 0.0), (100.0, 0.0), *places_m])
    distances = np.hypot(*(metres[:, None] - metres[None]).transpose(2, 0, 1)).round().astype(np.int32)
    kinds = [GLASS if letter == "g" else PAPER for letter in fractions.ljust(len(places_m), "p")]
    problem = Problem(
        Matrix(distances, distances // 10),
        tuple(stop(number + 1, number + 2, kind) for number, kind in enumerate(kinds)),
        tuple(truck(number + 1, kind, starts_s=8 * HOUR, ends_s=16 * HOUR) for number, kind in enumerate(trucks)),
        (tip(1, 1, PAPER, GLASS),),
    )
    return problem, Places(dict(enumerate(PLANE.positions(metres))), {1: "Plein <1>"}, {1: "Wagen A"}, {1: "Uithof"})


def routed(problem: Problem, *orders: Sequence[int], left_out: Sequence[int] = ()) -> Solution:
    """Truck n (from 1) visits the stops of the n-th order, then the tip, then home; nobody waits or takes a break."""
    stops = {each.id: each for each in problem.stops}
    metres = problem.matrices["truck"].distances_m
    routes: list[Route] = []
    for number, order in enumerate(orders):
        steps = [Step(StepKind.START, 0, 28_800, 0, 0, (Load(0, 0),), 0)]
        for identifier in (*order, None, 0):
            before = steps[-1]
            kind = StepKind.DISPOSAL if identifier is None else StepKind.EMPTYING if identifier else StepKind.END
            location = 1 if identifier is None else stops[identifier].location if identifier else 0
            leg_m = int(metres[before.location, location])
            load = before.loads[0]
            if identifier:
                load = Load(load.kg + stops[identifier].kg, load.l + stops[identifier].l)
            steps.append(
                Step(
                    kind,
                    location,
                    before.departs_s + leg_m // 10,
                    0,
                    {StepKind.DISPOSAL: 600, StepKind.EMPTYING: 60}.get(kind, 0),
                    (load if identifier else Load(0, 0),),
                    before.distance_m + leg_m,
                    stop_id=identifier or None,
                    disposal_site_id=1 if identifier is None else None,
                )
            )
        routes.append(Route(number + 1, tuple(steps)))
    reason = UnassignedReason.NOT_WORTH_DETOUR
    return Solution(tuple(routes), tuple(Unassigned(each, reason, 150) for each in left_out), Cost())


def position(east_m: float, north_m: float) -> Position:
    return PLANE.positions(np.array([(east_m, north_m)]))[0]
