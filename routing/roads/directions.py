"""What a driver is told on the way: turn by turn, as data; ``direction_texts`` puts it into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

import numpy as np

from domain.geography import Position
from routing.roads.graph import RoadGraph
from routing.roads.legs import drive_legs
from routing.roads.network import Drive, network_of
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.road_point import RoadPoint
from routing.roads.truck import ROAD_CLASSES
from routing.roads.turns import Turns

BEND_DEGREES, TURN_DEGREES, SHARP_DEGREES = 25.0, 50.0, 125.0
BESIDE_M = 1.0
"""Nearer to the line of the street than this, a place lies on neither side, metres."""


class Maneuver(StrEnum):
    """What to do; values are OSRM's words where it has them."""

    DEPART = "depart"
    CONTINUE = "continue"
    SLIGHT_LEFT = "slight left"
    SLIGHT_RIGHT = "slight right"
    LEFT = "left"
    RIGHT = "right"
    SHARP_LEFT = "sharp left"
    SHARP_RIGHT = "sharp right"
    ROUNDABOUT = "roundabout"
    U_TURN = "uturn"
    FERRY = "ferry"
    ARRIVE = "arrive"


Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One line of directions.

    Parameters
    ----------
    maneuver
        What to do, at its beginning.
    street
        The street that it leads into, or "".
    distance_m
        How far to drive until the next instruction, metres.
    exit
        Which exit of a roundabout, from 1; None elsewhere.
    side
        On which side of the truck the place lies, on arriving; None where it is on neither.
    """

    maneuver: Maneuver
    street: str = ""
    distance_m: int = 0
    exit: int | None = None
    side: Side | None = None


def directions(
    graph: RoadGraph,
    points: Sequence[RoadPoint],
    positions: Sequence[Position],
    *,
    truck: TruckProfile = STANDARD_TRUCK,
) -> tuple[tuple[Instruction, ...], ...]:
    """The instructions of each leg of a route, (points - 1,), as ``legs.drive_legs`` drives it.

    Parameters
    ----------
    points, positions
        The places of the route on the streets, and where they really stand: that tells the side.
    """
    writer = _Writer(graph, network_of(graph, truck).turns)
    legs = drive_legs(graph, points, truck=truck)
    told: list[tuple[Instruction, ...]] = []
    came_over: int | None = None
    for drive, point, position in zip(legs, points[1:], positions[1:], strict=True):
        told.append(writer.leg(drive, came_over, point, position))
        came_over = drive.arcs[-1]
    return tuple(told)


class _Writer:
    """Looks at the junctions of a graph."""

    def __init__(self, graph: RoadGraph, turns: Turns) -> None:
        self._graph = graph
        self._turns = turns
        self._ends = np.column_stack([graph.segment_from, graph.segment_to])
        self._meeting = np.bincount(self._ends.ravel(), minlength=graph.junctions)
        exits = turns.open & ~np.repeat(graph.roundabout, 2)
        self._exits = np.bincount(self._ends.ravel()[exits], minlength=graph.junctions)
        self._ferry = graph.road_class == ROAD_CLASSES.index("ferry")

    def leg(self, drive: Drive, came_over: int | None, point: RoadPoint, position: Position) -> tuple[Instruction, ...]:
        """From one place to the next."""
        turned = came_over is not None and drive.arcs[0] == came_over ^ 1
        first = Instruction(Maneuver.U_TURN if turned else Maneuver.DEPART, self._street(drive.arcs[0]))
        told = [first]
        metres = [self._metres(drive, 0)]
        exits = 0
        for i in range(1, len(drive.arcs)):
            before, arc = drive.arcs[i - 1], drive.arcs[i]
            inside, was_inside = self._graph.roundabout[arc // 2], self._graph.roundabout[before // 2]
            if inside:
                # Whoever starts within a roundabout counts from there.
                exits = exits + (self._exits[self._head(before)] > 0) if was_inside else 0
                metres[-1] += self._metres(drive, i)
                continue
            instruction = self._turn(before, arc)
            if was_inside:
                instruction = Instruction(Maneuver.ROUNDABOUT, self._street(arc), exit=int(exits) + 1)
            if instruction is None:
                metres[-1] += self._metres(drive, i)
            else:
                told.append(instruction)
                metres.append(self._metres(drive, i))
        lines = [replace(each, distance_m=round(length)) for each, length in zip(told, metres, strict=True)]
        arrival = Instruction(Maneuver.ARRIVE, self._street(drive.arcs[-1]), side=self._side(drive, point, position))
        return (*lines, arrival)

    def _turn(self, before: int, arc: int) -> Instruction | None:
        """What to say at a junction, if anything."""
        street = self._street(arc)
        if arc == before ^ 1:
            return Instruction(Maneuver.U_TURN, street)
        if self._ferry[arc // 2] and not self._ferry[before // 2]:
            return Instruction(Maneuver.FERRY, street)
        degrees = self._turns.angle_deg(before, arc)
        crossing = self._meeting[self._head(before)] > 2
        if crossing and abs(degrees) > BEND_DEGREES:
            left = degrees > 0
            if abs(degrees) > SHARP_DEGREES:
                return Instruction(Maneuver.SHARP_LEFT if left else Maneuver.SHARP_RIGHT, street)
            if abs(degrees) > TURN_DEGREES:
                return Instruction(Maneuver.LEFT if left else Maneuver.RIGHT, street)
            return Instruction(Maneuver.SLIGHT_LEFT if left else Maneuver.SLIGHT_RIGHT, street)
        changed = street not in {"", self._street(before)}
        return Instruction(Maneuver.CONTINUE, street) if changed else None

    def _side(self, drive: Drive, point: RoadPoint, position: Position) -> Side | None:
        graph, arc = self._graph, drive.arcs[-1]
        line = graph.lines[point.segment]
        (at,) = graph.project(np.array([(position.lon, position.lat)]))
        reach = min(0.5, 2.0 / max(line.length, 1e-9))
        begin, end = max(0.0, point.share - reach), min(1.0, point.share + reach)
        a, b = (np.array(line.interpolate(share, normalized=True).coords[0]) for share in (begin, end))
        along = (a - b) if arc % 2 else (b - a)
        across = along[0] * (at - a)[1] - along[1] * (at - a)[0]
        if abs(across) / max(1e-9, float(np.hypot(*along))) < BESIDE_M or arc // 2 != point.segment:
            return None
        return "left" if across > 0 else "right"

    def _head(self, arc: int) -> int:
        return int(self._ends[arc // 2, 1 - arc % 2])

    def _street(self, arc: int) -> str:
        return self._graph.street_name(arc // 2)

    def _metres(self, drive: Drive, i: int) -> float:
        begin = drive.start if i == 0 else 0.0
        end = drive.end if i == len(drive.arcs) - 1 else 1.0
        return (end - begin) * float(self._graph.length_m[drive.arcs[i] // 2])
