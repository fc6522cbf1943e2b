"""The graph that is searched: arcs as nodes, permitted turns as edges.

A node stands for the beginning of an arc (a segment in one direction); an edge drives the whole arc and turns into
the next one. So a turn can be forbidden, and can cost time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from routing.roads.graph import TURNING_CIRCLE, RoadGraph
from routing.roads.profile import STANDARD_TRUCK, TruckProfile

U_TURN_S = 45.0
"""Turning a truck round at a dead end in three moves, seconds: an assumption (OSRM's car needs 20)."""

TURNING_CIRCLE_S = 15.0
"""Turning round at a turning circle or a mini roundabout, seconds."""

NEAR_SIDE_TURN_S = 2.0
"""Turning off to the side that traffic keeps to, seconds more than going straight on."""

FAR_SIDE_TURN_S = 5.0
"""Turning off across the oncoming traffic, seconds."""

SHARP_TURN_S = 3.0
"""A turn of more than :data:`SHARP_DEGREES` costs so much more, seconds."""

TURN_DEGREES, SHARP_DEGREES = 45.0, 120.0

THROUGH_TRAFFIC_S = 120.0
"""What keeps a truck from driving through streets that are for destinations only, counted when it enters, seconds."""

BEARING_M = 15.0
"""The direction of an arc at its ends is taken over so many metres."""

Chain = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Turns:
    """Arcs and turns for one truck.

    Parameters
    ----------
    arc_ms, arc_dm
        int64 (arcs,): milliseconds and decimetres of an arc; arcs are numbered as in ``graph.Bans``.
    open
        bool (arcs,): the truck may drive it, can get there, and gets away again.
    zone
        int32 (arcs,): number of the destination-only quarter that an arc lies in, -1 = none.
    angle
        Directions of the arcs, see :meth:`angle_deg`: (arcs, 2) radians at their beginning and end.
    begin
        float64 (arcs, 2): longitude and latitude of where an arc begins, degrees.
    node_arc
        int64 (nodes,): the arc of a node. The first ``len(arc_ms)`` nodes are the arcs themselves; further ones are
        arcs reached on a way that forbids some of their turns.
    tail, head, turn_ms
        int64 (edges,): from node to node, and milliseconds of the turn alone.
    """

    arc_ms: NDArray[np.int64]
    arc_dm: NDArray[np.int64]
    open: NDArray[np.bool_]
    zone: NDArray[np.int32]
    angle: NDArray[np.float64]
    begin: NDArray[np.float64]
    node_arc: NDArray[np.int64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    turn_ms: NDArray[np.int64]

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.node_arc)

    def angle_deg(self, arc: int, following: int) -> float:
        """How far a truck turns from an arc into another, degrees: left positive, right negative, -180..180."""
        return float(_degrees(self.angle[following, 0] - self.angle[arc, 1]))


def expand(graph: RoadGraph, truck: TruckProfile) -> Turns:
    """The arcs that a truck may drive, and the turns between them.

    It turns round only at dead ends (also those that a barrier, a sign or its own size makes), at turning circles, and
    at the ends of streets of which it could not reach or leave one direction otherwise.
    """
    seconds = graph.seconds(truck).ravel()
    usable = np.isfinite(seconds)
    tails = np.column_stack([graph.segment_from, graph.segment_to]).ravel().astype(np.int64)
    heads = tails.reshape(-1, 2)[:, ::-1].ravel()
    chains = [chain for chain in graph.bans.chains(truck) if usable[list(chain)].all()]
    first, second = _pairs(np.flatnonzero(usable), tails, heads, graph.junctions)
    back = second == (first ^ 1)
    forbidden = np.array([a * len(tails) + b for a, b in (c for c in chains if len(c) == 2)], np.int64)
    allowed = ~np.isin(first * len(tails) + second, forbidden)
    lengths = np.repeat(graph.length_m, 2)
    # A street from which one could only go on into a trap (a one-way street out of the extract) is a dead end too.
    inside = _largest_part(first[allowed], second[allowed], usable, lengths)
    allowed &= inside[first] & inside[second]
    onward = np.bincount(first[allowed & ~back], minlength=len(tails))
    circle = graph.junction_kind[heads[first]] & TURNING_CIRCLE > 0
    turning = allowed & (~back | (onward[first] == 0) | circle)
    left_out = inside & ~_largest_part(first[turning], second[turning], inside, lengths)
    allowed = turning | (allowed & back & (left_out[first] | left_out[second]))
    first, second = first[allowed], second[allowed]
    zone = np.repeat(_zones(graph), 2)
    angle = _angles(graph)
    turn_s = _turn_s(graph, truck, heads[first], pairs=(first, second), angle=angle, zone=zone)
    turn_ms = np.rint(1000 * turn_s).astype(np.int64)
    node_arc, tail, head, turn_ms = _with_chains(len(tails), first, second, turn_ms, [c for c in chains if len(c) > 2])
    arc_ms = np.maximum(1, np.rint(1000 * np.where(usable, seconds, 0))).astype(np.int64)
    arc_dm = np.rint(10 * lengths).astype(np.int64)
    inside = _largest_part(tail, head, usable[node_arc], lengths[node_arc])
    kept = inside[tail] & inside[head]
    return Turns(
        arc_ms=arc_ms,
        arc_dm=arc_dm,
        open=inside[: len(tails)],
        zone=zone,
        angle=angle,
        begin=graph.shape[np.column_stack([graph.shape_start[:-1], graph.shape_start[1:] - 1]).ravel()],
        node_arc=node_arc,
        tail=tail[kept],
        head=head[kept],
        turn_ms=turn_ms[kept],
    )


def connected_segments(graph: RoadGraph, truck: TruckProfile = STANDARD_TRUCK) -> NDArray[np.bool_]:
    """The segments, (segments,), that belong to the part in which a truck gets from everywhere to everywhere."""
    return np.asarray(expand(graph, truck).open.reshape(-1, 2).any(axis=1))


def _pairs(
    arcs: NDArray[np.int64], tails: NDArray[np.int64], heads: NDArray[np.int64], junctions: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every arc with every arc that begins where it ends."""
    leaving = arcs[np.argsort(tails[arcs], kind="stable")]
    begin = np.searchsorted(tails[leaving], np.arange(junctions + 1))
    first = begin[heads[arcs]]
    count = begin[heads[arcs] + 1] - first
    nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(arcs, count), leaving[np.repeat(first, count) + nth]


def _zones(graph: RoadGraph) -> NDArray[np.int32]:
    """For each segment the number of its destination-only quarter: connected streets of that kind; -1 = none."""
    inside = np.flatnonzero(graph.destination)
    joined = coo_array(
        (np.ones(len(inside)), (graph.segment_from[inside], graph.segment_to[inside])),
        shape=(graph.junctions, graph.junctions),
    )
    _, labels = connected_components(joined.tocsr(), directed=False)
    return np.where(graph.destination, labels[graph.segment_from], -1).astype(np.int32)


def _angles(graph: RoadGraph) -> NDArray[np.float64]:
    """Directions of the arcs at their beginning and end, (arcs, 2) radians, counter-clockwise from east."""
    lines = graph.lines
    length = shapely.length(lines)
    reach = np.minimum(BEARING_M, length)

    def points(at: NDArray[np.float64]) -> NDArray[np.float64]:
        return shapely.get_coordinates(shapely.line_interpolate_point(lines, at))

    begin = points(reach) - points(np.zeros(len(lines)))
    end = points(length) - points(length - reach)
    begin_angle, end_angle = np.arctan2(begin[:, 1], begin[:, 0]), np.arctan2(end[:, 1], end[:, 0])
    along = np.column_stack([begin_angle, end_angle])
    against = np.column_stack([end_angle, begin_angle]) + np.pi
    return np.stack([along, against], axis=1).reshape(-1, 2)


def _degrees(radians: NDArray[np.float64]) -> NDArray[np.float64]:
    return (np.degrees(radians) + 180) % 360 - 180


def _turn_s(
    graph: RoadGraph,
    truck: TruckProfile,
    junction: NDArray[np.int64],
    *,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    angle: NDArray[np.float64],
    zone: NDArray[np.int32],
) -> NDArray[np.float64]:
    """Seconds of each turn. Where fewer than three street ends meet there is nothing to turn into."""
    first, second = pairs
    degrees = _degrees(angle[second, 0] - angle[first, 1]) * (1 if truck.drives_on == "right" else -1)
    cost = np.zeros(len(first))
    cost[degrees > TURN_DEGREES] = FAR_SIDE_TURN_S
    cost[degrees < -TURN_DEGREES] = NEAR_SIDE_TURN_S
    cost[np.abs(degrees) > SHARP_DEGREES] += SHARP_TURN_S
    ends = np.bincount(np.concatenate([graph.segment_from, graph.segment_to]), minlength=graph.junctions)
    cost[ends[junction] < 3] = 0
    cost[graph.roundabout[first // 2] & graph.roundabout[second // 2]] = 0
    circle = graph.junction_kind[junction] & TURNING_CIRCLE > 0
    back = second == (first ^ 1)
    cost[back] = np.where(circle[back], TURNING_CIRCLE_S, U_TURN_S)
    cost[(zone[second] >= 0) & (zone[first] < 0)] += THROUGH_TRAFFIC_S
    return cost


def _with_chains(
    arcs: int,
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    turn_ms: NDArray[np.int64],
    chains: list[Chain],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Nodes, and edges with forbidden chains of three arcs and more.

    For every beginning of such a chain there is a second node of its last arc, from which the chain cannot be
    finished; whoever drives the beginning gets to that node.
    """
    whole = set(chains)
    begun = {prefix: None for chain in chains for i in range(2, len(chain)) if (prefix := chain[:i]) not in whole}
    number = {prefix: arcs + i for i, prefix in enumerate(begun)}
    last = {prefix[-1] for prefix in number}
    following: defaultdict[int, list[int]] = defaultdict(list)
    for edge in np.flatnonzero(np.isin(tail, list(last))).tolist():
        following[int(tail[edge])].append(edge)
    new: list[tuple[int, int, int]] = []
    for prefix, node in number.items():
        for edge in following[prefix[-1]]:
            after = int(head[edge])
            if (*prefix, after) not in whole:
                onward = number.get((*prefix, after), number.get((prefix[-1], after), after))
                new.append((node, onward, int(turn_ms[edge])))
    head = head.copy()
    for prefix, node in number.items():
        if len(prefix) == 2:
            head[(tail == prefix[0]) & (head == prefix[1])] = node
    extra = np.array(new, np.int64).reshape(-1, 3)
    node_arc = np.concatenate([np.arange(arcs), [prefix[-1] for prefix in number]]).astype(np.int64)
    return (
        node_arc,
        np.concatenate([tail, extra[:, 0]]),
        np.concatenate([head, extra[:, 1]]),
        np.concatenate([turn_ms, extra[:, 2]]),
    )


def _largest_part(
    tail: NDArray[np.int64], head: NDArray[np.int64], usable: NDArray[np.bool_], lengths: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """The nodes of the longest strongly connected component: reachable, and one gets out again."""
    nodes = len(usable)
    edges = coo_array((np.ones(len(tail)), (tail, head)), shape=(nodes, nodes)).tocsr()
    _, labels = connected_components(edges, directed=True, connection="strong")
    largest = np.bincount(labels, weights=np.where(usable, lengths, 0)).argmax()
    return (labels == largest) & usable
