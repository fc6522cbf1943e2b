"""Release times, which Halfvol's problem does not know, by windows and forbidden ways.

A trip may leave only when everything it carries has been released. Three things follow, and can be said:

- nobody is reached before his release plus the way there;
- whoever must be served before a trip that waits for another could reach him is never the other's neighbour on a trip;
- where a solution still breaks the rule, because the two are on one trip with others between, it is mended (who breaks
  the rule is put elsewhere), and solved again with the ways forbidden by which that trip joined them.

The first two lose nothing. The last may: that is the price for not having release times in the problem.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from tests.benchmarks.routing.instance import Instance, Tour
from tests.benchmarks.routing.judge import judge
from tests.benchmarks.routing.release_repair import faults, repair

Solver = Callable[[Instance, float, Sequence[Tour]], Sequence[Tour]]
"""Solves an instance whose release times it may ignore within so many seconds, perhaps from these tours."""


SHARES = (0.3, 0.2, 0.2, 0.15, 0.15)
"""Shares of the time for the rounds."""


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
    """Solve, mend, forbid what broke the rule, and solve again; the best tours that keep it, else the last."""
    forbidden: frozenset[tuple[int, int]] = frozenset()
    best: tuple[int, list[Tour]] | None = None
    tours: list[Tour] = []
    for share in SHARES:
        found = list(solver(without_releases(instance, forbidden), share * seconds, best[1] if best else ()))
        tours = repair(instance, found)
        verdict = judge(instance, tours)
        if not verdict.faults and (best is None or verdict.cost < best[0]):
            best = verdict.cost, tours
        forbidden |= _joints(instance, found)
    return best[1] if best is not None else tours


def _joints(instance: Instance, tours: Sequence[Tour]) -> frozenset[tuple[int, int]]:
    """The ways by which trips that leave too early come to whom they should have waited for."""
    release = {each.node: each.release for each in instance.customers}
    found: set[tuple[int, int]] = set()
    for tour in tours:
        if not faults(instance, tour):
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
