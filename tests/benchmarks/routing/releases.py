"""Release times, which Halfvol's problem does not know, by windows and forbidden ways.

A trip may leave only when everything it carries has been released. Three things follow, and can be said:

- nobody is reached before his release plus the way there;
- whoever must be served before a trip that waits for another could reach him is never the other's neighbour on a trip;
- where a solution still breaks the rule, because the two are on one trip with others between, the ways by which that
  trip joined them are forbidden, and it is solved again.

The first two lose nothing. The last may: that is the price for not having release times in the problem.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from tests.benchmarks.routing.instance import Instance, Tour
from tests.benchmarks.routing.judge import judge

Solver = Callable[[Instance, float], Sequence[Tour]]
"""Solves an instance whose release times it may ignore within so many seconds."""


def without_releases(instance: Instance, forbidden: frozenset[tuple[int, int]] = frozenset()) -> Instance:
    """The instance with windows and ways that stand for the release times."""
    from_depot = instance.durations[instance.depot]
    customers = tuple(
        replace(each, early=min(each.late, max(each.early, each.release + int(from_depot[each.node]))), release=0)
        for each in instance.customers
    )
    size = len(instance.distances)
    release, late = np.zeros(size, dtype=np.int64), np.full(size, instance.late)
    for each in instance.customers:
        release[each.node], late[each.node] = each.release, each.late
    # [i, j]: a trip that waits for i comes too late to j.
    apart = release[:, None] + from_depot[None, :] > late[None, :]
    apart |= apart.T
    for one, other in forbidden:
        apart[one, other] = True
    apart[instance.depot, :] = apart[:, instance.depot] = False
    np.fill_diagonal(apart, False)
    return replace(
        instance,
        customers=customers,
        # Longer than the day, and so dear that no detour is worth it: engines expect a way, not that there is none.
        durations=np.where(apart, instance.late + 1, instance.durations),
        distances=np.where(apart, 2 * int(instance.distances.max()), instance.distances),
    )


def solve_with_releases(instance: Instance, seconds: float, solver: Solver) -> list[Tour]:
    """Solve, forbid what broke the rule, and solve again; the best tours that keep it, else the last."""
    rounds = 3
    forbidden: frozenset[tuple[int, int]] = frozenset()
    best: tuple[int, list[Tour]] | None = None
    tours: list[Tour] = []
    for number in range(rounds):
        share = seconds * (0.6, 0.25, 0.15)[number]
        tours = list(solver(without_releases(instance, forbidden), share))
        verdict = judge(instance, tours)
        if not verdict.faults:
            if best is None or verdict.cost < best[0]:
                best = verdict.cost, tours
            if number == 0:
                # Nothing was broken: the rest of the time goes to one more search of the same.
                again = list(solver(without_releases(instance), seconds - share))
                verdict = judge(instance, again)
                return again if not verdict.faults and verdict.cost < best[0] else best[1]
            break
        forbidden |= _joints(instance, tours)
    return best[1] if best is not None else tours


def _joints(instance: Instance, tours: Sequence[Tour]) -> frozenset[tuple[int, int]]:
    """The ways within trips whose first customer would be late if the trip waited for all its releases."""
    release = {each.node: each.release for each in instance.customers}
    found: set[tuple[int, int]] = set()
    for tour in tours:
        if not judge(replace_customers(instance, tour), [tour]).faults:
            continue
        trip: list[int] = []
        for node in (*tour.nodes, instance.depot):
            if node != instance.depot:
                trip.append(node)
                continue
            latest = max((release[each] for each in trip), default=0)
            waits = [number for number, each in enumerate(trip) if release[each] == latest]
            if trip and waits[0] > 0:
                found.add((trip[waits[0] - 1], trip[waits[0]]))
            trip = []
    return frozenset(found)


def replace_customers(instance: Instance, tour: Tour) -> Instance:
    """The instance with only the customers of one tour."""
    return replace(instance, customers=tuple(each for each in instance.customers if each.node in tour.nodes))
