"""From ways to segments: cut where streets meet, joined where nothing changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from routing.roads.truck import Drivable


@dataclass(frozen=True, slots=True)
class Way:
    """A drivable way: its nodes in order, each with longitude and latitude in degrees."""

    nodes: Sequence[int]
    points: Sequence[tuple[float, float]]
    drivable: Drivable


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of street between two nodes; ``points`` run from ``start`` to ``end``."""

    start: int
    end: int
    points: tuple[tuple[float, float], ...]
    drivable: Drivable

    def reversed(self) -> Stretch:
        """The same stretch from its other end."""
        return Stretch(self.end, self.start, self.points[::-1], self.drivable.reversed())


def stretches(ways: Iterable[Way], *, blocked: frozenset[int] = frozenset()) -> list[Stretch]:
    """Cut ways into stretches between junctions; intermediate nodes stay as geometry.

    At a ``blocked`` node (a bollard) the street ends on both sides. Where exactly two stretches of the same kind
    (name, class, speeds, directions) meet, they become one.
    """
    return _join(_cut(list(ways), blocked))


def _cut(ways: Sequence[Way], blocked: frozenset[int]) -> list[Stretch]:
    uses = Counter(node for way in ways for node in way.nodes)
    dead_end = -1
    pieces: list[Stretch] = []
    for way in ways:
        last = len(way.nodes) - 1
        cuts = [i for i, node in enumerate(way.nodes) if i in (0, last) or uses[node] > 1 or node in blocked]
        for i, j in pairwise(cuts):
            start, end = way.nodes[i], way.nodes[j]
            # Each side of a barrier gets a number of its own, so that no path leads through.
            if start in blocked:
                start, dead_end = dead_end, dead_end - 1
            if end in blocked:
                end, dead_end = dead_end, dead_end - 1
            points = tuple(way.points[i : j + 1])
            if any(point != points[0] for point in points):
                pieces.append(Stretch(start, end, points, way.drivable))
    return pieces


def _join(pieces: list[Stretch]) -> list[Stretch]:
    """Join at every node where just two stretches of the same kind end."""
    alive: dict[int, Stretch] = dict(enumerate(pieces))
    ends: defaultdict[int, list[int]] = defaultdict(list)
    for key, piece in alive.items():
        ends[piece.start].append(key)
        ends[piece.end].append(key)
    for node, keys in ends.items():
        if len(keys) != 2 or keys[0] == keys[1]:
            continue
        first, second = (alive[key] for key in keys)
        first = first if first.end == node else first.reversed()
        second = second if second.start == node else second.reversed()
        if first.drivable != second.drivable:
            continue
        kept, dropped = keys
        alive[kept] = Stretch(first.start, second.end, first.points + second.points[1:], first.drivable)
        del alive[dropped]
        ends[second.end] = [kept if key == dropped else key for key in ends[second.end]]
    return list(alive.values())
