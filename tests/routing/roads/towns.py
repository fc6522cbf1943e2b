"""Tiny towns as OpenStreetMap XML, drawn in metres around 0 N 0 E, where a degree is equally long both ways."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from domain.geography import EARTH_RADIUS_M, Position

METRES_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M


def at(x_m: float, y_m: float) -> Position:
    """The position so many metres east and north of 0 N 0 E."""
    return Position(x_m / METRES_PER_DEGREE, y_m / METRES_PER_DEGREE)


@dataclass
class Town:
    """Nodes by number with metres east and north, ways (numbered from 1) and relations with their tags."""

    nodes: Mapping[int, tuple[float, float]]
    ways: Sequence[tuple[Sequence[int], Mapping[str, str]]]
    node_tags: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    relations: Sequence[tuple[Sequence[tuple[str, int, str]], Mapping[str, str]]] = ()

    def xml(self) -> bytes:
        lines = ['<?xml version="1.0"?>', '<osm version="0.6">']
        for number, (x, y) in self.nodes.items():
            place = at(x, y)
            lines.append(f'<node id="{number}" version="1" lat="{place.lat:.7f}" lon="{place.lon:.7f}">')
            lines += _tags(self.node_tags.get(number, {}))
            lines.append("</node>")
        for number, (nodes, tags) in enumerate(self.ways, start=1):
            lines.append(f'<way id="{number}" version="1">')
            lines += [f'<nd ref="{node}"/>' for node in nodes]
            lines += _tags(tags)
            lines.append("</way>")
        for number, (members, tags) in enumerate(self.relations, start=1):
            lines.append(f'<relation id="{number}" version="1">')
            lines += [f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in members]
            lines += _tags(tags)
            lines.append("</relation>")
        return "\n".join([*lines, "</osm>"]).encode()


def _tags(tags: Mapping[str, str]) -> list[str]:
    return [f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items()]


def no_turn(from_way: int, via: int, to_way: int, **tags: str) -> tuple[list[tuple[str, int, str]], dict[str, str]]:
    """A turn restriction at a node; by default ``no_left_turn``."""
    members = [("way", from_way, "from"), ("node", via, "via"), ("way", to_way, "to")]
    return members, {"type": "restriction", "restriction": "no_left_turn"} | tags


BLOCK = Town(
    nodes={1: (0, 0), 2: (300, 0), 3: (300, 100), 4: (0, 100)},
    ways=[
        ([1, 2], {"highway": "residential", "name": "Eenrichting", "oneway": "yes"}),
        ([2, 3, 4, 1], {"highway": "residential", "name": "Terugweg"}),
    ],
)
"""A block of 300 x 100 m: its south side leads east only, the rest is driven both ways, all at 24 km/h."""
