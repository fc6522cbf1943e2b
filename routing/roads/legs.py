"""A route as a truck drives it: from place to place, turning round at a place only where that pays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import InvalidInput
from routing.roads.graph import RoadGraph
from routing.roads.network import Drive, Network, OnArc, network_of
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.road_point import RoadPoint
from routing.roads.turns import U_TURN_S

_U_TURN_MS = round(1000 * U_TURN_S)


@dataclass(frozen=True, slots=True)
class _State:
    """The best way to have arrived at a place on one arc: its cost, the last drive, and the state before it."""

    cost_ms: float
    at: OnArc
    drive: Drive | None = None
    before: _State | None = None


def drive_legs(
    graph: RoadGraph, points: Sequence[RoadPoint], *, truck: TruckProfile = STANDARD_TRUCK
) -> tuple[Drive, ...]:
    """The drives between places in order, (points - 1,).

    A matrix takes each leg for itself; here a truck leaves a place in the direction in which it came, unless turning
    round there (:data:`turns.U_TURN_S`, which the drives do not hold) is quicker than what it would drive instead.

    Raises
    ------
    InvalidInput
        When no path leads from a place to the next.
    """
    if not points:
        return ()
    network = network_of(graph, truck)
    options = [network.places(point) for point in points]
    states = [_State(0.0, at) for at in options[0]]
    for i in range(1, len(points)):
        if points[i - 1].place == points[i].place:
            stay = [_State(s.cost_ms, s.at, Drive((s.at.arc,), s.at.share, s.at.share, 0, 0), s) for s in states]
        else:
            stay = [s for goal in options[i] if (s := _best(network, states, options[i - 1], goal, i == 1)) is not None]
        if not stay:
            raise InvalidInput(f"no path leads from place {i - 1} of the route to place {i}")
        states = stay
    return _followed(min(states, key=lambda state: state.cost_ms))


def _best(
    network: Network, states: Sequence[_State], leaving: Sequence[OnArc], goal: OnArc, first: bool
) -> _State | None:
    """The cheapest arrival at a goal over all arrivals before it and all ways to leave from there."""
    best: _State | None = None
    for start in leaving:
        drive = network.drive(start, goal)
        if drive is None:
            continue
        for state in states:
            turn = _U_TURN_MS if not first and start.arc == state.at.arc ^ 1 else 0
            cost = state.cost_ms + turn + drive.ms + drive.charged_ms
            if cost < (best.cost_ms if best else math.inf):
                best = _State(cost, goal, drive, state)
    return best


def _followed(state: _State) -> tuple[Drive, ...]:
    drives: list[Drive] = []
    current: _State | None = state
    while current is not None and current.drive is not None:
        drives.append(current.drive)
        current = current.before
    return tuple(reversed(drives))
