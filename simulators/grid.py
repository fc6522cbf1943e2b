"""Synthetic streets: a square of named streets at right angles, so that there are towns of any size."""

from __future__ import annotations

import numpy as np

from domain.errors import InvalidInput
from routing.roads.graph import Bans, RoadGraph
from routing.roads.osm import build_graph
from routing.roads.simplify import Stretch
from routing.roads.truck import Drivable, judge

BLOCK_M = 120.0
MOST_BLOCKS = 150
"""Along each side; in a larger square the blocks are longer."""
AVENUE_EVERY = 5
"""So many streets apart lie those with a limit of 50 km/h; in all others it is 30."""
CROOKED_M = 12.0
"""Standard deviation of the crossings' places, so that no two ways are exactly as long."""

MIDDLE_LON, MIDDLE_LAT = 24.94, 60.17
"""Where the square lies: Helsinki, whose time zone the simulated towns have."""
_METRES_PER_DEGREE = 111_195.0


def grid_graph(side_km: float, *, seed: int = 0) -> RoadGraph:
    """Streets on a square: residential ones, and an avenue every so often; all in both directions.

    Raises
    ------
    InvalidInput
        When the side is not between 0.3 and 50 km.
    """
    if not 0.3 <= side_km <= 50:
        raise InvalidInput(f"a square of {side_km} km has no streets", remedy="choose a side from 0.3 to 50 km")
    blocks = min(MOST_BLOCKS, max(2, round(side_km * 1000 / BLOCK_M)))
    step_m = side_km * 1000 / blocks
    random = np.random.default_rng([seed, blocks])
    lines = np.arange(blocks + 1) * step_m - side_km * 500
    metres = np.stack(np.meshgrid(lines, lines, indexing="ij"), axis=-1)
    metres += random.normal(0.0, min(CROOKED_M, step_m / 10), metres.shape)
    scale = _METRES_PER_DEGREE * np.array([np.cos(np.radians(MIDDLE_LAT)), 1.0])
    degrees = np.round(metres / scale + (MIDDLE_LON, MIDDLE_LAT), 7)
    points = [[(float(lon), float(lat)) for lon, lat in row] for row in degrees.tolist()]
    pieces: list[Stretch] = []
    for line in range(blocks + 1):
        for along in range(blocks):
            for name, places in (
                ("street", ((line, along), (line, along + 1))),
                ("road", ((along, line), (along + 1, line))),
            ):
                (a, b), (c, d) = places
                pieces.append(
                    Stretch(
                        start=a * (blocks + 1) + b,
                        end=c * (blocks + 1) + d,
                        points=(points[a][b], points[c][d]),
                        drivable=_drivable(line, name),
                        start_way=line,
                        end_way=line,
                    )
                )
    return build_graph(pieces, f"synthetic streets, {side_km:g} km square", bans=Bans.of([]))


def _drivable(line: int, kind: str) -> Drivable:
    avenue = line % AVENUE_EVERY == 0
    tags = {
        "highway": "tertiary" if avenue else "residential",
        "name": f"{_ordinal(line + 1)} {'avenue' if avenue and kind == 'street' else kind}",
    }
    found = judge(tags)
    assert found is not None
    return found


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
