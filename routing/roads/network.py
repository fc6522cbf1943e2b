"""A road graph as one truck drives it, with places on its arcs: what travel times and paths are computed on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from routing.roads.graph import RoadGraph
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.roads.road_point import RoadPoint
from routing.roads.search import WEIGHT, End, Search, search_on
from routing.roads.turns import THROUGH_TRAFFIC_S, expand

_THROUGH_MS = round(1000 * THROUGH_TRAFFIC_S)


@dataclass(frozen=True, slots=True)
class OnArc:
    """A place on an arc: a share (0..1) of its length, counted from its beginning.

    ``extra_ms`` is charged on arriving and on leaving: what stopping in this direction costs.
    """

    arc: int
    share: float
    extra_ms: int = 0


@dataclass(frozen=True, slots=True)
class Drive:
    """A path as arcs in order, from a share of the first to a share of the last.

    ``ms`` and ``dm`` are the milliseconds (with turns) and decimetres; ``charged_ms`` came on top while searching, to
    keep the truck from driving through streets for destinations only.
    """

    arcs: tuple[int, ...]
    start: float
    end: float
    ms: int
    dm: int
    charged_ms: int = 0


class Network:
    """The arcs and turns of a truck, ready to be searched.

    A place lies on one arc or two (both directions of a street), and at a junction on all arcs there. Leaving it leads
    along the rest of its arc into the turns at the end; arriving drives an arc from its beginning up to the place. So a
    truck turns round at a place that it may leave in either direction: within a matrix, where it came from is unknown.
    """

    def __init__(self, graph: RoadGraph, truck: TruckProfile, search: Search | None = None) -> None:
        # Not the graph itself: it keeps its networks alive, and would never be forgotten.
        self._ends = np.column_stack([graph.segment_from, graph.segment_to])
        self.truck = truck
        self.turns = expand(graph, truck)
        self._search = search
        self._lock = Lock()
        turns = self.turns
        order = np.argsort(turns.tail, kind="stable")
        self._head, self._turn_ms = turns.head[order], turns.turn_ms[order]
        self._first = np.searchsorted(turns.tail[order], np.arange(turns.nodes + 1))
        self._copies: defaultdict[int, list[int]] = defaultdict(list)
        for node in range(len(turns.arc_ms), turns.nodes):
            self._copies[int(turns.node_arc[node])].append(node)
        self._out: defaultdict[int, list[int]] | None = None

    @property
    def search(self) -> Search:
        """The engine, built when first needed."""
        with self._lock:
            if self._search is None:
                self._search = search_on(self.turns)
            return self._search

    def costs(self, points: Sequence[RoadPoint]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Seconds and metres of the fastest paths between all places, (points, points) each; inf = no path."""
        count = len(points)
        places = [self.places(point) for point in points]
        ends = [(j, place, node) for j in range(count) for place in places[j] for node in self._nodes(place.arc)]
        nodes = sorted({node for _, _, node in ends})
        column = {node: i for i, node in enumerate(nodes)}
        milliseconds, weighted = self.search.costs([self._departures(each, charged=True) for each in places], nodes)
        target = np.array([j for j, _, _ in ends], np.int64)
        columns = np.array([column[node] for _, _, node in ends], np.int64)
        ms, dm = self._parts([place for _, place, _ in ends])
        ms += np.array([place.extra_ms for _, place, _ in ends], np.int64)
        refund = self._refunds(places, [place for _, place, _ in ends])
        result = np.full((2, count, count), np.inf)
        reached, first = np.unique(target, return_index=True)
        if count and len(reached):
            by_time = milliseconds[:, columns] + ms - refund
            by_weight = weighted[:, columns] + (WEIGHT * ms + dm) - WEIGHT * refund
            result[0][:, reached] = np.minimum.reduceat(by_time, first, axis=1)
            result[1][:, reached] = np.minimum.reduceat(by_weight, first, axis=1)
        self._direct(places, result)
        finite = np.isfinite(result).all(axis=0)
        decimetres = np.subtract(result[1], WEIGHT * result[0], out=np.full((count, count), np.inf), where=finite)
        milliseconds = np.where(finite, result[0], np.inf)
        for values in (milliseconds, decimetres):
            np.fill_diagonal(values, 0)
        return milliseconds / 1000, decimetres / 10

    def drive(self, start: OnArc | Sequence[OnArc], end: OnArc | Sequence[OnArc]) -> Drive | None:
        """The fastest drive between two places that are already put on arcs; None = no path."""
        starts = [start] if isinstance(start, OnArc) else list(start)
        ends = [end] if isinstance(end, OnArc) else list(end)
        arrivals: list[End] = []
        by_node: dict[int, OnArc] = {}
        for place in ends:
            ms, dm = (int(each[0]) for each in self._parts([place]))
            for node in self._nodes(place.arc):
                if node not in by_node or place.share < by_node[node].share:
                    by_node[node] = place
                    arrivals = [each for each in arrivals if each[0] != node] + [(node, ms, dm)]
        found = self.search.path(self._departures(starts), arrivals)
        best: Drive | None = None
        best_cost = np.inf
        for a in starts:
            for b in ends:
                if a.arc == b.arc and a.share <= b.share:
                    ms, dm = (int(y[0] - x[0]) for x, y in zip(self._parts([a]), self._parts([b]), strict=True))
                    if WEIGHT * ms + dm < best_cost:
                        best, best_cost = Drive((a.arc,), a.share, b.share, ms, dm), WEIGHT * ms + dm
        if found is None or found[0] >= best_cost:
            return best
        return self._drive_over(starts, [int(node) for node in found[1]], by_node, found[0])

    def _drive_over(self, starts: Sequence[OnArc], nodes: list[int], by_node: dict[int, OnArc], cost: int) -> Drive:
        """A found path with the rest of the arc that it starts on."""
        turns = self.turns
        arcs = [int(turns.node_arc[node]) for node in nodes]
        goal = by_node[nodes[-1]]
        candidates = [
            (WEIGHT * ms + dm, place)
            for place in starts
            for node, ms, dm in self._departures([place])
            if node == nodes[0]
        ]
        _, begin = min(candidates, key=lambda each: each[0])
        first = begin.share
        # Who leaves from the very beginning of an arc is already at its node.
        whole = arcs if begin.share == 0 and begin.arc == arcs[0] else [begin.arc, *arcs]
        dm = round((1 - first) * float(turns.arc_dm[whole[0]])) if len(whole) > 1 else 0
        dm += int(turns.arc_dm[whole[1:-1]].sum()) + round(goal.share * float(turns.arc_dm[whole[-1]]))
        charged = sum(turns.zone[b] >= 0 > turns.zone[a] for a, b in pairwise(whole)) * _THROUGH_MS
        return Drive(tuple(whole), first, goal.share, round((cost - dm) / WEIGHT) - charged, dm, charged)

    def places(self, point: RoadPoint) -> list[OnArc]:
        """The arcs that a place lies on, as far as a truck may stop there."""
        if point.share in (0.0, 1.0):
            return self._at_junction(point)
        both = (
            (point.forward, 2 * point.segment, point.share, point.forward_s),
            (point.backward, 2 * point.segment + 1, 1 - point.share, point.backward_s),
        )
        return [OnArc(arc, at, round(1000 * extra)) for may, arc, at, extra in both if may and self.turns.open[arc]]

    def _at_junction(self, point: RoadPoint) -> list[OnArc]:
        if self._out is None:
            out: defaultdict[int, list[int]] = defaultdict(list)
            for arc, junction in enumerate(self._ends.ravel().tolist()):
                out[junction].append(arc)
            self._out = out
        junction = int(self._ends[point.segment, int(point.share)])
        leaving = self._out[junction]
        places = [OnArc(arc, 0.0) for arc in leaving] + [OnArc(arc ^ 1, 1.0) for arc in leaving]
        return [place for place in places if self.turns.open[place.arc]]

    def _nodes(self, arc: int) -> list[int]:
        return [arc, *self._copies.get(arc, ())]

    def _parts(self, places: Sequence[OnArc]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Milliseconds and decimetres from the beginning of each place's arc to the place."""
        arcs = np.array([place.arc for place in places], np.int64)
        share = np.array([place.share for place in places])
        ms = np.rint(self.turns.arc_ms[arcs] * share).astype(np.int64)
        return ms, np.rint(self.turns.arc_dm[arcs] * share).astype(np.int64)

    def _departures(self, places: Sequence[OnArc], *, charged: bool = False) -> list[End]:
        """The nodes that a place leads to, with what lies between, and if ``charged`` what leaving costs besides."""
        turns = self.turns
        ends: list[End] = []
        for place in places:
            extra_ms = place.extra_ms if charged else 0
            if place.share == 0:
                ends.append((place.arc, extra_ms, 0))
                continue
            if place.share == 1 and len(places) > 1:
                continue  # at a junction: the arcs that leave it are among the places
            rest_ms = int(turns.arc_ms[place.arc]) - round(float(turns.arc_ms[place.arc]) * place.share)
            rest_dm = int(turns.arc_dm[place.arc]) - round(float(turns.arc_dm[place.arc]) * place.share)
            ends += [
                (int(self._head[edge]), extra_ms + rest_ms + int(self._turn_ms[edge]), rest_dm)
                for edge in range(self._first[place.arc], self._first[place.arc + 1])
            ]
        return ends

    def _refunds(self, sources: Sequence[Sequence[OnArc]], targets: Sequence[OnArc]) -> NDArray[np.float64]:
        """What was charged for entering the destination-only quarter in which a target lies, (sources, targets)."""
        zone = self.turns.zone
        target = np.array([zone[place.arc] for place in targets], np.int64)
        refund = np.zeros((len(sources), len(targets)))
        if (target >= 0).any():
            for row, places in zip(refund, sources, strict=True):
                own = [zone[place.arc] for place in places]
                row[(target >= 0) & ~np.isin(target, own)] = _THROUGH_MS
        return refund

    def _direct(self, places: Sequence[Sequence[OnArc]], result: NDArray[np.float64]) -> None:
        """Put in the ways between places on the same arc, where one is ahead of the other."""
        on_arc: defaultdict[int, list[tuple[int, OnArc]]] = defaultdict(list)
        for i, each in enumerate(places):
            for place in each:
                on_arc[place.arc].append((i, place))
        for group in on_arc.values():
            if len(group) > 1:
                group.sort(key=lambda entry: entry[1].share)
                ms, dm = self._parts([place for _, place in group])
                for a in range(len(group)):
                    for b in range(a, len(group)):
                        (i, first), (j, second) = group[a], group[b]
                        extra = first.extra_ms + second.extra_ms
                        self._shorten(result, i, j, int(ms[b] - ms[a]) + extra, int(dm[b] - dm[a]))
                        if first.share == second.share:
                            self._shorten(result, j, i, extra, 0)

    @staticmethod
    def _shorten(result: NDArray[np.float64], i: int, j: int, ms: int, dm: int) -> None:
        result[0, i, j] = min(result[0, i, j], ms)
        result[1, i, j] = min(result[1, i, j], WEIGHT * ms + dm)


_networks: WeakKeyDictionary[RoadGraph, dict[TruckProfile, Network]] = WeakKeyDictionary()
_lock = Lock()


def network_of(graph: RoadGraph, truck: TruckProfile = STANDARD_TRUCK) -> Network:
    """The network of a graph for a truck, built once as long as the graph lives."""
    with _lock:
        known = _networks.setdefault(graph, {})
        if truck not in known:
            known[truck] = Network(graph, truck)
        return known[truck]
