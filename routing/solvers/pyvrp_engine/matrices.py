"""Distances (or costs) and durations between PyVRP's places.

The way to a virtual end leads from a stop over the cheapest tip, and from a tip plainly. A set-up is part of the way
to a stop from another location.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.solvers.plan.cost import FORBIDDEN, UNITS_PER_CENT, units_per_metre, units_per_second
from routing.solvers.plan.folding import forbidding, ways_home, within
from routing.solvers.pyvrp_engine.crews import UNBOUND, Crew
from routing.solvers.pyvrp_engine.layout import Layout

Values = NDArray[np.int64]


def matrices(layout: Layout, members: Sequence[Crew]) -> tuple[Values, Values]:
    """Distances (or costs) and durations for crews with one profile."""
    crew, clients, count = members[0], layout.clients, len(layout.clients)
    matrix = crew.matrix
    places = (*clients, *layout.depots)
    entries, exits = [place.entry for place in places], [place.exit for place in places]
    grid = np.ix_(exits, entries)
    metres, seconds = forbidding(matrix.distances_m[grid]), forbidding(matrix.durations_s[grid])
    for number, depot in enumerate(layout.depots, start=count):
        if depot.tip is not None:
            inner_m, inner_s = within(matrix, depot.tip.sites)
            metres[:, number] += inner_m
            seconds[:, number] += inner_s + (depot.service_s if layout.released else 0)
    _fold_ends(layout, members, metres, seconds)
    setups = np.array([client.stop.setup_s if client.stop else 0 for client in clients], dtype=np.int64)
    if setups.any():
        elsewhere = np.array(exits)[:, None] != np.array(entries[:count])[None, :]
        seconds[:, :count] += np.where(elsewhere, setups, 0)
    for number, owner in layout.anchor_of.items():
        # Only the vehicle itself comes here, and it comes from its start.
        start = count + layout.start_of[number]
        way = metres[start, owner], seconds[start, owner]
        metres[:, owner] = seconds[:, owner] = FORBIDDEN
        metres[start, owner], seconds[start, owner] = way
        others = [client for client in range(count) if client != owner]
        metres[start, others] = seconds[start, others] = FORBIDDEN
    barred = [n for n, client in enumerate(clients) if client.stop and client.stop.id not in crew.stop_ids]
    metres[:, barred] = seconds[:, barred] = FORBIDDEN
    if layout.priced:
        _price(layout, crew, metres, seconds)
    np.fill_diagonal(metres, 0)
    np.fill_diagonal(seconds, 0)
    return np.minimum(metres, UNBOUND), np.minimum(seconds, FORBIDDEN)


def _fold_ends(layout: Layout, members: Sequence[Crew], metres: Values, seconds: Values) -> None:
    """To a virtual end stops lead over the cheapest tip."""
    count = len(layout.clients)
    exits = [client.exit for client in layout.clients]
    ends = {number for number, depot in enumerate(layout.depots) if depot.folded}
    for crew in members:
        number = layout.end_of[layout.crews.index(crew)]
        if number not in ends:
            continue
        ends.discard(number)
        column = count + number
        home_m, home_s, _ = ways_home(crew.matrix, crew.vehicle, crew.home, exits)
        keep = [
            client
            for owner, client in layout.anchor_of.items()
            if layout.end_of[owner] == number and layout.crews[owner].leaves_tip
        ]
        plain = metres[keep, column].copy(), seconds[keep, column].copy()
        metres[:count, column], seconds[:count, column] = home_m, home_s
        metres[keep, column], seconds[keep, column] = plain
        if not crew.leaves_tip:
            starts = [count + start for start in layout.start_of]
            metres[starts, column] = seconds[starts, column] = FORBIDDEN
    for number in ends:
        metres[:, count + number] = seconds[:, count + number] = FORBIDDEN


def _price(layout: Layout, crew: Crew, metres: Values, seconds: Values) -> None:
    """Distances become costs: of driving, of driving time where nothing else has times, and of changes."""
    forbidden = metres >= FORBIDDEN
    metres *= layout.scale.scaled(units_per_metre(crew.vehicle))
    if layout.timeless:
        second = layout.scale.scaled(units_per_second(crew.vehicle))
        metres += seconds * second
        service = [client.stop.service_s if client.stop else 0 for client in layout.clients]
        service += [depot.service_s for depot in layout.depots]
        metres += np.array(service, dtype=np.int64) * second
        seconds[:] = 0
    metres[:, layout.changed(crew)] += layout.scale.scaled(layout.index.problem.change_cost * UNITS_PER_CENT)
    metres[forbidden] = UNBOUND // 1000
